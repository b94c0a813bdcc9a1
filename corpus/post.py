"""What a post is: one frozen value for every platform."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from datetime import datetime


class State(StrEnum):
    """Whether the text of a post is there to be read, and if not, why."""

    LIVE = "live"
    DELETED = "deleted"  # by its author
    REMOVED = "removed"  # by a moderator, or killed (Hacker News "dead")
    WITHHELD = "withheld"  # by the platform, on legal demand
    TRUNCATED = "truncated"  # the archive holds only the beginning


@dataclass(frozen=True, slots=True, kw_only=True)
class Post:
    """One public statement.

    `platform` is "x", "reddit", "hackernews", "bluesky", "mastodon", or any other short lower-case name. `id`,
    `conversation_id`, `reply_to`, `quoted` and `reposted` are ids as that platform writes them (Reddit: full names such
    as "t1_kod0bkd"); (`platform`, `id`) is the key. `conversation_id` is the id of the thread's first post, which may
    be this one. `created_at` and `seen_at` (when the archive or client observed the post) are aware and in UTC; None
    where unknown. `text` is plain text: no HTML, no entities. `title` is set for Reddit submissions and Hacker News
    stories, and holds Mastodon's content warnings.
    `language` is a BCP 47 tag as the platform gives it, None where it gives none. `score` is likes or points.
    """

    platform: str
    id: str
    conversation_id: str
    reply_to: str | None = None
    quoted: str | None = None
    reposted: str | None = None
    community: str | None = None
    author: str | None = None
    created_at: datetime | None = None
    title: str | None = None
    text: str = ""
    language: str | None = None
    url: str | None = None
    score: int | None = None
    state: State = State.LIVE
    seen_at: datetime | None = None

    @property
    def full_text(self) -> str:
        """The title, where there is one, and the text."""
        return "\n\n".join(part for part in (self.title, self.text) if part)
