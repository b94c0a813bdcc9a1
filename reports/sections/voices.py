"""A few posts of each camp, in their own words."""

from __future__ import annotations

from typing import TYPE_CHECKING

from corpus.labels import NEUTRAL
from reports.document import Link, Quotation, Section, Strong, paragraph
from reports.prose import counted, day, joined, number, percent
from reports.sections import titles

if TYPE_CHECKING:
    from collections.abc import Iterator

    from reports.document import Block, Prose
    from reports.report import Figure, Quote, Report


def section(report: Report) -> Section:
    """Write the section."""
    if not report.quotes and not report.figures:
        return Section(titles.VOICES, (paragraph("No posts are quoted."),))
    blocks: list[Block] = [*_figures(report)]
    if not report.quotes:
        return Section(titles.VOICES, (*blocks, paragraph("No other posts are quoted.")))
    blocks += [
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


def _figures(report: Report) -> Iterator[Block]:
    """Tell what public figures say under their own names."""
    if not report.figures:
        return
    yield paragraph(
        Strong("Public figures."),
        " What those say whom the configuration names by their handles, in posts of their own that the model judged. "
        "It may misread anyone: the posts are linked. Nobody else is named.",
    )
    for figure in report.figures:
        yield paragraph(Strong(figure.name), f" {_told(report, figure)}")
        yield from (Quotation(quote.text, _source(quote)) for quote in figure.quotes)


def _told(report: Report, figure: Figure) -> str:
    names = {target.name: target.label for target in report.targets}
    camps = [
        f"{number(posts)} {'on no side' if camp == NEUTRAL else f'for {report.label(camp)}'}"
        for camp, posts in zip(report.camps, figure.camps, strict=True)
        if posts
    ]
    stances = [
        f"{names[target]} is favoured in {number(favoured)} and criticised in {number(criticised)}"
        for target, favoured, criticised in figure.stances
        if favoured or criticised
    ]
    told = f"has {counted(figure.posts, 'judged post')}"
    told += f": {joined(camps)}." if camps else "."
    return f"{told} {'; '.join(stances)}." if stances else told


def _source(quote: Quote) -> Prose:
    when = day(quote.written) if quote.written else "undated"
    place = Link(f"{quote.place}, {when}", quote.url) if quote.url else f"{quote.place}, {when}"
    return (f"{quote.author}, ", place, f" (model: {percent(quote.probability)} sure)")
