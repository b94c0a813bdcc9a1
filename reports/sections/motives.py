"""Why authors hold what they hold, and who moved."""

from __future__ import annotations

from typing import TYPE_CHECKING

from corpus.labels import NEUTRAL
from reports.document import Picture, Section, Strong, Table, paragraph
from reports.pictures import pictures
from reports.prose import compact, counted, joined, number, percent
from reports.sections import titles

if TYPE_CHECKING:
    from collections.abc import Iterator

    from reports.document import Block
    from reports.estimates import Share
    from reports.report import Report

TOP = 3


def section(report: Report) -> Section:
    """Write the section."""
    return Section(titles.MOTIVES, (*_reasons(report), *_claims(report), *_switches(report)))


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
    rows = tuple((row.reason, *map(_counted, row.posts, row.shares)) for row in report.reasons)
    return (
        paragraph(
            Strong("Reasons."),
            " How many posts name a reason for what they favour or reject, and their share of the posts of the camp; "
            "a post may name several. " + " ".join([*told, *_contrast(report)]),
        ),
        Table(head, rows),
    )


def _counted(posts: int, share: Share | None) -> str:
    return f"{number(posts)}: {compact(share)}" if share and posts else number(posts)


def _contrast(report: Report) -> Iterator[str]:
    """Of the reasons in which the two largest camps differ by more than chance, name that in which they differ most."""
    sides = report.overall and report.overall.sides
    if not sides or not sides.lead:
        return
    first, second = (report.camps.index(name) for name in (sides.lead.first, sides.lead.second))
    pairs = [(row.reason, row.shares[first], row.shares[second]) for row in report.reasons]
    apart = [(one.share - other.share, reason, one, other) for reason, one, other in pairs if one and other
             and (one.low > other.high or other.low > one.high)]  # fmt: skip
    if apart:
        _, reason, one, other = max(apart, key=lambda found: abs(found[0]))
        many = f"{number(len(apart))} reasons, most of these in " if len(apart) > 1 else ""
        yield (
            f"They clearly differ in {many}{reason}: {percent(one.share)} of the posts for "
            f"{report.label(sides.lead.first)} name it, {percent(other.share)} of those for "
            f"{report.label(sides.lead.second)}."
        )


def _claims(report: Report) -> tuple[Block, ...]:
    """Set each claim of the article beside the posts that raise it, and their sides."""
    if not report.claims:
        return ()
    rows = []
    for claim in report.claims:
        own = claim.posts[report.camps.index(claim.camp)]
        neutral = claim.posts[-1]
        other = sum(claim.posts) - own - neutral
        rows.append(
            (claim.text, ", ".join(claim.reasons), *map(number, (sum(claim.posts), claim.authors, own, other, neutral)))
        )
    raised = max(report.claims, key=lambda claim: sum(claim.posts))
    return (
        paragraph(
            Strong("Claims."),
            " What is claimed in the debate, and how many posts raise it: those that give its reasons. A post on the "
            "side of the claim favours the target that it speaks for; whether it repeats the claim word for word is "
            f"not told. Most often raised: “{raised.text}” ({counted(sum(raised.posts), 'post')}).",
        ),
        Table(("Claim", "Reasons", "Posts", "Authors", "On its side", "On another side", "On no side"), tuple(rows)),
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
        *(
            [Picture("moves", f"Moves between targets, as in the table: {_listed(rows)}.")]
            if "moves" in pictures(report)
            else []
        ),
        Table(("Move", "Posts", "Authors"), rows),
    )


def _listed(rows: tuple[tuple[str, ...], ...]) -> str:
    return joined([f"{move} {posts}" for move, posts, _ in rows[:TOP]])
