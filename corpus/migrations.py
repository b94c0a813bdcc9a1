"""The tables of a corpus file, as numbered steps from an empty file to today's."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Iterator

APPLICATION_ID = 0x53544D50  # "STMP"


class Step(NamedTuple):
    """One change of the tables. Released steps are never edited: a later change is a new step."""

    name: str
    statements: tuple[str, ...]


POSTS = Step(
    "posts and what their source sent",
    (
        f"PRAGMA application_id = {APPLICATION_ID}",
        """
        CREATE TABLE posts (
            key INTEGER PRIMARY KEY,
            platform TEXT NOT NULL,
            id TEXT NOT NULL,
            conversation_id TEXT NOT NULL,
            reply_to TEXT,
            quoted TEXT,
            reposted TEXT,
            community TEXT,
            author TEXT,
            created_at TEXT,
            language TEXT,
            url TEXT,
            score INTEGER,
            state TEXT NOT NULL,
            seen_at TEXT,
            title TEXT,
            text TEXT NOT NULL,
            UNIQUE (platform, id)
        ) STRICT
        """,
        "CREATE INDEX posts_by_conversation ON posts (platform, conversation_id)",
        "CREATE INDEX posts_by_reply_to ON posts (platform, reply_to) WHERE reply_to IS NOT NULL",
        "CREATE INDEX posts_by_quoted ON posts (platform, quoted) WHERE quoted IS NOT NULL",
        """
        CREATE TABLE payloads (
            post INTEGER PRIMARY KEY REFERENCES posts (key) ON DELETE CASCADE,
            format TEXT NOT NULL,
            body BLOB NOT NULL -- zlib
        ) STRICT
        """,
        """
        CREATE VIEW threads AS
        SELECT platform, conversation_id, max(community) AS community,
               max(title) FILTER (WHERE id = conversation_id) AS title,
               min(created_at) AS first, max(created_at) AS last,
               count(*) AS posts, count(DISTINCT author) AS authors
        FROM posts GROUP BY platform, conversation_id
        """,
        """
        CREATE VIEW communities AS
        SELECT platform, community, count(*) AS posts, count(DISTINCT author) AS authors,
               min(created_at) AS first, max(created_at) AS last
        FROM posts GROUP BY platform, community
        """,
    ),
)

LABELS = Step(
    "label sets and labels",
    (
        """
        CREATE TABLE label_sets (
            key INTEGER PRIMARY KEY,
            name TEXT NOT NULL UNIQUE,
            model TEXT NOT NULL,
            revision TEXT NOT NULL,
            config_hash TEXT NOT NULL,
            created_at TEXT NOT NULL
        ) STRICT
        """,
        """
        CREATE TABLE labels (
            post INTEGER NOT NULL REFERENCES posts (key) ON DELETE CASCADE,
            label_set INTEGER NOT NULL REFERENCES label_sets (key) ON DELETE CASCADE,
            camp TEXT, -- the likeliest: pro-<target> or neutral
            neutral_camp REAL,
            sentiment TEXT, -- the likeliest
            negative REAL,
            neutral REAL,
            positive REAL,
            reasons TEXT NOT NULL, -- JSON: name -> probability
            switched_from TEXT,
            switched_to TEXT,
            windows INTEGER NOT NULL,
            abstained TEXT,
            PRIMARY KEY (post, label_set)
        ) STRICT, WITHOUT ROWID
        """,
        """
        CREATE TABLE stances (
            post INTEGER NOT NULL,
            label_set INTEGER NOT NULL,
            target TEXT NOT NULL,
            stance TEXT, -- the likeliest: against, none or favor
            against REAL,
            none REAL,
            favor REAL,
            camp REAL, -- probability of the camp pro-<target>
            PRIMARY KEY (post, label_set, target),
            FOREIGN KEY (post, label_set) REFERENCES labels (post, label_set) ON DELETE CASCADE
        ) STRICT, WITHOUT ROWID
        """,
        """
        CREATE VIEW labelled_posts AS
        SELECT label_sets.name AS label_set, posts.platform, posts.id, posts.conversation_id, posts.reply_to,
               posts.community, posts.author, posts.created_at, posts.title, posts.text, posts.url,
               labels.camp,
               (SELECT json_group_object(target, stance) FROM stances
                WHERE stances.post = labels.post AND stances.label_set = labels.label_set) AS stances,
               labels.sentiment, labels.abstained, labels.reasons, labels.switched_from, labels.switched_to,
               labels.neutral_camp,
               (SELECT json_group_object(target, camp) FROM stances
                WHERE stances.post = labels.post AND stances.label_set = labels.label_set) AS target_camps,
               labels.negative, labels.neutral, labels.positive
        FROM labels JOIN posts ON posts.key = labels.post JOIN label_sets ON label_sets.key = labels.label_set
        """,
    ),
)

SECRETS = Step(
    "the key of the pseudonyms",
    (
        "CREATE TABLE secrets (name TEXT PRIMARY KEY, value TEXT NOT NULL) STRICT, WITHOUT ROWID",
        "INSERT INTO secrets VALUES ('pseudonym_key', lower(hex(randomblob(16))))",
    ),
)

WALKS = Step(
    "walks of live collection, and what they could not get",
    (
        """
        CREATE TABLE rounds (
            key INTEGER PRIMARY KEY,
            platform TEXT NOT NULL,
            started_at TEXT NOT NULL,
            ended_at TEXT,
            posts_read INTEGER NOT NULL DEFAULT 0,
            users_read INTEGER NOT NULL DEFAULT 0,
            dollars REAL NOT NULL DEFAULT 0
        ) STRICT
        """,
        """
        CREATE TABLE walks (
            key INTEGER PRIMARY KEY,
            platform TEXT NOT NULL,
            kind TEXT NOT NULL,
            about TEXT NOT NULL,
            depth INTEGER NOT NULL,
            round INTEGER NOT NULL REFERENCES rounds (key),
            state TEXT NOT NULL, -- open, walked, done, failed
            cursor TEXT, -- where it goes on
            newest TEXT, -- becomes the mark when the walk has ended
            mark TEXT,
            failure TEXT,
            UNIQUE (platform, kind, about)
        ) STRICT
        """,
        "CREATE INDEX walks_by_round ON walks (round, state)",
        """
        CREATE TABLE sightings (
            walk INTEGER NOT NULL REFERENCES walks (key) ON DELETE CASCADE,
            post INTEGER NOT NULL REFERENCES posts (key) ON DELETE CASCADE,
            round INTEGER NOT NULL,
            PRIMARY KEY (walk, post)
        ) STRICT, WITHOUT ROWID
        """,
        "CREATE INDEX sightings_by_post ON sightings (post)",
        "CREATE INDEX posts_by_reposted ON posts (platform, reposted) WHERE reposted IS NOT NULL",
        """
        CREATE TABLE claims (
            platform TEXT NOT NULL,
            thread TEXT NOT NULL,
            posts INTEGER NOT NULL, -- without the first
            checked_at TEXT NOT NULL,
            PRIMARY KEY (platform, thread)
        ) STRICT, WITHOUT ROWID
        """,
        """
        CREATE TABLE gaps (
            walk INTEGER NOT NULL REFERENCES walks (key) ON DELETE CASCADE,
            thread TEXT NOT NULL,
            reason TEXT NOT NULL,
            post TEXT NOT NULL,
            posts INTEGER NOT NULL,
            PRIMARY KEY (walk, thread, reason, post)
        ) STRICT, WITHOUT ROWID
        """,
    ),
)

ANNOTATIONS = Step(
    "annotations",
    (
        """
        CREATE TABLE annotations (
            post INTEGER NOT NULL REFERENCES posts (key) ON DELETE CASCADE,
            annotator TEXT NOT NULL,
            camp TEXT NOT NULL,
            stances TEXT NOT NULL, -- JSON: target -> stance
            sentiment TEXT,
            reasons TEXT NOT NULL, -- JSON
            switched_from TEXT,
            switched_to TEXT,
            is_sure INTEGER NOT NULL,
            annotated_at TEXT,
            inclusion_probability REAL, -- NULL: not drawn at random
            design TEXT, -- how the post was drawn
            PRIMARY KEY (post, annotator)
        ) STRICT, WITHOUT ROWID
        """,
    ),
)

CHECKS = Step(
    "quotes that platforms count, and checks for deletions",
    (
        "ALTER TABLE claims ADD COLUMN quotes INTEGER",  # of the first post; NULL: not said, or not fetched
        """
        CREATE TABLE deletion_checks (
            key INTEGER PRIMARY KEY,
            platform TEXT NOT NULL,
            started_at TEXT NOT NULL,
            ended_at TEXT, -- NULL: not ended
            posts INTEGER NOT NULL, -- to be checked
            living INTEGER NOT NULL DEFAULT 0,
            wiped INTEGER NOT NULL DEFAULT 0,
            unclear INTEGER NOT NULL DEFAULT 0, -- the platform says nothing about them
            posts_read INTEGER NOT NULL DEFAULT 0,
            users_read INTEGER NOT NULL DEFAULT 0,
            dollars REAL NOT NULL DEFAULT 0
        ) STRICT
        """,
    ),
)

DEFAULTS = Step(
    "the label set that a user picked",
    ("ALTER TABLE label_sets ADD COLUMN is_picked INTEGER NOT NULL DEFAULT 0",),
)

ADDRESSES = Step(
    "no addresses of posts that are gone: they may name the author",
    ("UPDATE posts SET url = NULL WHERE state NOT IN ('live', 'truncated') AND author IS NULL AND url IS NOT NULL",),
)

STEPS: tuple[Step, ...] = (POSTS, LABELS, SECRETS, WALKS, ANNOTATIONS, CHECKS, DEFAULTS, ADDRESSES)


def migrate(connection: sqlite3.Connection) -> None:
    """Take the steps that the file lacks, each with its record in one transaction."""
    while applied(connection) < len(STEPS):
        with transaction(connection):
            number = applied(connection)  # again: another process may have been quicker
            if number < len(STEPS):
                _take(connection, number + 1, STEPS[number])


def applied(connection: sqlite3.Connection) -> int:
    """Count the steps that the file has taken."""
    if not connection.execute("SELECT 1 FROM sqlite_schema WHERE name = 'migrations'").fetchone():
        return 0
    return int(connection.execute("SELECT coalesce(max(number), 0) FROM migrations").fetchone()[0])


@contextmanager
def transaction(connection: sqlite3.Connection) -> Iterator[None]:
    """Write all or nothing, after waiting for other writers."""
    connection.execute("BEGIN IMMEDIATE")
    try:
        yield
        connection.execute("COMMIT")
    except BaseException:
        if connection.in_transaction:  # a full disk may already have rolled back
            connection.execute("ROLLBACK")
        raise


def _take(connection: sqlite3.Connection, number: int, step: Step) -> None:
    if number == 1:
        connection.execute(
            "CREATE TABLE migrations (number INTEGER PRIMARY KEY, name TEXT NOT NULL, applied_at TEXT NOT NULL) STRICT"
        )
    for statement in step.statements:
        connection.execute(statement)
    connection.execute(
        "INSERT INTO migrations VALUES (?, ?, strftime('%Y-%m-%dT%H:%M:%SZ', 'now'))", (number, step.name)
    )
