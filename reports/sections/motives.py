"""Why authors hold what they hold, and who moved."""

from __future__ import annotations

from typing import TYPE_CHECKING

from corpus.labels import NEUTRAL
from reports.document import Section, Strong, Table, paragraph
from reports.prose import counted, joined, number
from reports.sections import titles

if TYPE_CHECKING:
    from reports.document import Block
    from reports.report import Report

TOP = 3


def section(report: Report) -> Section:
    """Write the section."""
    return Section(titles.MOTIVES, (*_reasons(report), *_switches(report)))


def _reasons(report: Report) -> tuple[Block, ...]:
    if not report.reasons:
        return (paragraph("The labels name no reasons."),)
    told = []
    for place, camp in enumerate(report.camps[:-1]):
        named = sorted(((row.posts[place], row.reason) for row in report.reasons if row.posts[place]), reverse=True)
        if named:
            listed = joined([f"{reason} ({number(posts)})" for posts, reason in named[:TOP]])
            told.append(f"Posts for {report.label(camp)} most often name {listed}.")
    names = ["no side" if camp == NEUTRAL else f"for {report.label(camp)}" for camp in report.camps]
    sizes = [counted(share.n, "post") for share in report.overall.camps.shares] if report.overall else []
    head = ("Reason", *(f"{name} ({size})" for name, size in zip(names, sizes, strict=True)))
    rows = tuple((row.reason, *map(number, row.posts)) for row in report.reasons)
    return (
        paragraph(
            Strong("Reasons."),
            " How many posts name a reason for what they favour or reject; a post may name several. " + " ".join(told),
        ),
        Table(head, rows),
    )


def _switches(report: Report) -> tuple[Block, ...]:
    if not report.switches:
        return (paragraph("No post tells of its author's own move from one target to another."),)
    names = {target.name: target.label for target in report.targets}
    rows = tuple(
        (
            f"{names.get(move.origin, move.origin)} → {names.get(move.destination, move.destination)}",
            number(move.posts),
            number(move.authors),
        )
        for move in report.switches
    )
    posts = counted(sum(move.posts for move in report.switches), "post tells", "posts tell")
    return (
        paragraph(Strong("Changes of mind."), f" {posts} of the author's own move, made or under way."),
        Table(("Move", "Posts", "Authors"), rows),
    )
