"""Rows of dots with intervals: several shares of each of several groups."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import altair as alt

from reports.charts.theme import FAINT, INK, QUIET, WIDTH, colour, data, share_axis, told

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from reports.charts.theme import Layers
    from reports.report import Share

LINE = 13  # pixels a dot


class Group(NamedTuple):
    """One row: its name, the shares to draw, a note at its end, and whether it is too small to be read as a fact."""

    name: str
    shares: Sequence[Share]
    note: str
    is_small: bool


def dots(groups: Sequence[Group], labels: Mapping[str, str], colours: Mapping[str, str]) -> Layers:
    """Draw a dot and an interval for each share; those of small groups are hollow and faint.

    `labels` and `colours` map the labels of shares to their names and colours.
    """
    names = list(labels.values())
    order = [group.name for group in groups]
    rows = [
        {
            "group": group.name,
            "name": labels[share.label],
            "share": share.share,
            "low": share.low,
            "high": share.high,
            "is_small": group.is_small,
            "told": told(labels[share.label], share, where=group.name),
        }
        for group in groups
        for share in group.shares
    ]
    y = alt.Y("group", type="nominal", sort=order, scale=alt.Scale(paddingInner=0.25, domain=order),
              axis=alt.Axis(title=None, labelColor=INK, grid=False))  # fmt: skip
    step = alt.Step(LINE, **{"for": "offset"})
    base = alt.Chart(data(rows), width=WIDTH - 150, height=step).encode(
        y=y,
        yOffset=alt.YOffset("name", type="nominal", sort=names, scale=alt.Scale(domain=names)),
        color=colour(names, [colours[label] for label in labels]),
        opacity=alt.condition("datum.is_small", alt.value(FAINT), alt.value(1.0)),
    )
    rules = base.mark_rule(strokeWidth=2).encode(x=share_axis("low"), x2="high")
    points = base.mark_point(size=55, strokeWidth=1.5, opacity=1).encode(
        x=share_axis(),
        description="told:N",
        fill=alt.condition("datum.is_small", alt.value("white"), colour(names, [colours[label] for label in labels])),
    )
    notes = alt.Chart(data({"group": group.name, "note": group.note} for group in groups)).mark_text(
        align="left", color=QUIET, fontSize=11
    ).encode(y=y, x=alt.value(WIDTH - 140), text=alt.Text("note", type="nominal"))  # fmt: skip
    return alt.layer(rules, points, notes)
