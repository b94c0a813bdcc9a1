"""Storing what a check for deletions finds: page by page, each with its cost, in the caller's transaction."""

from __future__ import annotations

from typing import TYPE_CHECKING

from corpus import store_posts
from corpus.errors import CorpusError
from corpus.row import from_iso
from corpus.store_walks import NOW, wipe
from corpus.walk import DeletionCheck, Spending

if TYPE_CHECKING:
    import sqlite3

    from corpus.walk import Page

COLUMNS = "platform, started_at, ended_at, posts, living, wiped, unclear, posts_read, users_read, dollars"


def begin(connection: sqlite3.Connection, platform: str, posts: int) -> int:
    """Enter a check of so many posts and give its key."""
    query = f"INSERT INTO deletion_checks (platform, started_at, posts) VALUES (?, {NOW}, ?) RETURNING key"
    return int(connection.execute(query, (platform, posts)).fetchone()[0])


def add_page(connection: sqlite3.Connection, key: int, platform: str, page: Page) -> None:
    """Wipe what is gone, bring the others up to date, and enter what that cost."""
    wiped = wipe(connection, platform, page.gone)
    store_posts.add(connection, page.items)
    spent = page.spent
    connection.execute(
        """
        UPDATE deletion_checks SET living = living + ?, wiped = wiped + ?, unclear = unclear + ?,
               posts_read = posts_read + ?, users_read = users_read + ?, dollars = max(0, round(dollars + ?, 6))
        WHERE key = ?
        """,
        (len(page.items), wiped, len(page.gaps), spent.posts, spent.users, spent.dollars, key),
    )


def end(connection: sqlite3.Connection, key: int) -> None:
    """Enter that all posts were checked."""
    connection.execute(f"UPDATE deletion_checks SET ended_at = {NOW} WHERE key = ?", (key,))


def read(connection: sqlite3.Connection, key: int) -> DeletionCheck:
    """Read how far a check came."""
    return _check(*connection.execute(f"SELECT {COLUMNS} FROM deletion_checks WHERE key = ?", (key,)).fetchone())


def last(connection: sqlite3.Connection) -> tuple[DeletionCheck, ...]:
    """Read the last check of each platform."""
    query = f"""
        SELECT {COLUMNS} FROM deletion_checks
        WHERE key IN (SELECT max(key) FROM deletion_checks GROUP BY platform) ORDER BY platform
    """
    return tuple(_check(*row) for row in connection.execute(query))


def _check(
    platform: str,
    started_at: str,
    ended_at: str | None,
    posts: int,
    living: int,
    wiped: int,
    unclear: int,
    *spent: float,
) -> DeletionCheck:
    started = from_iso(started_at)
    if started is None:
        raise CorpusError("a check for deletions has no start: the corpus is damaged")
    posts_read, users_read, dollars = spent
    return DeletionCheck(
        platform=platform,
        started_at=started,
        ended_at=from_iso(ended_at),
        posts=posts,
        living=living,
        wiped=wiped,
        unclear=unclear,
        spent=Spending(posts=int(posts_read), users=int(users_read), dollars=dollars),
    )
