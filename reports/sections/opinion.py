"""Opinion overall: camps, stances and sentiment."""

from __future__ import annotations

from typing import TYPE_CHECKING

from corpus.labels import NEUTRAL
from reports.document import Picture, Section, Strong, Table, paragraph
from reports.pictures import pictures
from reports.prevalence import MIN_CLUSTERS
from reports.prose import between, compact, counted, joined, number, percent
from reports.sections import titles
from reports.sections.tables import NOTHING, design_effect
from reports.uncorrected import UNCORRECTED, uncorrected

if TYPE_CHECKING:
    from reports.document import Block
    from reports.estimates import Cell, Distribution
    from reports.report import Report


def section(report: Report) -> Section:
    """Write the section."""
    blocks = [*_camps(report), *_stances(report), *_sentiment(report)]
    return Section(titles.OPINION, tuple(blocks) or (paragraph("No post could be judged."),))


def _camps(report: Report) -> list[Block]:
    overall = report.overall
    if overall is None:
        return []
    blocks: list[Block] = [
        paragraph(
            Strong("Camps."),
            " A post is in one camp: that of the target whose side its author takes, or none. The first shares are ",
            "of the posts that take a side, the second of all judged posts, the neutral ones included.",
        )
    ]
    if "camps" in pictures(report):
        blocks.append(Picture("camps", _alt(report, overall)))
    blocks.append(_camp_table(report, overall))
    if overall.sides is not None:
        blocks.append(paragraph(_design(overall.sides)))
    return blocks


def _camp_table(report: Report, overall: Cell) -> Table:
    sides = overall.sides
    rows = []
    for share in overall.camps.shares:
        side = compact(sides[share.label]) if sides and share.label != NEUTRAL else NOTHING
        name = "no side" if share.label == NEUTRAL else report.label(share.label)
        rows.append((name, number(share.n), number(share.authors), side, compact(share)))
    posts = f"of {counted(sides.posts, 'post')} taking a side" if sides else "of posts taking a side"
    judged, raw = counted(overall.camps.posts, "judged post"), uncorrected(report)
    head = ("Camp", "Posts", "Authors", f"Share {posts}{raw}", f"Share of all {judged}{raw}")
    return Table(head, tuple(rows))


def _design(sides: Distribution) -> str:
    if sides.design_effect is None:
        many = "A few of them weigh most" if sides.is_loud else "All are on one side"
        few = "It is but one" if sides.clusters == 1 else "They are few"
        why = few if sides.clusters < MIN_CLUSTERS else many
        posts = "post that takes" if sides.posts == 1 else "posts that take"
        are = "is" if sides.clusters == 1 else "are"
        return (
            f"Behind the {posts} a side {are} {counted(sides.clusters, sides.unit)}. "
            f"{why}, so how alike posts of one {sides.unit} are cannot be told: the intervals take them as one voice."
        )
    worth = round(sides.posts / max(sides.design_effect, 1))
    unknown = sides.clusters - sides.authors if sides.unit == "author" else 0
    alone = f" ({number(unknown)} of them unknown, each counted as one)" if unknown else ""
    alike = (
        f"Posts of one {sides.unit} resemble each other" if sides.design_effect > 1.05 else "The posts hardly repeat"
    )
    return (
        f"{alike}: the design effect is {sides.design_effect:.2f}, so the {counted(sides.posts, 'post')} that take a "
        f"side, from {counted(sides.clusters, sides.unit)}{alone}, tell about as much as {number(worth)} independent "
        "ones would. The intervals allow for that."
    )


def _stances(report: Report) -> list[Block]:
    if not report.stances:
        return []
    names = {target.name: target.label for target in report.targets}
    rows = tuple(
        (names[name], *(compact(found[stance]) for stance in ("favor", "against", "none")), number(found["favor"].n),
         number(found["favor"].authors), number(found["against"].n), number(found["against"].authors),
         design_effect(found))
        for name, found in report.stances
    )  # fmt: skip
    posts, raw, mark = report.stances[0][1].posts, uncorrected(report), uncorrected(report, " and ")
    told = [
        f"{names[name]} finds favour in {percent(found['favor'].share)} ({between(found['favor'])}) of judged posts "
        f"and is criticised in {percent(found['against'].share)} ({between(found['against'])})."
        for name, found in report.stances
    ]
    head = ("Target", "In favour", "Against", "No stance", "Posts in favour", "Authors", "Posts against", "Authors",
            "Design effect")  # fmt: skip
    return [
        paragraph(
            Strong("Stances."),
            " A post can favour one target and be against another, or be against one and for none. ",
            f"{UNCORRECTED.capitalize()}: " if raw else "",
            " ".join(told),
        ),
        Picture("stances", f"Posts against and in favour of {joined([*names.values()])}, as in the table{mark}."),
        Table(head, rows),
        paragraph(f"Shares are of all {counted(posts, 'judged post')}{raw}."),
    ]


def _sentiment(report: Report) -> list[Block]:
    found = report.sentiment
    if found is None:
        return []
    mark = uncorrected(report)
    tones = ", ".join(
        f"{share.label} in {percent(share.share)} ({between(share)}; {counted(share.n, 'post')} by "
        f"{counted(share.authors, 'author')})"
        for share in found.shares
    )
    return [
        paragraph(
            Strong("Sentiment."),
            f" The tone of the judged posts, whatever they are about, is {tones}{mark}. "
            f"Design effect: {design_effect(found)}.",
        )
    ]


def _alt(report: Report, overall: Cell) -> str:
    shares = overall.sides.shares if overall.sides else ()
    told = ", ".join(f"{report.label(share.label)} {percent(share.share)} ({between(share)})" for share in shares)
    return f"Shares of the posts that take a side, with 95% intervals{uncorrected(report)}: {told}."
