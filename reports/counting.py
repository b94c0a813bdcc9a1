"""Counting the votes of a corpus in the groupings that a report shows."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING

import numpy as np

from corpus.labels import SENTIMENTS, STANCES
from reports.periods import last_day, starts, unit_for
from reports.prevalence import Sampling, distribution
from reports.report import Cell, Period, Places, Timeline

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from reports.prevalence import Ints
    from reports.report import Distribution
    from reports.votes import Votes

    Mask = NDArray[np.bool_]

MOST_PLACES = 15


@dataclass(frozen=True, slots=True, kw_only=True)
class Counting:
    """The votes, the names of the camps (neutral last), and how intervals are drawn."""

    votes: Votes
    camps: tuple[str, ...]
    sampling: Sampling

    @property
    def everywhere(self) -> Mask:
        """Choose all posts."""
        return np.ones(len(self.votes), dtype=bool)

    def cell(self, name: str, chosen: Mask) -> Cell | None:
        """Count the camps of the chosen posts; None where none has one."""
        sides = chosen & (self.votes.camps >= 0) & (self.votes.camps < len(self.camps) - 1)
        camps = self._distribution(self.camps, self.votes.camps, chosen)
        taken = self._distribution(self.camps[:-1], self.votes.camps, sides)
        return None if camps is None else Cell(name=name, sides=taken, camps=camps)

    def stances(self) -> tuple[tuple[str, Distribution], ...]:
        """Count the stances toward each target."""
        counted = (
            (name, self._distribution(STANCES, codes, self.everywhere)) for name, codes in self.votes.stances.items()
        )
        return tuple((name, found) for name, found in counted if found)

    def sentiment(self, chosen: Mask) -> Distribution | None:
        """Count the sentiment of the chosen posts."""
        return self._distribution(SENTIMENTS, self.votes.sentiments, chosen)

    def sentiment_by_camp(self) -> tuple[tuple[str, Distribution], ...]:
        """Count the sentiment of each camp that has posts."""
        counted = ((camp, self.sentiment(self.votes.camps == code)) for code, camp in enumerate(self.camps))
        return tuple((camp, found) for camp, found in counted if found)

    def places(self, names: Sequence[str], codes: Ints, always: frozenset[str] = frozenset()) -> Places:
        """Count the camps of each place; beyond MOST_PLACES the smallest are pooled.

        The first has most posts that take a side. Those named in `always` stand for themselves, whatever their size.
        """
        camps = self.votes.camps
        posts, sides = (
            np.bincount(codes[(camps >= 0) & (camps < limit)], minlength=len(names))
            for limit in (len(self.camps), len(self.camps) - 1)
        )
        ranks = sorted(range(len(names)), key=lambda code: (-sides[code], -posts[code], names[code]))
        shown = {code for rank, code in enumerate(ranks) if rank < MOST_PLACES or names[code] in always}
        pooled = [code for code in ranks if code not in shown and posts[code]]
        if len(pooled) == 1:
            shown, pooled = {*shown, *pooled}, []
        cells = [self.cell(names[code], codes == code) for code in ranks if code in shown]
        cells.append(self.cell(f"{len(pooled)} others", np.isin(codes, pooled)))
        return Places(cells=tuple(cell for cell in cells if cell), pooled=len(pooled))

    def timeline(self, unit: str, events: Sequence[tuple[date, str]]) -> Timeline:
        """Count the camps over time; the unit "auto" is chosen to be readable."""
        votes = self.votes
        dated = (votes.days > 0) & (votes.camps >= 0)
        sides = dated & (votes.camps < len(self.camps) - 1)
        if unit == "auto":
            unit = unit_for(votes.days[dated], votes.days[sides], self.sampling.min_posts)
        first_days = np.zeros(len(votes), dtype=np.int64)
        first_days[dated] = starts(votes.days[dated], unit)
        periods = []
        for ordinal in np.unique(first_days[dated]):
            first = date.fromordinal(int(ordinal))
            cell = self.cell(first.isoformat(), first_days == ordinal)
            if cell is not None:
                periods.append(Period(first=first, last=last_day(first, unit), cell=cell))
        undated = int(((votes.days == 0) & (votes.camps >= 0)).sum())
        shown = (event for event in events if periods and periods[0].first <= event[0] <= periods[-1].last)
        return Timeline(unit=unit, periods=tuple(periods), undated=undated, events=tuple(sorted(shown)))

    def _distribution(self, labels: Sequence[str], codes: Ints, chosen: Mask) -> Distribution | None:
        """Count the labels of the chosen posts that have one."""
        chosen = chosen & (codes >= 0)
        return distribution(
            labels,
            codes=codes[chosen],
            threads=self.votes.threads[chosen],
            authors=self.votes.authors[chosen],
            sampling=self.sampling,
        )
