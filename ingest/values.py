"""Decode a file into its values: JSON lines, whole JSON documents, CSV and Parquet rows, each with its line number."""

from __future__ import annotations

import csv
import json
import re
from collections import Counter
from contextlib import suppress
from itertools import chain
from typing import TYPE_CHECKING, Any, NamedTuple

from corpus.errors import InputError
from corpus.export import FORMULA_STARTS
from ingest.archives import LARGEST_LINE, STDIN, BadLine, excerpt

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from ingest.archives import Archive

PARQUET_MAGIC = b"PAR1"
LARGEST_DOCUMENT = LARGEST_LINE
_LARGEST_CELL = 2**20  # a stray quote may swallow no more than this
_DELIMITERS = ",\t;|"
_VISIBLE = re.compile(r"\S")
_read = json.JSONDecoder().decode  # without what `json.loads` looks at before each
OWN_COLUMNS = {"conversation_id", "label_set", "seen_at"}  # of `corpus.export`
_FOREIGN = {
    b"SQLite format 3": "an SQLite file",
    b"PK\x03\x04": "a zip file: unpack it first",
    b"BZh": "a bzip2 file: unpack it first (bunzip2)",
    b"\xfd7zXZ": "an xz file: unpack it first (unxz)",
    b"%PDF": "a PDF document",
}


class Value(NamedTuple):
    """One decoded value; `body` are the bytes it was read from, where they are its own."""

    line: int
    value: Any
    body: bytes | None


class Columns(NamedTuple):
    """The header of a table, given before its rows; the cells of `nested` hold lists or objects."""

    names: tuple[str, ...]
    nested: frozenset[str] = frozenset()


def values(archive: Archive) -> Iterator[Value | BadLine | Columns]:
    """Decode every value of a file."""
    for magic, what in _FOREIGN.items():
        if archive.start.startswith(magic):
            raise InputError(f"{archive.path} is {what}")
    if archive.start.startswith(PARQUET_MAGIC):
        return _parquet(archive)
    lines = archive.lines()
    head = list(_head(lines))
    first = list(_filled(head))
    if not first:
        raise InputError(f"{archive.path} " + (f"cannot be read: {archive.cut}" if archive.cut else "is empty"))
    lines = chain(head, lines)
    if not (first[0][1].startswith((b"{", b"[")) or first[0][1] == b"null"):
        return _csv(_CsvLines(lines), archive)
    return _document(_filled(lines), archive) if _is_spread(first) else map(_decode, _filled(lines))


def _head(lines: Iterable[tuple[int, bytes]]) -> Iterator[tuple[int, bytes]]:
    """Give the lines up to the second that is not blank."""
    seen = 0
    for number, line in lines:
        yield number, line
        seen += bool(line.strip())
        if seen == 2:
            return


def _filled(lines: Iterable[tuple[int, bytes]]) -> Iterator[tuple[int, bytes]]:
    """Leave out blank lines, and the blanks around the others."""
    return ((number, bare) for number, line in lines if (bare := line.strip()))


def _decode(numbered: tuple[int, bytes]) -> Value | BadLine:
    """Decode one line of JSON lines."""
    number, line = numbered
    try:
        return Value(number, _read(line.decode()), line)
    except UnicodeDecodeError as error:
        reason = f"not UTF-8: byte 0x{line[error.start]:02x} at {error.start + 1:,} (Latin-1, perhaps)"
    except json.JSONDecodeError as error:
        hint = " (UTF-16, perhaps)" if b"\0" in line else ""
        reason = f"not JSON: {error.msg} at {error.pos + 1:,}{hint}"
    except RecursionError:
        reason = "nested too deeply"
    except ValueError as error:  # a number of thousands of digits
        reason = f"not JSON: {error}"
    return BadLine(number, reason, excerpt(line))


def _is_spread(first: list[tuple[int, bytes]]) -> bool:
    """Say whether the first value goes on after its line, as in a pretty-printed document."""
    if first[0][1] in (b"[", b"{"):
        return True
    opening = _decode(first[0])
    if not isinstance(opening, BadLine) or len(first) < 2 or not _ends_early(first[0][1]):
        return False
    return _is_bad(first[1]) or _ends_early(first[0][1] + b"\n" + first[1][1])


def _ends_early(line: bytes) -> bool:
    """Say whether a broken line is broken at its end only."""
    try:
        json.loads(line.decode())
    except json.JSONDecodeError as error:
        return error.pos >= len(line.decode())
    except (ValueError, RecursionError):
        return False
    return False


def _is_bad(numbered: tuple[int, bytes]) -> bool:
    return isinstance(_decode(numbered), BadLine)


def _document(lines: Iterable[tuple[int, bytes]], archive: Archive) -> Iterator[Value | BadLine]:
    """Decode JSON values that span lines, one after another; they are held in memory whole."""
    text = _whole(lines, archive)
    decoder, line, at = json.JSONDecoder(), 1, 0
    while start := _VISIBLE.search(text, at):
        line += text.count("\n", at, start.start())
        at = start.start()
        try:
            value, end = decoder.raw_decode(text, at)
        except (ValueError, RecursionError) as error:
            yield from _broken_document(text, at, line, error)
            return
        yield Value(line, value, None)
        line += text.count("\n", at, end)
        at = end


