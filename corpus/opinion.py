"""One post without its text: what a report counts."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from corpus.labels import Abstained
    from corpus.post import State


class Opinion(NamedTuple):
    """What is known of one post and, where it is labelled, of the opinion in it.

    A named tuple, as a report reads a million of them. Where the model abstained, `camp` and `sentiment` are None and
    `stances` is empty; where the post is not labelled, `windows` is None too. `stances` maps targets to against, none
    or favor; it is shared between rows: do not change it. `reasons` are those with a probability of at least a half.
    """

    key: int
    platform: str
    id: str
    conversation_id: str
    reply_to: str | None
    community: str | None
    author: str | None
    created_at: datetime | None
    language: str | None
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
