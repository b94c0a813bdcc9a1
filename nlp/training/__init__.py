"""Fine-tune the encoder and its heads on labelled corpora."""
