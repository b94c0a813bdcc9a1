"""Draws of posts to be labelled by hand that the judged posts have outgrown: too many of these had no chance in them.

The corpus may have grown since, another choice of threads or another label set may judge other posts. What was drawn
is then a random sample of some of the posts alone, and what the model misses in them is not what it misses in all.
"""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING

import numpy as np

from reports.drawing import population
from reports.prevalence import kish

if TYPE_CHECKING:
    from collections.abc import Mapping

    from reports.prevalence import Ints

TRIFLE = 0.02  # of the judged posts
CHANCE = 3.0  # standard errors


def outgrown(draws: Mapping[int, tuple[float, str]], judged: Ints) -> frozenset[str]:
    """Name the designs of such draws, from the probability and design of each hand-labelled post and all judged keys.

    As large a share of what was drawn should be judged still as the judged posts are of those that it was drawn from.
    A design that does not say how many these were is believed.
    """
    posts: defaultdict[str, list[tuple[float, bool]]] = defaultdict(list)
    still = np.isin(list(draws), judged)
    for (probability, design), is_judged in zip(draws.values(), still, strict=True):
        posts[design].append((1 / probability, bool(is_judged)))
    return frozenset(design for design, rows in posts.items() if _is_outgrown(design, np.array(rows), len(judged)))


def _is_outgrown(design: str, rows: np.ndarray[tuple[int, int], np.dtype[np.float64]], judged: int) -> bool:
    size = population(design)
    if size is None:
        return False
    weights, still = rows.T
    expected = judged / size
    error = np.sqrt(max(expected * (1 - expected), 0.0) / kish(weights[:, None]))
    return bool(np.average(still, weights=weights) < (1 - TRIFLE) * expected - CHANCE * error)
