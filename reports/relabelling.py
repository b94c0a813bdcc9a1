"""What changes when another model, or other settings, label the same posts.

Agreement is Cohen's kappa (1960), and for each label the share of its uses in which both agree (Dice 1945). The shares
of the two label sets are paired post by post, so their difference has an interval of its own, by author or thread.
"""

from __future__ import annotations

import heapq
from collections import Counter
from dataclasses import dataclass
from itertools import chain
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from corpus.labels import NEUTRAL, SENTIMENTS, STANCES
from reports.agreement import cohen
from reports.handles import place_of
from reports.linear import clustered
from reports.prevalence import student

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from corpus.opinion import Opinion, Opinions
    from reports.prevalence import Floats, Ints

EVERYWHERE = "all posts"


class LabelUse(NamedTuple):
    """How often each label set gives a label, and the share of all its uses in which both do."""

    label: str
    first: int
    second: int
    agreement: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """The answers of two label sets: `pairs` counts (first, second); `kappa` is None where both always say the same."""

    name: str
    posts: int
    equal: float
    kappa: float | None
    labels: tuple[LabelUse, ...]
    pairs: tuple[tuple[str, str, int], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class ShareChange:
    """A camp's share among the posts of one place, and the 95% interval of the difference (None: too few authors)."""

    place: str
    posts: int
    camp: str
    first: float
    second: float
    low: float | None
    high: float | None


class Flip(NamedTuple):
    """A post in another camp; `confidence` is the lesser of the two probabilities."""

    confidence: float
    key: int
    platform: str
    id: str
    community: str | None
    url: str | None
    first: str
    second: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Relabelling:
    """Two label sets side by side. `both` posts are judged by both; in the others one or both abstained."""

    both: int
    only_first: int
    only_second: int
    questions: tuple[Question, ...]
    shares: tuple[ShareChange, ...]
    flips: tuple[Flip, ...]
    flipped: int


def relabelled(first: Iterable[Opinions], second: Iterable[Opinions], *, most: int) -> Relabelling:
    """Compare two readings of the same posts in the same order; at most `most` flips are listed, the surest first."""
    counts: dict[str, Counter[tuple[str, str]]] = {}
    judged: Counter[tuple[bool, bool]] = Counter()
    rows: list[tuple[str, str, str, str, str]] = []
    flips: list[Flip] = []
    flipped = 0
    for one, other in zip(_rows(first), _rows(second), strict=True):
        judged[one.camp is not None, other.camp is not None] += 1
        if one.camp is None or other.camp is None:
            continue
        for name, *pair in _answers(one, other):
            counts.setdefault(name, Counter())[pair[0], pair[1]] += 1
        author = one.author or f"\n{one.key}"  # unknown authors are one each
        thread = f"{one.platform} {one.conversation_id}"
        rows.append((place_of(one.community, one.platform), f"{one.platform} {author}", thread, one.camp, other.camp))
        if one.camp != other.camp:
            flipped += 1
            (heapq.heappush if len(flips) < most else heapq.heappushpop)(flips, _flip(one, other))
    return Relabelling(
        both=len(rows),
        only_first=judged[True, False],
        only_second=judged[False, True],
        questions=tuple(_question(name, pairs) for name, pairs in counts.items()),
        shares=tuple(_shares(rows)),
        flips=tuple(sorted(flips, key=lambda flip: (-flip.confidence, flip.key))),
        flipped=flipped,
    )


def _rows(blocks: Iterable[Opinions]) -> Iterator[Opinion]:
    return chain.from_iterable(posts.rows() for posts in blocks)


def _answers(one: Opinion, other: Opinion) -> Iterator[tuple[str, str, str]]:
    yield "camp", one.camp or "", other.camp or ""
    for target in sorted(one.stances.keys() & other.stances.keys()):
        yield target, one.stances[target], other.stances[target]
    if one.sentiment and other.sentiment:
        yield "sentiment", one.sentiment, other.sentiment


def _flip(one: Opinion, other: Opinion) -> Flip:
    confidence = min(one.camp_probability or 0.0, other.camp_probability or 0.0)
    return Flip(confidence, one.key, one.platform, one.id, one.community, one.url, one.camp or "", other.camp or "")


def _question(name: str, pairs: Counter[tuple[str, str]]) -> Question:
    total = pairs.total()
    return Question(
        name=name,
        posts=total,
        equal=sum(n for (one, other), n in pairs.items() if one == other) / total,
        kappa=cohen(pairs),
        labels=tuple(_uses(pairs)),
        pairs=tuple((one, other, n) for (one, other), n in sorted(pairs.items())),
    )


def _uses(pairs: Mapping[tuple[str, str], int]) -> Iterator[LabelUse]:
    for label in sorted({label for pair in pairs for label in pair}, key=_place):
        first = sum(n for (one, _), n in pairs.items() if one == label)
        second = sum(n for (_, other), n in pairs.items() if other == label)
        yield LabelUse(label, first, second, 2 * pairs.get((label, label), 0) / (first + second))


def _place(label: str) -> tuple[int, str]:
    """Camps by name and neutral last; stances and tones in their own order."""
    known = (*STANCES, *SENTIMENTS)
    return (len(known) if label == NEUTRAL else known.index(label) if label in known else -1, label)


def _shares(rows: Sequence[tuple[str, str, str, str, str]]) -> Iterator[ShareChange]:
    if not rows:
        return
    places, people, talks, first, second = (np.array(column) for column in zip(*rows, strict=True))
    camps = sorted({*first.tolist(), *second.tolist()}, key=_place)
    authors, threads = (np.unique(names, return_inverse=True)[1] for names in (people, talks))
    sizes = Counter(places.tolist())
    for place in (EVERYWHERE, *sorted(sizes, key=lambda name: (-sizes[name], name))):
        here = np.ones(len(places), bool) if place == EVERYWHERE else places == place
        for camp in camps:
            before, after = (np.asarray(camps_of[here] == camp, np.float64) for camps_of in (first, second))
            low, high = _interval(after - before, authors[here], threads[here])
            yield ShareChange(
                place=place,
                posts=int(here.sum()),
                camp=camp,
                first=float(before.mean()),
                second=float(after.mean()),
                low=low,
                high=high,
            )


def _interval(change: Floats, authors: Ints, threads: Ints) -> tuple[float | None, float | None]:
    posts, mean = len(change), float(change.mean())
    by = clustered((change - mean)[:, None] / posts, np.full(posts, 1 / posts), threads=threads, authors=authors)
    if by.are_few:
        return None, None
    reach = student(by.clusters - 1) * by.variance**0.5
    return max(mean - reach, -1.0), min(mean + reach, 1.0)
