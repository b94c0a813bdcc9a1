"""A report as a document: headings, prose, tables and pictures, before any form is given to them.

Every string in it is plain text. Forms escape all of it, so that nothing from a post can be read as markup.
"""

from __future__ import annotations

from typing import NamedTuple, TypeAlias


class Strong(NamedTuple):
    """Words that stand out."""

    text: str


class Code(NamedTuple):
    """A name or number as a machine writes it."""

    text: str


class Link(NamedTuple):
    """Words that lead to an address, or, with a heading as `url` after "#", to a section."""

    text: str
    url: str


Span: TypeAlias = str | Strong | Code | Link
Prose: TypeAlias = tuple[Span, ...]


class Paragraph(NamedTuple):
    """Some sentences."""

    prose: Prose


class Bullets(NamedTuple):
    """A list."""

    items: tuple[Prose, ...]


class Table(NamedTuple):
    """Rows of cells under a head; the first column is flush left, the others right. With a `summary` it is folded."""

    head: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    summary: str = ""


class Picture(NamedTuple):
    """A chart, with the words for those who cannot see it."""

    name: str
    alt: str


class Quotation(NamedTuple):
    """What somebody wrote, and where it comes from."""

    text: str
    source: Prose


class Literal(NamedTuple):
    """Lines for a terminal."""

    text: str


Block: TypeAlias = Paragraph | Bullets | Table | Picture | Quotation | Literal


class Section(NamedTuple):
    """Blocks under a heading."""

    title: str
    blocks: tuple[Block, ...]


class Document(NamedTuple):
    """A title, what stands before the table of contents, and the sections."""

    title: str
    opening: tuple[Block, ...]
    sections: tuple[Section, ...]


def paragraph(*spans: Span) -> Paragraph:
    """Make a paragraph of spans."""
    return Paragraph(spans)
