"""Opinion over time: periods, changes between them, and who arrived when."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

from reports.estimates import Cell, Distribution  # noqa: TC001  (the schema of a report is read off its classes)

END = datetime.max.replace(tzinfo=UTC)


@dataclass(frozen=True, slots=True, kw_only=True)
class Period:
    """One stretch of time, from the first to the last day; where it is an hour, both are the time of its beginning."""

    first: date | datetime
    last: date | datetime
    cell: Cell

    @property
    def start(self) -> datetime:
        """The moment in UTC at which it begins."""
        return moment(self.first)

    @property
    def end(self) -> datetime:
        """The moment in UTC at which the next begins; that after the last of the calendar is its end."""
        length = timedelta(hours=1) if isinstance(self.last, datetime) else timedelta(days=1)
        return moment(self.last) + min(length, END - moment(self.last))

    @property
    def last_day(self) -> date:
        """The last day in UTC that it touches."""
        return moment(self.last).date()


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """A point in time at which the camps of the posts that take a side shift.

    `first` is the beginning of the first period after it. `p_value` is how often chance alone makes a shift as large
    anywhere in the stretch that was searched. `before` and `after` are of the stretches on both sides, up to the
    neighbouring changes.
    """

    first: date | datetime
    p_value: float
    before: Distribution
    after: Distribution


@dataclass(frozen=True, slots=True, kw_only=True)
class Arrivals:
    """When the authors of one community wrote their first judged post.

    `first` is the day of the earliest, `half` that by which half of them had come. `by_period` counts them in each
    period of the timeline.
    """

    name: str
    authors: int
    first: date
    half: date
    by_period: tuple[int, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Timeline:
    """Opinion over time; `undated` judged posts are in none of the periods, `events` lie within them.

    `changes` are those found while a debate in which nothing changes would show any with a chance of `false_alarms`;
    None where there are too few periods or posts to look for one.
    """

    unit: str
    periods: tuple[Period, ...]
    undated: int
    events: tuple[tuple[date, str], ...]
    changes: tuple[Change, ...] | None = None
    false_alarms: float = 0.05
    arrivals: tuple[Arrivals, ...] = ()


def moment(day: date) -> datetime:
    """Give a time as it is, and midnight in UTC for a day."""
    return day if isinstance(day, datetime) else datetime(day.year, day.month, day.day, tzinfo=UTC)
