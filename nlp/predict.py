"""Run a model over many texts: batches of similar length up to a token budget, answers in the order asked."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from itertools import groupby, islice
from typing import TYPE_CHECKING

import numpy as np
import torch

from corpus.errors import ModelError
from nlp.encoding import Reader, Window, collate, padded

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from numpy.typing import NDArray

    from corpus.labels import Target
    from nlp.checkpoint import Calibration, Checkpoint
    from nlp.model import Outputs
    from nlp.training.example import Example

    Array = NDArray[np.float64]

# Tokens in a batch. A core: enough to fill it, and what becomes of them still fits its cache. A GPU: enough to fill it.
_CORE, _GPU = 1_024, 65_536
_DECIMALS = 4  # beyond these, batch mates and thread counts show


@dataclass(frozen=True, slots=True, kw_only=True)
class Prediction:
    """Probabilities for one text.

    camp [T + 1] (last: neutral), stance [T, 3], sentiment [3], reasons [15], left and joined [T + 1] (last: no move),
    relevance. `named` tells whether the post or its context names a target.
    """

    camp: Array
    stance: Array
    sentiment: Array
    reasons: Array
    left: Array
    joined: Array
    relevance: float
    windows: int
    named: bool


class Predictor:
    """A checkpoint set up for one list of targets.

    With `fill`, every batch of one length has the same number of rows, some of them for nothing: matrix kernels add up
    in another order for another number of rows, and in bf16 that shows in the third decimal. Not done on a GPU. With
    several `workers`, each batch is computed on a core of its own, which beats sharing every product between cores.
    """

    def __init__(
        self,
        checkpoint: Checkpoint,
        targets: Sequence[Target],
        device: torch.device,
        *,
        fill: bool = False,
        workers: int = 1,
    ) -> None:
        self.reader = Reader(checkpoint.tokenizer, checkpoint.special, checkpoint.recipe, targets)
        self._model = checkpoint.model.to(device).eval()
        self._calibration, self._device = checkpoint.calibration, device
        self._budget = _CORE if device.type == "cpu" else _GPU
        self._fill = fill and device.type == "cpu"
        self._pool = ThreadPoolExecutor(workers, "batch", torch.set_num_threads, (1,)) if workers > 1 else None

    def predict(self, pairs: Sequence[tuple[str, str | None]]) -> list[Prediction]:
        """Read (text, context) pairs, both cleaned by `self.reader.clean`."""
        windows = self.reader.windows(pairs)
        flat = [(owner, window) for owner, group in enumerate(windows) for window in group]
        rows: list[list[tuple[Window, Probabilities]]] = [[] for _ in pairs]
        for owner, window, row in self._rows(flat):
            rows[owner].append((window, row))
        return [_combine(group) for group in rows]

    def _rows(self, flat: Sequence[tuple[int, Window]]) -> Iterator[tuple[int, Window, Probabilities]]:
        batches = list(_batches([len(window.ids) for _, window in flat], self._budget))
        read = self._pool.map if self._pool else map
        answered = read(self._answers, ([flat[n][1] for n in chosen] for chosen in batches))
        for chosen, rows in zip(batches, answered, strict=True):
            for n, row in zip(chosen, rows, strict=True):
                yield *flat[n], row

    @torch.inference_mode()
    def _answers(self, windows: Sequence[Window]) -> list[Probabilities]:
        """Compute a batch, or, where a GPU has no room for it, its halves."""
        try:
            return list(islice(probabilities(self._outputs(windows), self._calibration), len(windows)))
        except torch.OutOfMemoryError as error:
            if len(windows) == 1:
                raise ModelError(
                    'the GPU has no room for a single post: close what else uses it, or set device = "cpu"'
                ) from error
        torch.cuda.empty_cache()
        middle = len(windows) // 2
        return self._answers(windows[:middle]) + self._answers(windows[middle:])

    def _outputs(self, windows: Sequence[Window]) -> Outputs:
        if self._fill:
            windows = [*windows, *[windows[0]] * (_most(len(windows[0].ids), self._budget) - len(windows))]
        batch = collate(windows, [self.reader.names] * len(windows), self.reader.special)
        outputs: Outputs = self._model(batch.to(self._device))
        return outputs


def predict_examples(checkpoint: Checkpoint, examples: Sequence[Example], device: torch.device) -> list[Prediction]:
    """Read labelled examples, those with the same targets together; one prediction for each, in order."""
    groups: dict[tuple[Target, ...], list[int]] = {}
    for n, example in enumerate(examples):
        groups.setdefault(example.targets, []).append(n)
    found: dict[int, Prediction] = {}
    for targets, places in groups.items():
        predictor = Predictor(checkpoint, targets, device)
        clean = predictor.reader.clean
        pairs = [(clean(examples[n].text), clean(examples[n].context or "") or None) for n in places]
        found.update(zip(places, predictor.predict(pairs), strict=True))
    return [found[n] for n in range(len(examples))]


@dataclass(frozen=True, slots=True)
class Probabilities:
    """Probabilities of one window, in the order of `Outputs`."""

    camp: Array
    stance: Array
    sentiment: Array
    reasons: Array
    left: Array
    joined: Array
    relevance: Array


def _batches(lengths: Sequence[int], budget: int) -> Iterator[list[int]]:
    """Put rows of one padded length together: then no answer depends on how long its batch mates are."""
    order = sorted(range(len(lengths)), key=lambda n: padded(lengths[n]), reverse=True)
    for length, alike in groupby(order, key=lambda n: padded(lengths[n])):
        rows = list(alike)
        most = _most(length, budget)
        yield from (rows[start : start + most] for start in range(0, len(rows), most))


def _most(length: int, budget: int) -> int:
    return max(1, budget // padded(length))


def probabilities(outputs: Outputs, calibration: Calibration) -> Iterator[Probabilities]:
    """Turn a batch's logits into calibrated probabilities, row after row."""
    heat = calibration.temperature
    camp, stance = outputs.camp.float().clone(), outputs.stance.float().clone()
    camp[:, -1] += calibration.neutral
    stance[..., 1] += calibration.none
    columns = (
        (camp / heat.get("camp", 1)).softmax(-1),
        (stance / heat.get("stance", 1)).softmax(-1),
        (outputs.sentiment.float() / heat.get("sentiment", 1)).softmax(-1),
        outputs.reasons.float().sigmoid(),
        outputs.left.float().softmax(-1),
        outputs.joined.float().softmax(-1),
        outputs.relevance.float().sigmoid(),
    )
    arrays = [column.cpu().numpy().astype(np.float64) for column in columns]
    for n in range(len(arrays[0])):
        yield Probabilities(*(array[n] for array in arrays))


