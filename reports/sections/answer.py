"""The answer in five lines, before anything else."""

from __future__ import annotations

from typing import TYPE_CHECKING

from corpus.labels import NEUTRAL
from reports.document import Bullets, Link, Strong, paragraph
from reports.prevalence import MIN_CLUSTERS
from reports.prose import between, compact, counted, days, joined, number, percent, points, siding
from reports.sections import titles
from reports.sections.confusion import is_inverted
from reports.sections.tables import is_tie

if TYPE_CHECKING:
    from reports.document import Block, Prose
    from reports.estimates import Distribution
    from reports.report import Report


def opening(report: Report) -> tuple[Block, ...]:
    """Write what stands before the table of contents."""
    lines = [
        line for line in (_camps(report), _lead(report), _neutral(report), _basis(report), _caveat(report)) if line
    ]
    if report.meta.is_invented:
        invented = paragraph(
            Strong("These posts are invented."), " The report shows what Stancemap finds, not what anyone thinks."
        )
        return (invented, Bullets(tuple(lines)))
    return (Bullets(tuple(lines)),)


def _camps(report: Report) -> Prose:
    judged = report.ledger.judged
    if report.overall is None:
        reason = "no post could be judged" if not judged else "the labels of this set name no camp"
        return (f"There is no opinion to report: {reason}.",)
    sides = report.overall.sides
    if sides is None:
        return (f"None of the {counted(report.overall.camps.posts, 'judged post')} takes a side.",)
    ordered = sorted(sides.best.shares, key=lambda share: -share.share)
    first, others = ordered[0], ordered[1:]
    rest = joined([f"{compact(share)} for {report.label(share.label)}" for share in others])
    if sides.corrected:
        return (
            "Corrected for the model's mistakes, ",
            Strong(f"{percent(first.share)} of the posts that take a side are for {report.label(first.label)}"),
            f" (95% interval {between(first)}), {rest}.",
        )
    return (
        f"Of the {siding(sides.posts)}, ",
        Strong(f"{percent(first.share)} are for {report.label(first.label)}"),
        f" (95% interval {between(first)}), {rest}.",
    )


def _lead(report: Report) -> Prose:
    sides = report.overall and report.overall.sides
    if not sides or sides.best.lead is None:
        return ()
    said = f"{lead(report, sides)}{_smallness(sides, report.min_posts)}"
    leads = [scenario.sides.lead for scenario in report.sensitivity if scenario.sides.lead]
    leaders = {lead.first for lead in leads if not is_tie(lead)}
    if len(leaders) < 2:
        return (said,)
    names = joined([report.label(name) for name in sorted(leaders)])
    link = Link("what counts as a vote", f"#{titles.SENSITIVITY}")
    own = ", by the model's own labels" if sides.corrected else ""
    return (f"{said} ", Strong("Who leads hangs on the rule of counting"), f" ({names}{own}): see ", link, ".")


def lead(report: Report, sides: Distribution) -> str:
    """Say how far the first is ahead, and whether that is more than chance."""
    lead = sides.best.lead
    if lead is None:
        return ""
    first, second = report.label(lead.first), report.label(lead.second)
    reach = f"{points(lead.difference)} points (95% interval {points(lead.low)} to {points(lead.high)})"
    if lead.is_clear:
        return f"{first} leads {second} by {reach}: more than chance would explain."
    return f"{first} and {second} cannot be told apart: the difference is {reach}, which leaves a tie possible."


def _smallness(sides: Distribution, min_posts: int) -> str:
    if not sides.is_small:
        return ""
    loud = "" if sides.clusters < MIN_CLUSTERS else ", a few of whom wrote most of what counts"
    few = f"{counted(sides.clusters, sides.unit)}{loud}"
    why = f"fewer than {min_posts} posts" if sides.posts < min_posts else few
    return f" This rests on {why}: read it as a hint, not as a fact."


def _neutral(report: Report) -> Prose:
    if report.overall is None or report.overall.sides is None:
        return ()
    neutral, posts = report.overall.camps.best[NEUTRAL], report.overall.camps.posts
    if posts == 1:
        return ()
    if report.overall.camps.corrected:
        told = (
            f"{percent(neutral.share)} of the {number(posts)} judged posts (corrected; 95% interval {between(neutral)})"
        )
        return (f"{told} take no side: they ask, report, or weigh the options.",)
    one, many = "takes no side: it asks, reports, or weighs", "take no side: they ask, report, or weigh"
    take = f"{one if neutral.n == 1 else many} the options."
    return (
        f"{number(neutral.n)} of the {number(posts)} judged posts ({percent(neutral.share)}; 95% interval ",
        f"{between(neutral)}) {take}",
    )


def _basis(report: Report) -> Prose:
    ledger = report.ledger
    left_out = ledger.total - ledger.judged
    told = (
        " All posts of the corpus are judged."
        if not left_out
        else f" Of the {number(ledger.total)} posts in the corpus, {number(left_out)} are left out: "
    )
    link = (Link("who and why", f"#{titles.COVERAGE}"), ".") if left_out else ()
    if report.overall is None:
        return (told.lstrip(), *link)
    communities = max(len(report.communities.cells) - bool(report.communities.pooled) + report.communities.pooled, 1)
    authors, come = report.overall.camps.authors, "post comes" if ledger.judged == 1 else "posts come"
    when = f", {days(report.first.date(), report.last.date())}" if report.first and report.last else ", none dated"
    return (
        f"The judged {come} from {counted(authors, 'author') if authors else 'unknown authors'} in ",
        f"{counted(communities, 'community', 'communities')} on {counted(len(report.platforms.cells), 'platform')}",
        f"{when}.{told}",
        *link,
    )


def _caveat(report: Report) -> Prose:
    corrected = report.overall and report.overall.sides and report.overall.sides.corrected
    if corrected:
        return (
            Strong("Mind"),
            f" that a model gave the labels: {counted(corrected.labelled, 'hand label')} correct its mistakes, and ",
            "the intervals allow for them",
            ", provided that it errs in all posts as it does in these" if is_inverted(corrected) else "",
            " (",
            Link("how", f"#{titles.CORRECTION}"),
            "). The posts are those collected, not a sample of all who have an opinion.",
        )
    return (
        Strong("Mind"),
        " that a model gave the labels and that no hand labels correct them: the intervals say what chance may do, ",
        "not how often the model errs",
        *((" (", Link("what would help", f"#{titles.CORRECTION}"), ")") if report.overall else ()),
        ". The posts are those collected, not a sample of all who have an opinion.",
    )
