"""Counting what a corpus holds."""

from __future__ import annotations

from typing import TYPE_CHECKING

from corpus import store_checks
from corpus.row import STATES, from_iso
from corpus.store_coverage import coverage, rounds
from corpus.store_labels import label_sets
from corpus.summary import LabelCount, PostCount, Summary

if TYPE_CHECKING:
    import sqlite3
    from pathlib import Path

    from corpus.label_set import LabelSet

COUNTS = """
    SELECT platform, community, state, count(*) FROM posts
    GROUP BY platform, community, state ORDER BY platform, community, state
"""
AUTHORS = "SELECT count(*) FROM (SELECT DISTINCT platform, author FROM posts WHERE author IS NOT NULL)"
THREADS = "SELECT count(*) FROM (SELECT DISTINCT platform, conversation_id FROM posts)"
ORPHANS = """
    SELECT count(*) FROM posts WHERE reply_to IS NOT NULL AND NOT EXISTS (
        SELECT 1 FROM posts AS parent WHERE parent.platform = posts.platform AND parent.id = posts.reply_to
    )
"""


def summary(connection: sqlite3.Connection, path: Path) -> Summary:
    """Count what the corpus at `path` holds, at one moment."""
    connection.execute("BEGIN")
    try:
        first, last = connection.execute("SELECT min(created_at), max(created_at) FROM posts").fetchone()
        counts = connection.execute(COUNTS)
        return Summary(
            counts=tuple(
                PostCount(platform=platform, community=community, state=STATES[state], posts=posts)
                for platform, community, state, posts in counts
            ),
            authors=_number(connection, AUTHORS),
            threads=_number(connection, THREADS),
            first=from_iso(first),
            last=from_iso(last),
            orphans=_number(connection, ORPHANS),
            payload_bytes=_number(connection, "SELECT coalesce(sum(length(body)), 0) FROM payloads"),
            file_bytes=_file_bytes(path),
            label_sets=tuple(_label_count(connection, known) for known in label_sets(connection)),
            coverage=coverage(connection),
            rounds=rounds(connection),
            checks=store_checks.last(connection),
        )
    finally:
        connection.execute("COMMIT")


def _label_count(connection: sqlite3.Connection, label_set: LabelSet) -> LabelCount:
    query = "SELECT count(*), count(abstained) FROM labels WHERE label_set = ?"
    posts, abstained = connection.execute(query, (label_set.key,)).fetchone()
    return LabelCount(label_set=label_set, posts=posts, abstained=abstained)


def _file_bytes(path: Path) -> int:
    files = (path, path.with_name(f"{path.name}-wal"))
    return sum(file.stat().st_size for file in files if file.exists())


def _number(connection: sqlite3.Connection, query: str) -> int:
    return int(connection.execute(query).fetchone()[0])
