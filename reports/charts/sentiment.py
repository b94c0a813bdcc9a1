"""The tone of each camp."""

from __future__ import annotations

from typing import TYPE_CHECKING

from corpus.labels import NEUTRAL
from corpus.labels import SENTIMENTS as LABELS
from reports.charts.colours import SENTIMENTS
from reports.charts.dots import Group, dots
from reports.charts.theme import finished, name
from reports.prose import number
from reports.uncorrected import NEXT_LINE, uncorrected

if TYPE_CHECKING:
    from reports.charts.sheet import Sheet
    from reports.charts.theme import Chart
    from reports.report import Report


def chart(report: Report, colours: dict[str, str], sheet: Sheet) -> Chart:  # noqa: ARG001  (all are drawn alike)
    """Draw the shares of negative, neutral and positive posts of each camp."""
    groups = [
        Group(
            name="no side" if camp == NEUTRAL else f"for {name(report.label(camp))}",
            shares=found.shares,
            note=f"n = {number(found.posts)}{' (small)' if found.is_small else ''}",
            is_small=found.is_small,
        )
        for camp, found in report.sentiment_by_camp
    ]
    labels = {label: label for label in LABELS}
    drawn = dots(groups, labels, SENTIMENTS, sheet)
    return finished(
        drawn,
        sheet,
        "The tone of each camp",
        f"Share of its n posts, with 95% intervals{uncorrected(report, NEXT_LINE)}",
    )
