"""The debate that Stancemap was made for: its targets and the names people use for them."""

from corpus.labels import Target

PYTORCH = Target(
    name="pytorch",
    label="PyTorch",
    aliases=(
        "pytorch*",
        "py torch",
        "torch",
        "libtorch",
        "torchvision",
        "torchaudio",
        "torchtext",
        "torchscript",
        "torchserve",
        "executorch",
        "fastai",
        "fast.ai",
    ),
    weak_aliases=("lightning", "pt"),
    colour="#D1495B",
)
TENSORFLOW = Target(
    name="tensorflow",
    label="TensorFlow",
    aliases=("tensorflow*", "tensor flow", "tf", "tf1", "tf2", "keras", "tflite", "tfx", "tfjs", "tfhub", "tfp"),
    colour="#E08E1B",
)
JAX = Target(
    name="jax",
    label="JAX",
    aliases=("jax", "jaxlib", "flax", "optax"),
    weak_aliases=("haiku", "equinox"),
    colour="#2A78B5",
)
FRAMEWORKS = (PYTORCH, TENSORFLOW, JAX)
