"""Strange text made harmless to look at: one line, no controls, no endless runs."""

from __future__ import annotations

import re
import unicodedata

LONGEST = 4_000
JOINERS = "\u200c\u200d"  # Persian and emoji need them
MARK = "[\u0300-\u036f\u1ab0-\u1aff\u1dc0-\u1dff\u20d0-\u20ff\ufe20-\ufe2f]"
MARKS = re.compile(f"({MARK}{{2}}){MARK}+")
RUN = re.compile(r"(.{1,8}?)\1{5,}")


def plain(text: str) -> str:
    """Put a text on one line; what is repeated more than five times is shown three times, and an ellipsis."""
    return RUN.sub(r"\1\1\1…", MARKS.sub(r"\1", one_line(text[:LONGEST])))


def one_line(text: str) -> str:
    """Put a text on one line without control characters, those that turn the direction of writing among them."""
    return " ".join("".join(map(_kept, text)).split())


def cut(text: str, length: int) -> str:
    """Shorten a text to `length` characters, at a word where one ends near, with an ellipsis."""
    if len(text) <= length:
        return text
    head = text[: length - 1]
    words = head.rsplit(" ", 1)[0]
    return f"{(words if len(words) > length / 2 else head).rstrip()}…"


def _kept(character: str) -> str:
    kind = unicodedata.category(character)
    if kind in ("Cc", "Zl", "Zp"):
        return " "
    return "" if kind in ("Cf", "Cs", "Co", "Cn") and character not in JOINERS else character
