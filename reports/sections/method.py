"""How the numbers were made, and what they do not cover."""

from __future__ import annotations

from typing import TYPE_CHECKING

from reports.document import Bullets, Code, Literal, Section, Strong, Table, paragraph
from reports.prevalence import MANY_CLUSTERS, MIN_CLUSTERS, MOST_DRAWN
from reports.prose import day, joined, number
from reports.sections import titles
from reports.sections.confusion import is_inverted

if TYPE_CHECKING:
    from reports.document import Block, Prose
    from reports.report import Report


def section(report: Report) -> Section:
    """Write the section."""
    blocks: list[Block] = [Bullets((*_labels(report), *_statistics(report)))]
    if report.meta.figures:
        blocks += [
            paragraph("How often the model is right, measured on posts labelled by hand:"),
            Table(("Measure", "Value"), report.meta.figures),
        ]
    blocks += [paragraph("This report is made again by:"), Literal(report.meta.command)]
    return Section(titles.METHOD, tuple(blocks))


def _labels(report: Report) -> tuple[Prose, ...]:
    labels, meta = report.meta.label_set, report.meta
    targets = joined([target.label for target in report.targets])
    origin: Prose = (
        (
            Strong("Labels:"),
            " set ",
            Code(labels.name),
            ", by the model ",
            Code(labels.model),
            ", revision ",
            Code(labels.revision),
            f", begun on {day(labels.created_at.date())}; configuration ",
            Code(labels.config_hash),
            "; Stancemap ",
            Code(meta.version),
            *((", report configuration ", Code(meta.config_hash)) if meta.config_hash else ()),
            ".",
        )
        if labels
        else ()
    )
    meaning: Prose = (
        Strong("What they mean:"),
        f" the stance of a post toward {targets} is what can be read of its author's own view: in favour, against, ",
        "or none (as in SemEval-2016 Task 6). Its camp is the one target that it favours or clearly prefers to the ",
        "others named; questions, facts, balance and mere criticism are on no side.",
    )
    return (origin, meaning) if origin else (meaning,)


def _statistics(report: Report) -> tuple[Prose, ...]:
    return (
        (
            Strong("Intervals:"),
            " 95%, allowing for posts that come in threads and authors who repeat themselves. Threads or authors, ",
            "whichever makes posts more alike, are taken as what was drawn; authors where there are fewer than ",
            f"{MIN_CLUSTERS} threads. With {number(MANY_CLUSTERS)} to {number(MOST_DRAWN)} of them the interval is ",
            f"the percentile bootstrap over whole ones ({number(report.draws)} draws, seed {report.seed}); with fewer ",
            "or more, and for shares of 0% or 100%, it is Wilson's, with the posts divided by the design effect. ",
            f"With fewer than {MIN_CLUSTERS} authors, or where a few wrote so much that all are worth no more (Kish's ",
            "effective number), all posts of one author count as one voice, under every rule of ",
            "counting and for reasons too, and nothing is corrected by hand labels. With more, weighted and corrected ",
            "shares have Wilson's interval too, with the variance of their linear form over whole ones",
            "; those corrected by the confusion matrix have Student's, cut to 0% and 100%."
            if _inverts(report)
            else ".",
        ),
        (
            Strong("Design effect:"),
            " how much larger the variance of the shares is than if each post had been drawn by itself.",
        ),
        (
            Strong("Not covered:"),
            f" {_errors(report)}who writes in public and who does not; posts that none ",
            "collected; that many intervals are shown at once, of which one in twenty misses by chance.",
        ),
    )


def _inverts(report: Report) -> bool:
    cells = [*report.communities.cells, *(period.cell for period in report.timeline.periods)]
    cells += [report.overall] if report.overall else []
    return any(is_inverted(cell.camps.corrected) for cell in cells)


def _errors(report: Report) -> str:
    if report.overall and report.overall.camps.corrected:
        return (
            "errors of the model where shares are not corrected (small cells, other rules of counting, stances and "
            "sentiment by community or period, the sentiment of camps, reasons, change points); "
        )
    return "errors of the model, which may favour one side; "
