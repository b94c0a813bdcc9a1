"""Make probabilities mean what they say, and shares come out right, on examples kept for tuning.

One temperature a head (Guo et al. 2017, "On Calibration of Modern Neural Networks"), and an offset for the answer
"takes no side": a careful model gives it too often, and whoever counts its labels would find too few opinions.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    Array = NDArray[np.float64]
    Row = tuple[Array, int]  # probabilities and the index of the true answer; rows may differ in length

_GRID = np.geomspace(0.5, 4.0, 71)
_LEAST = 1e-6
_FEW = 100


def temperature(rows: Sequence[Row]) -> float:
    """Find the temperature that makes the truth likeliest; 1.0 where there is nothing."""
    if not rows:
        return 1.0
    return round(float(min(_GRID, key=lambda heat: _surprise(rows, heat))), 3)


def offset(rows: Sequence[Row], *, answer: int) -> float:
    """Find what added to the logit of an answer (its index; -1: the last) has it given as often as it is true.

    0.0 where there are fewer than 100 rows, which tell little, or where it is the truth of all or of none.
    """
    scores = [np.log(np.maximum(probabilities, _LEAST)) for probabilities, _ in rows]
    margins = sorted((row[answer] - np.delete(row, answer).max() for row in scores), reverse=True)
    true = sum(truth == answer % len(probabilities) for probabilities, truth in rows)
    if len(rows) < _FEW or not 0 < true < len(rows):
        return 0.0
    return round(-float(margins[true - 1] + margins[true]) / 2, 3)


def shifted(probabilities: Array, answer: int, by: float) -> Array:
    """Add to the logit of one answer."""
    odds: Array = probabilities.copy()
    odds[answer] *= np.exp(by)
    odds /= odds.sum()
    return odds


def _surprise(rows: Sequence[Row], heat: float) -> float:
    total = 0.0
    for probabilities, truth in rows:
        scores = np.log(np.maximum(probabilities, _LEAST)) / heat
        scores -= scores.max()
        total -= scores[truth] - np.log(np.exp(scores).sum())
    return total
