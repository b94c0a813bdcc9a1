"""Who moved: bands from the target left behind to the target taken up."""

from __future__ import annotations

from textwrap import wrap
from typing import TYPE_CHECKING

import altair as alt

from reports.charts.headings import in_lines
from reports.charts.theme import INK, data, finished, name
from reports.prose import counted, number

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from reports.charts.sheet import Sheet
    from reports.charts.theme import Chart, Row
    from reports.report import Report, Switch

STEPS = 24  # points along a band
GAP = 0.06  # between two targets, of all posts
HEIGHT = 240
NARROW_GAP, NARROW_HEIGHT = 0.25, 220  # where names, with their numbers, take up to four lines
ASIDE = 8  # pixels between bands and names
LETTERS, LETTER = 13, 7.2  # of a line of a name, and pixels of a letter


def chart(report: Report, colours: dict[str, str], sheet: Sheet) -> Chart:
    """Draw a band a move, as wide as the number of its posts, in the colour of the target left behind."""
    labels = {target.name: name(target.label) for target in report.targets}
    total = sum(move.posts for move in report.switches)
    gap = total * (NARROW_GAP if sheet.is_narrow else GAP)
    origins, destinations = [move.origin for move in report.switches], [move.destination for move in report.switches]
    starts, ends = _stacked(report, gap, origins), _stacked(report, gap, destinations)
    sides = (
        list(_names(report, labels, starts, origins, sheet)),
        list(_names(report, labels, ends, destinations, sheet)),
    )
    names = list(labels.values())
    paint = alt.Color("origin", type="nominal", legend=None,
                      scale=alt.Scale(domain=names, range=[colours[f"pro-{target}"] for target in labels]))  # fmt: skip
    rows = [
        row | {"origin": labels.get(move.origin, move.origin), "band": place, "told": _told(labels, move)}
        for place, (move, start, end) in enumerate(zip(report.switches, starts, ends, strict=True))
        for row in _band(start, end, move.posts)
    ]
    x = alt.X("x", type="quantitative", axis=None, scale=alt.Scale(domain=[0, 1], nice=False))
    y = alt.Y("low", type="quantitative", axis=None, scale=alt.Scale(reverse=True, zero=True))
    width, height = _size(sides, sheet)
    bands = alt.Chart(data(rows), width=width, height=height).mark_area(opacity=0.65).encode(
        x=x, y=y, y2="high", color=paint, detail=alt.Detail("band", type="nominal"), description="told:N"
    )  # fmt: skip
    lines = in_lines(sheet)
    texts = [
        alt.Chart(data(side))
        .mark_text(align="left" if edge else "right", dx=ASIDE if edge else -ASIDE, color=INK, fontSize=13, **lines)
        .encode(x=alt.datum(edge), y=alt.Y("at", type="quantitative"), text=alt.Text("text", type="nominal"))
        for edge, side in enumerate(sides)
    ]
    subtitle = (
        f"{counted(total, 'post tells', 'posts tell')} of a move: left, what was left behind; right, what was taken up"
    )
    return finished(alt.layer(bands, *texts), sheet, "Who moved", subtitle)


def _size(sides: Sequence[Sequence[Row]], sheet: Sheet) -> tuple[float, float]:
    """Give the bands what names leave of the width, and on a narrow sheet a height with room for names in the gaps."""
    if not sheet.is_narrow:
        return sheet.width - 220, HEIGHT
    longest = [max(len(line) for row in side for line in str(row["text"]).split("\n")) for side in sides]
    gaps = max(map(len, sides)) - 1
    return sheet.width - sum(LETTER * letters + ASIDE for letters in longest), NARROW_HEIGHT * (1 + NARROW_GAP * gaps)


def _stacked(report: Report, gap: float, ends: list[str]) -> list[float]:
    """Stack the ends of bands by target, with gaps between targets, and give where each begins."""
    order = {target.name: place for place, target in enumerate(report.targets)}
    at, before = 0.0, None
    places = [0.0] * len(ends)
    for place in sorted(range(len(ends)), key=lambda place: (order.get(ends[place], len(order)), place)):
        if before is not None and ends[place] != before:
            at += gap
        places[place], before = at, ends[place]
        at += report.switches[place].posts
    return places


def _band(start: float, end: float, posts: int) -> Iterator[dict[str, object]]:
    for step in range(STEPS + 1):
        along = step / STEPS
        low = start + (end - start) * along * along * (3 - 2 * along)
        yield {"x": round(along, 4), "low": round(low, 4), "high": round(low + posts, 4)}


def _names(report: Report, labels: dict[str, str], places: list[float], ends: list[str], sheet: Sheet) -> Iterator[Row]:
    """Name each target in the middle of its bands, with the number of posts."""
    for target in dict.fromkeys(ends):
        own = [
            (place, move.posts) for place, move, end in zip(places, report.switches, ends, strict=True) if end == target
        ]
        low, high = min(place for place, _ in own), max(place + posts for place, posts in own)
        shown, posts = labels.get(target, target), number(sum(posts for _, posts in own))
        lines = (
            [*wrap(shown, LETTERS, max_lines=3, placeholder="…"), posts] if sheet.is_narrow else [f"{shown} {posts}"]
        )
        yield {"at": (low + high) / 2, "text": "\n".join(lines)}


def _told(labels: dict[str, str], move: Switch) -> str:
    origin, destination = (labels.get(target, target) for target in (move.origin, move.destination))
    return f"{origin} → {destination}: {counted(move.posts, 'post')} by {counted(move.authors, 'author')}"
