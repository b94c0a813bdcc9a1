"""How all charts look: a white card that reads on light and dark pages, quiet axes, one font."""

from __future__ import annotations

import io
import re
from typing import TYPE_CHECKING, Any, TypeAlias

import altair as alt

from reports.plain import cut, plain
from reports.prose import between, counted, percent

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from reports.charts.sheet import Sheet
    from reports.estimates import Share

Layers: TypeAlias = alt.LayerChart | alt.FacetChart
Chart: TypeAlias = Layers | alt.VConcatChart
Row: TypeAlias = "Mapping[str, object]"

INK = "#24292F"
QUIET = "#656D76"
GRID = "#E4E7EB"
FAINT = 0.4
FONT = "Helvetica Neue, Arial, Liberation Sans, sans-serif"
NAME = 30  # characters of a name
CLIP = re.compile(r"(clip|gradient_)(\d+)")

CONFIG: dict[str, Any] = {
    "background": "white",
    "font": FONT,
    "axis": {
        "domain": False,
        "ticks": False,
        "gridColor": GRID,
        "labelColor": QUIET,
        "titleColor": QUIET,
        "labelFontSize": 12,
        "titleFontSize": 12,
        "titleFontWeight": "normal",
        "labelPadding": 6,
        "labelLimit": 230,
    },
    "legend": {
        "orient": "top",
        "title": None,
        "labelColor": INK,
        "labelFontSize": 12,
        "symbolType": "circle",
        "symbolSize": 70,
        "symbolStrokeWidth": 0,
        "symbolOpacity": 1,
        "offset": 8,
        "columns": 3,
        "labelLimit": 200,
    },
    "title": {"color": INK, "fontSize": 14, "fontWeight": 600, "anchor": "start", "offset": 12, "subtitleColor": QUIET,
              "subtitleFontSize": 12, "subtitlePadding": 4},
    "view": {"stroke": None},
}  # fmt: skip
PADDING = 16
NARROW_PADDING = {"left": 2, "right": 2, "top": 6, "bottom": 2}  # a page has its own


def data(rows: Iterable[Row]) -> alt.InlineData:
    """Put rows of plain values into a chart."""
    return alt.InlineData(values=[dict(row) for row in rows])


def share_axis(field: str = "share") -> alt.X:
    """Lay out shares from 0% to 100%."""
    axis = alt.Axis(format="%", title=None, tickCount=5)
    return alt.X(field, type="quantitative", axis=axis, scale=alt.Scale(domain=[0, 1]))


def colour(names: Sequence[str], colours: Sequence[str], legend: alt.Legend | None = None) -> alt.Color:
    """Colour the field `name`."""
    scale = alt.Scale(domain=list(names), range=list(colours))
    return alt.Color("name", type="nominal", scale=scale, legend=legend)


def told(name: str, share: Share, *, where: str = "") -> str:
    """Say what a mark stands for, for pages that show it at the pointer."""
    place = f"{where}: " if where else ""
    return f"{place}{name} {percent(share.share)} ({between(share)}), {counted(share.n, 'post')}"


def name(text: str) -> str:
    """Write a name so that it fits beside a chart."""
    return cut(plain(text), NAME)


def finished(chart: Chart, sheet: Sheet, title: str, *subtitle: str) -> Chart:
    """Give a chart its title and the look of all."""
    padding = NARROW_PADDING if sheet.is_narrow else PADDING
    whole: Chart = chart.properties(title=sheet.title(title, subtitle)).configure(padding=padding, **CONFIG)
    return whole


def svg(chart: Chart) -> str:
    """Draw a chart; the same chart gives the same bytes."""
    buffer = io.StringIO()
    chart.save(buffer, format="svg")
    drawn = buffer.getvalue().replace(' fill="white"/>', ' rx="10" fill="white"/>', 1)
    numbers: dict[str, int] = {}  # the renderer goes on counting from chart to chart
    return CLIP.sub(lambda found: f"{found[1]}{numbers.setdefault(found[2], len(numbers) + 1)}", drawn)
