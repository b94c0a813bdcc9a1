"""Opinion overall: one bar a camp, with its interval."""

from __future__ import annotations

from typing import TYPE_CHECKING

import altair as alt

from reports.charts.headings import Heading, headings
from reports.charts.theme import FAINT, INK, colour, data, finished, name, share_axis, told
from reports.prose import counted, percent, siding
from reports.uncorrected import NEXT_LINE, uncorrected

if TYPE_CHECKING:
    from reports.charts.sheet import Sheet
    from reports.charts.theme import Chart
    from reports.report import Report

DOWN = 9  # pixels that bars stand lower where their names are above them


def chart(report: Report, colours: dict[str, str], sheet: Sheet) -> Chart:
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
    down = DOWN if sheet.is_narrow else 0
    axis = None if sheet.is_narrow else alt.Axis(title=None, labelFontSize=13, labelColor=INK)
    y = alt.Y("name", type="nominal", sort=names, axis=axis)
    width = sheet.width if sheet.is_narrow else sheet.width - 120
    base = alt.Chart(data(rows), width=width, height=alt.Step(54 if sheet.is_narrow else 40)).encode(y=y)
    paint = colour(names, [colours[share.label] for share in shares])
    faint = FAINT if sides and sides.is_small else 1.0
    bars = base.mark_bar(height=20, opacity=faint, cornerRadiusEnd=3, yOffset=down).encode(
        x=share_axis(), color=paint, description="told:N"
    )
    rules = base.mark_rule(color=INK, strokeWidth=1.5, yOffset=down).encode(
        x=alt.X("low", type="quantitative"), x2="high"
    )
    texts = base.mark_text(align="left", dx=8, color=INK, fontSize=13).encode(
        x=alt.X("high", type="quantitative"), text=alt.Text("text", type="nominal")
    )
    above = [Heading(str(row["name"]), str(row["text"])) for row in rows]
    posts = siding(sides.posts if sides else 0)
    return finished(
        alt.layer(bars, rules, *(headings(above, sheet, y, up=2 * DOWN - 2) if sheet.is_narrow else [texts])),
        sheet,
        "Which side posts take",
        f"Share of the {posts}; lines: 95% intervals{uncorrected(report, NEXT_LINE)}",
    )
