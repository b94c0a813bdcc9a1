"""Make probabilities mean what they say: one temperature a head, fitted on examples kept for tuning.

Guo et al. 2017, "On Calibration of Modern Neural Networks".
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    Array = NDArray[np.float64]

_GRID = np.geomspace(0.5, 4.0, 71)


def temperature(probabilities: Sequence[Array], truth: Sequence[int]) -> float:
    """Find the temperature that makes the truth likeliest; rows may differ in length. 1.0 where there is nothing."""
    if not truth:
        return 1.0
    return round(float(min(_GRID, key=lambda heat: _surprise(probabilities, truth, heat))), 3)


def _surprise(probabilities: Sequence[Array], truth: Sequence[int], heat: float) -> float:
    total = 0.0
    for row, label in zip(probabilities, truth, strict=True):
        scores = np.log(np.maximum(row, 1e-6)) / heat
        scores -= scores.max()
        total -= scores[label] - np.log(np.exp(scores).sum())
    return total
