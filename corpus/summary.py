"""What a corpus holds, in numbers."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from datetime import datetime

    from corpus.label_set import LabelSet
    from corpus.post import State
    from corpus.walk import Coverage, DeletionCheck, RoundCount


@dataclass(frozen=True, slots=True, kw_only=True)
class PostCount:
    """How many posts of one platform, community and state there are."""

    platform: str
    community: str | None
    state: State
    posts: int


@dataclass(frozen=True, slots=True, kw_only=True)
class LabelCount:
    """How many posts a label set covers, and in how many of them the model abstained."""

    label_set: LabelSet
    posts: int
    abstained: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Summary:
    """What a corpus holds. Sizes are in bytes; `payload_bytes` are compressed; oldest label set first."""

    counts: tuple[PostCount, ...]
    authors: int
    threads: int
    first: datetime | None
    last: datetime | None
    orphans: int  # replies whose parent is missing
    payload_bytes: int
    file_bytes: int
    label_sets: tuple[LabelCount, ...]
    coverage: tuple[Coverage, ...] = ()  # of the threads that were collected live
    rounds: tuple[RoundCount, ...] = ()  # the last of each platform
    checks: tuple[DeletionCheck, ...] = ()  # the last for deletions of each platform

    @property
    def posts(self) -> int:
        """Count all posts."""
        return sum(count.posts for count in self.counts)
