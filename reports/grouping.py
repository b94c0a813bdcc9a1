"""Telling equal numbers together: what `np.unique` does, without sorting where the numbers lie close together."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from reports.prevalence import Ints

SPARSE = 4  # times as many numbers as there could be: then to sort them is quicker


def grouped(numbers: Ints) -> tuple[Ints, Ints]:
    """Give the different numbers, ascending, and the place of each number among them ([posts])."""
    if not _is_dense(numbers):
        names, places = np.unique(numbers, return_inverse=True)
        return names, places
    low, there = _there(numbers)
    found = np.flatnonzero(there)
    renumbered = np.empty(len(there), dtype=np.int64)
    renumbered[found] = np.arange(len(found))
    return found + low, renumbered[numbers - low]


def different(numbers: Ints) -> int:
    """Count the different numbers."""
    return int(np.count_nonzero(_there(numbers)[1])) if _is_dense(numbers) else len(np.unique(numbers))


def _is_dense(numbers: Ints) -> bool:
    return len(numbers) > 0 and int(numbers.max()) - int(numbers.min()) < SPARSE * len(numbers)


def _there(numbers: Ints) -> tuple[int, np.ndarray[tuple[int], np.dtype[np.bool_]]]:
    """Give the smallest number, and which from it on are there."""
    low = int(numbers.min())
    there = np.zeros(int(numbers.max()) - low + 1, dtype=bool)
    there[numbers - low] = True
    return low, there
