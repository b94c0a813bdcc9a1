"""Counting the votes of a corpus in the groupings that a report shows."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

import numpy as np

from corpus.labels import SENTIMENTS, STANCES
from reports.confusion import adjusted, rates
from reports.correction import Hand, corrected
from reports.estimates import Cell
from reports.grouping import grouped
from reports.periods import first_of, last_day, numbered, unit_for
from reports.prevalence import Sampling, distribution
from reports.report import Places
from reports.timeline import Period, Timeline
from reports.votes import NONE

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import date

    from reports.estimates import Corrected, Distribution
    from reports.prevalence import Floats, Ints
    from reports.votes import Votes

MOST_PLACES = 15
HOURS = 24  # of a day


@dataclass(frozen=True, slots=True, kw_only=True)
class Truth:
    """What people say of posts: their places among the votes, ascending, and weights.

    `is_sample`: the posts were drawn at random from all, so that what the model misses in them it misses in all.
    `camps`, `sentiments` and `stances` of each target hold how many of the annotators of a post (as a share) give each
    label ([drawn, labels]), NaN where none gives any.
    """

    is_sample: bool
    places: Ints
    weights: Floats
    camps: Floats
    sentiments: Floats
    stances: Mapping[str, Floats] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Counting:
    """The votes, the names of the camps (neutral last), how intervals are drawn, and what people say, if anything."""

    votes: Votes
    camps: tuple[str, ...]
    sampling: Sampling
    truth: Truth | None = None

    @property
    def everywhere(self) -> Ints:
        """Choose all posts."""
        return np.arange(len(self.votes))

    def cell(self, name: str, chosen: Ints) -> Cell | None:
        """Count the opinions in the chosen posts (places, ascending); None where none has a camp."""
        votes, truth = self.votes, self.truth
        sides = chosen[votes.camps[chosen] < len(self.camps) - 1]
        camps = self._distribution(self.camps, votes.camps, chosen, truth.camps if truth else None)
        taken = self._distribution(self.camps[:-1], votes.camps, sides)
        if camps is None:
            return None
        if taken is not None and truth is not None:
            taken = replace(taken, corrected=self._correct(self.camps, votes.camps, chosen, truth.camps, sides=True))
        return Cell(name=name, sides=taken, camps=camps, stances=self.stances(chosen), sentiment=self.sentiment(chosen))

    def stances(self, chosen: Ints) -> tuple[tuple[str, Distribution], ...]:
        """Count the stances of the chosen posts toward each target."""
        truth = self.truth
        counted = (
            (name, self._distribution(STANCES, codes, chosen, truth.stances.get(name) if truth else None))
            for name, codes in self.votes.stances.items()
        )
        return tuple((name, found) for name, found in counted if found)

    def sentiment(self, chosen: Ints) -> Distribution | None:
        """Count the sentiment of the chosen posts."""
        return self._distribution(
            SENTIMENTS, self.votes.sentiments, chosen, self.truth.sentiments if self.truth else None
        )

    def sentiment_by_camp(self) -> tuple[tuple[str, Distribution], ...]:
        """Count the sentiment of each camp that has posts; a camp is what the model says, so that none is corrected."""
        sentiments = self.votes.sentiments
        counted = (
            (camp, self._distribution(SENTIMENTS, sentiments, np.flatnonzero(self.votes.camps == code)))
            for code, camp in enumerate(self.camps)
        )
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
        cells = [self.cell(names[code], np.flatnonzero(codes == code)) for code in ranks if code in shown]
        cells.append(self.cell(f"{len(pooled)} others", np.flatnonzero(np.isin(codes, pooled))))
        return Places(cells=tuple(cell for cell in cells if cell), pooled=len(pooled))

    def timeline(self, unit: str, events: Sequence[tuple[date, str]]) -> Timeline:
        """Count the camps over time; the unit "auto" is chosen to be readable."""
        votes = self.votes
        dated = (votes.hours > 0) & (votes.camps >= 0)
        sides = dated & (votes.camps < len(self.camps) - 1)
        if unit == "auto":
            unit = unit_for(votes.hours[dated], votes.hours[sides], self.sampling.min_posts)
        numbers = np.where(dated, numbered(np.where(dated, votes.hours, HOURS), unit), NONE)
        periods = []
        for number in grouped(numbers[dated])[0]:
            first = first_of(int(number), unit)
            cell = self.cell(first.isoformat(), np.flatnonzero(numbers == number))
            if cell is not None:
                periods.append(Period(first=first, last=last_day(first, unit), cell=cell))
        undated = int(((votes.hours == 0) & (votes.camps >= 0)).sum())
        shown = (event for event in events if periods and periods[0].start.date() <= event[0] <= periods[-1].last_day)
        return Timeline(unit=unit, periods=tuple(periods), undated=undated, events=tuple(sorted(shown)))

    def periods(self, line: Timeline) -> Ints:
        """Give the place of the period of each post in a timeline, NONE where it is in none."""
        firsts = {found.first: place for place, found in enumerate(line.periods)}
        numbers = numbered(np.maximum(self.votes.hours, HOURS), line.unit)
        unique, places = grouped(numbers)
        known = np.array([firsts.get(first_of(int(number), line.unit), NONE) for number in unique], dtype=np.int64)
        found: Ints = np.where((self.votes.hours > 0) & (self.votes.camps >= 0), known[places], NONE)
        return found

    def _distribution(
        self, labels: Sequence[str], codes: Ints, chosen: Ints, truth: Floats | None = None
    ) -> Distribution | None:
        """Count the labels of the chosen posts that have one."""
        kept = chosen[codes[chosen] >= 0]
        found = distribution(
            labels,
            codes=codes[kept],
            threads=self.votes.threads[kept],
            authors=self.votes.authors[kept],
            sampling=self.sampling,
        )
        if found is None or truth is None:
            return found
        return replace(found, corrected=self._correct(labels, codes, chosen, truth))

    def _correct(
        self, labels: Sequence[str], codes: Ints, chosen: Ints, truth: Floats, *, sides: bool = False
    ) -> Corrected | None:
        """Correct the shares of the chosen posts by those of them that people labelled, or by all hand labels.

        A random sample of the posts themselves assumes nothing of the model, so it is taken where it is large enough.
        """
        if self.truth is None:
            return None
        kept, votes = chosen[codes[chosen] >= 0], self.votes
        limit = len(labels) - 1 if sides else None
        found = None
        if self.truth.is_sample:
            usable = np.isin(self.truth.places, kept) & ~np.isnan(truth[:, 0])
            places = np.searchsorted(kept, self.truth.places[usable])
            found = corrected(
                labels,
                codes=codes[kept],
                hand=Hand(places, truth[usable], self.truth.weights[usable]),
                threads=votes.threads[kept],
                authors=votes.authors[kept],
                sides=limit,
            )
        return found or adjusted(
            labels,
            codes=codes,
            chosen=kept,
            found=rates(codes, Hand(self.truth.places, truth, self.truth.weights)),
            threads=votes.threads,
            authors=votes.authors,
            sides=limit,
        )
