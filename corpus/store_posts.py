"""Storing and reading posts and their payloads."""

from __future__ import annotations

import json
import zlib
from collections import Counter
from dataclasses import dataclass
from itertools import islice
from typing import TYPE_CHECKING, Any

from corpus.merging import is_accepted, merge, reads_differently, says_otherwise, shows_less
from corpus.row import PostRow, full_text, to_post, to_row

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Iterable, Iterator, Mapping

    from corpus.payload import Payload
    from corpus.post import Post

PAGE = 2_000
COLUMNS = ", ".join(f"posts.{name}" for name in PostRow._fields)
WIDTH = len(PostRow._fields)


@dataclass(frozen=True, slots=True, kw_only=True)
class Added:
    """What came of adding posts: how many were new, how many changed, and how many sights brought nothing more.

    These three add up to the number of sights; a post seen several times in one call is new or changed once. That it
    was seen again, and when, is stored but is no change.
    """

    new: int = 0
    updated: int = 0
    unchanged: int = 0
    wiped: int = 0  # posts that held something and are tombstones now


@dataclass(slots=True)
class Draft:
    """A post while the sights of one page are folded into it; `stored` is None for a new one."""

    key: int
    stored: PostRow | None
    row: PostRow
    payload: Payload | None = None  # to be written
    has_payload: bool = False  # stored
    is_payload_stale: bool = False  # what is stored belongs to another text

    def see(self, row: PostRow, payload: Payload | None) -> None:
        """Fold in one more sight."""
        if not is_accepted(self.row, row):
            return
        old, self.row = self.row, merge(self.row, row)
        if shows_less(old, row):
            return
        if self.row.text != old.text:
            self.payload, self.is_payload_stale = payload, True
        elif payload is not None and (self.row != old or not (self.has_payload or self.payload)):
            self.payload = payload

    @property
    def is_changed(self) -> bool:
        """Say whether anything is to be written."""
        return self.row != self.stored or (self.payload is not None and not self.has_payload)

    @property
    def is_news(self) -> bool:
        """Say whether more is to be written than that the post was seen again."""
        again = self.stored is not None and self.row._replace(seen_at=self.stored.seen_at) == self.stored
        return not again or (self.payload is not None and not self.has_payload)


def add(connection: sqlite3.Connection, items: Iterable[tuple[Post, Payload | None]]) -> Added:
    """Store posts inside the caller's transaction."""
    iterator = iter(items)
    counts: Counter[str] = Counter()
    while page := list(islice(iterator, PAGE)):
        drafts = _drafts(connection, page)
        changed = [draft for draft in drafts if draft.is_changed]
        _write(connection, changed)
        _forget_labels(connection, changed)
        new = sum(draft.stored is None for draft in changed)
        news = sum(draft.is_news for draft in changed)
        counts.update(new=new, updated=news - new, unchanged=len(page) - news)
    return Added(**counts)


def get(connection: sqlite3.Connection, platform: str, post_id: str) -> Post | None:
    """Read one post."""
    query = f"SELECT {COLUMNS} FROM posts WHERE platform = ? AND id = ?"
    row = connection.execute(query, (platform, post_id)).fetchone()
    return None if row is None else to_post(PostRow(*row))


def count(connection: sqlite3.Connection) -> int:
    """Count the posts."""
    return int(connection.execute("SELECT count(*) FROM posts").fetchone()[0])


def posts(connection: sqlite3.Connection) -> Iterator[Post]:
    """Read all posts in the order in which they came."""
    query = f"SELECT posts.key, {COLUMNS} FROM posts WHERE key > :after ORDER BY key LIMIT :limit"
    for page in pages(connection, query):
        for _, *row in page:
            yield to_post(PostRow(*row))


def payloads(connection: sqlite3.Connection) -> Iterator[tuple[str, bytes, Post]]:
    """Read what the sources sent, with the posts made of it."""
    query = f"""
        SELECT posts.key, payloads.format, payloads.body, {COLUMNS}
        FROM payloads JOIN posts ON posts.key = payloads.post
        WHERE payloads.post > :after ORDER BY payloads.post LIMIT :limit
    """
    for page in pages(connection, query):
        for _, form, body, *row in page:
            yield form, zlib.decompress(body), to_post(PostRow(*row))


def texts(connection: sqlite3.Connection, keys: Iterable[int]) -> dict[int, str]:
    """Read the full texts of some posts."""
    query = "SELECT posts.key, title, text FROM json_each(?) AS asked CROSS JOIN posts ON posts.key = asked.value"
    rows = connection.execute(query, (json.dumps(list(keys)),))
    return {key: full_text(title, text) or "" for key, title, text in rows}


def pages(
    connection: sqlite3.Connection, query: str, *, limit: int = PAGE, fixed: Mapping[str, object] | None = None
) -> Iterator[list[tuple[Any, ...]]]:
    """Read a query whose first column is an ascending key `:limit` rows at a time, each time `:after` the last key.

    No cursor stays open between two pages, so the caller may write meanwhile.
    """
    after = 0
    while page := connection.execute(query, {"after": after, "limit": limit, **(fixed or {})}).fetchall():
        yield page
        after = page[-1][0]


