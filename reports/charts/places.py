"""Opinion by community or platform."""

from __future__ import annotations

from typing import TYPE_CHECKING

from reports.charts.dots import Group, dots
from reports.charts.theme import finished, name
from reports.prose import counted, number, platform
from reports.uncorrected import NEXT_LINE, uncorrected

if TYPE_CHECKING:
    from reports.charts.sheet import Sheet
    from reports.charts.theme import Chart
    from reports.report import Places, Report


def chart(report: Report, places: Places, colours: dict[str, str], sheet: Sheet) -> Chart:
    """Draw the shares of each place among its posts that take a side."""
    groups = [
        Group(
            name=name(platform(cell.name)),
            shares=cell.sides.shares if cell.sides else (),
            note=f"n = {number(cell.sides.posts if cell.sides else 0)}{' (small)' if cell.is_small else ''}",
            is_small=cell.is_small,
        )
        for cell in places.cells
    ]
    labels = {camp: name(report.label(camp)) for camp in report.camps[:-1]}
    what = "Which side posts take, by " + ("platform" if places is report.platforms else "community")
    few = counted(report.min_posts, "post")
    subtitle = f"Share of the n posts that take a side, with 95% intervals; faint: under {few} or 10 authors"
    mark = uncorrected(report, NEXT_LINE)
    return finished(dots(groups, labels, colours, sheet), sheet, what, subtitle + mark)
