"""Reading hand labels: JSON Lines by the rules of docs/annotation.md."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, TypeVar

from corpus.annotation import Annotation
from corpus.errors import InputError
from corpus.labels import NEUTRAL, REASONS, SENTIMENTS, STANCES

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from pathlib import Path

T = TypeVar("T")
KINDS: Mapping[type, str] = {str: "text", list: "a list", dict: "an object"}


def read(path: Path, targets: Sequence[str], annotator: str | None = None) -> Iterator[Annotation]:
    """Read a file of annotations, by the person named, or by the one that each row names.

    InputError says what is wrong in which line, so that nothing of a file is stored that is not right as a whole.
    """
    try:
        text = path.read_text("utf-8-sig")
    except OSError as error:
        raise InputError(f"{path}: {error.strerror}: name a file of annotations") from error
    except UnicodeDecodeError as error:
        raise InputError(f"{path} is not UTF-8 text: save it as UTF-8") from error
    for number, line in enumerate(text.split("\n"), 1):
        if line.strip():
            try:
                yield annotation(json.loads(line), targets, annotator)
            except (ValueError, InputError) as error:
                reason = error if isinstance(error, InputError) else "not a JSON object"
                raise InputError(f"{path}, line {number}: {reason}: mend it and import the file again") from error


def annotation(row: Any, targets: Sequence[str], annotator: str | None = None) -> Annotation:
    """Read one row; InputError says which of its values is wrong."""
    if not isinstance(row, dict):
        raise InputError("not a JSON object")
    probability = _probability(row.get("inclusion_probability"))
    platform, design = str(row.get("platform") or ""), _of(str, row, "design") or None
    if not row.get("id"):
        raise InputError("it names no post (id)")
    if row.get("camp") in (None, ""):
        if filled := _filled(row):
            raise InputError(f"it says {filled} but no camp, which every labelled row has: write {NEUTRAL} or pro-…")
        return Annotation(id=str(row["id"]), platform=platform, probability=probability, design=design)
    who = annotator or row.get("annotator")
    if not who:
        raise InputError("it does not say who labelled it: name the person with --annotator")
    moved = _of(dict, row, "switch")
    return Annotation(
        id=str(row["id"]),
        annotator=str(who),
        camp=_one(row, "camp", (NEUTRAL, *(f"pro-{target}" for target in targets))),
        stances=_stances(_of(dict, row, "stance"), targets),
        sentiment=_one(row, "sentiment", SENTIMENTS) if row.get("sentiment") else None,
        reasons=tuple(_one({"reason": reason}, "reason", REASONS) for reason in _of(list, row, "reasons")),
        switched_from=_one(moved, "from", targets) if moved else None,
        switched_to=_one(moved, "to", targets) if moved else None,
        is_sure=row.get("sure") is not False,
        annotated_at=_time(row.get("annotated_at")),
        platform=platform,
        probability=probability,
        design=design,
    )


def _filled(row: Mapping[str, Any]) -> str | None:
    """Name what a person has filled in, though not the camp."""
    says = {"stance": any(_of(dict, row, "stance").values())}
    says |= {name: bool(row.get(name)) for name in ("sentiment", "reasons", "switch")}
    return next((name for name, is_said in says.items() if is_said), None)


def _of(kind: type[T], row: Mapping[str, Any], name: str) -> T:
    """Read a value of the kind that belongs there, empty where there is none."""
    value = row.get(name) or kind()
    if not isinstance(value, kind):
        raise InputError(f"{name} is {value!r:.40} where {KINDS[kind]} belongs")
    return value


def _stances(given: Mapping[str, Any], targets: Sequence[str]) -> dict[str, str]:
    for target in given:
        _one({"target": target}, "target", targets)
    return {target: _one(given, target, STANCES) for target in targets if given.get(target)}


def _one(row: Mapping[str, Any], name: str, known: Sequence[str]) -> str:
    value = row.get(name)
    if value not in known:
        raise InputError(f"{name} is {value!r}, not one of {', '.join(known)}")
    return str(value)


def _probability(value: Any) -> float | None:
    if value is None:
        return None
    if isinstance(value, bool) or not isinstance(value, (int, float)) or not 0 < value <= 1:
        raise InputError(f"inclusion_probability is {value!r}, not a number above 0 and at most 1")
    return float(value)


def _time(value: Any) -> datetime | None:
    if not value:
        return None
    try:
        time = datetime.fromisoformat(str(value))
    except ValueError as error:
        raise InputError(f"annotated_at is {value!r}, not a time such as 2023-01-14T18:03:11Z") from error
    return time if time.tzinfo else time.replace(tzinfo=UTC)
