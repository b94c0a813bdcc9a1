"""Whether another engine would read faster than PyTorch does: the built-in model on one core, each in turn.

python benchmarks/engines.py [--texts 400] [--calibrated 40]

Needs `pip install openvino`, and `nncf` for int8 (weights by channel, activations as seen on the `--calibrated` texts,
which are not among those read). The encoder alone is handed over; cleaning, tokens, batches and heads stay as they are
and count. Times are processor time, the least of several, which other work on the machine disturbs less than a clock.
Labels stand beside those of fp32: camp, sentiment and stances.
"""

from __future__ import annotations

import argparse
import time
from copy import deepcopy
from dataclasses import dataclass, replace
from importlib.resources import files
from pathlib import Path
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

import numpy as np
import openvino
import torch
from encoders import CPU, WRITTEN, texts

from corpus.frameworks import FRAMEWORKS
from nlp.checkpoint import in_precision, load
from nlp.encoding import collate
from nlp.predict import Predictor

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from nlp.checkpoint import Checkpoint
    from nlp.predict import Prediction

TIMES = 3
ONE_CORE = {
    "INFERENCE_PRECISION_HINT": "bf16",
    "INFERENCE_NUM_THREADS": 1,
    "NUM_STREAMS": "1",
    "ENABLE_CPU_PINNING": False,
}


class Embedded(torch.nn.Module):
    """An encoder with plain inputs and output, as the converter wants it."""

    def __init__(self, encoder: torch.nn.Module) -> None:
        super().__init__()
        self.encoder = encoder

    def forward(self, inputs: torch.Tensor, mask: torch.Tensor, types: torch.Tensor) -> torch.Tensor:
        """Give the last hidden states."""
        output = self.encoder(inputs_embeds=inputs, attention_mask=mask, token_type_ids=types)
        states: torch.Tensor = output.last_hidden_state
        return states


class Compiled(torch.nn.Module):
    """An encoder that OpenVINO computes, with the face that `nlp.model` asks of one."""

    def __init__(self, encoder: Any, graph: openvino.Model) -> None:
        super().__init__()
        self.config, self._words = encoder.config, encoder.get_input_embeddings()
        self._request = openvino.Core().compile_model(graph, "CPU", ONE_CORE).create_infer_request()

    def get_input_embeddings(self) -> torch.nn.Module:
        """Give the table of word pieces."""
        words: torch.nn.Module = self._words
        return words

    def forward(
        self, *, inputs_embeds: torch.Tensor, attention_mask: torch.Tensor, token_type_ids: torch.Tensor
    ) -> SimpleNamespace:
        """Compute the last hidden states; they are good until the next call."""
        given = [tensor.numpy() for tensor in (inputs_embeds, attention_mask, token_type_ids)]
        self._request.infer(given, share_inputs=True)
        return SimpleNamespace(last_hidden_state=torch.from_numpy(self._request.get_output_tensor(0).data))


@dataclass(slots=True)
class Engine:
    """One way to compute: its predictor, its answers, and the least time that all texts took."""

    name: str
    predictor: Predictor
    answers: Sequence[Prediction] = ()
    seconds: float = float("inf")


def main() -> None:
    """Print a table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--texts", type=int, default=400)
    parser.add_argument("--calibrated", type=int, default=40)
    arguments = parser.parse_args()
    torch.set_num_threads(1)
    opened = load(Path(str(files("nlp") / "builtin")))
    reader = Predictor(opened, FRAMEWORKS, CPU).reader
    pairs = [(reader.clean(text), None) for text in texts(WRITTEN, arguments.texts + arguments.calibrated)]
    seen, pairs = pairs[: arguments.calibrated], pairs[arguments.calibrated :]
    engines = list(build(opened, seen))
    for _ in range(TIMES):
        for engine in engines:
            started = time.process_time()
            engine.answers = engine.predictor.predict(pairs)
            engine.seconds = min(engine.seconds, time.process_time() - started)
    exact, present = Predictor(opened, FRAMEWORKS, CPU).predict(pairs), engines[0].seconds
    print("| engine | posts/s on one core | times the present | texts with another label than fp32 | probabilities |")
    print("|---|--:|--:|--:|--:|")
    for engine in engines:
        changed, off = compared(exact, engine.answers)
        print(
            f"| {engine.name} | {len(pairs) / engine.seconds:.0f} | {present / engine.seconds:.2f} "
            f"| {changed} of {len(pairs)} | ± {off:.4f} |"
        )


def build(opened: Checkpoint, seen: Sequence[tuple[str, None]]) -> Iterator[Engine]:
    """Set up the engines, the present one first."""
    halved = in_precision(replace(opened, model=deepcopy(opened.model)), torch.bfloat16)
    yield Engine("PyTorch bf16 (the present one)", Predictor(halved, FRAMEWORKS, CPU))
    rows = list(inputs(opened, seen))
    encoder = opened.model.encoder
    graph = openvino.convert_model(Embedded(encoder).eval(), example_input=tuple(map(torch.from_numpy, rows[0])))
    yield Engine("OpenVINO bf16", compiled(opened, graph))
    try:
        import nncf
    except ImportError:
        return
    small = nncf.quantize(
        graph, nncf.Dataset(rows), model_type=nncf.ModelType.TRANSFORMER, subset_size=len(rows),
        preset=nncf.QuantizationPreset.MIXED,
    )  # fmt: skip
    yield Engine("OpenVINO int8 (and bf16 between)", compiled(opened, small))


def compiled(opened: Checkpoint, graph: openvino.Model) -> Predictor:
    """Put a compiled encoder under the model's own heads."""
    model = deepcopy(opened.model)
    model.encoder = Compiled(model.encoder, graph)
    return Predictor(replace(opened, model=model), FRAMEWORKS, CPU)


@torch.inference_mode()
def inputs(opened: Checkpoint, seen: Sequence[tuple[str, None]]) -> Iterator[list[np.ndarray]]:
    """Make what the encoder is fed with for each text."""
    reader = Predictor(opened, FRAMEWORKS, CPU).reader
    for window, *_ in reader.windows(seen):
        batch = collate([window], [reader.names], reader.special)
        yield [tensor.numpy() for tensor in (opened.model.inputs(batch), batch.attention, batch.types)]


def compared(exact: Sequence[Prediction], answers: Sequence[Prediction]) -> tuple[int, float]:
    """Give the number of texts with another label, and how far probabilities are off in the mean."""
    changed, off = 0, []
    for one, other in zip(exact, answers, strict=True):
        pairs = ((one.camp, other.camp), (one.sentiment, other.sentiment), (one.stance, other.stance))
        changed += any((a.argmax(-1) != b.argmax(-1)).any() for a, b in pairs)
        off += [float(np.abs(a - b).mean()) for a, b in pairs]
    return changed, float(np.mean(off))


if __name__ == "__main__":
    main()
