"""Reading the posts of a Parquet file, whoever wrote it: a row that is no post is told, not fatal."""

from __future__ import annotations

import math
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, NamedTuple

from corpus.export_record import POST_FIELDS
from corpus.merging import READABLE
from corpus.partition import CONTEXT
from corpus.post import Post, State
from corpus.reading import Reading

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

TIMES = ("created_at", "seen_at")


class BadRow(NamedTuple):
    """A row that cannot be read: its number in the file, its id where that is known, and why."""

    row: int
    id: str | None
    reason: str


class BadValueError(Exception):
    """A value that is not what its column should hold."""


def readings(file: Any, size: int) -> Iterator[tuple[list[Reading], list[BadRow]]]:
    """Read an open file in pages of at most `size` rows; the key of a reading is the number of its row.

    Needed are columns `platform`, `id` and `text`; the others may be missing. pyarrow.ArrowInvalid or OSError where it
    is no Parquet file.
    """
    from pyarrow import parquet

    opened = parquet.ParquetFile(file)
    names = [name for name in (*POST_FIELDS, *CONTEXT) if name in opened.schema_arrow.names]
    start = 0
    for batch in opened.iter_batches(batch_size=size, columns=names):
        columns = {name: _values(batch.column(name)) for name in names}
        yield _page(columns, start, batch.num_rows)
        start += batch.num_rows


def _page(columns: Mapping[str, Sequence[Any]], start: int, rows: int) -> tuple[list[Reading], list[BadRow]]:
    good, bad = [], []
    for n in range(rows):
        row = {name: values[n] for name, values in columns.items()}
        try:
            good.append(_reading(start + n, row))
        except BadValueError as error:
            known = row.get("id")
            bad.append(BadRow(start + n, known if isinstance(known, str) else None, str(error)))
    return good, bad


def _values(column: Any) -> Sequence[Any]:
    """Give the values of a column; what Python cannot hold or UTF-8 cannot be is given as the error that says so."""
    import pyarrow as pa

    if pa.types.is_timestamp(column.type):  # to the second, as everywhere; nanoseconds are beyond Python
        column = column.cast(pa.timestamp("s", tz="UTC"), safe=False)
    try:
        return list(column.to_pylist())
    except (ValueError, OverflowError, pa.ArrowException):
        return [_value(column[n]) for n in range(len(column))]


def _value(scalar: Any) -> Any:
    import pyarrow as pa

    try:
        return scalar.as_py()
    except (ValueError, OverflowError, pa.ArrowException) as error:
        return error


def _reading(key: int, row: Mapping[str, Any]) -> Reading:
    texts = {name: _text(name, value) for name, value in row.items() if name not in {*TIMES, "score", "state"}}
    for name in ("platform", "id"):
        if not texts.get(name):
            raise BadValueError(f"no {name}")
    state = _state(row.get("state"))
    if texts.get("text") is None and not texts.get("title") and state in READABLE:
        raise BadValueError("no text")
    given: dict[str, Any] = {name: value for name, value in texts.items() if value is not None and name not in CONTEXT}
    given |= {name: _time(name, row.get(name)) for name in TIMES}
    post = Post(**{"conversation_id": given["id"], **given}, score=_score(row.get("score")), state=state)
    return Reading(key=key, post=post, **{part: texts.get(column) for column, part in CONTEXT.items()})


def _text(name: str, value: Any) -> str | None:
    if isinstance(value, bytes):
        try:
            return value.decode()
        except UnicodeDecodeError as error:
            raise BadValueError(f"{name} is not UTF-8") from error
    if value is None or isinstance(value, str):
        return value
    if isinstance(value, UnicodeDecodeError):
        raise BadValueError(f"{name} is not UTF-8")
    raise BadValueError(f"{name} is no text but {type(value).__name__}")


def _time(name: str, value: Any) -> datetime | None:
    """Read a time; one without a zone is in UTC."""
    if isinstance(value, str):
        try:
            value = datetime.fromisoformat(value)
        except ValueError as error:
            raise BadValueError(f"{name} is no time") from error
    if value is None:
        return None
    if not isinstance(value, datetime):
        raise BadValueError(f"{name} is no time")
    try:
        return (value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)).replace(microsecond=0)
    except OverflowError as error:
        raise BadValueError(f"{name} is beyond the calendar in UTC") from error


def _score(value: Any) -> int | None:
    if value is None or (isinstance(value, float) and math.isnan(value)):  # pandas writes unknown numbers so
        return None
    if isinstance(value, bool) or not isinstance(value, (int, float)) or not float(value).is_integer():
        raise BadValueError("score is no whole number")
    if not -(2**63) <= value < 2**63:
        raise BadValueError("score is beyond 64 bits")
    return int(value)


def _state(value: Any) -> State:
    try:
        return State.LIVE if value is None else State(value)
    except ValueError as error:
        raise BadValueError(f"state is {str(value)[:40]!r}, not one of {', '.join(State)}") from error
