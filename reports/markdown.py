"""A report as Markdown, as GitHub reads it."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING
from urllib.parse import quote

from reports.document import Bullets, Code, Link, Literal, Paragraph, Picture, Quotation, Strong, Table
from reports.plain import one_line, plain
from reports.sections import document

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from reports.document import Block, Prose, Section, Span
    from reports.report import Report

ENTITIES = {"&": "&amp;", "<": "&lt;", ">": "&gt;", "|": "&#124;", "`": "&#96;"}
SPECIAL = re.compile(r"[&<>|`]|[\\*_~$\[\]]|:(?=//|\w+:)|(?<=www)\.|@(?=\w)", re.IGNORECASE)
LINE_START = re.compile(r"^(\d{1,9}(?=[.)])|(?=[-+#=]))")
ADDRESS = re.compile(r"https?://[^\s/?#@\\]+(?:[/?#]|$)", re.IGNORECASE)  # a user before the host may pose as one
LONGEST_ADDRESS = 500
SAFE_IN_ADDRESS = ":/?#@!$&'*+,;=%-._~"


def render(report: Report) -> str:
    """Write a report as Markdown; its charts are in the folder `charts` beside it."""
    whole = document(report)
    parts = [
        f"# {escape(whole.title)}",
        *map(block, whole.opening),
        "**Contents**",
        "\n".join(f"- [{escape(section.title)}](#{anchor(section.title)})" for section in whole.sections),
        *(part for section in whole.sections for part in _section(section)),
    ]
    return "\n\n".join(parts) + "\n"


def escape(text: str) -> str:
    """Write any text so that Markdown and HTML show it as it is, on one line."""
    return SPECIAL.sub(lambda found: ENTITIES.get(found[0], f"\\{found[0]}"), plain(text))


def anchor(heading: str) -> str:
    """Name the anchor that GitHub gives a heading."""
    return re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-")


def address(url: str | None) -> str | None:
    """Write an address for a link; None where it is no web address."""
    if url is None or len(url) > LONGEST_ADDRESS or not ADDRESS.match(url):
        return None
    return quote(url, safe=SAFE_IN_ADDRESS)


def block(content: Block) -> str:
    """Write one block."""
    write: Callable[..., str] = WRITERS[type(content)]
    return write(content)


def _section(section: Section) -> Iterable[str]:
    yield f"## {escape(section.title)}"
    yield from map(block, section.blocks)


def _span(span: Span) -> str:
    match span:
        case Strong(text):
            return f"**{escape(text)}**"
        case Code(text):
            return _code(text)
        case Link(text, url):
            place = f"#{anchor(url[1:])}" if url.startswith("#") else address(url)
            return f"[{escape(text)}]({place})" if place else escape(text)
        case _:
            return escape_inside(span)


def escape_inside(text: str) -> str:
    """Escape a text within a line, with the spaces at its ends."""
    start, end = text[: len(text) - len(text.lstrip())], text[len(text.rstrip()) :]
    return f"{start and ' '}{escape(text)}{end and ' '}"


def _prose(prose: Prose) -> str:
    return LINE_START.sub(r"\1\\", "".join(map(_span, prose)))


def _code(text: str) -> str:
    """Write a code span within a fence longer than any in the text."""
    text = one_line(text)
    fence = "`" * (max((len(run) for run in re.findall("`+", text)), default=0) + 1)
    return f"{fence} {text} {fence}" if "`" in text else f"`{text}`"


def _bullets(bullets: Bullets) -> str:
    return "\n".join(f"- {_prose(item)}" for item in bullets.items)


def _table(table: Table) -> str:
    rule = [":--", *["--:"] * (len(table.head) - 1)]
    lines = [table.head, *table.rows]
    rows = [f"| {' | '.join(map(escape, line))} |" for line in lines]
    text = "\n".join([rows[0], f"|{'|'.join(rule)}|", *rows[1:]])
    if not table.summary:
        return text
    return f"<details>\n<summary>{escape(table.summary)}</summary>\n\n{text}\n\n</details>"


def _picture(picture: Picture) -> str:
    return f"![{escape(picture.alt)}](charts/{picture.name}.svg)"


def _quotation(quotation: Quotation) -> str:
    return f"> “{escape(quotation.text)}”\n>\n> — {_prose(quotation.source)}"


def _literal(literal: Literal) -> str:
    text = one_line(literal.text)
    fence = "`" * max([3, *(len(run) + 1 for run in re.findall("`+", text))])
    return f"{fence}\n{text}\n{fence}"


WRITERS: dict[type[Block], Callable[..., str]] = {
    Paragraph: lambda paragraph: _prose(paragraph.prose),
    Bullets: _bullets,
    Table: _table,
    Picture: _picture,
    Quotation: _quotation,
    Literal: _literal,
}
