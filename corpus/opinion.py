"""Posts without their texts: what a report counts."""

from __future__ import annotations

from itertools import compress
from typing import TYPE_CHECKING, NamedTuple, Self

from corpus.labels import Abstained

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence
    from datetime import datetime

    from corpus.post import State

ABSTAINED: Mapping[str | None, Abstained | None] = {None: None, **{reason.value: reason for reason in Abstained}}
LIKELY = 0.5  # the least probability of a reason that is counted


class Opinion(NamedTuple):
    """What is known of one post and, where it is labelled, of the opinion in it.

    Where the model abstained, `camp` and `sentiment` are None and `stances` is empty; where the post is not labelled,
    `windows` is None too. `stances` maps targets to against, none or favor; it is shared between rows: do not change
    it. `reasons` are those with a probability of at least a half.
    """

    key: int
    platform: str
    id: str
    conversation_id: str
    community: str | None
    author: str | None
    created_at: datetime | None
    url: str | None
    score: int | None
    state: State
    is_repost: bool
    camp: str | None
    camp_probability: float | None
    stances: Mapping[str, str]
    sentiment: str | None
    reasons: tuple[str, ...]
    switched_from: str | None
    switched_to: str | None
    windows: int | None
    abstained: Abstained | None

    @property
    def is_labelled(self) -> bool:
        """Say whether a model has read the post, even if it abstained."""
        return self.windows is not None


class Opinions(NamedTuple):
    """Some thousand opinions as columns ([posts] each), as a report reads a million of them: see `Opinion`."""

    key: Sequence[int]
    platform: Sequence[str]
    id: Sequence[str]
    conversation_id: Sequence[str]
    community: Sequence[str | None]
    author: Sequence[str | None]
    created_at: Sequence[datetime | None]
    url: Sequence[str | None]
    score: Sequence[int | None]
    state: Sequence[State]
    is_repost: Sequence[bool]
    camp: Sequence[str | None]
    camp_probability: Sequence[float | None]
    stances: Sequence[Mapping[str, str]]
    sentiment: Sequence[str | None]
    reasons: Sequence[tuple[str, ...]]
    switched_from: Sequence[str | None]
    switched_to: Sequence[str | None]
    windows: Sequence[int | None]
    abstained: Sequence[Abstained | None]

    @classmethod
    def of(cls, opinions: Iterable[Opinion]) -> Self:
        """Turn rows into columns."""
        rows = list(opinions)
        return cls(*zip(*rows, strict=True)) if rows else cls(*((),) * len(cls._fields))

    def rows(self) -> Iterator[Opinion]:
        """Turn the columns into rows."""
        return map(Opinion._make, zip(*self, strict=True))

    def row(self, place: int) -> Opinion:
        """Give one row."""
        return Opinion._make(column[place] for column in self)

    def where(self, chosen: Sequence[bool]) -> Opinions:
        """Keep the chosen rows ([posts])."""
        return Opinions._make(list(compress(column, chosen)) for column in self)
