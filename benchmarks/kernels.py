"""Where the built-in model spends its time: shares of a forward pass over written posts, on one core.

python benchmarks/kernels.py [--precision bf16] [--texts 400]
"""

from __future__ import annotations

import argparse
from collections import Counter
from importlib.resources import files
from pathlib import Path

import torch
from encoders import CPU, WRITTEN, texts
from torch.profiler import ProfilerActivity, profile

from corpus.frameworks import FRAMEWORKS
from nlp.checkpoint import in_precision, load
from nlp.device import choose_precision
from nlp.predict import Predictor

# Kernels of PyTorch, by the beginning of their names, and what they do here.
PARTS = {
    "aten::addmm": "matrix products",
    "aten::mm": "matrix products",
    "aten::bmm": "matrix products",
    "aten::_scaled_dot_product": "attention",
    "aten::gelu": "GELU",
    "aten::native_layer_norm": "norms",
    "aten::add": "additions",
    "aten::copy_": "copies",
}


def main() -> None:
    """Print the shares, the largest first."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--precision", default="bf16")
    parser.add_argument("--texts", type=int, default=400)
    arguments = parser.parse_args()
    torch.set_num_threads(1)
    opened = in_precision(load(Path(str(files("nlp") / "builtin"))), choose_precision(arguments.precision, CPU))
    predictor = Predictor(opened, FRAMEWORKS, CPU, fill=True)
    pairs = [(predictor.reader.clean(text), None) for text in texts(WRITTEN, arguments.texts)]
    predictor.predict(pairs)  # kernels are prepared at their first use
    with profile(activities=[ProfilerActivity.CPU]) as watched:
        predictor.predict(pairs)
    spent: Counter[str] = Counter()
    for event in watched.key_averages():
        name = next((part for kernel, part in PARTS.items() if event.key.startswith(kernel)), "all else")
        spent[name] += event.self_cpu_time_total
    for name, microseconds in spent.most_common():
        print(f"{name:<18}{microseconds / spent.total():>7.1%}")


if __name__ == "__main__":
    main()
