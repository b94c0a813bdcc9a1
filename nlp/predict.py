"""Run a model over many texts: batches of similar length up to a token budget, answers in the order asked."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import torch

from nlp.encoding import Reader, Window, collate

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from numpy.typing import NDArray

    from corpus.labels import Target
    from nlp.checkpoint import Calibration, Checkpoint
    from nlp.model import Outputs
    from nlp.training.example import Example

    Array = NDArray[np.float64]

TOKEN_BUDGET = 6144  # tokens in a batch: large enough to fill two cores, small enough for their caches
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
    """A checkpoint set up for one list of targets."""

    def __init__(self, checkpoint: Checkpoint, targets: Sequence[Target], device: torch.device) -> None:
        self.reader = Reader(checkpoint.tokenizer, checkpoint.special, checkpoint.recipe, targets)
        self._model = checkpoint.model.to(device).eval()
        self._calibration, self._device = checkpoint.calibration, device

    def predict(self, pairs: Sequence[tuple[str, str | None]]) -> list[Prediction]:
        """Read (text, context) pairs, both cleaned by `self.reader.clean`."""
        windows = self.reader.windows(pairs)
        flat = [(owner, window) for owner, group in enumerate(windows) for window in group]
        rows: list[list[tuple[Window, _Row]]] = [[] for _ in pairs]
        for owner, window, row in self._rows(flat):
            rows[owner].append((window, row))
        return [_combine(group) for group in rows]

    @torch.inference_mode()
    def _rows(self, flat: Sequence[tuple[int, Window]]) -> Iterator[tuple[int, Window, _Row]]:
        order = sorted(range(len(flat)), key=lambda n: len(flat[n][1].ids), reverse=True)
        for chosen in _batches(order, [len(window.ids) for _, window in flat]):
            batch = collate([flat[n][1] for n in chosen], [self.reader.names] * len(chosen), self.reader.special)
            outputs = self._model(batch.to(self._device))
            for n, row in zip(chosen, _probabilities(outputs, self._calibration), strict=True):
                yield *flat[n], row


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
class _Row:
    """Probabilities of one window, in the order of `Outputs`."""

    camp: Array
    stance: Array
    sentiment: Array
    reasons: Array
    left: Array
    joined: Array
    relevance: Array


def _batches(order: Sequence[int], lengths: Sequence[int]) -> Iterator[list[int]]:
    batch: list[int] = []
    for n in order:  # longest first, so the first of a batch gives its width
        if batch and lengths[batch[0]] * (len(batch) + 1) > TOKEN_BUDGET:
            yield batch
            batch = []
        batch.append(n)
    if batch:
        yield batch


def _probabilities(outputs: Outputs, calibration: Calibration) -> Iterator[_Row]:
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
        yield _Row(*(array[n] for array in arrays))


def _combine(group: Sequence[tuple[Window, _Row]]) -> Prediction:
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
