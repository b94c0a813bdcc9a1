"""Which charts a report has enough for."""

from __future__ import annotations

from dataclasses import replace
from itertools import accumulate, takewhile
from typing import TYPE_CHECKING

from reports.periods import MOST

if TYPE_CHECKING:
    from collections.abc import Sequence

    from reports.report import Places, Report
    from reports.timeline import Timeline

LONG = 2 * MOST  # periods on the axis of time
LEAST = 5  # judged posts of a period that is no stray
STRAY = 0.05  # of the judged posts, at each end


def pictures(report: Report) -> tuple[str, ...]:
    """Name the charts of a report, in the order in which they stand in it."""
    enough = {
        "camps": report.overall is not None and report.overall.sides is not None,
        "stances": bool(report.stances),
        "communities": _compares(report.communities),
        "platforms": _compares(report.platforms),
        "timeline": sum(period.cell.sides is not None for period in drawn(report.timeline).periods) > 1,
        "sentiment": bool(report.sentiment_by_camp),
        "moves": bool(report.switches),
    }
    return tuple(name for name, is_enough in enough.items() if is_enough)


def drawn(line: Timeline) -> Timeline:
    """Leave out the stray posts at both ends of an axis that they draw out."""
    periods = line.periods
    if len(periods) < 2 or periods[-1].end - periods[0].start <= LONG * (periods[0].end - periods[0].start):
        return line
    posts = [period.cell.camps.posts for period in periods]
    kept = periods[_strays(posts) : len(periods) - _strays(posts[::-1])]
    events = tuple(event for event in line.events if kept[0].start.date() <= event[0] <= kept[-1].last_day)
    return replace(line, periods=kept, events=events)


def _strays(posts: Sequence[int]) -> int:
    """Count the nearly empty periods at the beginning, as long as they hold next to nothing of all posts."""
    pairs = zip(posts, accumulate(posts), strict=True)
    return sum(1 for _ in takewhile(lambda pair: pair[0] < LEAST and pair[1] <= STRAY * sum(posts), pairs))


def _compares(places: Places) -> bool:
    return len(places.cells) > 1 and any(cell.sides for cell in places.cells)
