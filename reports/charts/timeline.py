"""Opinion over time: how many posts, and how those that take a side divide."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import altair as alt

from reports.charts.colours import GREY
from reports.charts.events import events, lines
from reports.charts.span import milliseconds, whole
from reports.charts.theme import FAINT, colour, data, finished, name, told
from reports.pictures import drawn
from reports.prose import counted, period
from reports.uncorrected import NEXT_LINE, uncorrected

if TYPE_CHECKING:
    from collections.abc import Iterator

    from reports.charts.sheet import Sheet
    from reports.charts.span import Span
    from reports.charts.theme import Chart, Layers, Row
    from reports.report import Report
    from reports.timeline import Period, Timeline

LEAST = 5  # posts that take a side, for a point to be drawn at all
ASIDE = 0.12  # of a period


def chart(report: Report, colours: dict[str, str], sheet: Sheet) -> Chart:
    """Draw the judged posts of each period above, and the shares of the camps, with bands, below."""
    line = drawn(report.timeline)
    names = [name(report.label(camp)) for camp in report.camps[:-1]]
    paint = colour(names, [colours[camp] for camp in report.camps[:-1]], sheet.legend(names))
    span = whole(line, sheet)
    panels = [*events(line, span), _posts(line, span), _shares(replace(report, timeline=line), span, paint)]
    return finished(
        alt.vconcat(*panels, spacing=10).resolve_scale(x="shared"),
        sheet,
        f"Opinion by {line.unit}",
        f"Above: judged posts; below: share of those taking a side, 95% intervals; hollow: few; none: under {LEAST}"
        f"{uncorrected(report, NEXT_LINE)}",
    )


def _posts(line: Timeline, span: Span) -> Layers:
    rows = [
        {"from": milliseconds(found.start), "to": milliseconds(found.end), "posts": found.cell.camps.posts,
         "told": f"{period(found.first, line.unit)}: {counted(found.cell.camps.posts, 'judged post')}"}
        for found in line.periods
    ]  # fmt: skip
    title, form = (None, "~s") if span.sheet.is_narrow else ("posts", ",d")
    y = alt.Y("posts", type="quantitative", axis=alt.Axis(title=title, tickCount=3, tickMinStep=1, format=form))
    bars = alt.Chart(data(rows), width=span.width, height=70).mark_bar(color=GREY, stroke="white", strokeWidth=0.5)
    return alt.layer(
        bars.encode(x=span.x("from", labels=False), x2="to", y=y, y2=alt.datum(0), description="told:N"),
        lines(line, span),
    )


def _shares(report: Report, span: Span, paint: alt.Color) -> Layers:
    line = report.timeline
    base = alt.Chart(data(_points(report)), width=span.width, height=220).encode(x=span.x("time"), color=paint)
    title = None if span.sheet.is_narrow else "share of those taking a side"
    share = alt.Y("share", type="quantitative", scale=alt.Scale(domain=[0, 1]),
                  axis=alt.Axis(title=title, format="%", tickCount=5))  # fmt: skip
    low, steps = alt.Y("low", type="quantitative"), alt.Detail("run", type="nominal")
    runs = base.transform_filter("!datum.is_small && !datum.is_alone")
    bands = runs.mark_area(opacity=0.18).encode(y=low, y2="high", detail=steps)
    curves = runs.mark_line(strokeWidth=2.5).encode(y=share, detail=steps)
    alone = base.transform_filter("!datum.is_small && datum.is_alone").mark_rule(strokeWidth=2).encode(y=low, y2="high")
    points = (
        base.transform_filter("!datum.is_small").mark_circle(size=40, opacity=1).encode(y=share, description="told:N")
    )
    small = base.transform_filter("datum.is_small")
    faint = small.mark_rule(opacity=FAINT).encode(y=low, y2="high")
    hollow = small.mark_point(size=30, fill="white", opacity=FAINT).encode(y=share, description="told:N")
    return alt.layer(bands, lines(line, span), alone, faint, hollow, curves, points)


def _points(report: Report) -> Iterator[Row]:
    """Give one point a period and camp, numbering the runs of periods that can be read."""
    shown = [found for found in report.timeline.periods if found.cell.sides and found.cell.sides.posts >= LEAST]
    run = 0
    for place, found in enumerate(shown):
        before, after = shown[place - 1 : place] if place else [], shown[place + 1 : place + 2]
        run += not _goes_on(before, [found])
        alone = not _goes_on(before, [found]) and not _goes_on([found], after)
        shares = found.cell.sides.shares if found.cell.sides else ()
        for number, share in enumerate(shares):
            aside = number - (len(shares) - 1) / 2 if alone else 0  # so that rules stand side by side
            yield {
                "time": _middle(found) + aside * ASIDE * (milliseconds(found.end) - milliseconds(found.start)),
                "name": name(report.label(share.label)),
                "share": share.share,
                "low": share.low,
                "high": share.high,
                "is_small": found.cell.is_small,
                "is_alone": alone,
                "run": run,
                "told": told(name(report.label(share.label)), share, where=period(found.first, report.timeline.unit)),
            }


def _goes_on(before: list[Period], after: list[Period]) -> bool:
    """Say whether one period follows the other without a gap, both large enough to be read."""
    pair = [*before, *after]
    return len(pair) == 2 and not any(found.cell.is_small for found in pair) and pair[1].start == pair[0].end


def _middle(found: Period) -> int:
    return (milliseconds(found.start) + milliseconds(found.end)) // 2
