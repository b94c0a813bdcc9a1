"""Stances toward each target: against to the left, in favour to the right."""

from __future__ import annotations

from typing import TYPE_CHECKING

import altair as alt

from reports.charts.theme import INK, QUIET, WIDTH, colour, data, finished, name, told
from reports.prose import counted, number, percent

if TYPE_CHECKING:
    from reports.charts.theme import Chart
    from reports.report import Report

STANCES = {"against": "against", "favor": "in favour of"}
SIDES = {"against": -1, "favor": 1}


def chart(report: Report, colours: dict[str, str]) -> Chart:
    """Draw the shares of posts against and in favour of each target."""
    targets = {target.name: name(target.label) for target in report.targets}
    names = [targets[target] for target, _ in report.stances]
    rows = [
        {
            "name": targets[target],
            "share": sign * found[stance].share,
            "low": sign * found[stance].low,
            "high": sign * found[stance].high,
            "stance": stance,
            "told": told(f"{STANCES[stance]} {targets[target]}", found[stance]),
            "text": f"{percent(found[stance].share)}  ({number(found[stance].n)})",
        }
        for target, found in report.stances
        for stance, sign in SIDES.items()
    ]
    reach = max((found[stance].high for _, found in report.stances for stance in SIDES), default=1)
    edge = 1.35 * reach + 0.01
    x = alt.X("share", type="quantitative", scale=alt.Scale(domain=[-edge, edge], nice=False),
              axis=alt.Axis(title=None, labels=False, grid=False))  # fmt: skip
    y = alt.Y("name", type="nominal", sort=names, axis=alt.Axis(title=None, labelFontSize=13, labelColor=INK))
    base = alt.Chart(data(rows), width=WIDTH - 60, height=alt.Step(40)).encode(y=y)
    paint = colour(names, [colours[f"pro-{target}"] for target, _ in report.stances], legend=False)
    opacity = alt.condition("datum.stance == 'favor'", alt.value(1), alt.value(0.5))
    bars = base.mark_bar(height=20).encode(x=x, color=paint, opacity=opacity, description="told:N")
    rules = base.mark_rule(color=INK, strokeWidth=1.5).encode(x=alt.X("low", type="quantitative"), x2="high")
    texts = [
        base.transform_filter(f"datum.stance == '{stance}'")
        .mark_text(align="left" if sign > 0 else "right", dx=8 * sign, color=INK, fontSize=12)
        .encode(x=alt.X("high", type="quantitative"), text=alt.Text("text", type="nominal"))
        for stance, sign in SIDES.items()
    ]
    middle = alt.Chart(data([{"x": 0}])).mark_rule(color=QUIET).encode(x=alt.X("x", type="quantitative"))
    posts = counted(report.stances[0][1].posts, "judged post")
    subtitle = f"← against (pale)   ·   in favour →   Share of all {posts} (number); lines: 95% intervals"
    return finished(alt.layer(bars, middle, rules, *texts), "For and against each target", subtitle)
