"""Rows of dots with intervals: several shares of each of several groups."""

from __future__ import annotations

from itertools import chain, count
from typing import TYPE_CHECKING, NamedTuple

import altair as alt

from reports.charts.headings import Heading, headings
from reports.charts.theme import FAINT, INK, QUIET, colour, data, share_axis, told

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from reports.charts.sheet import Sheet
    from reports.charts.theme import Layers, Row
    from reports.estimates import Share

LINE = 13  # pixels a dot
HEAD = ""  # the line above the dots of a row on a narrow sheet


class Group(NamedTuple):
    """One row: its name, the shares to draw, a note at its end, and whether it is too small to be read as a fact."""

    name: str
    shares: Sequence[Share]
    note: str
    is_small: bool


def dots(groups: Sequence[Group], labels: Mapping[str, str], colours: Mapping[str, str], sheet: Sheet) -> Layers:
    """Draw a dot and an interval for each share; those of small groups are hollow and faint.

    `labels` and `colours` map the labels of shares to their names and colours.
    """
    groups, names = _apart(groups), list(labels.values())
    lines = [HEAD, *names] if sheet.is_narrow else names
    paint = colour(names, [colours[label] for label in labels], sheet.legend(names))
    y = _rows([group.name for group in groups], sheet)
    width = sheet.width if sheet.is_narrow else sheet.width - 150
    base = alt.Chart(data(_points(groups, labels)), width=width, height=alt.Step(LINE, **{"for": "offset"})).encode(
        y=y,
        yOffset=alt.YOffset("name", type="nominal", sort=names, scale=alt.Scale(domain=lines)),
        color=paint,
        opacity=alt.condition("datum.is_small", alt.value(FAINT), alt.value(1.0)),
    )
    rules = base.mark_rule(strokeWidth=2).encode(x=share_axis("low"), x2="high")
    points = base.mark_point(size=55, strokeWidth=1.5, opacity=1).encode(
        x=share_axis(),
        description="told:N",
        fill=alt.condition("datum.is_small", alt.value("white"), paint),
    )
    above = [Heading(group.name, group.note) for group in groups]
    if sheet.is_narrow:
        return alt.layer(rules, points, *headings(above, sheet, y, by="group", up=LINE * len(names) / 2))
    notes = alt.Chart(data({"group": group.name, "note": group.note} for group in groups)).mark_text(
        align="left", color=QUIET, fontSize=11
    ).encode(y=y, x=alt.value(width + 10), text=alt.Text("note", type="nominal"))  # fmt: skip
    return alt.layer(rules, points, notes)


def _apart(groups: Sequence[Group]) -> list[Group]:
    """Tell groups of the same name apart by numbers: long names are cut, and may be the same then."""
    found: dict[str, Group] = {}
    for group in groups:
        names = chain([group.name], (f"{group.name} ({number})" for number in count(2)))
        shown = next(name for name in names if name not in found)
        found[shown] = group._replace(name=shown)
    return list(found.values())


def _rows(names: list[str], sheet: Sheet) -> alt.Y:
    axis = None if sheet.is_narrow else alt.Axis(title=None, labelColor=INK, grid=False)
    scale = alt.Scale(paddingInner=0.25, domain=names)
    return alt.Y("group", type="nominal", sort=names, scale=scale, axis=axis)


def _points(groups: Sequence[Group], labels: Mapping[str, str]) -> Iterator[Row]:
    for group in groups:
        for share in group.shares:
            yield {
                "group": group.name,
                "name": labels[share.label],
                "share": share.share,
                "low": share.low,
                "high": share.high,
                "is_small": group.is_small,
                "told": told(labels[share.label], share, where=group.name),
            }
