"""Reading what live collection got and what it could not get: by thread, and by the last round of each platform."""

from __future__ import annotations

from typing import TYPE_CHECKING

from corpus.errors import CorpusError
from corpus.row import from_iso
from corpus.walk import Coverage, RoundCount, Spending

if TYPE_CHECKING:
    import sqlite3


def coverage(connection: sqlite3.Connection) -> tuple[Coverage, ...]:
    """Read, for each thread that a platform made a claim about or that has gaps, what there is of it."""
    query = """
        WITH threads AS (
            SELECT platform, thread FROM claims
            UNION SELECT walks.platform, gaps.thread FROM gaps JOIN walks ON walks.key = gaps.walk
        )
        SELECT threads.platform, threads.thread,
               (SELECT coalesce(title, substr(text, 1, 80)) FROM posts AS root
                WHERE root.platform = threads.platform AND root.id = threads.thread
                      AND root.state IN ('live', 'truncated')),
               claims.posts, claims.quotes, claims.checked_at,
               (SELECT count(*) FROM posts AS quote
                WHERE quote.platform = threads.platform AND quote.quoted = threads.thread),
               count(posts.key), total(posts.state = 'deleted'), total(posts.state = 'removed'),
               total(posts.state = 'withheld'), total(posts.state = 'truncated')
        FROM threads LEFT JOIN claims USING (platform, thread)
        LEFT JOIN posts ON posts.platform = threads.platform AND posts.conversation_id = threads.thread
             AND posts.id <> threads.thread
        GROUP BY threads.platform, threads.thread ORDER BY threads.platform, count(posts.key) DESC, threads.thread
    """
    gaps: dict[tuple[str, str], list[tuple[str, int]]] = {}
    for platform, thread, reason, posts in connection.execute(
        """
        SELECT platform, thread, reason, sum(posts) FROM (
            SELECT DISTINCT walks.platform, gaps.thread, gaps.reason, gaps.post, gaps.posts
            FROM gaps JOIN walks ON walks.key = gaps.walk
        ) GROUP BY platform, thread, reason ORDER BY 4 DESC
        """
    ):
        gaps.setdefault((platform, thread), []).append((reason, posts))
    return tuple(
        Coverage(
            platform=platform,
            thread=thread,
            title=title,
            claimed=claimed,
            fetched=fetched,
            deleted=int(deleted),
            removed=int(removed),
            withheld=int(withheld),
            truncated=int(truncated),
            gaps=tuple(gaps.get((platform, thread), ())),
            checked_at=from_iso(checked_at),
            quotes_claimed=quotes_claimed,
            quotes=quotes,
        )
        for (
            platform,
            thread,
            title,
            claimed,
            quotes_claimed,
            checked_at,
            quotes,
            fetched,
            deleted,
            removed,
            withheld,
            truncated,
        ) in connection.execute(query)
    )


def rounds(connection: sqlite3.Connection) -> tuple[RoundCount, ...]:
    """Read how the last round of each platform went."""
    query = "SELECT * FROM rounds WHERE key IN (SELECT max(key) FROM rounds GROUP BY platform) ORDER BY platform"
    return tuple(_round_count(connection, row) for row in connection.execute(query).fetchall())


def _round_count(connection: sqlite3.Connection, row: tuple[int, str, str, str, int, int, float]) -> RoundCount:
    key, platform, started_at, ended_at, posts, users, dollars = row
    walks = connection.execute("SELECT state, kind || ' ' || about, failure FROM walks WHERE round = ?", (key,))
    states = walks.fetchall()
    started = from_iso(started_at)
    if started is None:
        raise CorpusError(f"the round {key} has no start: the corpus is damaged")
    return RoundCount(
        platform=platform,
        started_at=started,
        ended_at=from_iso(ended_at),
        done=sum(state == "done" for state, *_ in states),
        open=sum(state in ("open", "walked") for state, *_ in states),
        failures=tuple((name, failure) for state, name, failure in states if state == "failed"),
        spent=Spending(posts=posts, users=users, dollars=dollars),
    )
