"""Charts as parts of a page: in its colours, light and dark, wide or narrow, with their values at the pointer."""

from __future__ import annotations

import re
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
TAG = re.compile(r'<(\w+)((?: [\w:-]+="[^"]*")*)(/?)>')
ATTRIBUTE = re.compile(r' ([\w:-]+)="([^"]*)"')
MARKS = {"bar", "circle", "point", "told"}
UNUSED = re.compile(r"(?:role|aria-.*|class|font-family|pointer-events|xmlns.*)$")  # the page sets the font
FRAMES = {"background", "foreground"}  # that are not drawn
CLIP = re.compile(r"^(|url\(#)(?=(?:clip|gradient_)\d)")
SVG = "http://www.w3.org/2000/svg"
SIZES = ("width", "height", "viewBox")
LONG = re.compile(r"\d+\.\d{3,}")
SHARE = re.compile(r"\d+\.\d{2,}")


def inlined(name: str, wide: str, narrow: str) -> Markup:
    """Make a chart part of a page, drawn twice: the page shows the one that fits, and tells of both as one image."""
    return _drawing(name, "wide", wide) + Markup("\n") + _drawing(name, "narrow", narrow)


def _drawing(name: str, kind: str, svg: str) -> Markup:
    """Make the ids of a drawing its own, keep what is said of marks for the pointer, and leave out what is not used."""
    return Markup(TAG.sub(lambda found: _tag(found[1], dict(ATTRIBUTE.findall(found[2])), found[3], name, kind), svg))


def _tag(element: str, attributes: dict[str, str], end: str, name: str, kind: str) -> str:
    if attributes.get("class") in FRAMES:
        return ""
    if element == "svg":
        kept = {"xmlns": SVG, "class": kind, "aria-hidden": "true"} | {size: attributes[size] for size in SIZES}
    else:
        is_mark = attributes.get("aria-roledescription") in MARKS
        said = {"data-told": SHARE.sub(_short, attributes["aria-label"])} if is_mark else {}
        kept = said | {key: _kept(text, f"{name}-{kind}-") for key, text in attributes.items() if not UNUSED.match(key)}
    written = "".join(f' {key}="{text}"' for key, text in kept.items())
    return f"<{element}{written}{end}>"


def _kept(text: str, own: str) -> str:
    """Write what an attribute names with `own` before it, and pixels to hundredths."""
    return CLIP.sub(rf"\g<1>{own}", LONG.sub(lambda found: f"{float(found[0]):.2f}", text))


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
