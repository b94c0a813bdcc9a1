"""A report as one JSON document: all its numbers, and no text of any post."""

from __future__ import annotations

from dataclasses import fields, is_dataclass
from datetime import date, datetime
from typing import TYPE_CHECKING

from corpus.row import to_iso

if TYPE_CHECKING:
    from reports.report import Report

DIGITS = 6
LEFT_OUT = ("quotes",)


def as_document(report: Report) -> dict[str, object]:
    """Give the report as a document of dicts, lists, numbers and names."""
    return {field.name: _value(getattr(report, field.name)) for field in fields(report) if field.name not in LEFT_OUT}


def _value(value: object) -> object:
    if is_dataclass(value):
        return {field.name: _value(getattr(value, field.name)) for field in fields(value)}
    if isinstance(value, (tuple, list)):
        return [_value(item) for item in value]
    if isinstance(value, datetime):
        return to_iso(value)
    if isinstance(value, date):
        return value.isoformat()
    return round(value, DIGITS) if isinstance(value, float) else value
