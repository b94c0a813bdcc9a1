"""What live collection stores beside posts: walks through a platform, what they could not get, and what they cost."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from datetime import datetime

    from corpus.payload import Payload
    from corpus.post import Post, State


@dataclass(frozen=True, slots=True)
class Walk:
    """One thing to be fetched page by page, such as a thread or a search.

    `kind` is the source's own word for it, `about` the id, query or address; the two name the walk for ever within its
    platform. `depth` counts the steps from what the configuration names.
    """

    kind: str
    about: str
    depth: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Claim:
    """How many posts the platform says a thread has, its first post not counted, and how many quote its first post."""

    thread: str
    posts: int
    quotes: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Gap:
    """Posts that could not be had, and why: one by its id, or a number of them.

    The same gap told again is the same gap: (thread, reason, post) is its key within a walk.
    """

    reason: str
    thread: str = ""
    post: str = ""
    posts: int = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Spending:
    """What requests cost: posts and users read, and dollars."""

    posts: int = 0
    users: int = 0
    dollars: float = 0.0

    def __add__(self, other: Spending) -> Spending:
        dollars = round(self.dollars + other.dollars, 6)
        return Spending(posts=self.posts + other.posts, users=self.users + other.users, dollars=dollars)

    def __neg__(self) -> Spending:
        return Spending(posts=-self.posts, users=-self.users, dollars=-self.dollars)

    def __sub__(self, other: Spending) -> Spending:
        return self + -other


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """What is stored in one transaction: posts, how the walk goes on, what was found and what could not be had.

    `cursor` is where the walk goes on; None says that it has ended. `mark` is the newest thing that the walk has met,
    None where this page knows nothing newer: it becomes the high-water mark of the walk when the walk has ended.
    `found` are walks to be walked too. `gone` are (id, state) of stored posts to be wiped.
    """

    items: tuple[tuple[Post, Payload | None], ...] = ()
    cursor: str | None = None
    mark: str | None = None
    found: tuple[Walk, ...] = ()
    claims: tuple[Claim, ...] = ()
    gaps: tuple[Gap, ...] = ()
    gone: tuple[tuple[str, State], ...] = ()
    spent: Spending = field(default_factory=Spending)


@dataclass(frozen=True, slots=True, kw_only=True)
class Round:
    """One collection of everything that the configuration names on a platform, from start to end.

    A run that is interrupted leaves its round open; the next run goes on with it.
    """

    key: int
    platform: str
    is_resumed: bool
    spent: Spending


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenWalk:
    """A walk that has not ended in this round: from `cursor` on (None: from the start).

    `mark` is the high-water mark of its last whole walk, None where there was none. `is_walked` says that all pages are
    stored and only the posts that it did not meet again are left to be checked.
    """

    key: int
    walk: Walk
    cursor: str | None
    mark: str | None
    is_walked: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Coverage:
    """What of a thread is in the corpus against what the platform says it has (`claimed`, None where it says nothing).

    `fetched` counts the replies (the first post not counted) in whatever state; `deleted`, `removed`, `withheld` and
    `truncated` are those among them whose text is not whole. `gaps` are what could not be had: (reason, posts).
    `quotes_claimed` and `quotes` are the quotes of the first post, counted by the platform and held.
    """

    platform: str
    thread: str
    title: str | None
    claimed: int | None
    fetched: int
    deleted: int
    removed: int
    withheld: int
    truncated: int
    gaps: tuple[tuple[str, int], ...]
    checked_at: datetime | None
    quotes_claimed: int | None = None
    quotes: int = 0

    @property
    def gone(self) -> int:
        """Count the replies without text."""
        return self.deleted + self.removed + self.withheld

    @property
    def unreachable(self) -> int:
        """Count the posts that could not be had."""
        return sum(posts for _, posts in self.gaps)


@dataclass(frozen=True, slots=True, kw_only=True)
class RoundCount:
    """How the last round of a platform went: walks ended, still open and failed (with reasons), and what it cost."""

    platform: str
    started_at: datetime
    ended_at: datetime | None
    done: int
    open: int
    failures: tuple[tuple[str, str], ...]
    spent: Spending


@dataclass(frozen=True, slots=True, kw_only=True)
class DeletionCheck:
    """How a check for deletions went: posts to be checked, what became of them, and what it cost.

    Of `unclear` posts the platform says nothing. `ended_at` is None where it was interrupted.
    """

    platform: str
    started_at: datetime
    ended_at: datetime | None
    posts: int
    living: int
    wiped: int
    unclear: int
    spent: Spending
