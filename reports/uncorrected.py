"""What stands beside shares that are the model's own, where hand labels correct others."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from reports.report import Report

UNCORRECTED = "as the model says, not corrected"
NEXT_LINE = ";\n"  # of the words under the title of a chart


def is_corrected(report: Report) -> bool:
    """Say whether hand labels correct the overall shares, which the report then leads with."""
    return bool(report.overall and report.overall.sides and report.overall.sides.corrected)


def uncorrected(report: Report, before: str = ", ") -> str:
    """Mark shares as the model's own, after what stands before the mark; "" where nothing is corrected."""
    return f"{before}{UNCORRECTED}" if is_corrected(report) else ""
