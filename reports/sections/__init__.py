"""What a report says, section by section."""

from __future__ import annotations

from typing import TYPE_CHECKING

from reports.document import Document
from reports.sections import (
    answer,
    comparison,
    correction,
    coverage,
    method,
    motives,
    opinion,
    places,
    sensitivity,
    sentiment,
    timeline,
    voices,
)

if TYPE_CHECKING:
    from collections.abc import Callable

    from reports.document import Section
    from reports.report import Report

SECTIONS: tuple[Callable[[Report], Section | None], ...] = (
    opinion.section,
    correction.section,
    sensitivity.section,
    comparison.section,
    places.section,
    timeline.section,
    sentiment.section,
    motives.section,
    coverage.section,
    voices.section,
    method.section,
)


def document(report: Report) -> Document:
    """Write the whole report; a section that has nothing to be about is left out."""
    written = (section(report) for section in SECTIONS)
    return Document(report.title, answer.opening(report), tuple(section for section in written if section))
