"""Drive one saved file into the corpus: file, values, records, posts, and a page of them at a time into the store."""

from __future__ import annotations

import json
from collections import Counter
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

from corpus.errors import InputError
from corpus.payload import Payload
from ingest.archives import Archive, BadLine, excerpt, open_archive
from ingest.formats import PARSERS, WITHOUT_STORY, Note
from ingest.hackernews import Threads
from ingest.records import Found, ImportOptions, Records, shown

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from corpus.post import Post
    from corpus.store import Added

__all__ = ["ImportOptions", "Imported", "Progress", "Sink", "import_file"]
PAGE = 2_000
PAGE_BYTES = 32 * 2**20
SHOWN_BAD_LINES = 20


class Sink(Protocol):
    """Where posts go: `corpus.store.Store`."""

    def add(self, items: Iterable[tuple[Post, Payload | None]]) -> Added:
        """Store posts in one transaction."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Imported:
    """What came of a file so far: `bad_lines` are the first of `bad`, `truncated` says how the file ends too early."""

    format: str
    records: int
    new: int
    updated: int
    unchanged: int
    bad: int
    bad_lines: tuple[BadLine, ...]
    notes: tuple[str, ...]
    truncated: str | None

    @property
    def posts(self) -> int:
        """How many posts were read; one that the file holds twice counts twice."""
        return self.new + self.updated + self.unchanged


@dataclass(frozen=True, slots=True, kw_only=True)
class Progress:
    """How far an import is: bytes read of `total` (None for a pipe), and what came of them."""

    read: int
    total: int | None
    so_far: Imported


def import_file(path: str | Path, sink: Sink, *, options: ImportOptions | None = None) -> Iterator[Progress]:
    """Import one file ("-" is the standard input), yielding after each page; the last yield tells of the whole file.

    A page is stored before it is told of, so an import that stops at any point has lost nothing. Raises InputError
    for what is no archive at all, and, where `strict` is set, at the first bad line and for a file that is cut.
    """
    with open_archive(Path(path)) as archive:
        yield from _Import(archive, sink, options or ImportOptions()).steps()


class _Import:
    def __init__(self, archive: Archive, sink: Sink, options: ImportOptions) -> None:
        self._archive = archive
        self._sink = sink
        self._strict = options.strict
        self._records = Records(archive, options)
        self._threads = Threads()
        self._added: Counter[str] = Counter()
        self._bad = 0
        self._bad_lines: list[BadLine] = []

    def steps(self) -> Iterator[Progress]:
        page, size = list[Found](), 0
        for found in self._records:
            if isinstance(found, BadLine):
                if self._strict:
                    self._store(page)
                self._reject(found)
                continue
            page.append(found)
            size += len(found.body or b"")
            if len(page) >= PAGE or size >= PAGE_BYTES:
                self._store(page)
                page, size = [], 0
                yield self._progress()
        self._store(page)
        if self._strict and self._archive.cut:
            raise InputError(f"{self._archive.path}: {self._archive.cut}")
        yield self._progress()

    def _store(self, page: list[Found]) -> None:
        """Parse a page and store it; in strict mode what comes before its first bad record, and then fail."""
        items, rejected = list[tuple["Post", Payload | None]](), list[BadLine]()
        for found in self._joined(page):
            try:
                post = PARSERS[found.parser](found.data)
            except ValueError as error:
                rejected.append(BadLine(found.line, str(error), excerpt(found.body or shown(found.data))))
                if self._strict:
                    break
            else:
                items.append((post, Payload(found.parser, found.body or _encode(found.data))))
        if items:
            added = self._sink.add(items)
            self._added.update(new=added.new, updated=added.updated, unchanged=added.unchanged)
        for bad in rejected:
            self._reject(bad)

    def _joined(self, page: list[Found]) -> list[Found]:
        """Add the story to those records that name only their parent, where it is known."""
        without = [found.data for found in page if found.parser in WITHOUT_STORY]
        if not without:
            return page
        joined = iter(self._threads.join(without))
        told = [next(joined) if found.parser in WITHOUT_STORY else found.data for found in page]
        return [
            found if data is found.data else found._replace(data=data, body=None)
            for found, data in zip(page, told, strict=True)
        ]

    def _reject(self, bad: BadLine) -> None:
        if self._strict:
            raise InputError(f"{self._archive.path}, {bad}")
        self._bad += 1
        # A record that proves bad only when its page is parsed may precede lines that could not even be decoded.
        self._bad_lines = sorted([*self._bad_lines, bad], key=lambda bad: bad.line)[:SHOWN_BAD_LINES]

    def _progress(self) -> Progress:
        so_far = Imported(
            format=self._records.format,
            records=self._records.count,
            new=self._added["new"],
            updated=self._added["updated"],
            unchanged=self._added["unchanged"],
            bad=self._bad,
            bad_lines=tuple(self._bad_lines),
            notes=tuple(_written(self._records.notes)),
            truncated=self._archive.cut,
        )
        return Progress(read=self._archive.read, total=self._archive.size, so_far=so_far)


def _written(notes: Counter[Note]) -> Iterator[str]:
    """Write notes as "12 errors in API pages: 9 Not Found, 3 Forbidden"."""
    for about in dict.fromkeys(note.about for note in notes):
        details = {note.detail: times for note, times in notes.most_common() if note.about == about}
        total = sum(details.values())
        listed = ", ".join(f"{times:,} {detail}" for detail, times in details.items() if detail)
        what = about.replace("{s}", "" if total == 1 else "s")
        yield f"{total:,} {what}" + (f": {listed}" if listed else "")


def _encode(data: Mapping[str, Any]) -> bytes:
    return json.dumps(data, separators=(",", ":"), default=str).encode()
