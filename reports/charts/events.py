"""Events over time: lines through the panels, and their names in a strip of their own."""

from __future__ import annotations

from textwrap import wrap
from typing import TYPE_CHECKING

import altair as alt

from reports.charts.sheet import AXIS
from reports.charts.theme import INK, QUIET, data
from reports.plain import cut, plain

if TYPE_CHECKING:
    from collections.abc import Iterator

    from reports.charts.span import Span
    from reports.charts.theme import Layers
    from reports.timeline import Timeline

NAME = 70  # characters
LETTERS = 44  # of a line of a name on a narrow sheet
LINE = 16  # pixels
NUMBER = 16  # pixels at least between the numbers of two events


def lines(line: Timeline, span: Span) -> alt.Chart:
    """Draw a line at each event."""
    rows = [{"time": span.at(when)} for when, _ in line.events]
    drawn: alt.Chart = alt.Chart(data(rows)).mark_rule(color=QUIET, strokeDash=[4, 3]).encode(x=span.x("time"))
    return drawn


def events(line: Timeline, span: Span) -> Iterator[Layers | alt.Chart]:
    """Name the events, where there are any: each at its line, or by numbers where there is no room for that."""
    if line.events and span.sheet.is_narrow:
        yield _names(line, span)
        yield _numbers(line, span)
    elif line.events:
        yield _names_at_lines(line, span)


def _names_at_lines(line: Timeline, span: Span) -> Layers:
    rows = [
        {
            "time": span.at(when),
            "row": row,
            "text": cut(plain(text), NAME),
            "late": 2 * span.at(when) > span.first + span.last,
        }
        for row, (when, text) in enumerate(line.events)
    ]
    base = alt.Chart(data(rows), width=span.width, height=LINE * len(rows)).encode(
        x=span.x("time", labels=False),
        y=alt.Y("row", type="ordinal", axis=None),
        text=alt.Text("text", type="nominal"),
    )
    early = base.transform_filter("!datum.late").mark_text(align="left", dx=-2, color=INK, fontSize=11)
    late = base.transform_filter("datum.late").mark_text(align="right", dx=2, color=INK, fontSize=11)
    return alt.layer(early, late)


def _names(line: Timeline, span: Span) -> Layers:
    """List the names, numbered, over the whole width."""
    parts = [
        (f"{number}" if part == 0 else "", text)
        for number, (_, name) in enumerate(line.events, 1)
        for part, text in enumerate(wrap(cut(plain(name), NAME), LETTERS))
    ]
    rows = [{"row": row, "number": number, "text": text} for row, (number, text) in enumerate(parts)]
    base = alt.Chart(data(rows), width=span.width, height=LINE * len(rows)).encode(
        y=alt.Y("row", type="ordinal", axis=None)
    )
    words = base.mark_text(align="left", color=INK, fontSize=12)
    return alt.layer(
        words.encode(x=alt.value(-AXIS), text=alt.Text("number", type="nominal")),
        words.encode(x=alt.value(NUMBER - AXIS), text=alt.Text("text", type="nominal")),
    )


def _numbers(line: Timeline, span: Span) -> alt.Chart:
    """Write numbers at the lines; events at nearly the same time share a place."""
    near = NUMBER * (span.last - span.first) / span.width
    places: list[tuple[int, list[str]]] = []
    for number, (when, _) in enumerate(line.events, 1):
        if places and span.at(when) - places[-1][0] < near * len(places[-1][1]):
            places[-1][1].append(str(number))
        else:
            places.append((span.at(when), [str(number)]))
    rows = [{"time": time, "text": ", ".join(numbers)} for time, numbers in places]
    drawn: alt.Chart = (
        alt.Chart(data(rows), width=span.width, height=LINE)
        .mark_text(align="left", dx=-3, color=INK, fontSize=12)
        .encode(x=span.x("time", labels=False), text=alt.Text("text", type="nominal"))
    )
    return drawn
