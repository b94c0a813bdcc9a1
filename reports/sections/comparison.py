"""What moved between two corpora or two periods."""

from __future__ import annotations

from typing import TYPE_CHECKING

from corpus.labels import NEUTRAL
from reports.comparing import are_alike
from reports.document import Code, Section, Strong, Table, paragraph
from reports.prose import compact, counted, joined, points
from reports.sections import titles

if TYPE_CHECKING:
    from corpus.label_set import LabelSet
    from reports.document import Block, Prose
    from reports.report import Comparison, Moved, Report

LABELS = {"favor": "in favour", "none": "no stance"}
CORRECTED = "corrected"


def section(report: Report) -> Section | None:
    """Write the section; None where nothing is compared."""
    found = report.comparison
    if found is None:
        return None
    early, late = (counted(posts, "judged post") for posts in found.posts)
    opening = f"“{found.before}” ({early}) is set beside “{found.after}” ({late})."
    if not found.moved:
        return Section(titles.COMPARISON, (paragraph(f"{opening} One of them has no labels to compare."),))
    return Section(
        titles.COMPARISON,
        (
            paragraph(f"{opening} ", *_labels(found)),
            paragraph(f"{_shares(found)} {_told(report, found)}"),
            _table(report, found),
            paragraph(_method(found)),
        ),
    )


def _labels(found: Comparison) -> Prose:
    """Say which models labelled the two sets of posts, and warn where they differ."""
    early, late = found.labels
    if are_alike(early, late):
        return ("Both are labelled by ", *_model(early), ".")
    return (
        Strong("They are not labelled alike:"),
        f" “{found.before}” by ",
        *_model(early),
        f", “{found.after}” by ",
        *_model(late),
        ". What moved in shares that are not corrected may be the models' doing, not the people's: label both with ",
        "one model and configuration, then compare them again.",
    )


def _model(labels: LabelSet) -> Prose:
    return (
        "the model ", Code(labels.model), ", revision ", Code(labels.revision), ", configuration ",
        Code(labels.config_hash),
    )  # fmt: skip


def _shares(found: Comparison) -> str:
    """Say whether the shares are corrected; a corrected share and a raw one are never compared."""
    if all(moved.is_corrected for moved in found.moved):
        return "All shares are corrected by hand labels."
    if any(moved.is_corrected for moved in found.moved):
        return (
            f"Shares marked “{CORRECTED}” are corrected by hand labels; the others are as the model says, since one "
            "side or both have too few hand labels for them."
        )
    return (
        "All shares are as the model says, not corrected: for that, both sides would need enough hand labels of the "
        "same question."
    )


def _table(report: Report, found: Comparison) -> Block:
    rows = tuple(
        (_name(report, moved), compact(moved.before), compact(moved.after), _difference(moved)) for moved in found.moved
    )
    return Table(("Share", found.before, found.after, "Difference in points"), rows)


def _told(report: Report, found: Comparison) -> str:
    """Name what moved by more than chance."""
    clear = [moved for moved in found.moved if moved.is_clear]
    if not clear:
        return "No share moved by more than chance would explain."
    largest = sorted(clear, key=lambda moved: -abs(moved.difference))[:5]
    told = joined([f"{_name(report, moved)} by {_difference(moved)}" for moved in largest])
    rest = f"; {len(clear) - len(largest)} more are in the table" if len(clear) > len(largest) else ""
    return (
        f"More than chance would explain moved, in points: {told}{rest}. Of {counted(len(found.moved), 'share')} "
        "compared at once, one in twenty seems to move by chance alone."
    )


def _name(report: Report, moved: Moved) -> str:
    return _share(report, moved) + (f", {CORRECTED}" if moved.is_corrected else "")


def _share(report: Report, moved: Moved) -> str:
    targets = {target.name: target.label for target in report.targets}
    if moved.question in targets:
        return f"{targets[moved.question]}: {LABELS.get(moved.label, moved.label)}"
    if moved.question == "sentiment":
        return f"tone: {moved.label}"
    of = " (of those taking a side)" if moved.question == "sides" else " (of all)"
    return ("no side" if moved.label == NEUTRAL else f"for {report.label(moved.label)}") + of


def _difference(moved: Moved) -> str:
    sign = "+" if moved.difference > 0 else ""
    mark = "" if moved.is_clear else ", not clearly"
    return f"{sign}{points(moved.difference)} ({points(moved.low)} to {points(moved.high)}{mark})"


def _method(found: Comparison) -> str:
    shared = (
        " Authors and threads that are in both make the difference steadier: the intervals are, if anything, too wide."
        if found.is_shared
        else ""
    )
    return f"Intervals of differences are made of those of both shares (Newcombe 1998).{shared}"
