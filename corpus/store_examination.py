"""Examining a corpus file without changing it: whose it is, how new, whether it is whole and can be written."""

from __future__ import annotations

import os
import sqlite3
from dataclasses import dataclass
from typing import TYPE_CHECKING

from corpus.errors import CorpusError
from corpus.migrations import STEPS
from corpus.store_connection import ANOTHER, WHAT_TO_DO, check_file, check_ours, explained, open_file
from corpus.store_summary import summary

if TYPE_CHECKING:
    from pathlib import Path

PATIENCE = 2.0  # seconds; a corpus that is in use for longer is being written, so it can be


@dataclass(frozen=True, slots=True, kw_only=True)
class Condition:
    """What a sound corpus file holds: posts (None where its tables are of an older program), and its tables' step."""

    posts: int | None
    step: int
    newest_step: int = len(STEPS)


def examine(path: Path) -> Condition | None:
    """Examine a corpus; None where there is none yet, CorpusError where something is wrong with it."""
    check_file(path, readonly=False)
    if not path.exists() or not path.stat().st_size:
        if not os.access(path.parent, os.W_OK):
            raise CorpusError(f"cannot write in {path.parent}: check its permissions, or {ANOTHER}")
        return None
    with explained(path):
        connection = open_file(path, mode="rw", patience=PATIENCE)
        try:
            step = check_ours(connection, path)
            _check_whole(connection, path)
            _check_writable(connection)
            return Condition(posts=summary(connection, path).posts if step == len(STEPS) else None, step=step)
        finally:
            connection.close()


def _check_whole(connection: sqlite3.Connection, path: Path) -> None:
    (found,) = connection.execute("PRAGMA quick_check(1)").fetchone()
    if found != "ok":
        raise CorpusError(WHAT_TO_DO[sqlite3.SQLITE_CORRUPT].format(path=path, error=" ".join(found.split())))


def _check_writable(connection: sqlite3.Connection) -> None:
    try:
        connection.execute("BEGIN IMMEDIATE")
    except sqlite3.OperationalError as error:
        if error.sqlite_errorcode & 0xFF != sqlite3.SQLITE_BUSY:
            raise
    else:
        connection.execute("ROLLBACK")
