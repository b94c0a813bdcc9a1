"""Tables and remarks that several sections share."""

from __future__ import annotations

from math import isclose
from typing import TYPE_CHECKING

from corpus.labels import SENTIMENTS
from reports.document import Table, paragraph
from reports.prevalence import MIN_CLUSTERS
from reports.prose import compact, counted, joined, number
from reports.sections.confusion import is_inverted
from reports.uncorrected import UNCORRECTED, is_corrected

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from reports.document import Block
    from reports.estimates import Cell, Distribution, Lead
    from reports.report import Report

NOTHING = "–"


def camps_by(report: Report, what: str, cells: Sequence[tuple[str, Cell]], *, summary: str = "") -> Table:
    """Tabulate the camps of some cells, as shares of the posts that take a side."""
    targets = [target.label for target in report.targets]
    head = (what, "Judged posts", "Taking a side", "Their authors", *targets, "Design effect")
    return Table(head, tuple(row for name, cell in cells for row in _rows(name, cell)), summary)


def stances_by(report: Report, what: str, cells: Sequence[tuple[str, Cell]], *, summary: str) -> Table:
    """Tabulate the stances of some cells toward each target, as shares of their judged posts."""
    sides = [(target, stance) for target in report.targets for stance in ("favor", "against")]
    heads = [f"{'for' if stance == 'favor' else 'against'} {target.label}" for target, stance in sides]
    rows = []
    for name, cell in cells:
        found = dict(cell.stances)
        shares = [compact(found[target.name][stance]) if target.name in found else NOTHING for target, stance in sides]
        rows.append((_marked(name, *found.values()), number(cell.camps.posts), *shares, _largest(found.values())))
    return Table((what, "Judged posts", *heads, "Design effect"), tuple(rows), summary)


def sentiment_by(what: str, cells: Sequence[tuple[str, Cell]], *, summary: str) -> Table:
    """Tabulate the sentiment of some cells, as shares of their judged posts."""
    rows = [
        (
            _marked(name, found),
            number(found.posts),
            number(found.authors),
            *(compact(share) for share in found.shares),
            design_effect(found),
        )
        for name, cell in cells
        if (found := cell.sentiment)
    ]
    return Table(
        (what, "Judged posts", "Authors", *map(str.capitalize, SENTIMENTS), "Design effect"), tuple(rows), summary
    )


def not_corrected(report: Report, tables: Sequence[Table]) -> Iterator[Block]:
    """Say that tables of stances and sentiment hold the model's own shares, where others are corrected."""
    if tables and is_corrected(report):
        named = joined([table.summary.lower() for table in tables])
        yield paragraph(f"{named.capitalize()} are {UNCORRECTED}.")


def _marked(name: str, *found: Distribution) -> str:
    return f"{name} (small)" if any(each.is_small for each in found) else name


def _largest(found: Iterable[Distribution]) -> str:
    effects = [each.design_effect for each in found if each.design_effect is not None]
    return f"{max(effects):.1f}" if effects else NOTHING


def _rows(name: str, cell: Cell) -> Iterator[tuple[str, ...]]:
    """Give the row of a cell, and where they could be corrected, that of the corrected shares."""
    yield _row(name, cell)
    corrected = cell.sides and cell.sides.corrected
    if corrected:
        few = "the confusion matrix" if is_inverted(corrected) else counted(corrected.labelled, "hand label")
        shares = map(compact, corrected.shares)
        yield f"{name}, corrected by {few}", NOTHING, NOTHING, NOTHING, *shares, NOTHING


def _row(name: str, cell: Cell) -> tuple[str, ...]:
    sides, camps = cell.sides, cell.camps
    shares = [compact(share) for share in sides.shares] if sides else [NOTHING] * (len(camps.shares) - 1)
    return (
        f"{name} (small)" if cell.is_small else name,
        number(camps.posts),
        number(sides.posts) if sides else "0",
        number(sides.authors) if sides else "0",
        *shares,
        design_effect(sides),
    )


def design_effect(found: Distribution | None) -> str:
    """Write a design effect."""
    return f"{found.design_effect:.1f}" if found and found.design_effect is not None else NOTHING


def is_tie(lead: Lead) -> bool:
    """Say whether nobody leads, as the largest two shares are equal."""
    return isclose(lead.difference, 0, abs_tol=1e-9)


def small(report: Report) -> str:
    """Say what "small" means."""
    return (
        f"Rows marked as small rest on fewer than {counted(report.min_posts, 'post')}, or on fewer than {MIN_CLUSTERS} "
        "authors, or on more of whom a few weigh most: of the posts that take a side in tables of camps, of all judged "
        "posts in those of stances and sentiment. Their intervals are wide for a reason, and their order means little."
    )
