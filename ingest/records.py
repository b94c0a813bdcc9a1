"""Find the records in a file: recognise each value's format, split it, and keep count of what was met."""

from __future__ import annotations

import json
from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, NamedTuple

from corpus.errors import InputError
from ingest import formats, table
from ingest.archives import BadLine, excerpt
from ingest.values import Columns, values

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from ingest.archives import Archive
    from ingest.values import Value

_UNKNOWN_LIMIT = 100  # records that no format fits before a file is given up


@dataclass(frozen=True, slots=True, kw_only=True)
class ImportOptions:
    """How to read a file: nothing need be set.

    `columns` and `platform` (of those that do not say it) are for tables; `as_table` takes for one also what a
    platform's format fits.
    """

    format: str | None = None
    columns: table.ColumnMap = table.USUAL
    platform: str | None = None
    as_table: bool = False
    strict: bool = False


class Found(NamedTuple):
    """A record, the line it comes from, and its own bytes where it has them."""

    line: int
    parser: str
    data: Mapping[str, Any]
    body: bytes | None


class Records:
    """The records of one file, read once, and in the end what the file is and says of itself."""

    def __init__(self, archive: Archive, options: ImportOptions) -> None:
        self.count = 0
        self.notes: Counter[formats.Note] = Counter()
        self._archive = archive
        self._columns = options.columns
        self._table = formats.table_format(options.columns, options.platform)
        self._forced = self._by_key(options.format)
        self._current = self._forced
        self._names: dict[str, None] = {}
        self._as_table = options.as_table
        self._header: tuple[str, ...] = ()
        self._is_cells = False
        self._unseen = set(options.columns.named.values())
        self._unknown = 0
        self._strange = ""

    @property
    def format(self) -> str:
        """The formats met, as people call them."""
        return " and ".join(self._names)

    def __iter__(self) -> Iterator[Found | BadLine]:
        """Give every record; raise InputError where the file holds none that is known."""
        for item in values(self._archive):
            if isinstance(item, Columns):
                self._header, self._is_cells = item.names, item.nested.isdisjoint(formats.TWEET_PARTS)
            elif isinstance(item, BadLine):
                self._strange = self._strange or str(item)
                yield item
            else:
                yield from self._split(item)
        if not self._names:
            raise self._unknown_format()
        if self._current is self._table:
            self.notes.update(formats.Note(f"column that is in no row, {name!r}") for name in sorted(self._unseen))

    def _split(self, item: Value) -> Iterator[Found | BadLine]:
        for value in _members(item.value) if isinstance(item.value, list) else (item.value,):
            self.count += 1
            if value is None:
                self.notes[formats.Note("null record{s}")] += 1
            elif format_ := self._format_of(value):
                yield from self._records(item, value, format_)
            else:
                yield self._unrecognised(item.line, value)

    def _records(self, item: Value, value: dict[str, Any], format_: formats.Format) -> Iterator[Found | BadLine]:
        try:
            for record in format_.split(value):
                if isinstance(record, formats.Note):
                    self.notes[record._replace(times=1)] += record.times
                else:
                    body = item.body if record.data is item.value else None
                    yield Found(item.line, record.parser, record.data, body)
        except ValueError as error:
            yield BadLine(item.line, str(error), excerpt(shown(value)))

    def _format_of(self, value: Any) -> formats.Format | None:
        """Recognise a value: as the one before it if it fits, since most files are of one kind."""
        if not isinstance(value, dict):
            return None
        if self._current and (self._forced or self._current.fits(value)):
            format_: formats.Format | None = self._current
        else:
            format_ = self._recognise(value)
        if format_:
            self._meet(format_, value)
        return format_

    def _recognise(self, value: dict[str, Any]) -> formats.Format | None:
        """Recognise a value; a table is one from its first row on, or not at all."""
        known = None if self._as_table else formats.recognise(value, is_cells=self._is_cells)
        if known is None and self._current in (None, self._table) and self._table.fits(value):
            return self._table
        return known

    def _meet(self, format_: formats.Format, value: dict[str, Any]) -> None:
        self._current = format_
        if format_ is self._table:
            self._unseen -= value.keys()
            if self._header and format_.name not in self._names:
                table.check(self._columns, self._header, self._archive.path)
        self._names[format_.name] = None

    def _unrecognised(self, line: int, value: Any) -> BadLine:
        if len(self._header) > 1 and not self._names:
            table.check(self._columns, self._header, self._archive.path)
        described = _described(value)
        self._strange = self._strange or described
        self._unknown += 1
        if self._unknown >= _UNKNOWN_LIMIT and not self._names:
            raise self._unknown_format()
        return BadLine(line, f"no known format: {described}", excerpt(shown(value)))

    def _by_key(self, key: str | None) -> formats.Format | None:
        known = {format_.key: format_ for format_ in (*formats.FORMATS, self._table)}
        if key is not None and key not in known:
            raise InputError(f"there is no format {key!r}; the formats are {', '.join(known)}")
        return known[key] if key else None

    def _unknown_format(self) -> InputError:
        seen = self._strange or ("a header without rows" if self._header else self._archive.cut or "no record")
        names = ", ".join(format_.name for format_ in formats.FORMATS)
        return InputError(
            f"{self._archive.path} is in no known format ({seen}). Known are {names}, and tables (CSV, JSON lines, "
            "Parquet) with a text column, which --column text=NAME names"
        )


def shown(value: Any) -> str:
    """Write a value as JSON, for people."""
    return json.dumps(value, ensure_ascii=False, default=str)


def _members(value: Any) -> Iterator[Any]:
    """Give a value, or the members of an array of them."""
    stack = [value]
    while stack:
        member = stack.pop()
        if isinstance(member, list):
            stack.extend(reversed(member))
        else:
            yield member


def _described(value: Any) -> str:
    if not isinstance(value, dict):
        return "a bare value"
    return f"a record with the fields {excerpt(', '.join(map(str, value)), 120) or 'none'}"
