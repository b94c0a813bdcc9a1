"""The ledger: what became of every post of the corpus."""

from __future__ import annotations

from typing import TYPE_CHECKING

from corpus.labels import Abstained
from corpus.post import State
from reports.document import Section, Strong, Table, paragraph
from reports.ledger import ELSEWHERE, JUDGED, REPOST, UNLABELLED
from reports.plain import cut
from reports.prose import counted, number, percent, platform
from reports.sections import titles
from reports.sections.tables import NOTHING

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from corpus.walk import Coverage
    from reports.document import Block
    from reports.report import Report

MOST = 50  # threads
LENGTH = 60  # of a title
COLUMNS = (
    "Thread", "Replies held, of those counted by the platform", "Quotes", "Deleted", "Removed", "Withheld", "Truncated",
    "Unreachable, and why",
)  # fmt: skip

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
    Abstained.EMPTY.value: ("no text", "nothing but links, other people's handles or images"),
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
        f"{counted(ledger.undated, 'has', 'have')} no date",
        f"{counted(ledger.anonymous, 'has', 'have')} no known author: each its own in intervals, none among authors",
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
            *_threads(report),
        ),
    )


def _threads(report: Report) -> Iterator[Block]:
    """Set what was collected of each thread beside what its platform says there is."""
    if report.meta.is_parquet:
        yield paragraph("The corpus is one of Parquet files: what of each thread could not be collected is not in it.")
    if not report.coverage:
        return
    held = sum(thread.fetched for thread in report.coverage)
    known = [thread for thread in report.coverage if thread.claimed is not None]
    claimed = sum(thread.claimed or 0 for thread in known)
    of = sum(thread.fetched for thread in known)
    told = (
        f" Of the {number(claimed)} that the platforms count in {counted(len(known), 'thread')}, {number(of)} are held."
    )
    yield paragraph(
        Strong("Threads collected live."),
        f" {counted(len(report.coverage), 'thread')} with {counted(held, 'reply', 'replies')}.{told if known else ''} "
        "Platforms count some posts that they show to nobody, so less than all need not be a loss.",
    )
    yield paragraph(_lost(report.coverage))
    rows = tuple(
        (
            f"{platform(thread.platform)}: {cut(thread.title or thread.thread, LENGTH)}",
            _of(thread.fetched, thread.claimed),
            _of(thread.quotes, thread.quotes_claimed) if thread.quotes or thread.quotes_claimed else NOTHING,
            *(number(posts) for posts in (thread.deleted, thread.removed, thread.withheld, thread.truncated)),
            "; ".join(f"{reason} ({number(posts)})" for reason, posts in thread.gaps) or NOTHING,
        )
        for thread in report.coverage[:MOST]
    )
    more = f"The {MOST} largest of {number(len(report.coverage))} threads" if len(report.coverage) > MOST else ""
    yield Table(COLUMNS, rows, more)


def _of(held: int, claimed: int | None) -> str:
    return number(held) if claimed is None else f"{number(held)} of {number(claimed)}"


def _lost(coverage: Sequence[Coverage]) -> str:
    """Say of how many replies the text is not whole, by reason, and how many posts could not be reached."""
    counts = {
        "deleted by their authors": sum(thread.deleted for thread in coverage),
        "removed by moderators": sum(thread.removed for thread in coverage),
        "withheld by the platform": sum(thread.withheld for thread in coverage),
        "truncated": sum(thread.truncated for thread in coverage),
    }
    told = ", ".join(f"{number(posts)} {what}" for what, posts in counts.items())
    unreachable = counted(sum(thread.unreachable for thread in coverage), "post")
    return f"Of the replies held, {told}. {unreachable} beside them could not be reached; the table says why."
