"""How narrow charts write what has no room beside the marks: above them, or in lines."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

import altair as alt

from reports.charts.theme import INK, QUIET, data

if TYPE_CHECKING:
    from collections.abc import Sequence

    from reports.charts.sheet import Sheet

LETTER = 6.4  # pixels a letter of a note takes on average
GAP = 12  # pixels between a name and a note
LINE = 15  # pixels of a line of a text of several


class Heading(NamedTuple):
    """The name of a row, and a note at its right end."""

    name: str
    note: str = ""


def headings(rows: Sequence[Heading], sheet: Sheet, y: alt.Y, *, by: str = "name", up: float) -> list[alt.Chart]:
    """Write names and notes `up` pixels above the middle of their rows; a name that would run into the notes is cut.

    `y` lays out the names by the field `by`.
    """
    base = alt.Chart(data({by: row.name, "note": row.note} for row in rows)).encode(y=y)
    room = sheet.width - GAP - LETTER * max((len(row.note) for row in rows), default=0)
    names = base.mark_text(align="left", color=INK, fontSize=13, limit=room, dy=-up)
    notes = base.mark_text(align="right", color=QUIET, fontSize=12, dy=-up)
    return [
        names.encode(x=alt.value(0), text=alt.Text(by, type="nominal")),
        notes.encode(x=alt.value(sheet.width), text=alt.Text("note", type="nominal")),
    ]


def in_lines(sheet: Sheet, *, down: float = 0) -> dict[str, Any]:
    """Give what the marks of texts need to be in lines on a narrow sheet, two of them around their place."""
    return {"lineBreak": "\n", "lineHeight": LINE, "dy": down - LINE / 2} if sheet.is_narrow else {}
