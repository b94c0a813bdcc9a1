"""Who came when: the first judged post of each author in each community."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from reports.periods import first_of
from reports.timeline import Arrivals

if TYPE_CHECKING:
    from reports.counting import Counting
    from reports.prevalence import Ints
    from reports.report import Places
    from reports.timeline import Timeline


def arrivals(count: Counting, communities: Places, line: Timeline) -> tuple[Arrivals, ...]:
    """Tell when the known authors of each community came, in the order in which half of them had."""
    votes, periods = count.votes, count.periods(line)
    chosen = np.flatnonzero((periods >= 0) & (votes.authors >= 0))
    chosen = chosen[np.argsort(votes.hours[chosen], kind="stable")]
    people = votes.places[chosen] * (int(votes.authors.max(initial=0)) + 1) + votes.authors[chosen]
    firsts = chosen[np.sort(np.unique(people, return_index=True)[1])]
    found = []
    for cell in communities.cells:
        if cell.name in votes.place_names:  # pooled ones have no time of their own
            own = firsts[votes.places[firsts] == votes.place_names.index(cell.name)]
            if len(own):
                found.append(_arrivals(cell.name, votes.hours[own], periods[own], len(line.periods)))
    return tuple(sorted(found, key=lambda came: (came.half, came.first, came.name)))


def _arrivals(name: str, hours: Ints, periods: Ints, count: int) -> Arrivals:
    return Arrivals(
        name=name,
        authors=len(hours),
        first=first_of(int(hours[0]) // 24, "day"),
        half=first_of(int(hours[(len(hours) - 1) // 2]) // 24, "day"),
        by_period=tuple(int(came) for came in np.bincount(periods, minlength=count)),
    )
