"""Storing what live collection fetches: a page with its posts, its cursor and its gaps, in the caller's transaction."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import TYPE_CHECKING

from corpus import store_posts
from corpus.walk import OpenWalk, Round, Spending, Walk

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Iterable, Sequence

    from corpus.post import State
    from corpus.store_posts import Added
    from corpus.walk import Page

NOW = "strftime('%Y-%m-%dT%H:%M:%SZ', 'now')"
WALK = "key, kind, about, depth, cursor, mark, state = 'walked'"


def open_round(connection: sqlite3.Connection, platform: str, *, restart: bool) -> Round:
    """Go on with the round that was interrupted, or begin one; `restart` gives up one that was interrupted."""
    if restart:
        connection.execute(f"UPDATE rounds SET ended_at = {NOW} WHERE platform = ? AND ended_at IS NULL", (platform,))
    found = connection.execute(
        "SELECT key, posts_read, users_read, dollars FROM rounds WHERE platform = ? AND ended_at IS NULL", (platform,)
    ).fetchone()
    if found:
        key, posts, users, dollars = found
        spent = Spending(posts=posts, users=users, dollars=dollars)
        return Round(key=key, platform=platform, is_resumed=True, spent=spent)
    query = f"INSERT INTO rounds (platform, started_at) VALUES (?, {NOW}) RETURNING key"
    key = connection.execute(query, (platform,)).fetchone()[0]
    return Round(key=key, platform=platform, is_resumed=False, spent=Spending())


def end_round(connection: sqlite3.Connection, round_: Round) -> None:
    """Close a round: the next run begins another."""
    connection.execute(f"UPDATE rounds SET ended_at = {NOW} WHERE key = ?", (round_.key,))


def add_walks(connection: sqlite3.Connection, round_: Round, walks: Iterable[Walk]) -> None:
    """Take walks into the round; those that are in it stay as they are, those of earlier rounds begin again."""
    for walk in walks:
        known = connection.execute(
            "SELECT key FROM walks WHERE platform = ? AND kind = ? AND about = ? AND round < ?",
            (round_.platform, walk.kind, walk.about, round_.key),
        ).fetchone()
        if known:
            connection.execute("DELETE FROM gaps WHERE walk = ?", known)
            connection.execute(
                """
                UPDATE walks SET round = ?, state = 'open', depth = ?, cursor = NULL, newest = NULL, failure = NULL
                WHERE key = ?
                """,
                (round_.key, walk.depth, *known),
            )
        else:
            connection.execute(
                """
                INSERT INTO walks (platform, kind, about, depth, round, state) VALUES (?, ?, ?, ?, ?, 'open')
                ON CONFLICT DO NOTHING
                """,
                (round_.platform, walk.kind, walk.about, walk.depth, round_.key),
            )


def next_walk(connection: sqlite3.Connection, round_: Round) -> OpenWalk | None:
    """Read the next walk that has not ended: one that was begun first, then the nearest to the configuration."""
    row = connection.execute(
        f"""
        SELECT {WALK} FROM walks WHERE round = ? AND state IN ('open', 'walked')
        ORDER BY cursor IS NULL AND state = 'open', depth, key LIMIT 1
        """,
        (round_.key,),
    ).fetchone()
    if row is None:
        return None
    key, kind, about, depth, cursor, mark, is_walked = row
    return OpenWalk(key=key, walk=Walk(kind, about, depth), cursor=cursor, mark=mark, is_walked=bool(is_walked))


def add_page(connection: sqlite3.Connection, round_: Round, walk: OpenWalk, page: Page) -> Added:
    """Store a page and move the cursor; a page without cursor ends the walking."""
    added = add_found(connection, round_, walk, page)
    connection.execute(
        "UPDATE walks SET cursor = ?, state = ?, newest = coalesce(?, newest) WHERE key = ?",
        (page.cursor, "walked" if page.cursor is None else "open", page.mark, walk.key),
    )
    return added


def add_found(connection: sqlite3.Connection, round_: Round, walk: OpenWalk, page: Page) -> Added:
    """Store what a page holds, without moving the cursor."""
    added = store_posts.add(connection, page.items)
    ids = [post.id for post, _ in page.items]
    connection.execute(
        """
        INSERT OR REPLACE INTO sightings SELECT ?, posts.key, ? FROM json_each(?) AS seen
        CROSS JOIN posts ON posts.platform = ? AND posts.id = seen.value
        """,
        (walk.key, round_.key, json.dumps(ids), round_.platform),
    )
    add_walks(connection, round_, page.found)
    claims = [(round_.platform, claim.thread, claim.posts, claim.quotes) for claim in page.claims]
    connection.executemany(f"INSERT OR REPLACE INTO claims VALUES (?, ?, ?, {NOW}, ?)", claims)
    gaps = [(walk.key, gap.thread, gap.reason, gap.post, gap.posts) for gap in page.gaps]
    connection.executemany("INSERT OR REPLACE INTO gaps VALUES (?, ?, ?, ?, ?)", gaps)
    spend(connection, round_, page.spent)
    return replace(added, wiped=wipe(connection, round_.platform, page.gone))


def spend(connection: sqlite3.Connection, round_: Round, spent: Spending) -> None:
    """Enter what was spent; negative numbers give back what was only reserved."""
    connection.execute(
        """
        UPDATE rounds SET posts_read = posts_read + ?, users_read = users_read + ?,
               dollars = max(0, round(dollars + ?, 6)) WHERE key = ?
        """,
        (spent.posts, spent.users, spent.dollars, round_.key),
    )


def spent(connection: sqlite3.Connection, round_: Round) -> Spending:
    """Read what the round has cost so far."""
    query = "SELECT posts_read, users_read, dollars FROM rounds WHERE key = ?"
    posts, users, dollars = connection.execute(query, (round_.key,)).fetchone()
    return Spending(posts=posts, users=users, dollars=dollars)


def readable_ids(connection: sqlite3.Connection, platform: str) -> tuple[str, ...]:
    """Name the posts whose text is stored."""
    query = "SELECT id FROM posts WHERE platform = ? AND (text <> '' OR title IS NOT NULL) ORDER BY key"
    return tuple(row[0] for row in connection.execute(query, (platform,)))


def unseen(connection: sqlite3.Connection, round_: Round, walk: OpenWalk) -> tuple[str, ...]:
    """Name the readable posts that the walk met in an earlier round and no walk in this one."""
    query = """
        SELECT posts.id FROM sightings AS earlier JOIN posts ON posts.key = earlier.post
        WHERE earlier.walk = ? AND earlier.round < ? AND posts.state IN ('live', 'truncated')
        AND NOT EXISTS (SELECT 1 FROM sightings AS now WHERE now.post = earlier.post AND now.round = ?)
        ORDER BY posts.key
    """
    return tuple(row[0] for row in connection.execute(query, (walk.key, round_.key, round_.key)))


def end_walk(connection: sqlite3.Connection, walk: OpenWalk) -> None:
    """Close a walk that was walked to its end, and only now move its high-water mark."""
    connection.execute(
        "UPDATE walks SET state = 'done', mark = coalesce(newest, mark), newest = NULL WHERE key = ?", (walk.key,)
    )


def fail_walk(connection: sqlite3.Connection, walk: OpenWalk, reason: str) -> None:
    """Close a walk that the platform refuses; its high-water mark stays where it was."""
    connection.execute("UPDATE walks SET state = 'failed', failure = ? WHERE key = ?", (reason, walk.key))


def wipe(connection: sqlite3.Connection, platform: str, gone: Sequence[tuple[str, State]]) -> int:
    """Leave a tombstone of each post, without all that it held, labels and annotations included; count those changed.

    Payloads of posts that answer, quote or repost it go too, for they may repeat its text; of reposts the text as well;
    and the labels of posts that were read with it.
    """
    wiped = 0
    for post_id, state in gone:
        row = connection.execute(
            "SELECT key, state, text || coalesce(title, '') FROM posts WHERE platform = ? AND id = ?",
            (platform, post_id),
        ).fetchone()
        if row is None:
            continue
        key, before, text = row
        wiped += before != state.value or bool(text)
        _blank(connection, key, state)
        repeating = connection.execute(
            """
            SELECT key FROM posts WHERE platform = :platform AND reply_to = :id
            UNION ALL SELECT key FROM posts WHERE platform = :platform AND quoted = :id
            """,
            {"platform": platform, "id": post_id},
        ).fetchall()
        connection.executemany("DELETE FROM payloads WHERE post = ?", repeating)
        reposts = connection.execute(
            "SELECT key, text || coalesce(title, '') FROM posts WHERE platform = ? AND reposted = ?",
            (platform, post_id),
        ).fetchall()
        for repost, _ in reposts:
            _blank(connection, repost, state)
        store_posts.forget_readers(connection, [other for other, held in ((key, text), *reposts) if held])
    return wiped


def _blank(connection: sqlite3.Connection, key: int, state: State) -> None:
    connection.execute(
        f"""
        UPDATE posts SET text = '', title = NULL, author = NULL, language = NULL, url = NULL, state = ?,
               seen_at = {NOW}
        WHERE key = ?
        """,
        (state.value, key),
    )
    connection.execute("DELETE FROM payloads WHERE post = ?", (key,))
    connection.execute("DELETE FROM labels WHERE post = ?", (key,))
    connection.execute("DELETE FROM annotations WHERE post = ?", (key,))
