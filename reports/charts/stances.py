"""Stances toward each target: against to the left, in favour to the right."""

from __future__ import annotations

from typing import TYPE_CHECKING

import altair as alt

from reports.charts.headings import Heading, headings, in_lines
from reports.charts.theme import INK, QUIET, colour, data, finished, name, told
from reports.prose import counted, number, percent
from reports.uncorrected import NEXT_LINE, uncorrected

if TYPE_CHECKING:
    from collections.abc import Iterator

    from reports.charts.sheet import Sheet
    from reports.charts.theme import Chart, Row
    from reports.report import Report

STANCES = {"against": "against", "favor": "in favour of"}
SIDES = {"against": -1, "favor": 1}
DOWN = 11  # pixels that bars stand lower where their names are above them
UP = 20
MIDDLE = 34  # pixels of the line in the middle, which ends below a name


def chart(report: Report, colours: dict[str, str], sheet: Sheet) -> Chart:
    """Draw the shares of posts against and in favour of each target."""
    labels = {target.name: name(target.label) for target in report.targets}
    names = [labels[target] for target, _ in report.stances]
    down = DOWN if sheet.is_narrow else 0
    axis = None if sheet.is_narrow else alt.Axis(title=None, labelFontSize=13, labelColor=INK)
    y = alt.Y("name", type="nominal", sort=names, axis=axis)
    width = sheet.width if sheet.is_narrow else sheet.width - 60
    rows = data(_rows(report, labels, sheet))
    base = alt.Chart(rows, width=width, height=alt.Step(68 if sheet.is_narrow else 40)).encode(y=y)
    paint = colour(names, [colours[f"pro-{target}"] for target, _ in report.stances])
    opacity = alt.condition("datum.stance == 'favor'", alt.value(1), alt.value(0.5))
    bars = base.mark_bar(height=20, yOffset=down).encode(
        x=_across(report, sheet), color=paint, opacity=opacity, description="told:N"
    )
    rules = base.mark_rule(color=INK, strokeWidth=1.5, yOffset=down).encode(
        x=alt.X("low", type="quantitative"), x2="high"
    )
    lines = in_lines(sheet, down=DOWN)
    texts = [
        base.transform_filter(f"datum.stance == '{stance}'")
        .mark_text(align="left" if sign > 0 else "right", dx=8 * sign, color=INK, fontSize=12, **lines)
        .encode(x=alt.X("high", type="quantitative"), text=alt.Text("text", type="nominal"))
        for stance, sign in SIDES.items()
    ]
    above = headings([Heading(shown) for shown in names], sheet, y, up=UP) if sheet.is_narrow else []
    middle = (
        base.mark_tick(color=QUIET, size=MIDDLE, thickness=1, yOffset=DOWN).encode(x=alt.datum(0))
        if sheet.is_narrow
        else alt.Chart(data([{"x": 0}])).mark_rule(color=QUIET).encode(x=alt.X("x", type="quantitative"))
    )
    posts = counted(report.stances[0][1].posts, "judged post")
    return finished(
        alt.layer(bars, middle, rules, *texts, *above),
        sheet,
        "For and against each target",
        "← against (pale)   ·   in favour →",
        f"Share of all {posts} (number); lines: 95% intervals{uncorrected(report, NEXT_LINE)}",
    )


def _rows(report: Report, labels: dict[str, str], sheet: Sheet) -> Iterator[Row]:
    between = "\n" if sheet.is_narrow else "  "
    for target, found in report.stances:
        for stance, sign in SIDES.items():
            share = found[stance]
            yield {
                "name": labels[target],
                "share": sign * share.share,
                "low": sign * share.low,
                "high": sign * share.high,
                "stance": stance,
                "told": told(f"{STANCES[stance]} {labels[target]}", share),
                "text": f"{percent(share.share)}{between}({number(share.n)})",
            }


def _across(report: Report, sheet: Sheet) -> alt.X:
    """Lay out shares from the middle, with room for their values at both ends."""
    reach = max((found[stance].high for _, found in report.stances for stance in SIDES), default=1)
    edge = (1.6 if sheet.is_narrow else 1.35) * reach + 0.01
    scale = alt.Scale(domain=[-edge, edge], nice=False)
    return alt.X("share", type="quantitative", scale=scale, axis=alt.Axis(title=None, labels=False, grid=False))
