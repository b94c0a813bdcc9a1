"""What people say beside what the model says, and which shares to trust."""

from __future__ import annotations

from typing import TYPE_CHECKING

from corpus.labels import NEUTRAL
from reports.correction import FEW_LABELS, MIN_LABELS
from reports.document import Code, Section, Strong, Table, paragraph
from reports.prevalence import MIN_CLUSTERS
from reports.prose import compact, counted, joined, number, percent
from reports.sections import confusion, titles
from reports.sections.confusion import is_inverted
from reports.sections.tables import NOTHING

if TYPE_CHECKING:
    from collections.abc import Iterator

    from reports.document import Block
    from reports.estimates import Corrected, Distribution
    from reports.hand_labels import HandLabels
    from reports.report import Report

FAIR, GOOD = 0.667, 0.8  # Krippendorff 2004


def section(report: Report) -> Section | None:
    """Write the section; None where there is no opinion whose labels could be trusted."""
    if report.overall is None:
        return None
    corrected = report.overall.camps.corrected
    blocks = [*_state(report), *_outgrown(report)]
    if corrected:
        blocks += [*_side_by_side(report), paragraph(Strong("Which to trust."), f" {_verdict(report, corrected)}")]
    if report.hand:
        blocks += [*confusion.blocks(report), *_agreement(report.hand)]
    return Section(titles.CORRECTION, tuple(blocks))


def _state(report: Report) -> Iterator[Block]:
    """Say how many hand labels there are, and what they are good for."""
    hand, camps = report.hand, report.overall and report.overall.camps
    if hand and camps and camps.corrected and is_inverted(camps.corrected):
        yield paragraph(*confusion.told(hand, camps.corrected))
        return
    if camps and camps.corrected:
        found = camps.corrected
        yield paragraph(
            f"{counted(found.labelled, 'judged post')} drawn at random ({joined(hand.designs if hand else ())}) "
            f"{'is' if found.labelled == 1 else 'are'} labelled by hand. The model names the same camp as people in "
            f"{percent(found.agreement)} of them. Where it errs more to one side than to the other, its shares are "
            "off, and no number of posts mends that. The corrected shares add to what the model finds in all posts "
            f"what it misses in these (prediction-powered inference, PPI++; weight of the model {found.tuning:.2f})."
        )
        return
    few = _few_authors(report)
    yield paragraph(
        Strong("The shares in this report are not corrected for the model's mistakes."), few or _why(report)
    )
    if not few and not report.meta.is_parquet:
        yield paragraph(*_advice(report))


def _outgrown(report: Report) -> Iterator[Block]:
    """Say which draws are not believed, and how to mend that."""
    if not report.hand or not report.hand.outgrown:
        return
    yield paragraph(
        Strong("The corpus has outgrown its draws."),
        f" {number(report.ledger.judged)} posts are judged, and many of them had no chance to be drawn "
        f"({joined(report.hand.outgrown)}): the corpus has grown since, or other threads or labels were chosen. What "
        "was labelled then is not taken as a random sample of them. Draw again with the same seed, label the rows that "
        "you have not labelled, and import the file.",
    )


def _few_authors(report: Report) -> str:
    """Say that no hand labels would help, where so few authors wrote the posts; "" where they are enough."""
    camps = report.overall and report.overall.camps
    if not camps or report.meta.is_parquet or not (camps.clusters < MIN_CLUSTERS or camps.is_loud):
        return ""
    loud = ", a few of whom wrote most of them" if camps.is_loud and camps.clusters >= MIN_CLUSTERS else ""
    fewer = "So" if loud else f"With fewer than {MIN_CLUSTERS},"
    return (
        f" The judged posts come from {counted(camps.clusters, 'author')}{loud}. {fewer} how far "
        "others would differ cannot be told, so nothing is corrected, however many posts are labelled by hand."
    )


def _why(report: Report) -> str:
    hand = report.hand
    if report.meta.is_parquet:
        return (
            " A corpus of Parquet files holds no hand labels, so how often the model errs here is not known: those of "
            "the corpus file from which it was exported correct the report of that one."
        )
    if hand is None:
        return " No post is labelled by hand, so how often the model errs here is not known."
    if (hand.drawn if hand.is_sample else hand.drawn + hand.others) >= MIN_LABELS and hand.voices < MIN_CLUSTERS:
        loud = ", a few of whom wrote most of them" if hand.authors >= MIN_CLUSTERS else ""
        return (
            f" The hand-labelled posts come from {counted(hand.authors, 'author')}{loud}; at least {MIN_CLUSTERS} "
            f"{'of like weight ' if loud else ''}are needed, as with fewer, how far others would differ cannot be told."
        )
    few = counted(hand.drawn, "post drawn at random is", "posts drawn at random are")
    others = counted(hand.others, "post is", "posts are")
    told = (
        f" Only {few} labelled by hand; at least {MIN_LABELS} are needed."
        if hand.drawn
        else f" {others} labelled by hand, but not drawn at random, "
        "so what the model misses in them says nothing about the others."
    )
    return f"{told}{confusion.hindrance(report, hand)}"


