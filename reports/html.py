"""A report as one HTML page that needs nothing else: no network, no other file, and, but for its filters, no script.

Every text goes through `Markup.format` or the template's autoescape, and the page allows only its own style and script,
by their hashes, so that nothing from a post can be markup, and nothing that were could run or load anything.
"""

from __future__ import annotations

import base64
import hashlib
import json
from typing import TYPE_CHECKING

from markupsafe import Markup

from reports.charts import draw
from reports.charts.colours import camp_colours
from reports.charts.sheet import NARROW
from reports.explorer import explorer, script_data
from reports.html_blocks import Blocks
from reports.inlining import chart_style, inlined
from reports.markdown import anchor
from reports.plain import plain
from reports.sections import document
from reports.templating import fill, source

if TYPE_CHECKING:
    from collections.abc import Mapping

    from reports.report import Report


def page(report: Report, charts: Mapping[str, str] | None = None) -> str:
    """Write a report as HTML, with its charts (as `charts.draw` gives them) in it, and narrow ones for phones."""
    whole, wide, narrow = document(report), draw(report) if charts is None else charts, draw(report, NARROW)
    drawn = {name: inlined(name, svg, narrow[name]) for name, svg in wide.items()}
    blocks = Blocks(drawn, {"camps": explorer(report)})
    style = Markup(source("report.css") + chart_style(list(camp_colours(report.targets).values())))
    script = Markup(source("report.js"))
    return fill(
        "report.html",
        title=plain(whole.title),
        version=plain(report.meta.version),
        style=style,
        style_hash=_hash(style),
        script=script,
        script_hash=_hash(script),
        cells=json_in_html(script_data(report)),
        opening=blocks.write(whole.opening, whole.title),
        sections=[
            {
                "title": plain(section.title),
                "anchor": anchor(section.title),
                "blocks": blocks.write(section.blocks, section.title),
            }
            for section in whole.sections
        ],
    )


def json_in_html(value: object) -> Markup:
    """Write a value as JSON that no HTML can be read in."""
    text = json.dumps(value, separators=(",", ":"), allow_nan=False)
    return Markup(text.replace("<", "\\u003c").replace(">", "\\u003e").replace("&", "\\u0026"))


def _hash(text: str) -> str:
    """Name a style or script as a content security policy does."""
    return f"sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()}"
