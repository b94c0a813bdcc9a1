"""Tables and remarks that several sections share."""

from __future__ import annotations

from typing import TYPE_CHECKING

from reports.document import Table
from reports.prevalence import MIN_CLUSTERS
from reports.prose import compact, counted, number

if TYPE_CHECKING:
    from collections.abc import Sequence

    from reports.report import Cell, Distribution, Report

NOTHING = "–"


def camps_by(report: Report, what: str, cells: Sequence[tuple[str, Cell]], *, summary: str = "") -> Table:
    """Tabulate the camps of some cells, as shares of the posts that take a side."""
    targets = [target.label for target in report.targets]
    head = (what, "Judged posts", "Taking a side", "Their authors", *targets, "Design effect")
    return Table(head, tuple(_row(name, cell) for name, cell in cells), summary)


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


def small(report: Report) -> str:
    """Say what "small" means."""
    return (
        f"Cells marked as small have fewer than {counted(report.min_posts, 'post')} that take a side, or these have "
        f"fewer than {MIN_CLUSTERS} authors: their intervals are wide for a reason, and their order means little."
    )
