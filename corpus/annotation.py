"""An annotation: what a person says of a post, by the rules of docs/annotation.md."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Annotation:
    """One person's reading of one post, with the way in which the post came to be read.

    `platform` is "" where the file does not say it; `camp` is None where the row is still blank. `probability` is that
    with which the post was drawn from the posts that a model judges, None where it was chosen in another way; `design`
    names the draw. `key` is the post's number in the corpus, 0 before it has been found there.
    """

    id: str
    platform: str = ""
    annotator: str = ""
    camp: str | None = None
    stances: Mapping[str, str] = field(default_factory=dict)
    sentiment: str | None = None
    reasons: tuple[str, ...] = ()
    switched_from: str | None = None
    switched_to: str | None = None
    is_sure: bool = True
    annotated_at: datetime | None = None
    probability: float | None = None
    design: str | None = None
    key: int = 0

    @property
    def is_blank(self) -> bool:
        """Say whether nobody has labelled the row yet."""
        return self.camp is None


@dataclass(frozen=True, slots=True, kw_only=True)
class Annotated:
    """What came of importing annotations: how many are new, changed or as they were, and rows that led to nothing."""

    new: int = 0
    updated: int = 0
    unchanged: int = 0
    blank: int = 0
    unknown: tuple[str, ...] = ()
