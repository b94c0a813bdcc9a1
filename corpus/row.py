"""A post as the corpus file holds it, and the way there and back."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import NamedTuple

from corpus.post import Post, State

STATES = {state.value: state for state in State}


class PostRow(NamedTuple):
    """One row of the table `posts`, in the order of its columns.

    Times are ISO text in UTC to the second ("2023-01-14T18:03:11Z"), so they sort as they are. The long columns stand
    last: a query that leaves them out need not read past them.
    """

    platform: str
    id: str
    conversation_id: str
    reply_to: str | None
    quoted: str | None
    reposted: str | None
    community: str | None
    author: str | None
    created_at: str | None
    language: str | None
    url: str | None
    score: int | None
    state: str
    seen_at: str | None
    title: str | None
    text: str


def to_row(post: Post) -> PostRow:
    """Write a post as a row."""
    return PostRow(
        storable(post.platform),
        storable(post.id),
        storable(post.conversation_id),
        post.reply_to and storable(post.reply_to),
        post.quoted and storable(post.quoted),
        post.reposted and storable(post.reposted),
        post.community and storable(post.community),
        post.author and storable(post.author),
        to_iso(post.created_at),
        post.language and storable(post.language),
        post.url and storable(post.url),
        post.score,
        post.state.value,
        to_iso(post.seen_at),
        post.title and storable(post.title),
        storable(post.text),
    )


def to_post(row: PostRow) -> Post:
    """Read a post from its row."""
    return Post(
        platform=row.platform,
        id=row.id,
        conversation_id=row.conversation_id,
        reply_to=row.reply_to,
        quoted=row.quoted,
        reposted=row.reposted,
        community=row.community,
        author=row.author,
        created_at=from_iso(row.created_at),
        title=row.title,
        text=row.text,
        language=row.language,
        url=row.url,
        score=row.score,
        state=STATES[row.state],
        seen_at=from_iso(row.seen_at),
    )


def to_iso(time: datetime | None) -> str | None:
    """Write an aware time as "2023-01-14T18:03:11Z"; None stays None."""
    if time is None:
        return None
    if time.tzinfo is None:
        raise ValueError(f"a time without a time zone: {time}")
    in_utc = time if time.tzinfo is UTC else time.astimezone(UTC)
    return in_utc.isoformat(timespec="seconds")[:19] + "Z"


def from_iso(time: str | None) -> datetime | None:
    """Read what `to_iso` wrote; None stays None."""
    return None if time is None else datetime.fromisoformat(time)


def full_text(title: str | None, text: str | None) -> str | None:
    """Join title and text as `Post.full_text` does; None where there is neither."""
    return "\n\n".join(part for part in (title, text) if part) or None


def storable(text: str) -> str:
    """Replace the halves of surrogate pairs that archives contain and UTF-8 cannot hold."""
    return text if text.isascii() else text.encode("utf-8", "replace").decode()
