"""A report as one JSON document."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import fields, is_dataclass
from datetime import date, datetime
from typing import TYPE_CHECKING

from corpus.row import to_iso

if TYPE_CHECKING:
    from reports.report import Report

DIGITS = 6
SCHEMA = "report.schema.json"


def as_document(report: Report) -> dict[str, object]:
    """Give the whole report, quotes included, as a document of dicts, lists, numbers and names."""
    return {field.name: _value(getattr(report, field.name)) for field in fields(report)}


def as_json(report: Report) -> str:
    """Write the document in ASCII, naming its schema; no HTML can be read in it, nor can it turn its own direction."""
    whole = {"$schema": SCHEMA, **as_document(report)}
    return json.dumps(whole, indent=1, allow_nan=False).replace("<", "\\u003c") + "\n"


def _value(value: object) -> object:
    if is_dataclass(value):
        return {field.name: _value(getattr(value, field.name)) for field in fields(value)}
    if isinstance(value, Mapping):
        return {str(key): _value(item) for key, item in value.items()}
    if isinstance(value, (tuple, list)):
        return [_value(item) for item in value]
    if isinstance(value, datetime):
        return to_iso(value)
    if isinstance(value, date):
        return value.isoformat()
    return round(value, DIGITS) if isinstance(value, float) else value
