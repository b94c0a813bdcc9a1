"""The ledger: what became of every post of the corpus."""

from __future__ import annotations

from typing import TYPE_CHECKING

from corpus.labels import Abstained
from corpus.post import State
from reports.document import Section, Table, paragraph
from reports.ledger import ELSEWHERE, JUDGED, REPOST, UNLABELLED
from reports.prose import counted, number, percent
from reports.sections import titles

if TYPE_CHECKING:
    from reports.report import Report

MEANINGS = {
    JUDGED: ("judged", "the posts that this report counts"),
    ELSEWHERE: ("elsewhere", "not in the conversations that were chosen for this report"),
    REPOST: ("repost", "somebody else's words, passed on; the original counts once"),
    State.DELETED.value: ("deleted", "by its author; whatever the archive still holds is left alone"),
    State.REMOVED.value: ("removed", "by a moderator"),
    State.WITHHELD.value: ("withheld", "by the platform, on legal demand"),
    Abstained.OFF_TOPIC.value: ("off topic", "neither the post nor what it answers speaks of a target"),
    Abstained.LANGUAGE.value: ("other language", "not one that the model reads"),
    Abstained.CONTEXT.value: ("needs context", "a bare reply to a post that the corpus does not hold"),
    Abstained.EMPTY.value: ("no text", "nothing but links, handles or images"),
    UNLABELLED: ("unlabelled", "not read by the model yet: run the labelling again"),
}


def section(report: Report) -> Section:
    """Write the section."""
    ledger = report.ledger
    rows = tuple(
        (f"{name}: {meaning}", number(posts), percent(posts / ledger.total))
        for (name, meaning), posts in ((MEANINGS[what], posts) for what, posts in ledger.counts)
    )
    remarks = [
        f"Of the judged posts, {number(ledger.in_windows)} were too long to be read at once and were read in parts",
        f"{number(ledger.undated)} have no date",
        f"{number(ledger.anonymous)} have no known author: in intervals each has its own, in counts of authors none",
    ]
    return Section(
        titles.COVERAGE,
        (
            paragraph(
                f"The corpus holds {counted(ledger.total, 'post')}. Each is in one row below, that of the first reason "
                "that applies."
            ),
            Table(("What became of it", "Posts", "Share"), (*rows, ("all", number(ledger.total), percent(1.0)))),
            *([paragraph("; ".join(remarks) + ".")] if ledger.judged else []),
        ),
    )
