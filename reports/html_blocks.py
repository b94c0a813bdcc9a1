"""The blocks of a document as HTML."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from markupsafe import Markup

from reports.captions import captions
from reports.document import Bullets, Code, Link, Literal, Paragraph, Picture, Quotation, Strong, Table
from reports.markdown import address, anchor
from reports.plain import one_line, plain

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from reports.document import Block, Prose, Span

EMPTY = Markup("")
LINES = Markup("\n")
SMALL = " (small)"
SHORT = 16  # characters
RANGE = re.compile(r"–(?=\d)")


class Blocks:
    """Writes blocks with the charts of one report (see `inlining`), and what is above some where scripts run."""

    def __init__(self, charts: Mapping[str, Markup], above: Mapping[str, Markup]) -> None:
        self._charts = charts
        self._above = above

    def write(self, blocks: Sequence[Block], title: str) -> Markup:
        """Write the blocks of a section; the table that goes with a chart is folded beneath it."""
        pairs, names, written = _pairs(blocks), captions(title, blocks), []
        for place, block in enumerate(blocks):
            if isinstance(block, Picture):
                table = blocks[pairs[place]] if place in pairs else None
                numbers = _folded(table, names[pairs[place]], "The numbers of this chart") if table else EMPTY
                written.append(self._figure(block, numbers))
            elif isinstance(block, Table):
                if place not in pairs.values():
                    written.append(_folded(block, names[place]) if block.summary else _table(block, names[place]))
            else:
                written.append(WRITERS[type(block)](block))
        return LINES.join(written)

    def _figure(self, picture: Picture, numbers: Markup) -> Markup:
        return Markup('<figure>\n{}<div class="chart" role="img" aria-label="{}">\n{}\n</div>\n{}</figure>').format(
            self._above.get(picture.name, EMPTY), plain(picture.alt), self._charts[picture.name], numbers
        )


def _pairs(blocks: Sequence[Block]) -> dict[int, int]:
    """Give the place of each picture that has a table next to it, but for plain sentences, and that of the table."""
    found: dict[int, int] = {}
    picture = None
    for place, block in enumerate(blocks):
        if isinstance(block, Picture):
            picture = place
        elif picture is not None and isinstance(block, Table):
            found[picture] = place
            picture = None
        elif not isinstance(block, Paragraph) or isinstance(block.prose[0], Strong):
            picture = None
    return found


def _folded(table: Block, caption: str, summary: str = "") -> Markup:
    assert isinstance(table, Table)
    said = plain(table.summary) or summary
    return Markup("<details><summary>{}</summary>\n{}</details>\n").format(said, _table(table, caption))


def _table(table: Table, caption: str) -> Markup:
    head = EMPTY.join(Markup('<th scope="col">{}</th>').format(plain(cell)) for cell in table.head)
    return Markup(
        '<div class="scroll" role="group" aria-label="{0}"><table>\n<caption>{0}</caption>\n'
        "<thead><tr>{1}</tr></thead>\n<tbody>\n{2}\n</tbody></table></div>\n"
    ).format(caption, head, LINES.join(map(_row, table.rows)))


def _row(row: Sequence[str]) -> Markup:
    kind = Markup(' class="small"') if row[0].endswith(SMALL) else EMPTY
    cells = EMPTY.join(map(_cell, row[1:]))
    return Markup('<tr{}><th scope="row"><bdi>{}</bdi></th>{}</tr>').format(kind, plain(row[0]), cells)


def _cell(text: str) -> Markup:
    """Write a cell that keeps short texts and intervals on one line."""
    whole = Markup(' class="whole"') if len(text) <= SHORT else EMPTY
    return Markup("<td{}><bdi>{}</bdi></td>").format(whole, RANGE.sub("–\u2060", plain(text)))


def _paragraph(paragraph: Paragraph) -> Markup:
    is_heading = len(paragraph.prose) == 1 and isinstance(paragraph.prose[0], Strong)
    if is_heading:
        return Markup("<h3>{}</h3>").format(plain(paragraph.prose[0][0]))
    return Markup("<p>{}</p>").format(_prose(paragraph.prose))


def _bullets(bullets: Bullets) -> Markup:
    return Markup("<ul>\n{}\n</ul>").format(LINES.join(Markup("<li>{}</li>").format(_prose(i)) for i in bullets.items))


def _quotation(quotation: Quotation) -> Markup:
    return Markup(
        '<figure class="quote"><blockquote><p dir="auto">“{}”</p></blockquote><figcaption>— {}</figcaption></figure>'
    ).format(plain(quotation.text), _prose(quotation.source))


def _literal(literal: Literal) -> Markup:
    return Markup("<pre><code>{}</code></pre>").format(one_line(literal.text))


def _prose(prose: Prose) -> Markup:
    return EMPTY.join(map(_span, prose))


def _span(span: Span) -> Markup:
    match span:
        case Strong(text):
            return Markup("<strong>{}</strong>").format(plain(text))
        case Code(text):
            return Markup("<code>{}</code>").format(one_line(text))
        case Link(text, url) if url.startswith("#"):
            return Markup('<a href="#{}">{}</a>').format(anchor(url[1:]), plain(text))
        case Link(text, url):
            place = address(url)
            link = Markup('<a href="{}" rel="nofollow noopener noreferrer">{}</a>')
            return link.format(place, plain(text)) if place else Markup("{}").format(plain(text))
        case _:
            before, after = span[: len(span) - len(span.lstrip())], span[len(span.rstrip()) :]
            return Markup("{}{}{}").format(before and " ", plain(span), after and " ")


WRITERS: dict[type[Block], Callable[..., Markup]] = {
    Paragraph: _paragraph,
    Bullets: _bullets,
    Quotation: _quotation,
    Literal: _literal,
}
