"""Writing the posts of a corpus with their labels as JSON Lines, CSV or Parquet."""

from __future__ import annotations

import codecs
import csv
import json
import os
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import IO, TYPE_CHECKING, NamedTuple

from corpus.errors import InputError
from corpus.export_record import columns, flat, nested
from corpus.row import to_iso
from corpus.table_writer import TableWriter

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from corpus.label_set import LabelSet
    from corpus.labels import Labels
    from corpus.post import Post
    from corpus.store import Store

SUFFIXES = {".jsonl": "jsonl", ".ndjson": "jsonl", ".csv": "csv", ".parquet": "parquet"}
FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r", "\n")
STEP = 1_000


class Content(NamedTuple):
    """What is written: posts with labels, the targets judged, and the name of the label set."""

    rows: Iterator[tuple[Post, Labels | None]]
    targets: Sequence[str]
    label_set: str | None


def export(
    store: Store,
    path: str | Path,
    format: str | None = None,  # noqa: A002
    label_set: LabelSet | None = None,
    progress: Callable[[int], object] = lambda _: None,
) -> int:
    """Write all posts with the labels of one set (without it, the default one) and give their number.

    Without a format the ending of the file's name tells it. The file appears when it is whole; until then an older one
    stays. A pipe or a device is written straight. `progress` is told now and then how many posts have been read.
    """
    path = Path(path)
    name = _format(path, format)
    with _replacing(path) as file:
        return export_to(file, store, name, label_set, progress)


def export_to(
    file: IO[bytes],
    store: Store,
    format: str,  # noqa: A002
    label_set: LabelSet | None = None,
    progress: Callable[[int], object] = lambda _: None,
) -> int:
    """Write all posts as `export` does, into a file that is open; Parquet needs one that is no pipe."""
    write = WRITERS[_format(Path("-"), format)]
    chosen = label_set or store.default_label_set()
    count = 0

    def counted() -> Iterator[tuple[Post, Labels | None]]:
        nonlocal count
        for row in store.labelled(chosen):
            yield row
            count += 1
            if count % STEP == 0:
                progress(count)

    write(file, Content(counted(), store.targets(chosen) if chosen else (), chosen.name if chosen else None))
    progress(count)
    return count


def _format(path: Path, given: str | None) -> str:
    name = given or SUFFIXES.get(path.suffix.lower())
    if name not in WRITERS:
        raise InputError(f"no format known for '{given or path.name}': choose with --format {'|'.join(WRITERS)}")
    return name


@contextmanager
def _replacing(path: Path) -> Iterator[IO[bytes]]:
    """Open a file that takes the place of `path`, or of what that links to, when all went well; a pipe, as it is."""
    if path.is_dir() or not path.parent.is_dir():
        raise InputError(f"cannot write {path}: name a file in a folder that exists")
    try:
        if path.exists() and not path.is_file():
            with path.open("wb") as file:
                yield file
        else:
            with _beside(Path(os.path.realpath(path))) as file:
                yield file
    except OSError as error:
        raise InputError(f"cannot write {path} ({error.strerror or error}): check its folder and free space") from error


@contextmanager
def _beside(path: Path) -> Iterator[IO[bytes]]:
    beside = path.with_name(f".{path.name}.{os.getpid()}.part")
    try:
        with beside.open("wb") as file:
            yield file
            file.flush()
            os.fsync(file.fileno())
        beside.replace(path)
    finally:
        beside.unlink(missing_ok=True)


def _write_jsonl(file: IO[bytes], content: Content) -> None:
    for post, labels in content.rows:
        file.write(json.dumps(nested(post, labels, content.label_set), ensure_ascii=False).encode() + b"\n")


def _write_csv(file: IO[bytes], content: Content) -> None:
    names = list(columns(content.targets))
    writer = csv.writer(codecs.getwriter("utf-8")(file))
    writer.writerow(map(_cell, names))
    for post, labels in content.rows:
        record = flat(post, labels, content.label_set)
        writer.writerow([_cell(record.get(name)) for name in names])


def _cell(value: object) -> object:
    """Write times and reasons as text, and keep spreadsheets from running a text as a formula."""
    if isinstance(value, datetime):
        return to_iso(value)
    if isinstance(value, dict):
        return json.dumps(value)
    # Texts that look guarded are guarded as well, so that a reader may take one quote off.
    is_guarded = isinstance(value, str) and value.lstrip("'").startswith(FORMULA_STARTS)
    return f"'{value}" if is_guarded else value


def _write_parquet(file: IO[bytes], content: Content) -> None:
    with TableWriter(file, columns(content.targets)) as writer:
        for post, labels in content.rows:
            writer.add(flat(post, labels, content.label_set))


WRITERS = {"jsonl": _write_jsonl, "csv": _write_csv, "parquet": _write_parquet}
