"""What moved between two corpora or two periods, with intervals of the difference.

The interval of a difference is made of those of its two shares (Newcombe 1998, method 10), so it respects threads,
authors and hand labels as they do. Two periods of one corpus share authors and threads, who mostly stay as they are:
there the interval is, if anything, too wide.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from reports.report import Comparison, Moved

if TYPE_CHECKING:
    from collections.abc import Iterator

    from corpus.label_set import LabelSet
    from reports.estimates import Cell, Corrected, Distribution, Share


class Side(NamedTuple):
    """One of two sets of posts: its name, its labels, its opinions, and how many of its posts are judged."""

    name: str
    labels: LabelSet
    overall: Cell | None
    posts: int


def compared(before: Side, after: Side, *, is_shared: bool) -> Comparison:
    """Set two sets of posts side by side."""
    moved = tuple(_moved(before.overall, after.overall)) if before.overall and after.overall else ()
    return Comparison(
        before=before.name,
        after=after.name,
        is_shared=is_shared,
        labels=(before.labels, after.labels),
        posts=(before.posts, after.posts),
        moved=moved,
    )


def are_alike(one: LabelSet, other: LabelSet) -> bool:
    """Say whether one model, in one configuration, made both label sets."""
    return (one.model, one.revision, one.config_hash) == (other.model, other.revision, other.config_hash)


def gap(before: Share, after: Share) -> tuple[float, float]:
    """Give the interval of how far a share moved."""
    difference = after.share - before.share
    down = np.hypot(after.share - after.low, before.high - before.share)
    up = np.hypot(after.high - after.share, before.share - before.low)
    return max(float(difference - down), -1.0), min(float(difference + up), 1.0)


def _moved(before: Cell, after: Cell) -> Iterator[Moved]:
    if before.sides and after.sides:
        yield from _each("sides", before.sides, after.sides)
    yield from _each("camp", before.camps, after.camps)
    early = dict(before.stances)
    for target, found in after.stances:
        if target in early:
            yield from _each(target, early[target], found)
    if before.sentiment and after.sentiment:
        yield from _each("sentiment", before.sentiment, after.sentiment)


def _each(question: str, before: Distribution, after: Distribution) -> Iterator[Moved]:
    early, late = _alike(before, after)
    for share in late.shares:
        low, high = gap(early[share.label], share)
        yield Moved(
            question=question,
            label=share.label,
            is_corrected=late is after.corrected,
            before=early[share.label],
            after=share,
            low=low,
            high=high,
        )


def _alike(before: Distribution, after: Distribution) -> tuple[Distribution | Corrected, Distribution | Corrected]:
    """Take the corrected shares where both have them: a corrected share and a raw one do not compare."""
    if before.corrected and after.corrected:
        return before.corrected, after.corrected
    return before, after
