"""The stretch of time that the panels of a chart share."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import altair as alt

from reports.charts.sheet import AXIS
from reports.timeline import moment

if TYPE_CHECKING:
    from datetime import date

    from reports.charts.sheet import Sheet
    from reports.timeline import Timeline


@dataclass(frozen=True, slots=True, kw_only=True)
class Span:
    """From the first millisecond to the last, on a sheet."""

    first: int
    last: int
    sheet: Sheet

    @property
    def width(self) -> int:
        """Give the width of a panel in pixels."""
        return self.sheet.width - AXIS if self.sheet.is_narrow else self.sheet.width

    def x(self, field: str, *, labels: bool = True) -> alt.X:
        """Lay out times."""
        scale = alt.Scale(type="utc", domain=[self.first, self.last], nice=False)
        ticks = 4 if self.sheet.is_narrow else 8
        axis = alt.Axis(title=None, grid=False, labels=labels, labelOverlap=True, tickCount=ticks)
        return alt.X(field, type="temporal", scale=scale, axis=axis)

    def at(self, day: date) -> int:
        """Place an event; that of a day which had begun before the first hour drawn stands at the edge."""
        return max(milliseconds(day), self.first)


def whole(line: Timeline, sheet: Sheet) -> Span:
    """Span all periods."""
    return Span(first=milliseconds(line.periods[0].start), last=milliseconds(line.periods[-1].end), sheet=sheet)


def milliseconds(day: date) -> int:
    """Give a time, or midnight UTC of a day, in milliseconds."""
    return int(moment(day).timestamp()) * 1000
