"""A word tokenizer and a two-layer random model, made on the spot."""

from __future__ import annotations

from typing import TYPE_CHECKING

import torch
from tokenizers import Tokenizer
from tokenizers.models import WordLevel
from tokenizers.pre_tokenizers import BertPreTokenizer
from transformers import BertConfig, BertForSequenceClassification, BertModel, PreTrainedTokenizerFast

from nlp.checkpoint import Calibration, Checkpoint
from nlp.encoding import Special
from nlp.model import HeadSettings, StanceModel
from nlp.recipe import Recipe

if TYPE_CHECKING:
    from pathlib import Path

_SIGNS = "[PAD] [CLS] [SEP] [UNK] . , ! ? @"
_NAMES = "pytorch torch PyTorch tensorflow TensorFlow tf keras jax JAX"
_PLAIN = "i love hate use the a is better than and or not this user http never again one two three four five"
WORDS = f"{_SIGNS} {_NAMES} {_PLAIN}".split(" ")
SPECIAL = Special(cls=1, sep=2, pad=0, types=2)


def tiny_tokenizer() -> Tokenizer:
    """A tokenizer that knows a few words."""
    tokenizer = Tokenizer(WordLevel({word: n for n, word in enumerate(WORDS)}, unk_token="[UNK]"))
    tokenizer.pre_tokenizer = BertPreTokenizer()
    return tokenizer


def tiny_checkpoint(*, recipe: Recipe | None = None, calibration: Calibration | None = None) -> Checkpoint:
    """A random model: the same weights every time."""
    torch.manual_seed(7)
    config = BertConfig(
        vocab_size=len(WORDS),
        hidden_size=16,
        num_hidden_layers=2,
        num_attention_heads=2,
        intermediate_size=32,
        max_position_embeddings=128,
    )
    heads = HeadSettings(width=8)
    return Checkpoint(
        name="tiny",
        model=StanceModel(BertModel(config, add_pooling_layer=False), heads).eval(),
        heads=heads,
        tokenizer=tiny_tokenizer(),
        special=SPECIAL,
        recipe=recipe or Recipe(window=64, context=16, overlap=8),
        calibration=calibration or Calibration(),
        languages=("en",),
        revision="0",
    )


def tiny_classifier(folder: Path, names: tuple[str, ...]) -> str:
    """Save a random classifier of Hugging Face's kind; give its folder as text."""
    torch.manual_seed(3)
    config = BertConfig(
        vocab_size=len(WORDS), hidden_size=16, num_hidden_layers=1, num_attention_heads=2, intermediate_size=16,
        max_position_embeddings=64, id2label=dict(enumerate(names)), label2id={name: n for n, name in enumerate(names)},
    )  # fmt: skip
    BertForSequenceClassification(config).save_pretrained(folder)
    tokenizer = PreTrainedTokenizerFast(
        tokenizer_object=tiny_tokenizer(), pad_token="[PAD]", cls_token="[CLS]", sep_token="[SEP]", unk_token="[UNK]",
        model_max_length=64,
    )  # fmt: skip
    tokenizer.save_pretrained(folder)
    return str(folder)
