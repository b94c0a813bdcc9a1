"""A few posts of each camp, in their own words."""

from __future__ import annotations

from typing import TYPE_CHECKING

from reports.document import Link, Quotation, Section, Strong, paragraph
from reports.prose import day, percent
from reports.sections import titles

if TYPE_CHECKING:
    from reports.document import Block, Prose
    from reports.report import Quote, Report


def section(report: Report) -> Section:
    """Write the section."""
    if not report.quotes:
        return Section(titles.VOICES, (paragraph("No posts are quoted."),))
    blocks: list[Block] = [
        paragraph(
            "Posts of which the model is surest, from different authors and as many communities as can be: examples, "
            "not evidence. Authors appear under pseudonyms, and handles within a post are left out."
        )
    ]
    for camp in report.camps:
        quotes = [quote for quote in report.quotes if quote.camp == camp]
        if quotes:
            blocks.append(paragraph(Strong(f"For {report.label(camp)}")))
            blocks += [Quotation(quote.text, _source(quote)) for quote in quotes]
    return Section(titles.VOICES, tuple(blocks))


def _source(quote: Quote) -> Prose:
    when = day(quote.written) if quote.written else "undated"
    place = Link(f"{quote.place}, {when}", quote.url) if quote.url else f"{quote.place}, {when}"
    return (f"{quote.author}, ", place, f" (model: {percent(quote.probability)} sure)")
