"""What the tables of a section are called."""

from __future__ import annotations

from typing import TYPE_CHECKING

from reports.document import Paragraph, Strong, Table
from reports.plain import plain

if TYPE_CHECKING:
    from collections.abc import Sequence

    from reports.document import Block

LONGEST_LEAD = 40  # characters; longer words in bold are a sentence
COUNT = "All "  # how a summary begins that only counts rows


def captions(title: str, blocks: Sequence[Block]) -> dict[int, str]:
    """Name each table, by its place: after its summary, or else the words in bold before it, and its first column."""
    found, lead = {}, title
    for place, block in enumerate(blocks):
        if isinstance(block, Paragraph) and isinstance(block.prose[0], Strong):
            bold = block.prose[0].text.rstrip(".:")
            lead = bold if len(bold) <= LONGEST_LEAD else lead
        elif isinstance(block, Table):
            is_named = block.summary and not block.summary.startswith(COUNT)
            found[place] = plain(block.summary if is_named else f"{lead}: {block.head[0]}")
    return found