def _advice(report: Report) -> tuple[str | Code, ...]:
    wanted, sides = report.labels_for_five, report.overall and report.overall.sides
    if not sides:
        return ("No post takes a side, so there is no share to correct.",)
    if wanted is None:
        return (f"Hand labels correct no shares of fewer than {MIN_LABELS} judged posts.",)
    leading = max(sides.shares, key=lambda share: share.n)
    told = (
        f"About {counted(wanted, 'hand label')} would bring what its mistakes add to the leading share to within ±5 "
        "points, going by how sure the model is of itself; chance in the posts themselves, which more labels do not "
        f"mend, adds ±{number(round(50 * (leading.high - leading.low)))} points to that as it is. "
    )
    return (
        told,
        Code(f"stancemap annotations sample -n {wanted} -o todo.jsonl"),
        " draws the posts.",
    )


def _side_by_side(report: Report) -> Iterator[Block]:
    overall = report.overall
    if overall is None:
        return
    rows = [*_rows(report, "taking a side", overall.sides), *_rows(report, "all judged posts", overall.camps)]
    for target, found in report.stances:
        name = next(known.label for known in report.targets if known.name == target)
        rows += _rows(report, f"stance toward {name}", found)
    rows += _rows(report, "sentiment", report.sentiment)
    yield Table(
        ("Share", "As the model says", "Corrected", "Shift in points", "Hand labels", "Corrected by"), tuple(rows)
    )


def _rows(report: Report, what: str, found: Distribution | None) -> Iterator[tuple[str, ...]]:
    if found is None:
        return
    for share in found.shares:
        label = "no side" if share.label == NEUTRAL and what != "sentiment" else report.label(share.label)
        name = f"{what}: {STANCES.get(label, label)}"
        if found.corrected is None:
            yield name, compact(share), NOTHING, NOTHING, "0", NOTHING
            continue
        better = found.corrected[share.label]
        shift = f"{100 * (better.share - share.share):+.1f}".replace("-", "−")
        yield name, compact(share), compact(better), shift, number(better.n), found.corrected.method


STANCES = {"favor": "in favour", "none": "no stance"}


def _verdict(report: Report, corrected: Corrected) -> str:
    overall = report.overall
    pairs = (
        [(found, found.corrected) for found in (overall.sides, overall.camps) if found and found.corrected]
        if overall
        else []
    )
    off = dict.fromkeys(
        "no side" if share.label == NEUTRAL else report.label(share.label)
        for raw, better in pairs
        for share in better.shares
        if not share.low <= raw[share.label].share <= share.high
    )
    few = (
        f" With the worth of {number(round(corrected.effective))} labels they are wide: label more, up to two hundred."
        if corrected.effective < FEW_LABELS
        else ""
    )
    trust = (
        confusion.TRUST
        if is_inverted(corrected)
        else "Trust the corrected shares and their intervals: they hold however the model errs."
    )
    if off:
        return (
            f"{trust} For {joined([*off])} the model's own share lies outside the corrected interval, so its mistakes "
            f"do not cancel out: do not quote it.{few}"
        )
    return (
        f"{trust} The model's own shares lie within the corrected intervals, so no bias is seen; their narrower "
        f"intervals leave its mistakes out all the same.{few}"
    )


def _agreement(hand: HandLabels) -> list[Block]:
    people = counted(hand.annotators, "person", "people")
    if not hand.agreement:
        why = "" if hand.annotators == 1 else ", no two of whom labelled the same post"
        return [paragraph(f"The hand labels are by {people}{why}: how far people agree is not known.")]
    rows = tuple(
        (
            found.question,
            number(found.posts),
            percent(found.equal),
            _coefficient(found.kappa),
            _coefficient(found.alpha),
        )
        for found in hand.agreement
    )
    head = ("Question", "Posts labelled by several", "Equal", "Cohen's kappa", "Krippendorff's alpha")
    alpha = next((found.alpha for found in hand.agreement if found.question == "camp"), None)
    told = "" if alpha is None else f" For camps, alpha is {alpha:.2f}: {_grade(alpha)}."
    return [paragraph(f"The hand labels are by {people}.{told}"), Table(head, rows)]


def _grade(alpha: float) -> str:
    if alpha >= GOOD:
        return "people mean the same by the labels"
    return "good enough for cautious conclusions" if alpha >= FAIR else "too low to build on: settle the rules first"


def _coefficient(value: float | None) -> str:
    return NOTHING if value is None else f"{value:.2f}".replace("-", "−")