def _broken_document(text: str, at: int, line: int, error: Exception) -> Iterator[Value | BadLine]:
    """Say where a document is broken; if it is one of JSON lines whose first two are broken, give its lines."""
    lines = list(map(_decode, _filled(enumerate(text.encode().split(b"\n"), 1)))) if line == 1 else []
    if any(isinstance(found, Value) and isinstance(found.value, dict) for found in lines):
        yield from lines
        return
    wrong = getattr(error, "pos", at)
    reason = f"not JSON: {getattr(error, 'msg', error)}"
    yield BadLine(line + text.count("\n", at, wrong), reason, excerpt(text[wrong : wrong + 400]))


def _whole(lines: Iterable[tuple[int, bytes]], archive: Archive) -> str:
    """Read the rest of a file at once."""
    held, size = list[bytes](), 0
    for number, line in lines:
        held.extend([b""] * (number - 1 - len(held)))  # blank lines, so that the numbers stay right
        held.append(line)
        size += len(line)
        if size > LARGEST_DOCUMENT:
            raise InputError(
                f"{archive.path} is one JSON document of over {LARGEST_DOCUMENT // 2**20} MB: "
                "write it as JSON lines first (jq -c '.[]')"
            )
    try:
        return b"\n".join(held).decode()
    except UnicodeDecodeError as error:
        raise InputError(f"{archive.path} is not UTF-8: {error.reason} at byte {error.start + 1:,}") from None


def _csv(source: _CsvLines, archive: Archive) -> Iterator[Value | BadLine | Columns]:
    """Decode a CSV table with a header; its delimiter is the likeliest in the header."""
    csv.field_size_limit(_LARGEST_CELL)
    header = next(line for line in source if line.strip())
    source.row_starts()
    delimiter = max(_DELIMITERS, key=header.count)
    if "\0" in header or source.broken:
        raise InputError(f"{archive.path} is neither text nor Parquet; it begins with {excerpt(header, 40)!r}")
    try:
        names = tuple(name.strip() for name in next(csv.reader([header], delimiter=delimiter)))
    except csv.Error as error:
        raise InputError(
            f"{archive.path} is in no known format: its first line is no table's header ({error})"
        ) from error
    if twice := [name for name, times in Counter(names).items() if name and times > 1]:
        raise InputError(f"{archive.path} has several columns named {twice[0]!r}: give each a name of its own")
    is_guarded = set(names) >= OWN_COLUMNS
    yield Columns(names)
    rows = csv.reader(source, delimiter=delimiter)
    while True:
        try:
            row = next(rows)
        except StopIteration:
            return
        except csv.Error as error:
            yield BadLine(source.row_starts(), f"not CSV: {error}")
            continue
        line, broken = source.row_starts(), source.broken
        source.broken = False
        if source.ended:  # the reader asked for one more line: it was still between quotes
            yield BadLine(line, "a quote opened here is never closed", excerpt(delimiter.join(row)))
        elif broken:
            yield BadLine(line, "not UTF-8 (Latin-1, perhaps)", excerpt(delimiter.join(row)))
        elif not "".join(row).strip() and len(row) < 2:
            continue  # a blank line
        elif len(row) != len(names):
            yield BadLine(line, f"{len(row)} cells where the header has {len(names)}", excerpt(delimiter.join(row)))
        else:
            cells = map(_unguarded, row) if is_guarded else row
            yield Value(line, dict(zip(names, cells, strict=True)), None)


def _unguarded(cell: str) -> str:
    """Undo what our export does to a cell that a spreadsheet would take for a formula."""
    return cell[1:] if cell.startswith("'") and cell.lstrip("'").startswith(FORMULA_STARTS) else cell


class _CsvLines:
    """The lines as text for the CSV reader, noting where a row starts, whether it is not UTF-8, and the end."""

    def __init__(self, lines: Iterable[tuple[int, bytes]]) -> None:
        self._lines = iter(lines)
        self._start: int | None = None
        self.broken = False
        self.ended = False

    def __iter__(self) -> _CsvLines:
        return self

    def __next__(self) -> str:
        try:
            number, line = next(self._lines)
        except StopIteration:
            self.ended = True
            raise
        self._start = self._start or number
        try:
            return line.decode() + "\n"
        except UnicodeDecodeError:
            self.broken = True
            return line.decode(errors="replace") + "\n"

    def row_starts(self) -> int:
        """Give the first line of the row just read, and begin the next."""
        start, self._start = self._start or 0, None
        return start


def _parquet(archive: Archive) -> Iterator[Value | BadLine | Columns]:
    """Decode the rows of a Parquet file; "line" is the number of the row."""
    if archive.path == STDIN:
        raise InputError("a Parquet file cannot be read from a pipe: name the file")
    import pyarrow as pa
    from pyarrow import parquet

    try:
        file = parquet.ParquetFile(archive.path)
        schema = file.schema_arrow
        yield Columns(tuple(schema.names), frozenset(field.name for field in schema if pa.types.is_nested(field.type)))
        number = 0
        for batch in file.iter_batches(batch_size=1024):
            for row in batch.to_pylist():
                number += 1
                yield Value(number, {name: _unpacked(value) for name, value in row.items()}, None)
            archive.read = (archive.size or 0) * number // max(1, file.metadata.num_rows)
    except (pa.ArrowException, OSError) as error:
        raise InputError(f"{archive.path} is a damaged Parquet file: {excerpt(str(error))}") from None


def _unpacked(value: Any) -> Any:
    """Read bytes as the text that they are; others stay, and are refused where a post needs them."""
    with suppress(UnicodeDecodeError):
        return value.decode() if isinstance(value, bytes) else value
    return value
