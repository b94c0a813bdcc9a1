"""Take values out of a wire dict; what is not what it should be raises ValueError with the name of the field.

A missing key, null and "" are all None: archives write all three for "unknown".
"""

from __future__ import annotations

from contextlib import suppress
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping

MILLISECONDS_FROM = 1e11  # as seconds this would be the year 5138
MICROSECONDS_FROM = 1e14
DAY_DIGITS = 8  # epoch seconds since 1973 have more
EARLIEST, LATEST = datetime(1990, 1, 1, tzinfo=UTC), datetime(2100, 1, 1, tzinfo=UTC)
LARGEST = 2**63 - 1  # of an SQLite integer


def string(wire: Mapping[str, Any], key: str) -> str | None:
    """Read text, without NUL characters."""
    value = wire.get(key)
    if isinstance(value, str):
        return value.replace("\0", "") or None
    if value is None:
        return None
    raise ValueError(f"{key} is {_kind(value)} where text belongs")


def identifier(wire: Mapping[str, Any], *keys: str) -> str | None:
    """Read an id, written as text or as a whole number, from the first of the keys that has one."""
    for key in keys:
        value = wire.get(key)
        if isinstance(value, str) and value and value.isprintable():  # as nearly all are
            return value.strip()
        if isinstance(value, float) and value.is_integer():
            value = int(value)
        if isinstance(value, int) and not isinstance(value, bool):
            return str(value)
        if found := string(wire, key):
            if "\0" in str(value) or not found.isprintable():  # mending it could make two ids one
                raise ValueError(f"{key} holds characters that no id has")
            return found.strip()
    return None


def readable(wire: Mapping[str, Any], *keys: str) -> str | None:
    """Read an id; None also where it is none that can be read."""
    try:
        return identifier(wire, *keys)
    except ValueError:
        return None


def required(wire: Mapping[str, Any], *keys: str) -> str:
    """Read an id that must be there."""
    found = identifier(wire, *keys)
    if not found:
        raise ValueError(f"no {' or '.join(keys)}")
    return found


def number(wire: Mapping[str, Any], key: str) -> int | None:
    """Read a whole number, also from text or from a float."""
    value = wire.get(key)
    if type(value) is int and abs(value) <= LARGEST:  # as nearly all are
        return value
    if value is None or value == "" or value != value:  # a table writes NaN for "unknown"
        return None
    if isinstance(value, bool) or not isinstance(value, int | float | str):
        raise ValueError(f"{key} is {_kind(value)} where a number belongs")
    try:
        whole = int(value) if isinstance(value, int) else int(float(value))
    except (ValueError, OverflowError):
        raise ValueError(f"{key} {value!r:.40} is no number") from None
    if abs(whole) > LARGEST:
        raise ValueError(f"{key} {value!r:.40} is too large")
    return whole


def count(wire: Mapping[str, Any], key: str) -> int | None:
    """Read a number that a post can do without; None also where it is none that can be read."""
    try:
        return number(wire, key)
    except ValueError:
        return None


def flag(wire: Mapping[str, Any], key: str) -> bool:
    """Read yes or no; a table may hold "true" as text."""
    value = wire.get(key)
    return value.lower() in ("true", "1") if isinstance(value, str) else bool(value)


def inner(wire: Mapping[str, Any], key: str) -> Mapping[str, Any]:
    """Read an object; empty where there is none."""
    value = wire.get(key)
    if value is None or value == "":
        return {}
    if not isinstance(value, dict):
        raise ValueError(f"{key} is {_kind(value)} where an object belongs")
    return value


def objects(wire: Mapping[str, Any], key: str) -> list[dict[str, Any]]:
    """Read a list of objects, or one object as a list of one; nulls among them are left out."""
    value = wire.get(key)
    if value is None or value == "":
        return []
    members = [member for member in (value if isinstance(value, list) else [value]) if member is not None]
    if not all(isinstance(member, dict) for member in members):
        raise ValueError(f"{key} is {_kind(value)} where objects belong")
    return members


def moment(wire: Mapping[str, Any], *keys: str) -> datetime | None:
    """Read a time, as aware UTC, from the first of the keys that has one.

    Understands epoch seconds (also milli- and microseconds, and all of them as text), ISO 8601, YYYYMMDD and a
    datetime; a time without a zone is taken as UTC. A time before 1990 or after 2099 stands for "unknown", as 0,
    0001-01-01 and 9999-12-31 do.
    """
    for key in keys:
        value = wire.get(key)
        if value is None or value == "" or value != value:
            continue
        try:
            found = _moment(value)
        except (ValueError, OverflowError, OSError, TypeError):
            raise ValueError(f"{key} {value!r:.40} is neither epoch seconds nor an ISO 8601 time") from None
        if EARLIEST <= found < LATEST:
            return found
    return None


def _moment(value: Any) -> datetime:
    if isinstance(value, bool):
        raise TypeError
    if isinstance(value, str):
        value = _written(value.strip())
    elif isinstance(value, int) and len(str(value)) == DAY_DIGITS:
        with suppress(ValueError):
            value = datetime.strptime(str(value), "%Y%m%d")
    if isinstance(value, datetime):
        if value.tzinfo is None or value.year in (1, 9999):  # at whose ends no zone can be taken off
            return value.replace(tzinfo=UTC)
        return value.astimezone(UTC)
    if abs(value) >= MILLISECONDS_FROM:
        value /= 1e6 if abs(value) >= MICROSECONDS_FROM else 1e3
    return datetime.fromtimestamp(value, UTC)


def _written(text: str) -> float | datetime:
    if text.isdecimal() and text.strip("0") and len(text) <= DAY_DIGITS:
        if len(text) < DAY_DIGITS:  # a year, perhaps
            raise ValueError
        return datetime.strptime(text, "%Y%m%d")
    try:
        return float(text)
    except ValueError:
        return datetime.fromisoformat(text.replace(" UTC", "+00:00"))


def _kind(value: object) -> str:
    return {bool: "true or false", list: "a list", dict: "an object", str: "text", bytes: "not UTF-8"}.get(
        type(value), "a number"
    )
