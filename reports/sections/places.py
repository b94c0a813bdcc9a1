"""Opinion by community and by platform."""

from __future__ import annotations

from typing import TYPE_CHECKING

from reports.document import Picture, Section, paragraph
from reports.pictures import pictures
from reports.prose import counted, joined, platform
from reports.sections import titles
from reports.sections.tables import camps_by, sentiment_by, small, stances_by

if TYPE_CHECKING:
    from reports.document import Block
    from reports.estimates import Cell
    from reports.report import Places, Report

SHORT = 12
NAMED = 6


def section(report: Report) -> Section:
    """Write the section."""
    communities = [(cell.name, cell) for cell in report.communities.cells]
    platforms = [(platform(cell.name), cell) for cell in report.platforms.cells]
    if len(communities) < 2 and len(platforms) < 2:
        where = f"All judged posts come from {communities[0][0]}" if communities else "There are no judged posts"
        return Section(titles.PLACES, (paragraph(f"{where}, so there is nothing to compare."),))
    blocks: list[Block] = []
    if len(communities) > 1:
        blocks += [paragraph(_told(report, report.communities)), *_shown(report, "communities", communities)]
    if len(platforms) > 1 and [name for name, _ in platforms] != [name for name, _ in communities]:
        blocks += [paragraph("The same by platform:"), *_shown(report, "platforms", platforms)]
    return Section(titles.PLACES, (*blocks, paragraph(small(report))))


def _shown(report: Report, name: str, cells: list[tuple[str, Cell]]) -> list[Block]:
    what = {"communities": "Community", "platforms": "Platform"}[name]
    alt = f"Shares of the camps, by {what.lower()}, among posts that take a side, with 95% intervals, as in the table."
    picture = [Picture(name, alt)] if name in pictures(report) else []
    summary = f"All {len(cells)} rows" if len(cells) > SHORT else ""
    more = [
        stances_by(report, what, cells, summary=f"Stances by {what.lower()}"),
        sentiment_by(what, cells, summary=f"Sentiment by {what.lower()}"),
    ]
    return [*picture, camps_by(report, what, cells, summary=summary), *(table for table in more if table.rows)]


def _told(report: Report, places: Places) -> str:
    """Say who leads where."""
    cells = places.cells[:-1] if places.pooled else places.cells
    pooled = f" The smallest {places.pooled} are pooled as “{places.cells[-1].name}”." if places.pooled else ""
    led: dict[str, list[str]] = {}
    for cell in cells:
        lead = cell.sides.lead if cell.sides and not cell.is_small else None
        if lead:
            led.setdefault(report.label(lead.first) if lead.is_clear else "", []).append(cell.name)
    if not led:
        return f"No community has enough posts that take a side to be read for itself.{pooled}"
    close = led.pop("", [])
    parts = [f"{name} leads clearly in {_some(where)}" for name, where in led.items()]
    parts += [f"it is too close to call in {_some(close)}"] if close else []
    many = counted(sum(map(len, led.values())) + len(close), "community has", "communities have")
    return f"{many} enough posts that take a side to be read: {'; '.join(parts)}.{pooled}"


def _some(names: list[str]) -> str:
    return joined(names if len(names) <= NAMED else [*names[: NAMED - 1], f"{len(names) - NAMED + 1} more"])
