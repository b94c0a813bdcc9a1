"""Opening a corpus file, and saying in one line what is wrong with it."""

from __future__ import annotations

import sqlite3
import time
from contextlib import contextmanager
from typing import TYPE_CHECKING

from corpus.errors import CorpusError
from corpus.migrations import APPLICATION_ID, STEPS, applied, migrate

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

BUSY_SECONDS = 60.0
HEADER = b"SQLite format 3\0"
ANOTHER = "choose another file with --corpus"

WHAT_TO_DO = {
    sqlite3.SQLITE_FULL: "the disk is full while writing {path}: free some space and run the same command again; "
    "what was stored before is safe",
    sqlite3.SQLITE_IOERR: "cannot read or write {path} ({error}): check the disk, its free space and quota, "
    "and run the same command again; what was stored before is safe",
    sqlite3.SQLITE_BUSY: "{path} is in use by another program ({error}): "
    "wait until it is done and run the same command again",
    sqlite3.SQLITE_READONLY: "cannot write {path} ({error}): check the permissions of the file and its folder",
    sqlite3.SQLITE_CANTOPEN: "cannot open {path}: check the permissions of the file and its folder",
    sqlite3.SQLITE_CORRUPT: "{path} is damaged ({error}): restore a copy, or save what is left with "
    "`sqlite3 OLD .recover | sqlite3 NEW`",
    sqlite3.SQLITE_NOTADB: "{path} is not a corpus (no SQLite file): " + ANOTHER,
}


def connect(path: Path, *, readonly: bool) -> sqlite3.Connection:
    """Open a corpus: to read, as it is while others write; to write, made or brought up to date where needed."""
    check_file(path, readonly=readonly)
    with explained(path):
        connection = open_file(path, mode="ro" if readonly else "rwc")
        try:
            steps = check_ours(connection, path)
            if readonly and steps < len(STEPS):
                connection.close()
                connect(path, readonly=False).close()
                connection = open_file(path, mode="ro")
            elif not readonly:
                _use_wal(connection)
                migrate(connection)
        except BaseException:
            connection.close()
            raise
    return connection


@contextmanager
def explained(path: Path) -> Iterator[None]:
    """Turn what SQLite says of the file or the disk into a CorpusError; mistakes in the program stay what they are."""
    try:
        yield
    except sqlite3.Error as error:
        code = getattr(error, "sqlite_errorcode", None)
        advice = None if code is None else WHAT_TO_DO.get(code & 0xFF)  # the low byte is the kind of error
        if str(error).startswith("no such table"):
            advice = "{path} lacks what a corpus has ({error}): restore a copy, or " + ANOTHER
        if advice is None:
            raise
        raise CorpusError(advice.format(path=path, error=error)) from error


def check_file(path: Path, *, readonly: bool) -> None:
    """Make sure that there is a file to be opened, or a place for one."""
    try:
        if path.is_dir():
            raise CorpusError(f"{path} is a folder: name a file in it, such as {path / 'corpus.db'}")
        if not readonly and not path.parent.is_dir():
            raise CorpusError(f"there is no folder {path.parent}: make it first, or {ANOTHER}")
        with path.open("rb") as file:
            header = file.read(len(HEADER))
    except FileNotFoundError:
        header = b""
    except OSError as error:
        raise CorpusError(f"cannot open {path} ({error.strerror}): check its permissions, or {ANOTHER}") from error
    # An empty file is what is left where a program was killed while it made one.
    if not header and readonly:
        raise CorpusError(f"no corpus at {path}: import something first with `stancemap import FILE`")
    if header not in (b"", HEADER):
        raise CorpusError(f"{path} is not a corpus (no SQLite file): {ANOTHER}")


def open_file(path: Path, *, mode: str, patience: float = BUSY_SECONDS) -> sqlite3.Connection:
    """Open a file as it is; `patience` is how many seconds to wait for other programs."""
    uri = f"{path.absolute().as_uri()}?mode={mode}"
    connection = sqlite3.connect(uri, uri=True, timeout=patience, isolation_level=None)
    connection.execute("PRAGMA foreign_keys = ON")
    connection.execute("PRAGMA synchronous = NORMAL")  # with WAL a power cut loses the last moments, never the file
    connection.execute("PRAGMA cache_size = -65536")  # KiB
    return connection


def check_ours(connection: sqlite3.Connection, path: Path) -> int:
    """Count the steps that the file has taken, or say why it is not for us."""
    connection.execute("BEGIN")  # one moment of the file, as another process may be making it
    mark = connection.execute("PRAGMA application_id").fetchone()[0]
    is_empty = connection.execute("SELECT count(*) = 0 FROM sqlite_schema").fetchone()[0]
    steps = applied(connection) if mark == APPLICATION_ID else 0
    connection.execute("COMMIT")
    if mark != APPLICATION_ID and not (is_empty and mark == 0):
        raise CorpusError(f"{path} is the database of another program: {ANOTHER}")
    if steps > len(STEPS):
        raise CorpusError(
            f"{path} was written by a newer Stancemap (its tables are at step {steps}, this one knows {len(STEPS)}): "
            "update Stancemap"
        )
    return steps


def _use_wal(connection: sqlite3.Connection) -> None:
    """Switch to a write-ahead log; SQLite does not always wait for a process that is doing the same."""
    deadline = time.monotonic() + BUSY_SECONDS
    while True:
        try:
            connection.execute("PRAGMA journal_mode = WAL")
        except sqlite3.OperationalError as error:
            if error.sqlite_errorcode & 0xFF != sqlite3.SQLITE_BUSY or time.monotonic() > deadline:
                raise
            time.sleep(0.01)
        else:
            return