def conversations(connection: sqlite3.Connection, roots: Iterable[tuple[str, str]]) -> frozenset[tuple[str, str]]:
    """Find the conversations that hold or quote the named posts; the address of a post may stand for its id."""
    query = """
        WITH named AS (SELECT value ->> 0 AS platform, value ->> 1 AS id FROM json_each(?)),
        own AS (
            SELECT posts.platform, posts.conversation_id FROM named JOIN posts USING (platform, id)
            UNION SELECT posts.platform, posts.conversation_id FROM named
            JOIN posts ON posts.platform = named.platform AND posts.conversation_id = named.id
            UNION SELECT posts.platform, posts.conversation_id FROM named
            JOIN posts ON posts.platform = named.platform AND posts.url = named.id
        )
        SELECT * FROM own
        UNION SELECT quoting.platform, quoting.conversation_id FROM own
        JOIN posts AS quoted USING (platform, conversation_id)
        JOIN posts AS quoting ON quoting.platform = quoted.platform AND quoting.quoted = quoted.id
    """
    return frozenset(connection.execute(query, (json.dumps(list(roots)),)).fetchall())


def forget_readers(connection: sqlite3.Connection, keys: Iterable[int]) -> None:
    """Delete the labels of posts that are read with these: replies, quotes, and the threads they began."""
    connection.execute(
        """
        WITH changed AS MATERIALIZED (
            SELECT posts.platform, posts.id FROM json_each(?) AS given CROSS JOIN posts ON posts.key = given.value
        )
        DELETE FROM labels WHERE post IN (
            SELECT posts.key FROM changed
            CROSS JOIN posts ON posts.platform = changed.platform AND posts.reply_to = changed.id
            UNION ALL
            SELECT posts.key FROM changed
            CROSS JOIN posts ON posts.platform = changed.platform AND posts.quoted = changed.id
            UNION ALL
            SELECT posts.key FROM changed
            CROSS JOIN posts ON posts.platform = changed.platform AND posts.conversation_id = changed.id
        )
        """,
        (json.dumps(list(keys)),),
    )


def pseudonym_key(connection: sqlite3.Connection) -> str:
    """Read the secret with which this corpus turns authors into pseudonyms."""
    return str(connection.execute("SELECT value FROM secrets WHERE name = 'pseudonym_key'").fetchone()[0])


def _drafts(connection: sqlite3.Connection, page: list[tuple[Post, Payload | None]]) -> list[Draft]:
    """Fold a page of sights into one draft a post."""
    rows = [to_row(post) for post, _ in page]
    names = [row[:2] for row in rows]
    drafts = _stored(connection, set(names))
    key = connection.execute("SELECT coalesce(max(key), 0) FROM posts").fetchone()[0]
    for name, row, (_, payload) in zip(names, rows, page, strict=True):
        draft = drafts.get(name)
        if draft is not None:
            draft.see(row, payload)
        else:
            key += 1
            drafts[name] = Draft(key, None, row, payload=payload)
    return list(drafts.values())


def _stored(connection: sqlite3.Connection, names: Iterable[tuple[str, str]]) -> dict[tuple[str, str], Draft]:
    """Find those of the named posts that are stored."""
    query = f"""
        SELECT posts.key, EXISTS (SELECT 1 FROM payloads WHERE payloads.post = posts.key), {COLUMNS}
        FROM json_each(?) AS seen
        CROSS JOIN posts ON posts.platform = seen.value ->> 0 AND posts.id = seen.value ->> 1
    """
    drafts = {}
    for key, has_payload, *values in connection.execute(query, (json.dumps(list(names)),)):
        row = PostRow(*values)
        drafts[row[:2]] = Draft(key, row, row, has_payload=bool(has_payload))
    return drafts


def _write(connection: sqlite3.Connection, changed: list[Draft]) -> None:
    marks = ", ".join("?" * WIDTH)
    new = [(draft.key, *draft.row) for draft in changed if draft.stored is None]
    connection.executemany(f"INSERT INTO posts (key, {', '.join(PostRow._fields)}) VALUES (?, {marks})", new)
    updated = [(*draft.row, draft.key) for draft in changed if draft.stored not in (None, draft.row)]
    connection.executemany(f"UPDATE posts SET ({', '.join(PostRow._fields)}) = ({marks}) WHERE key = ?", updated)
    stale = [(draft.key,) for draft in changed if draft.has_payload and draft.is_payload_stale]
    connection.executemany("DELETE FROM payloads WHERE post = ?", stale)
    sent = ((draft.key, draft.payload.format, _compress(draft.payload.body)) for draft in changed if draft.payload)
    connection.executemany("INSERT OR REPLACE INTO payloads (post, format, body) VALUES (?, ?, ?)", sent)


def _compress(body: bytes) -> bytes:
    """Compress as zlib, with a window of 8 KiB: setting up the usual 32 KiB takes a good part of the time."""
    return zlib.compress(body, 1, wbits=13)


def _forget_labels(connection: sqlite3.Connection, changed: list[Draft]) -> None:
    """Delete the labels made from another text: of the changed posts and of those that are read with them."""
    if not changed or not connection.execute("SELECT EXISTS (SELECT 1 FROM labels)").fetchone()[0]:
        return
    own = [draft.key for draft in changed if draft.stored and reads_differently(draft.stored, draft.row)]
    connection.execute("DELETE FROM labels WHERE post IN (SELECT value FROM json_each(?))", (json.dumps(own),))
    forget_readers(connection, [draft.key for draft in changed if says_otherwise(draft.stored, draft.row)])
