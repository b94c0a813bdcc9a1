"""The judged posts as columns of numbers: some thirty bytes a post, to be counted in any grouping."""

from __future__ import annotations

from array import array
from dataclasses import dataclass
from itertools import chain
from typing import TYPE_CHECKING

import numpy as np

from corpus.errors import InputError
from corpus.labels import NEUTRAL, REASONS, SENTIMENTS, STANCES
from reports.handles import place_of

if TYPE_CHECKING:
    from collections.abc import Hashable, Mapping, Sequence

    from corpus.opinion import Opinions
    from reports.prevalence import Floats, Ints

NONE = -1
HOURS = 24  # of a day
BITS = {reason: 1 << place for place, reason in enumerate(REASONS)}
HIGHEST = 2**31 - 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Votes:
    """What the judged posts say ([posts] each; NONE where a post has no such label).

    `keys` are those of the corpus, ascending. `places` and `platforms` index the names beside them. `hours` are counted
    from the beginning of ordinal 0 (24 times `date.toordinal`), 0 where unknown. Unknown authors have numbers below
    zero, a different one for each post. `camps` index the targets, then neutral, and `doubts` are the model's own that
    they are right. `reasons` are sums of BITS. `scores` are 0 where unknown or negative.
    """

    keys: Ints

    place_names: tuple[str, ...]
    platform_names: tuple[str, ...]
    places: Ints
    platforms: Ints
    threads: Ints
    authors: Ints
    hours: Ints
    scores: Ints
    reasons: Ints
    camps: Ints
    doubts: Floats
    sentiments: Ints
    stances: Mapping[str, Ints]

    def __len__(self) -> int:
        return len(self.camps)


def _codes(names: Sequence[str]) -> Mapping[str | None, int]:
    return {None: NONE, **{name: code for code, name in enumerate(names)}}


STANCE_CODES, SENTIMENT_CODES = _codes(STANCES), _codes(SENTIMENTS)


class Numbers(dict["Hashable", int]):
    """Numbers for things in the order in which they are first seen."""

    def __missing__(self, key: Hashable) -> int:
        self[key] = number = len(self)
        return number


class Collector:
    """Gathers votes as the judged posts pass."""

    def __init__(self, targets: Sequence[str], places: Mapping[str, str]) -> None:
        """Take the names of the targets, and of the communities that go by another name (in lower case)."""
        self._renamed = places
        self._camps = _codes([*(f"pro-{name}" for name in targets), NEUTRAL])
        self._known: dict[str, Numbers] = {name: Numbers() for name in ("place", "platform", "thread", "author")}
        self._columns = {name: array("i") for name in (*self._known, "hour", "score", "reasons", "camp", "sentiment")}
        self._keys = array("q")
        self._doubts = array("f")
        self._stances = {name: array("b") for name in targets}

    def add(self, posts: Opinions) -> list[str]:
        """Take in judged posts and name the communities of them; InputError where they are about other targets."""
        self._check(posts)
        columns, known = self._columns, self._known
        threads = zip(posts.platform, posts.conversation_id, strict=True)
        authors = enumerate(zip(posts.platform, posts.author, strict=True), start=len(self._keys) + 1)
        places = self._places(posts)
        columns["place"].extend(map(known["place"].__getitem__, places))
        columns["platform"].extend(map(known["platform"].__getitem__, posts.platform))
        columns["thread"].extend(map(known["thread"].__getitem__, threads))
        columns["author"].extend([known["author"][author] if author[1] else -number for number, author in authors])
        columns["hour"].extend([time.toordinal() * HOURS + time.hour if time else 0 for time in posts.created_at])
        columns["score"].extend([min(score, HIGHEST) if score and score > 0 else 0 for score in posts.score])
        columns["reasons"].extend(
            [sum([BITS.get(reason, 0) for reason in named]) if named else 0 for named in posts.reasons]
        )
        columns["camp"].extend(map(self._camps.__getitem__, posts.camp))
        columns["sentiment"].extend(map(SENTIMENT_CODES.__getitem__, posts.sentiment))
        for name, column in self._stances.items():
            column.extend([STANCE_CODES[stances.get(name)] for stances in posts.stances])
        self._doubts.extend([0.0 if share is None else 1 - share for share in posts.camp_probability])
        self._keys.extend(posts.key)
        return places

    def _places(self, posts: Opinions) -> list[str]:
        """Name the communities of posts as the report does."""
        stands = list(zip(posts.community, posts.platform, strict=True))
        names = {there: place_of(*there) for there in set(stands)}
        shown = {there: self._renamed.get(name.lower(), name) for there, name in names.items()}
        return [shown[there] for there in stands]

    def close(self) -> Votes:
        """Give the votes; InputError where they say nothing of a target at all, though they do of others."""
        columns = {name: np.asarray(column, dtype=np.int64) for name, column in self._columns.items()}
        stances = {name: np.asarray(column, dtype=np.int64) for name, column in self._stances.items()}
        unknown = [name for name, column in stances.items() if (column == NONE).all()]
        if unknown and len(unknown) < len(stances):
            raise InputError(
                f"the labels say nothing of '{unknown[0]}': use a model that knows it, or take it off the targets"
            )
        return Votes(
            place_names=tuple(map(str, self._known["place"])),
            platform_names=tuple(map(str, self._known["platform"])),
            places=columns["place"],
            platforms=columns["platform"],
            threads=columns["thread"],
            authors=columns["author"],
            keys=np.asarray(self._keys, dtype=np.int64),
            hours=columns["hour"],
            scores=columns["score"],
            reasons=columns["reasons"],
            camps=columns["camp"],
            doubts=np.asarray(self._doubts, dtype=np.float64),
            sentiments=columns["sentiment"],
            stances=stances,
        )

    def _check(self, posts: Opinions) -> None:
        camps = {camp.removeprefix("pro-") for camp in set(posts.camp) if camp}
        strangers = {*camps, *chain.from_iterable(posts.stances)} - {NEUTRAL, *self._stances}
        if strangers:
            raise InputError(
                f"the labels judge '{min(strangers)}', which is not among the targets: add it, or choose another "
                "label set"
            )
