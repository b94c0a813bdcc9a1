"""Choosing posts that show what a camp says: sure, spread over communities and authors, never twice the same."""

from __future__ import annotations

from collections import defaultdict
from heapq import heappush, heapreplace
from typing import TYPE_CHECKING

from corpus.labels import NEUTRAL
from reports.handles import address, unnamed
from reports.plain import cut
from reports.pseudonyms import pseudonym
from reports.report import Quote

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
    from collections.abc import Set as AbstractSet

    from corpus.opinion import Opinion, Opinions

    Texts = Callable[[Iterable[int]], Mapping[int, str]]

KEPT = 12  # candidates of a camp in each community
READ = 120  # candidates of a camp whose texts are read
LENGTH = 280
SHORTEST = 25
ALIKE = 0.6  # share of words in common


class Candidates:
    """Keeps the posts of each camp and community that the model is surest of."""

    def __init__(self) -> None:
        self._heaps: defaultdict[str, defaultdict[str, list[tuple[float, int, Opinion]]]] = defaultdict(
            lambda: defaultdict(list)
        )

    def add(self, posts: Opinions, places: Sequence[str], besides: AbstractSet[int]) -> None:
        """Consider judged posts, but for those in some places of the block."""
        rows = zip(posts.camp, posts.camp_probability, places, strict=True)
        for at, (camp, probability, place) in enumerate(rows):
            if camp is None or camp == NEUTRAL or probability is None or at in besides:
                continue
            heap = self._heaps[camp][place]
            if len(heap) < KEPT:
                heappush(heap, (probability, -posts.key[at], posts.row(at)))
            elif probability > heap[0][0]:  # of equal ones the earlier stays
                heapreplace(heap, (probability, -posts.key[at], posts.row(at)))

    def choose(self, camps: Sequence[str], *, texts: Texts, per_camp: int, key: str) -> tuple[Quote, ...]:
        """Choose the quotes of each camp; `texts` reads texts by the keys of their posts, none where none is wanted."""
        if not per_camp:
            return ()
        return tuple(
            quote
            for camp in camps
            for quote in _spread(camp, self._ranked(camp), texts=texts, wanted=per_camp, key=key)
        )

    def _ranked(self, camp: str) -> list[tuple[str, Opinion]]:
        """Order the candidates of a camp: the surest of each community, then the second of each, and so on."""
        ranked = [
            (rank, -probability, -negative_key, place, opinion)
            for place, heap in self._heaps[camp].items()
            for rank, (probability, negative_key, opinion) in enumerate(sorted(heap, reverse=True))
        ]
        return [(place, opinion) for *_, place, opinion in sorted(ranked)[:READ]]


def _spread(
    camp: str, ranked: Sequence[tuple[str, Opinion]], *, texts: Texts, wanted: int, key: str
) -> Iterator[Quote]:
    """Take from each community in turn what was not said before, and nobody twice."""
    found = texts([opinion.key for _, opinion in ranked])
    left = [(place, opinion, text) for place, opinion in ranked if (text := quotable(found.get(opinion.key, "")))]
    seen: list[set[str]] = []
    authors: set[tuple[str, str]] = set()
    used: defaultdict[str, int] = defaultdict(int)
    while left and len(seen) < wanted:
        place, opinion, text = left.pop(min(range(len(left)), key=lambda at: (used[left[at][0]], at)))
        author = (opinion.platform, opinion.author or "")
        words = set(text.casefold().split())
        if author in authors or any(len(words & other) > ALIKE * len(words | other) for other in seen):
            continue
        seen.append(words)
        used[place] += 1
        if opinion.author:
            authors.add(author)
        yield _quote(camp, opinion, place=place, text=text, key=key)


def quotable(text: str) -> str:
    """Make a text fit to be shown: plain, nobody named, cut to length; "" where too little is left."""
    shown = cut(unnamed(text), LENGTH)
    return shown if len(shown) >= SHORTEST else ""


def _quote(camp: str, opinion: Opinion, *, place: str, text: str, key: str) -> Quote:
    return Quote(
        camp=camp,
        text=text,
        author=pseudonym(opinion.platform, opinion.author, key) if opinion.author else "unknown author",
        place=place,
        written=opinion.created_at.date() if opinion.created_at else None,
        url=address(opinion),
        probability=opinion.camp_probability or 0.0,
    )
