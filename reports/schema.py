"""The JSON Schema of a report, read off the classes that it is made of."""

from __future__ import annotations

import inspect
from collections.abc import Mapping
from dataclasses import fields, is_dataclass
from datetime import date, datetime
from types import NoneType, UnionType
from typing import Any, Union, get_args, get_origin, get_type_hints

from corpus.label_set import LabelSet
from corpus.labels import Target
from reports.report import Report
from reports.settings import ReportMeta

DIALECT = "https://json-schema.org/draft/2020-12/schema"
NAMES = {"date": date, "datetime": datetime, "LabelSet": LabelSet, "Mapping": Mapping, "ReportMeta": ReportMeta,
         "Target": Target}  # fmt: skip
SIMPLE: dict[object, dict[str, Any]] = {
    str: {"type": "string"},
    int: {"type": "integer"},
    float: {"type": "number"},
    bool: {"type": "boolean"},
    date: {"type": "string", "format": "date"},
    datetime: {"type": "string", "format": "date-time"},
    NoneType: {"type": "null"},
}


def schema() -> dict[str, Any]:
    """Give the schema of `as_document`, with the address of the schema itself in the document."""
    definitions: dict[str, Any] = {}
    whole = _object(Report, definitions)
    whole["properties"] = {"$schema": {"type": "string"}, **whole["properties"]}
    return {"$schema": DIALECT, "title": "A report of Stancemap", **whole, "$defs": dict(sorted(definitions.items()))}


def _object(kind: type, definitions: dict[str, Any]) -> dict[str, Any]:
    hints = get_type_hints(kind, localns=NAMES)
    names = [field.name for field in fields(kind)]
    return {
        "description": inspect.getdoc(kind),
        "type": "object",
        "properties": {name: _schema(hints[name], definitions) for name in names},
        "required": names,
        "additionalProperties": False,
    }


def _schema(kind: Any, definitions: dict[str, Any]) -> dict[str, Any]:
    if kind in SIMPLE:
        return SIMPLE[kind]
    if isinstance(kind, type) and is_dataclass(kind):
        if kind.__name__ not in definitions:
            definitions[kind.__name__] = {}  # so that a class within itself ends here
            definitions[kind.__name__] = _object(kind, definitions)
        return {"$ref": f"#/$defs/{kind.__name__}"}
    origin, parts = get_origin(kind), get_args(kind)
    if origin in (Union, UnionType):
        return {"anyOf": [_schema(part, definitions) for part in parts]}
    if origin is tuple and parts[-1] is not ...:
        each = [_schema(part, definitions) for part in parts]
        return {"type": "array", "prefixItems": each, "minItems": len(each), "items": False}
    if origin is tuple:
        return {"type": "array", "items": _schema(parts[0], definitions)}
    if origin is Mapping:
        return {"type": "object", "additionalProperties": _schema(parts[1], definitions)}
    raise TypeError(f"no schema for {kind}: a report holds numbers, names, dates, tuples and mappings of them")
