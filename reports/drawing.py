"""Drawing posts to be labelled by hand, so that it is known how likely each was to be drawn.

Every post has a random number of its own, made of the seed and its id; the posts with the smallest are drawn (permanent
random numbers: Ohlsson 1995). The same seed gives the same posts, and a larger number of them contains the smaller.
"""

from __future__ import annotations

import re
from collections import defaultdict
from hashlib import blake2b
from typing import TYPE_CHECKING, NamedTuple

from corpus.errors import InputError
from reports.ledger import JUDGED, fates

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence
    from collections.abc import Set as AbstractSet

    from corpus.opinion import Opinions

MOST_STRATA = 15
OTHERS = "others"
LOT_BYTES = 8
LOTS = 256**LOT_BYTES
OF = re.compile(r", \d+ of (\d+), seed \d+$")  # as `draw` ends a design


class Drawn(NamedTuple):
    """One post to be labelled, and the probability with which it was drawn."""

    key: int
    platform: str
    id: str
    probability: float


class Draw(NamedTuple):
    """Posts to be labelled, in random order, how many they were drawn from, and how."""

    posts: tuple[Drawn, ...]
    population: int
    design: str


def draw(
    opinions: Iterable[Opinions],
    *,
    number: int,
    seed: int,
    by_community: bool = False,
    conversations: AbstractSet[tuple[str, str]] | None = None,
) -> Draw:
    """Draw from the posts that a report counts; by community, all of which then get as many as they have, or alike."""
    strata: defaultdict[str, list[tuple[int, int, str, str]]] = defaultdict(list)
    for posts in opinions:
        judged = posts.where([what == JUDGED for what in fates(posts, conversations)])
        for opinion in judged.rows():
            name = (opinion.community or opinion.platform) if by_community else ""
            lot = _lot(seed, opinion.platform, opinion.id)
            strata[name].append((lot, opinion.key, opinion.platform, opinion.id))
    population = sum(map(len, strata.values()))
    if not population:
        raise InputError("no post is judged by a model, so there is nothing to draw from: run `stancemap label` first")
    strata = _pooled(strata)
    sizes = allocated({name: len(posts) for name, posts in strata.items()}, number)
    drawn = [row for name, posts in strata.items() for row in _first(sorted(posts), sizes[name])]
    how = f"stratified by community ({len(strata)})" if by_community else "uniform"
    return Draw(
        tuple(post for _, post in sorted(drawn)),
        population,
        f"{how}, {len(drawn)} of {population}, seed {seed}",
    )


def allocated(sizes: Mapping[str, int], number: int) -> dict[str, int]:
    """Share out a number of draws as evenly as the sizes of the strata allow."""
    given = dict.fromkeys(sizes, 0)
    left = min(number, sum(sizes.values()))
    while left:
        open_ = sorted((name for name in sizes if given[name] < sizes[name]), key=lambda name: (given[name], name))
        each = max(left // len(open_), 1)
        for name in open_:
            more = min(each, sizes[name] - given[name], left)
            given[name] += more
            left -= more
    return given


def population(design: str) -> int | None:
    """Read how many posts a draw was from off its design; None where it does not say."""
    found = OF.search(design)
    return int(found[1]) if found else None


def _first(posts: Sequence[tuple[int, int, str, str]], number: int) -> Iterator[tuple[float, Drawn]]:
    """Draw the first posts of a stratum, each with its place in the whole draw.

    Lots below the first that is not drawn, divided by it, are even between 0 and 1, in large strata as in small ones.
    """
    edge = posts[number][0] if number < len(posts) else LOTS
    for lot, key, platform, id_ in posts[:number]:
        yield lot / edge, Drawn(key, platform, id_, number / len(posts))


def _lot(seed: int, platform: str, id_: str) -> int:
    return int.from_bytes(blake2b(f"{seed}\0{platform}\0{id_}".encode(), digest_size=LOT_BYTES).digest())


def _pooled(strata: dict[str, list[tuple[int, int, str, str]]]) -> defaultdict[str, list[tuple[int, int, str, str]]]:
    """Pool the smallest communities beyond MOST_STRATA."""
    ranked = sorted(strata, key=lambda name: (-len(strata[name]), name))
    found: defaultdict[str, list[tuple[int, int, str, str]]] = defaultdict(list)
    for rank, name in enumerate(ranked):
        found[name if rank < MOST_STRATA else OTHERS] += strata[name]
    return found
