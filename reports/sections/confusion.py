"""What the model takes for what, and the shares that are corrected by it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from corpus.labels import NEUTRAL
from reports.confusion import EACH, MISFIT, WORST
from reports.correction import MIN_LABELS
from reports.document import Code, Strong, Table, paragraph
from reports.estimates import METHODS
from reports.prevalence import MIN_CLUSTERS
from reports.prose import counted, joined, number, percent

if TYPE_CHECKING:
    from collections.abc import Sequence

    from reports.document import Block, Prose
    from reports.estimates import Cell, Corrected
    from reports.hand_labels import Confusion, HandLabels
    from reports.report import Report

NAMED = 6  # cells by name
TRUST = (
    "Trust the corrected shares as far as that assumption goes: their intervals allow for chance in the matrix and in "
    "the posts, not for a model that errs otherwise elsewhere. Hand labels of a random sample would need no assumption."
)


def is_inverted(corrected: Corrected | None) -> bool:
    """Say whether shares are corrected by the confusion matrix."""
    return corrected is not None and corrected.method == METHODS[1]


def told(hand: HandLabels, corrected: Corrected) -> Prose:
    """Say why all shares are corrected by the matrix, and what that takes for granted."""
    drawn = f"only {number(hand.drawn)} of them drawn at random" if hand.drawn else "not drawn at random"
    drawn += " from all judged posts" if hand.outgrown else ""
    why = (
        f"{counted(corrected.labelled, 'judged post')} are labelled by hand, {drawn} (at least {MIN_LABELS} would have "
        f"to be). The model names the same camp as people in {percent(corrected.agreement)} of them, but as they may "
        "have been picked for what they say, what it misses in them is not what it misses in all. The corrected shares "
        "undo the confusion matrix instead (Rogan and Gladen's estimator, or adjusted classify and count). That takes "
        "for granted that the model takes one label for another as often in all posts as in these; which camps were "
        "sought then makes no difference. If posts were picked by what the model says of them, it is wrong: then "
        "write into each row, as its "
    )
    mend = (
        ", how many posts with its label of the model were picked, divided by how many there are, and import the file "
        "again: prediction-powered inference takes the matrix's place."
    )
    return why, Code("inclusion_probability"), mend


def hindrance(report: Report, hand: HandLabels) -> str:
    """Say why the matrix of the camps does not help where hand labels are no random sample, if they are enough."""
    if hand.drawn + hand.others < MIN_LABELS:
        return ""
    return f" Nor is its confusion matrix undone: {_why(report, _camps(hand))}."


def blocks(report: Report) -> list[Block]:
    """Show the matrix of the camps, and say which cells are corrected by it."""
    hand = report.hand
    found = _camps(hand) if hand else None
    if hand is None or found is None or (hand.drawn if hand.is_sample else hand.drawn + hand.others) < MIN_LABELS:
        return []
    names = [_name(report, label) for label in found.labels]
    rows = tuple(
        (name, number(round(posts)), *(percent(rate) if posts else "–" for rate in rates))
        for name, posts, rates in zip(names, found.posts, found.rates, strict=True)
    )
    condition = "" if found.condition is None else f" Its condition number is {found.condition:.1f}."
    return [
        paragraph(
            Strong("Confusion matrix."),
            f" How often the model gives each camp to posts that people put in one.{condition} ",
            _use(report, hand, found),
        ),
        Table(("People say", "Hand labels", *(f"Model: {name}" for name in names)), rows),
    ]


def _camps(hand: HandLabels) -> Confusion | None:
    return next((found for found in hand.confusions if found.question == "camp"), None)


def _name(report: Report, label: str) -> str:
    return "no side" if label == NEUTRAL else report.label(label)


def _why(report: Report, found: Confusion | None) -> str:
    """Say what is wrong with a matrix."""
    if found is None or found.problem is None:
        return "the model names camps that nobody gives to a hand-labelled post"
    if found.problem == "few labels":
        few = [
            f"{number(round(posts))} for {_name(report, label)}"
            for label, posts in zip(found.labels, found.posts, strict=True)
            if posts < EACH
        ]
        return f"of each camp in it at least {EACH} hand labels are needed, and there are {joined(few)}"
    size = "infinite" if found.condition is None else f"{found.condition:.0f}"
    return (
        f"its condition number is {size}, over {WORST:.0f}: the model hardly tells some camps apart, so that small "
        "errors of the matrix would be large ones of the shares"
    )


def _use(report: Report, hand: HandLabels, found: Confusion) -> str:
    """Say which communities and periods are corrected by the matrix, and which are not."""
    if found.problem:
        return (
            f"It is not undone: {_why(report, found)}. Cells with few hand labels of their own stay as the model says."
        )
    cells = [*report.communities.cells, *(period.cell for period in report.timeline.periods)]
    if not any(is_inverted(cell.camps.corrected) for cell in cells):
        return "No community or period is corrected by it."
    raw = [cell for cell in report.communities.cells if cell.camps.corrected is None]
    left = f" {_listed(raw)} stay{'s' if len(raw) == 1 else ''} as the model says." if raw else ""
    which = (
        f"By it are corrected communities and periods with fewer than {MIN_LABELS} hand labels drawn from their posts"
        if hand.is_sample
        else "By it are corrected all shares, those of communities and periods too"
    )
    return (
        f"{which}, which takes for granted that the model takes one camp for another as often there as anywhere. "
        f"Where their own hand labels contradict that (by over {MISFIT:.0f} standard errors), or posts are too few "
        f"or come from fewer than {MIN_CLUSTERS} authors, nothing is corrected.{left}"
    )


def _listed(cells: Sequence[Cell]) -> str:
    names = [cell.name for cell in cells]
    return joined(names if len(names) <= NAMED else [*names[: NAMED - 1], f"{len(names) - NAMED + 1} more communities"])
