"""Plain text out of marked-up text."""

from __future__ import annotations

import html
import re
import textwrap
from html.entities import html5

_ENTITY = re.compile(r"&(#[0-9]{1,7};|#[xX][0-9a-fA-F]{1,6};|[A-Za-z][A-Za-z0-9]{1,31};)")
_TAG = re.compile(r"<(/?)(p|a|i|b|u|em|strong|pre|code|br|div|span)\b([^<>]*)>", re.IGNORECASE)
_INDENT = "  "
_HREF = re.compile(r"""href\s*=\s*(?:"([^"]*)"|'([^']*)'|([^\s>]+))""", re.IGNORECASE)


def unescape(text: str) -> str:
    """Decode entities once.

    Unlike `html.unescape` only those that end in ";": in "?a=1&copy=2" there is none.
    """
    return _ENTITY.sub(_character, text) if "&" in text else text


def plain(marked: str) -> str:
    """Turn the HTML of a Hacker News text into plain text.

    Paragraphs are parted by an empty line; code is a paragraph indented by two or more spaces, as its authors write it
    there; quotes keep the ">" that they write before them; a link becomes its whole address, which the text beside it
    shows only shortened. What is no tag of that small language stays, for it is text.
    """
    pieces: list[str] = []
    end, opened, code = 0, None, 0
    for tag in _TAG.finditer(marked):
        pieces.append(unescape(marked[end : tag.start()]))
        end = tag.end()
        name, closing = tag[2].lower(), bool(tag[1])
        if name == "a" and not closing:
            opened = len(pieces), _address(tag[3])
        elif name == "a" and opened:
            start, address = opened
            pieces[start:] = [link(address, "".join(pieces[start:]))]
            opened = None
        elif name == "pre" and not closing:
            code = len(pieces)
        elif name == "pre" and code:
            pieces[code:] = [_indented("".join(pieces[code:]))]
            code = 0
        elif name == "p" and not closing:
            pieces[-1] = pieces[-1].rstrip()
            pieces.append("\n\n")
        elif name == "br":
            pieces.append("\n")
    pieces.append(unescape(marked[end:]))
    return "".join(pieces).lstrip("\n").rstrip().replace("\0", "")


def _indented(code: str) -> str:
    """Leave code as it was written, which is indented; indent what another program marked as code."""
    return code if code.lstrip("\n").startswith(_INDENT) else "\n\n" + textwrap.indent(code.strip("\n"), _INDENT) + "\n"


def _character(entity: re.Match[str]) -> str:
    return html.unescape(entity[0]) if entity[1].startswith("#") else html5.get(entity[1], entity[0])


def _address(attributes: str) -> str:
    found = _HREF.search(attributes)
    return unescape(found[1] or found[2] or found[3] or "") if found else ""


def link(address: str, shown: str) -> str:
    """Write the address alone where the text shows (the beginning of) it, else both."""
    return address if not shown or address.startswith(shown.removesuffix("...")) else f"{shown} ({address})"
