"""Opinion by community and period at once, for readers who choose both."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from reports.grouping import grouped
from reports.prevalence import distribution
from reports.report import Crossed

if TYPE_CHECKING:
    from collections.abc import Iterator

    from reports.counting import Counting
    from reports.prevalence import Ints
    from reports.report import Places
    from reports.timeline import Timeline


def crossed(count: Counting, communities: Places, timeline: Timeline) -> tuple[Crossed, ...]:
    """Count the posts that take a side in each community and period that both have any."""
    return tuple(_crossed(count, communities, timeline))


def _crossed(count: Counting, communities: Places, timeline: Timeline) -> Iterator[Crossed]:
    votes, camps = count.votes, count.camps[:-1]
    periods = count.periods(timeline)
    sides = np.flatnonzero((votes.camps >= 0) & (votes.camps < len(camps)) & (periods >= 0))
    places = _places(count, communities)[votes.places[sides]]
    cells, codes = grouped(places * len(timeline.periods) + periods[sides])
    order = np.argsort(codes, kind="stable")
    for cell, posts in zip(cells, np.split(sides[order], np.cumsum(np.bincount(codes))[:-1]), strict=False):
        place, period = divmod(int(cell), len(timeline.periods))
        found = distribution(
            camps,
            codes=votes.camps[posts],
            threads=votes.threads[posts],
            authors=votes.authors[posts],
            sampling=count.sampling,
        )
        if found is not None:
            yield Crossed(place=communities.cells[place].name, first=timeline.periods[period].first, sides=found)


def _places(count: Counting, communities: Places) -> Ints:
    """Give the number of the cell in which each community is counted, the last one where it is pooled."""
    alone = communities.cells[:-1] if communities.pooled else communities.cells
    shown = {cell.name: number for number, cell in enumerate(alone)}
    return np.array([shown.get(name, len(communities.cells) - 1) for name in count.votes.place_names], dtype=np.int64)
