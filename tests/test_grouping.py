"""Numbers told together without sorting are those that sorting tells."""

from __future__ import annotations

import numpy as np
import pytest

from reports.grouping import different, grouped


@pytest.mark.parametrize(
    "numbers",
    [
        pytest.param([3, 1, 3, 2], id="close together"),
        pytest.param([-2, 5, -1, 5, -2, 0], id="below zero"),
        pytest.param([7, 10**12, 7, -(10**12)], id="far apart"),
        pytest.param([4], id="one"),
        pytest.param([], id="none"),
    ],
)
def test_they_are_those_of_numpy(numbers: list[int]) -> None:
    column = np.array(numbers, dtype=np.int64)
    names, places = np.unique(column, return_inverse=True)
    found = grouped(column)
    assert [found[0].tolist(), found[1].tolist()] == [names.tolist(), places.tolist()]
    assert different(column) == len(names)
