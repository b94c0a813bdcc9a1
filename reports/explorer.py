"""The camp chart that readers filter: what its script shows, and the controls."""

from __future__ import annotations

from typing import TYPE_CHECKING

from reports.plain import cut, plain
from reports.prose import period
from reports.templating import fill
from reports.uncorrected import UNCORRECTED, is_corrected, uncorrected

if TYPE_CHECKING:
    from markupsafe import Markup

    from reports.estimates import Distribution
    from reports.report import Report

DIGITS = 4
NAME = 60  # characters


def explorer(report: Report) -> Markup:
    """Write the controls and the empty chart; without scripts they stay hidden."""
    line = report.timeline
    return fill(
        "explorer.html",
        places=[_name(cell.name) for cell in report.communities.cells],
        unit=line.unit.capitalize(),
        periods=[period(found.first, line.unit) for found in line.periods],
        camps=_camps(report),
        mark=uncorrected(report),
    )


def script_data(report: Report) -> dict[str, object]:
    """Give the shares for each choice: "place,period", by their numbers, empty for all."""
    places = {cell.name: number for number, cell in enumerate(report.communities.cells)}
    periods = {found.first: number for number, found in enumerate(report.timeline.periods)}
    cells = {",": report.overall.sides if report.overall else None}
    cells |= {f"{number},": cell.sides for number, cell in enumerate(report.communities.cells)}
    cells |= {f",{number}": found.cell.sides for number, found in enumerate(report.timeline.periods)}
    cells |= {f"{places[found.place]},{periods[found.first]}": found.sides for found in report.crossed}
    mark = {"mark": f"{UNCORRECTED.capitalize()}."} if is_corrected(report) else {}
    return {"camps": _camps(report), "cells": {key: _cell(sides) for key, sides in cells.items() if sides}, **mark}


def _cell(sides: Distribution) -> dict[str, object]:
    labels = [share.label for share in sides.shares]
    lead = sides.lead
    return {
        "posts": sides.posts,
        "authors": sides.authors,
        "small": sides.is_small,
        "lead": None if lead is None else labels.index(lead.first) if lead.is_clear else -1,
        "shares": [
            [share.n, *(round(value, DIGITS) for value in (share.share, share.low, share.high))]
            for share in sides.shares
        ],
    }


def _camps(report: Report) -> list[str]:
    return [_name(report.label(camp)) for camp in report.camps[:-1]]


def _name(text: str) -> str:
    return cut(plain(text), NAME)
