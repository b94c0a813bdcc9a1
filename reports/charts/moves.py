"""Who moved: bands from the target left behind to the target taken up."""

from __future__ import annotations

from typing import TYPE_CHECKING

import altair as alt

from reports.charts.theme import INK, WIDTH, data, finished, name
from reports.prose import counted, number

if TYPE_CHECKING:
    from collections.abc import Iterator

    from reports.charts.theme import Chart, Row
    from reports.report import Report, Switch

STEPS = 24  # points along a band
GAP = 0.06  # between two targets, of all posts
HEIGHT = 240


def chart(report: Report, colours: dict[str, str]) -> Chart:
    """Draw a band a move, as wide as the number of its posts, in the colour of the target left behind."""
    labels = {target.name: name(target.label) for target in report.targets}
    total = sum(move.posts for move in report.switches)
    starts = _stacked(report, total, [move.origin for move in report.switches])
    ends = _stacked(report, total, [move.destination for move in report.switches])
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
    bands = alt.Chart(data(rows), width=WIDTH - 220, height=HEIGHT).mark_area(opacity=0.65).encode(
        x=x, y=y, y2="high", color=paint, detail=alt.Detail("band", type="nominal"), description="told:N"
    )  # fmt: skip
    texts = [
        alt.Chart(data(_names(report, labels, places, moved)))
        .mark_text(align="right" if edge == 0 else "left", dx=-8 if edge == 0 else 8, color=INK, fontSize=13)
        .encode(x=alt.datum(edge), y=alt.Y("at", type="quantitative"), text=alt.Text("text", type="nominal"))
        for edge, places, moved in (
            (0, starts, [move.origin for move in report.switches]),
            (1, ends, [move.destination for move in report.switches]),
        )
    ]
    subtitle = (
        f"{counted(total, 'post tells', 'posts tell')} of a move: left, what was left behind; right, what was taken up"
    )
    return finished(alt.layer(bands, *texts), "Who moved", subtitle)


def _stacked(report: Report, total: int, ends: list[str]) -> list[float]:
    """Stack the ends of bands by target, with gaps between targets, and give where each begins."""
    order = {target.name: place for place, target in enumerate(report.targets)}
    at, before = 0.0, None
    places = [0.0] * len(ends)
    for place in sorted(range(len(ends)), key=lambda place: (order.get(ends[place], len(order)), place)):
        if before is not None and ends[place] != before:
            at += GAP * total
        places[place], before = at, ends[place]
        at += report.switches[place].posts
    return places


def _band(start: float, end: float, posts: int) -> Iterator[dict[str, object]]:
    for step in range(STEPS + 1):
        along = step / STEPS
        low = start + (end - start) * along * along * (3 - 2 * along)
        yield {"x": round(along, 4), "low": round(low, 4), "high": round(low + posts, 4)}


def _names(report: Report, labels: dict[str, str], places: list[float], ends: list[str]) -> Iterator[Row]:
    """Name each target in the middle of its bands, with the number of posts."""
    for target in dict.fromkeys(ends):
        own = [
            (place, move.posts) for place, move, end in zip(places, report.switches, ends, strict=True) if end == target
        ]
        low, high = min(place for place, _ in own), max(place + posts for place, posts in own)
        yield {"at": (low + high) / 2, "text": f"{labels.get(target, target)} {number(sum(posts for _, posts in own))}"}


def _told(labels: dict[str, str], move: Switch) -> str:
    origin, destination = (labels.get(target, target) for target in (move.origin, move.destination))
    return f"{origin} → {destination}: {counted(move.posts, 'post')} by {counted(move.authors, 'author')}"
