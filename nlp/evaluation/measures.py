"""What is counted of each reply, and the figures that follow from those counts, with their intervals.

Counts of a reply add up: one cell of the confusion matrix where one class is chosen; hits, false alarms, misses of each
class, and whether all are right, where any number of classes may apply. So a figure of a resample needs its sums alone.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from corpus.labels import STANCES
from nlp.metrics import ClassScores, bootstrap, calibration_error, macro_f1, macro_recall

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from nlp.evaluation.questions import Array, Ints

    Measure = Callable[[Array], float]

_SIDES = (STANCES.index("against"), STANCES.index("favor"))
_PROPORTIONS = ("accuracy", "false camps")


@dataclass(frozen=True, slots=True, kw_only=True)
class Figure:
    """A measured value in 0 to 1 and its 95% interval; None where all is of one group, which has nothing to vary."""

    value: float
    low: float | None
    high: float | None


def tallies(truth: Ints, guess: Ints, classes: int) -> Array:
    """Count each of N replies: [N, C * C] where one class is chosen, [N, 3 * C + 2] where any number applies."""
    if truth.ndim == 2:
        right = (truth == guess).all(1)
        parts = (truth * guess, (1 - truth) * guess, truth * (1 - guess), right, ~right)
        return np.column_stack(parts).astype(np.float64)
    cells = np.zeros((len(truth), classes * classes))
    cells[np.arange(len(truth)), truth * classes + guess] = 1
    return cells


def square(counts: Array) -> Ints:
    """Arrange counts as a confusion matrix."""
    side = round(len(counts) ** 0.5)
    return counts.reshape(side, side).astype(np.int64)


def flag_scores(counts: Array, names: Sequence[str]) -> list[ClassScores]:
    """Score each class of a task where any number of classes applies."""
    hits, alarms, misses = counts[:-2].reshape(3, -1)
    return [
        ClassScores(
            name=name,
            precision=float(hits[n] / max(1, hits[n] + alarms[n])),
            recall=float(hits[n] / max(1, hits[n] + misses[n])),
            f1=float(2 * hits[n] / max(1, 2 * hits[n] + alarms[n] + misses[n])),
            support=int(hits[n] + misses[n]),
        )
        for n, name in enumerate(names)
    ]


def figures(counts: Array, groups: Sequence[str], measures: Mapping[str, Measure]) -> dict[str, Figure]:
    """Compute figures of tallies [N, K]; each interval is the percentile bootstrap of whole groups.

    Where a proportion is 0 or 1 in every resample, which says nothing, the interval is the exact one for the groups.
    """
    total = counts.sum(0)
    if len(set(groups)) == 1:
        return {name: Figure(value=measure(total), low=None, high=None) for name, measure in measures.items()}
    drawn, unseen = bootstrap(counts, groups), 1 - 0.025 ** (1 / len(set(groups)))
    found = {}
    for name, measure in measures.items():
        value = measure(total)
        low, high = np.percentile([measure(sums) for sums in drawn], [2.5, 97.5])
        if name in _PROPORTIONS and value in (0, 1):
            low, high = (0.0, unseen) if value == 0 else (1 - unseen, 1.0)
        found[name] = Figure(value=value, low=float(low), high=float(high))
    return found


def calibration(probabilities: Array, truth: Ints, guess: Ints) -> float:
    """Measure the expected calibration error of a guess; where any number of classes applies, over each yes and no."""
    if truth.ndim == 2:
        yes = probabilities.ravel()
        return calibration_error(np.column_stack([1 - yes, yes]), truth.ravel())
    return calibration_error(probabilities, truth, guess)


def _accuracy(counts: Array) -> float:
    matrix = square(counts)
    return float(matrix.trace() / max(1, matrix.sum()))


def _moves_f1(counts: Array) -> float:
    """F1 of the moves found, all kinds together: a move is right if both its ends are."""
    matrix = square(counts)
    return float(2 * matrix.trace() - 2 * matrix[0, 0]) / max(1, int(matrix[1:].sum() + matrix[:, 1:].sum()))


def _false_camps(counts: Array) -> float:
    """Share of the truly neutral (the last class) that were put in a camp."""
    neutral = square(counts)[-1]
    return float(neutral[:-1].sum() / max(1, neutral.sum()))


def _flags_micro(counts: Array) -> float:
    hits, alarms, misses = counts[:-2].reshape(3, -1).sum(1)
    return float(2 * hits / max(1, 2 * hits + alarms + misses))


def _flags_macro(counts: Array) -> float:
    hits, alarms, misses = counts[:-2].reshape(3, -1)
    seen = hits + misses > 0
    return float((2 * hits / np.maximum(1, 2 * hits + alarms + misses))[seen].mean()) if seen.any() else 0.0


def _flags_right(counts: Array) -> float:
    """Share of texts of which every class is right."""
    right, wrong = counts[-2:]
    return float(right / max(1, right + wrong))


_MACRO: Mapping[str, Measure] = {
    "macro-F1": lambda counts: macro_f1(square(counts)),
    "macro recall": lambda counts: macro_recall(square(counts)),
    "accuracy": _accuracy,
}
MEASURES: Mapping[str, Mapping[str, Measure]] = {  # by task; the headline first
    "camp": _MACRO,
    "false-camps": {"false camps": _false_camps},
    "stance": {"favor/against F1": lambda counts: macro_f1(square(counts), _SIDES), **_MACRO},
    "sentiment": {"macro recall": _MACRO["macro recall"], **_MACRO},
    "comparison": _MACRO,
    "reasons": {"micro-F1": _flags_micro, "macro-F1": _flags_macro, "accuracy": _flags_right},
    "switch": {"moves F1": _moves_f1, **_MACRO},
}
