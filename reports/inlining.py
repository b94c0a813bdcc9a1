"""Charts as parts of a page: in its colours, light and dark, with their values at the pointer."""

from __future__ import annotations

import re
from html import escape
from typing import TYPE_CHECKING

from markupsafe import Markup

from reports.charts.colours import GREY, SENTIMENTS
from reports.charts.theme import GRID, INK, QUIET

if TYPE_CHECKING:
    from collections.abc import Sequence

HEX = re.compile(r"#[0-9a-fA-F]{6}")
COLOURS = {
    INK: "ink",
    "#000000": "ink",
    QUIET: "quiet",
    GRID: "grid",
    "white": "card",
    SENTIMENTS["negative"]: "negative",
    SENTIMENTS["positive"]: "positive",
}
ROOT = re.compile(r"^<svg\b[^>]*?(?P<size> width=\"[\d.]+\" height=\"[\d.]+\" viewBox=\"[^\"]*\")[^>]*>")
MARK = re.compile(r' aria-label="([^"]*)" role="graphics-symbol" aria-roledescription="(?:bar|circle|point|told)"')
ARIA = re.compile(r' (?:role|aria-[a-z]+)="[^"]*"')
CLIP = re.compile(r'(id="|url\(#)(clip|gradient_)')
LONG = re.compile(r"\d+\.\d{2,}")


def inlined(svg: str, *, name: str, alt: str) -> Markup:
    """Make a chart part of a page: one image to those who hear the page, with `alt` for words.

    What the renderer says of each mark is kept for the pointer; ids are made the chart's own.
    """
    told = MARK.sub(lambda found: f' data-told="{LONG.sub(_short, found[1])}"', svg)
    drawn = CLIP.sub(rf"\1{name}-\2", ARIA.sub("", told))
    start = f'<svg xmlns="http://www.w3.org/2000/svg" role="img" aria-label="{escape(alt)}"'
    return Markup(ROOT.sub(lambda found: f"{start}{found['size']}>", drawn, count=1))


def chart_style(colours: Sequence[str]) -> str:
    """Write the rules that give charts the page's colours, and each camp its own, wherever it stands."""
    rules = [
        f'.chart [{part}="{colour}" i] {{ {part}: var(--{name}); }}'
        for colour, name in COLOURS.items()
        for part in ("fill", "stroke")
    ]
    rules += [
        f".camp-{place} {{ --camp: {colour if HEX.fullmatch(colour) else GREY}; }}"
        for place, colour in enumerate(colours)
    ]
    return "\n".join(rules) + "\n"


def _short(found: re.Match[str]) -> str:
    return f"{float(found[0]):.2g}"
