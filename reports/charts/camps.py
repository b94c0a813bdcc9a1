"""Opinion overall: one bar a camp, with its interval."""

from __future__ import annotations

from typing import TYPE_CHECKING

import altair as alt

from reports.charts.theme import FAINT, INK, WIDTH, colour, data, finished, name, share_axis, told
from reports.prose import counted, percent, siding

if TYPE_CHECKING:
    from reports.charts.theme import Chart
    from reports.report import Report


def chart(report: Report, colours: dict[str, str]) -> Chart:
    """Draw the shares of the posts that take a side."""
    sides = report.overall and report.overall.sides
    shares = sides.shares if sides else ()
    names = [name(report.label(share.label)) for share in shares]
    rows = [
        {
            "name": shown,
            "share": share.share,
            "low": share.low,
            "high": share.high,
            "told": told(shown, share),
            "text": f"{percent(share.share)}  ·  {counted(share.n, 'post')}",
        }
        for shown, share in zip(names, shares, strict=True)
    ]
    y = alt.Y("name", type="nominal", sort=names, axis=alt.Axis(title=None, labelFontSize=13, labelColor=INK))
    base = alt.Chart(data(rows), width=WIDTH - 120, height=alt.Step(40)).encode(y=y)
    paint = colour(names, [colours[share.label] for share in shares], legend=False)
    faint = FAINT if sides and sides.is_small else 1.0
    bars = base.mark_bar(height=20, opacity=faint, cornerRadiusEnd=3).encode(
        x=share_axis(), color=paint, description="told:N"
    )
    rules = base.mark_rule(color=INK, strokeWidth=1.5).encode(x=alt.X("low", type="quantitative"), x2="high")
    texts = base.mark_text(align="left", dx=8, color=INK, fontSize=13).encode(
        x=alt.X("high", type="quantitative"), text=alt.Text("text", type="nominal")
    )
    posts = siding(sides.posts if sides else 0)
    return finished(
        alt.layer(bars, rules, texts),
        "Which side posts take",
        f"Share of the {posts}; lines: 95% intervals",
    )
