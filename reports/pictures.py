"""Which charts a report has enough for."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from reports.report import Places, Report


def pictures(report: Report) -> tuple[str, ...]:
    """Name the charts of a report, in the order in which they stand in it."""
    enough = {
        "camps": report.overall is not None and report.overall.sides is not None,
        "stances": bool(report.stances),
        "communities": _compares(report.communities),
        "platforms": _compares(report.platforms),
        "timeline": sum(period.cell.sides is not None for period in report.timeline.periods) > 1,
        "sentiment": bool(report.sentiment_by_camp),
        "moves": bool(report.switches),
    }
    return tuple(name for name, is_enough in enough.items() if is_enough)


def _compares(places: Places) -> bool:
    return len(places.cells) > 1 and any(cell.sides for cell in places.cells)
