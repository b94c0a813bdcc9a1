"""Measures of a classifier: confusion, precision, recall, F1, calibration error, with bootstrap intervals."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray


@dataclass(frozen=True, slots=True, kw_only=True)
class ClassScores:
    """One class: precision, recall and F1 in 0 to 1, and how many examples truly belong to it."""

    name: str
    precision: float
    recall: float
    f1: float
    support: int


def confusion(truth: NDArray[np.int64], guess: NDArray[np.int64], classes: int) -> NDArray[np.int64]:
    """Count pairs: [true class, guessed class]."""
    return np.bincount(truth * classes + guess, minlength=classes * classes).reshape(classes, classes)


def class_scores(matrix: NDArray[np.int64], names: Sequence[str]) -> list[ClassScores]:
    """Score every class of a confusion matrix; a class never guessed has precision 0."""
    hits, guessed, true = np.diag(matrix), matrix.sum(0), matrix.sum(1)
    return [
        ClassScores(
            name=name,
            precision=float(hits[n] / max(1, guessed[n])),
            recall=float(hits[n] / max(1, true[n])),
            f1=float(2 * hits[n] / max(1, guessed[n] + true[n])),
            support=int(true[n]),
        )
        for n, name in enumerate(names)
    ]


def macro_f1(matrix: NDArray[np.int64], classes: Sequence[int] | None = None) -> float:
    """Average F1 over the classes that occur (or over `classes` alone, as SemEval-2016 Task 6 does)."""
    hits, total = np.diag(matrix), matrix.sum(0) + matrix.sum(1)
    kept = [n for n in (classes if classes is not None else range(len(matrix))) if matrix[n].sum()]
    return float(np.mean([2 * hits[n] / total[n] for n in kept])) if kept else 0.0


def macro_recall(matrix: NDArray[np.int64]) -> float:
    """Average recall over the classes that occur (SemEval-2017 Task 4A)."""
    true = matrix.sum(1)
    return float(np.mean(np.diag(matrix)[true > 0] / true[true > 0])) if true.sum() else 0.0


def calibration_error(
    probabilities: NDArray[np.float64],
    truth: NDArray[np.int64],
    guess: NDArray[np.int64] | None = None,
    *,
    bins: int = 15,
) -> float:
    """Measure the expected calibration error of a guess (None: the top class) over equal bins (Guo et al. 2017)."""
    chosen = probabilities.argmax(1) if guess is None else guess
    confidence, right = probabilities[np.arange(len(chosen)), chosen], chosen == truth
    place = np.minimum((confidence * bins).astype(int), bins - 1)
    gaps = [abs(right[place == n].mean() - confidence[place == n].mean()) * (place == n).mean() for n in set(place)]
    return float(sum(gaps))


def bootstrap(
    tallies: NDArray[np.float64], groups: Sequence[str], *, draws: int = 500, seed: int = 1
) -> NDArray[np.float64]:
    """Add up the tallies [N, K] of groups drawn with replacement, as many as there are: [draws, K].

    Posts of one thread, or pairs of one post, are not independent: what is drawn is the group, not the example.
    """
    names, group = np.unique(np.asarray(groups, dtype=object).astype(str), return_inverse=True)
    sums = np.zeros((len(names), tallies.shape[1]))
    np.add.at(sums, group, tallies)
    chance = np.random.default_rng(seed)
    drawn = (chance.integers(0, len(names), len(names)) for _ in range(draws))
    return np.stack([np.bincount(chosen, minlength=len(names)) @ sums for chosen in drawn])
