"""Tables of posts that are no platform's own format: rows whose columns are known by name or named by the user."""

from __future__ import annotations

from dataclasses import dataclass, fields
from datetime import datetime
from functools import lru_cache
from hashlib import sha256
from typing import TYPE_CHECKING, Any

from corpus.errors import InputError
from corpus.post import Post, State
from ingest.fields import count, identifier, moment, readable, string
from ingest.values import OWN_COLUMNS

if TYPE_CHECKING:
    from collections.abc import Mapping

OTHER = "other"
_STATES = {state.value: state for state in State}
_USUAL_NAMES: dict[str, tuple[str, ...]] = {
    "id": ("id", "post_id", "tweet_id", "comment_id", "message_id"),
    "text": ("text", "body", "content", "full_text", "message", "comment", "post", "tweet"),
    "author": ("author", "username", "user_name", "screen_name", "author.username", "author_name", "user", "by"),
    "created_at": ("created_at", "created_utc", "timestamp", "datetime", "date", "time", "created", "published_at"),
    "platform": ("platform",),
    "community": ("community", "subreddit", "channel", "forum", "group"),
    "conversation_id": ("conversation_id", "thread_id", "root_id", "link_id", "story_id"),
    "reply_to": ("reply_to", "parent_id", "in_reply_to_status_id", "referenced_tweets.replied_to.id", "parent"),
    "title": ("title", "subject", "headline"),
    "url": ("url", "link", "permalink"),
    "score": ("score", "likes", "like_count", "points", "upvotes", "public_metrics.like_count"),
    "language": ("language", "lang"),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class ColumnMap:
    """The column that holds each part of a post; None means the usual names (in any case: id, text or body, ...)."""

    id: str | None = None
    text: str | None = None
    author: str | None = None
    created_at: str | None = None
    platform: str | None = None
    community: str | None = None
    conversation_id: str | None = None
    reply_to: str | None = None
    title: str | None = None
    url: str | None = None
    score: str | None = None
    language: str | None = None

    @property
    def named(self) -> dict[str, str]:
        """The columns that the user named."""
        return {part.name: column for part in fields(self) if (column := getattr(self, part.name)) is not None}


USUAL = ColumnMap()


def check(columns: ColumnMap, header: tuple[str, ...], where: object) -> None:
    """Make sure that a table has a text column and every column that the user named."""
    there = ", ".join(header)
    for part, column in columns.named.items():
        if column not in header:
            raise InputError(f"{where} has no column {column!r} for {part}; its columns are {there}")
    if "text" not in resolve(columns, header):
        raise InputError(f"{where} has no text column among {there}; name it with --column text=NAME")


@lru_cache(maxsize=256)
def resolve(columns: ColumnMap, header: tuple[str, ...]) -> dict[str, str]:
    """Find the column of each part of a post that the table has."""
    lower = {name.lower(): name for name in reversed(header)}
    found = {
        part: lower[name]
        for part, names in _USUAL_NAMES.items()
        if (name := next((name for name in names if name in lower), None))
    }
    return found | {part: column for part, column in columns.named.items() if column in header}


def rename(row: Mapping[str, Any], columns: ColumnMap, platform: str | None = None) -> dict[str, Any]:
    """Write a row with our names, so that it can be read again without its map; its other columns stay."""
    found = resolve(columns, tuple(row))
    if "text" not in found:
        raise ValueError(f"no text column among {', '.join(row)}")
    rest = {name: value for name, value in row.items() if name not in found.values()}
    named = {part: row[column] for part, column in found.items()}
    clean = {name: _plain(value) for name, value in (rest | named).items()}
    return clean if clean.get("platform") else clean | {"platform": platform or OTHER}


def post(row: Mapping[str, Any]) -> Post:
    """Read a row in our names. A time without a zone is UTC; a row without an id gets one made of what it says.

    `state`, `quoted`, `reposted` and `seen_at` mean what they say in our own exports only.
    """
    own = row if row.keys() >= OWN_COLUMNS else {}
    platform = (string(row, "platform") or OTHER).strip().lower()
    text = string(row, "text") or ""
    title = string(row, "title")
    if not (text or title or string(own, "state")):
        raise ValueError("no text")
    key = identifier(row, "id") or _made_id(row, platform)
    reply_to = identifier(row, "reply_to")
    return Post(
        platform=platform,
        id=key,
        conversation_id=identifier(row, "conversation_id") or key,
        reply_to=reply_to,
        quoted=readable(own, "quoted"),
        reposted=readable(own, "reposted"),
        community=identifier(row, "community"),
        author=identifier(row, "author"),
        created_at=moment(row, "created_at"),
        title=title,
        text=text,
        language=string(row, "language"),
        url=string(row, "url"),
        score=count(row, "score"),
        state=_STATES.get(str(own.get("state")), State.LIVE),
        seen_at=moment(own, "seen_at"),
    )


def _made_id(row: Mapping[str, Any], platform: str) -> str:
    parts = (platform, *(str(row.get(part) or "") for part in ("author", "created_at", "title", "text")))
    return "row-" + sha256("\0".join(parts).encode("utf-8", "replace")).hexdigest()[:20]


def _plain(value: Any) -> Any:
    """Write what JSON cannot hold as text, except bytes, which no part of a post may be."""
    if isinstance(value, datetime):
        return value.isoformat()
    return value if isinstance(value, str | int | float | bool | list | dict | bytes | None) else str(value)
