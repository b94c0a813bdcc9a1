"""The judged posts as columns of numbers: some thirty bytes a post, to be counted in any grouping."""

from __future__ import annotations

from array import array
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from corpus.errors import InputError
from corpus.labels import NEUTRAL, REASONS, SENTIMENTS, STANCES

if TYPE_CHECKING:
    from collections.abc import Hashable, Mapping, Sequence

    from corpus.opinion import Opinion
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


class Numbers(dict["Hashable", int]):
    """Numbers for things in the order in which they are first seen."""

    def __missing__(self, key: Hashable) -> int:
        self[key] = number = len(self)
        return number


class Collector:
    """Gathers votes as the judged posts pass."""

    def __init__(self, targets: Sequence[str], places: Mapping[str, str]) -> None:
        """Take the names of the targets, and of the communities that go by another name (in lower case)."""
        self._targets = tuple(targets)
        self._renamed = places
        self._camps = {f"pro-{name}": code for code, name in enumerate(targets)} | {NEUTRAL: len(targets)}
        self._sentiments = {name: code for code, name in enumerate(SENTIMENTS)}
        self._stance_codes = {name: code for code, name in enumerate(STANCES)}
        self._known: dict[str, Numbers] = {name: Numbers() for name in ("place", "platform", "thread", "author")}
        self._columns = {name: array("i") for name in (*self._known, "hour", "score", "reasons", "camp", "sentiment")}
        self._keys = array("q")
        self._doubts = array("f")
        self._stances = {name: array("b") for name in targets}

    def add(self, opinion: Opinion) -> None:
        """Take in one judged post; InputError where it is about other targets."""
        columns, known = self._columns, self._known
        camp = NONE if opinion.camp is None else self._camps.get(opinion.camp)
        if camp is None or not self._stances.keys() >= opinion.stances.keys():
            raise InputError(self._strangers(opinion))
        self._keys.append(opinion.key)
        self._doubts.append(0.0 if opinion.camp_probability is None else 1 - opinion.camp_probability)
        columns["place"].append(known["place"][self.place(opinion)])
        columns["platform"].append(known["platform"][opinion.platform])
        columns["thread"].append(known["thread"][opinion.platform, opinion.conversation_id])
        author = known["author"][opinion.platform, opinion.author] if opinion.author else -len(columns["author"]) - 1
        columns["author"].append(author)
        time = opinion.created_at
        columns["hour"].append(time.toordinal() * HOURS + time.hour if time else 0)
        columns["score"].append(min(max(opinion.score or 0, 0), HIGHEST))
        columns["reasons"].append(sum([BITS.get(reason, 0) for reason in opinion.reasons]) if opinion.reasons else 0)
        columns["camp"].append(camp)
        columns["sentiment"].append(self._sentiments[opinion.sentiment] if opinion.sentiment else NONE)
        for name, column in self._stances.items():
            column.append(self._stance_codes.get(opinion.stances.get(name, ""), NONE))

    def place(self, opinion: Opinion) -> str:
        """Name the community of a post as the report does."""
        name = opinion.community or opinion.platform
        return self._renamed.get(name.lower(), name)

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

    def _strangers(self, opinion: Opinion) -> str:
        judged = {*opinion.stances, *([opinion.camp.removeprefix("pro-")] if opinion.camp else [])} - {NEUTRAL}
        stranger = min(judged - set(self._targets))
        return f"the labels judge '{stranger}', which is not among the targets: add it, or choose another label set"
