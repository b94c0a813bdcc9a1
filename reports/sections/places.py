"""Opinion by community and by platform."""

from __future__ import annotations

from typing import TYPE_CHECKING

from reports.document import Picture, Section, paragraph
from reports.pictures import pictures
from reports.prose import counted, joined, platform
from reports.sections import titles
from reports.sections.tables import camps_by, not_corrected, sentiment_by, small, stances_by
from reports.uncorrected import UNCORRECTED, is_corrected, uncorrected

if TYPE_CHECKING:
    from reports.document import Block
    from reports.estimates import Cell, Distribution
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
    alt = (
        f"Shares of the camps, by {what.lower()}, among posts that take a side, with 95% intervals, as in the table"
        f"{uncorrected(report, ' and ')}."
    )
    picture = [Picture(name, alt)] if name in pictures(report) else []
    summary = f"All {len(cells)} rows" if len(cells) > SHORT else ""
    more = [
        stances_by(report, what, cells, summary=f"Stances by {what.lower()}"),
        sentiment_by(what, cells, summary=f"Sentiment by {what.lower()}"),
    ]
    tables = [table for table in more if table.rows]
    return [*picture, camps_by(report, what, cells, summary=summary), *not_corrected(report, tables), *tables]


def _told(report: Report, places: Places) -> str:
    """Say who leads where."""
    cells = places.cells[:-1] if places.pooled else places.cells
    pooled = f" The smallest {places.pooled} are pooled as “{places.cells[-1].name}”." if places.pooled else ""
    led: dict[str, list[str]] = {}
    readable = [(cell.name, cell.sides) for cell in cells if cell.sides and not cell.is_small]
    for name, sides in readable:
        if lead := sides.best.lead:
            led.setdefault(report.label(lead.first) if lead.is_clear else "", []).append(name)
    if not led:
        few = "No community has enough posts that take a side to be read for itself."
        return f"{'There is but one side to take.' if readable else few}{pooled}"
    close = led.pop("", [])
    parts = [f"{name} leads clearly in {_some(where)}" for name, where in led.items()]
    parts += [f"it is too close to call in {_some(close)}"] if close else []
    many = counted(sum(map(len, led.values())) + len(close), "community has", "communities have")
    return f"{many} enough posts that take a side to be read: {'; '.join(parts)}.{_raw(report, readable)}{pooled}"


def _raw(report: Report, readable: list[tuple[str, Distribution]]) -> str:
    """Say where the leader is the model's, as the hand labels do not reach so far."""
    where = [name for name, sides in readable if not sides.corrected]
    return f" In {_some(where)} this is {UNCORRECTED}." if where and is_corrected(report) else ""


def _some(names: list[str]) -> str:
    return joined(names if len(names) <= NAMED else [*names[: NAMED - 1], f"{len(names) - NAMED + 1} more"])
