"""One labelled text as the training loop takes it; a label that a corpus does not give is None and costs nothing."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from corpus.labels import Target
    from nlp.predict import Probabilities


@dataclass(frozen=True, slots=True, kw_only=True)
class Example:
    """A text, what it answers, the targets asked about, and the labels known of it.

    `camp`, `left` and `joined` are indices into `targets`, or len(targets) for none of them. `stances` holds an index
    into STANCES for each target (None: unknown), `sentiment` one into SENTIMENTS, `reasons` the indices into REASONS
    that apply. `group` names what must stay on one side of a split: a thread, or the post itself. `platform` and
    `community` say where it was written, where that is known. `lesson` is what a teacher makes of it.
    """

    id: str
    source: str
    text: str
    targets: tuple[Target, ...]
    context: str | None = None
    group: str = ""
    camp: int | None = None
    stances: tuple[int | None, ...] | None = None
    sentiment: int | None = None
    reasons: tuple[int, ...] | None = None
    left: int | None = None
    joined: int | None = None
    relevant: bool | None = None
    platform: str | None = None
    community: str | None = None
    lesson: Probabilities | None = None