def _combine(group: Sequence[tuple[Window, Probabilities]]) -> Prediction:
    """Join the windows of one text: tone is averaged; a side taken in one window is a side taken.

    Windows that name no target in the post have no say over stances where another window does.
    """
    naming = [row for window, row in group if any(not there for there, *_ in window.mentions)]
    rows = naming or [row for _, row in group]
    decided = min(rows, key=lambda row: float(row.camp[-1]))
    stance = np.stack([row.stance for row in rows])  # [W, T, 3]
    firmest = stance[:, :, 1].argmin(0)
    return Prediction(
        camp=np.round(decided.camp, _DECIMALS),
        stance=np.round(stance[firmest, np.arange(stance.shape[1])], _DECIMALS),
        sentiment=np.round(np.stack([row.sentiment for _, row in group]).mean(0), _DECIMALS),
        reasons=np.round(np.stack([row.reasons for row in rows]).max(0), _DECIMALS),
        left=np.round(min(rows, key=lambda row: float(row.left[-1])).left, _DECIMALS),
        joined=np.round(min(rows, key=lambda row: float(row.joined[-1])).joined, _DECIMALS),
        relevance=round(max(float(row.relevance) for _, row in group), _DECIMALS),
        windows=len(group),
        named=any(window.mentions for window, _ in group),
    )
