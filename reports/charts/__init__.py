"""The charts of a report."""

from __future__ import annotations

from typing import TYPE_CHECKING

from reports.charts import camps, moves, places, sentiment, stances, timeline
from reports.charts.colours import camp_colours
from reports.charts.sheet import WIDE
from reports.charts.theme import svg
from reports.pictures import pictures

if TYPE_CHECKING:
    from collections.abc import Callable

    from reports.charts.sheet import Sheet
    from reports.charts.theme import Chart
    from reports.report import Report

CHARTS: dict[str, Callable[[Report, dict[str, str], Sheet], Chart]] = {
    "camps": camps.chart,
    "stances": stances.chart,
    "communities": lambda report, colours, sheet: places.chart(report, report.communities, colours, sheet),
    "platforms": lambda report, colours, sheet: places.chart(report, report.platforms, colours, sheet),
    "timeline": timeline.chart,
    "sentiment": sentiment.chart,
    "moves": moves.chart,
}


def draw(report: Report, sheet: Sheet = WIDE) -> dict[str, str]:
    """Draw each chart of a report as SVG."""
    colours = camp_colours(report.targets)
    return {name: svg(CHARTS[name](report, colours, sheet)) for name in pictures(report)}
