"""Plain text out of the HTML of Mastodon's statuses, which may come from any program of the network."""

from __future__ import annotations

import re
from html.parser import HTMLParser

from ingest.markup import link

_BLOCKS = frozenset({"p", "div", "blockquote", "pre", "ul", "ol", "h1", "h2", "h3", "h4", "h5", "h6"})
_NAMES = frozenset({"mention", "hashtag"})  # links of these classes lead to accounts and tags
_GAPS = re.compile(r"\n{3,}")


def plain(marked: str) -> str:
    """Turn the HTML of a status into plain text.

    A link becomes its whole address; mentions and hashtags stay as they are shown. Quoted lines begin with "> ", and
    members of lists with "- "; all other tags go.
    """
    reader = _Reader()
    reader.feed(marked)
    reader.close()
    return _GAPS.sub("\n\n", "".join(reader.pieces)).strip().replace("\0", "")


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.pieces: list[str] = []
        self._address: tuple[int, str] | None = None
        self._quotes: list[int] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        known = dict(attrs)
        if tag == "br":
            self.pieces.append("\n")
        elif tag == "li":
            self.pieces.append("\n- ")
        elif tag in _BLOCKS:
            self.pieces.append("\n\n")
        if tag == "blockquote":
            self._quotes.append(len(self.pieces))
        if tag == "a" and not _NAMES & set((known.get("class") or "").split()):
            self._address = len(self.pieces), known.get("href") or ""

    def handle_endtag(self, tag: str) -> None:
        if tag == "a" and self._address:
            start, address = self._address
            shown = "".join(self.pieces[start:])
            self.pieces[start:] = [link(address, shown) if address else shown]
            self._address = None
        if tag == "blockquote" and self._quotes:
            start = self._quotes.pop()
            quoted = _GAPS.sub("\n\n", "".join(self.pieces[start:])).strip()
            self.pieces[start:] = ["\n".join(f"> {line}".rstrip() for line in quoted.splitlines())]
        if tag in _BLOCKS:
            self.pieces.append("\n\n")

    def handle_data(self, data: str) -> None:
        self.pieces.append(data)
