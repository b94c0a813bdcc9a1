"""The tone in which each camp writes."""

from __future__ import annotations

from typing import TYPE_CHECKING

from corpus.labels import NEUTRAL
from reports.document import Picture, Section, Table, paragraph
from reports.pictures import pictures
from reports.prose import between, compact, number, percent
from reports.sections import titles
from reports.sections.tables import design_effect
from reports.uncorrected import uncorrected

if TYPE_CHECKING:
    from reports.document import Block
    from reports.estimates import Distribution
    from reports.report import Report


def section(report: Report) -> Section:
    """Write the section."""
    if not report.sentiment_by_camp:
        return Section(titles.SENTIMENT, (paragraph("The labels give no sentiment by camp."),))
    blocks: list[Block] = [
        paragraph(
            "Tone and stance are two things: whoever mocks one framework in anger is negative, and may favour another. "
            + " ".join(_told(report, camp, found) for camp, found in report.sentiment_by_camp if not found.is_small)
        )
    ]
    if "sentiment" in pictures(report):
        alt = (
            "Shares of negative, neutral and positive posts in each camp, with 95% intervals, as in the table"
            f"{uncorrected(report, ' and ')}."
        )
        blocks.append(Picture("sentiment", alt))
    rows = tuple(
        (
            f"{_name(report, camp)} (small)" if found.is_small else _name(report, camp),
            number(found.posts),
            number(found.authors),
            *(compact(share) for share in found.shares),
            design_effect(found),
        )
        for camp, found in report.sentiment_by_camp
    )
    head = ("Camp", "Posts", "Authors", "Negative", "Neutral", "Positive", "Design effect")
    return Section(titles.SENTIMENT, (*blocks, Table(head, rows)))


def _told(report: Report, camp: str, found: Distribution) -> str:
    negative, positive = found["negative"], found["positive"]
    posts = "Posts that take no side" if camp == NEUTRAL else f"Posts for {report.label(camp)}"
    return (
        f"{posts} are positive in {percent(positive.share)} ({between(positive)}) and negative in "
        f"{percent(negative.share)} ({between(negative)})."
    )


def _name(report: Report, camp: str) -> str:
    return "no side" if camp == NEUTRAL else report.label(camp)
