"""What public figures say in posts of their own: they speak under their names, and are quoted by them."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING

from corpus.labels import NEUTRAL
from reports.quotes import READ, quotable
from reports.report import Figure, Quote

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from corpus.opinion import Opinion, Opinions
    from reports.quotes import Texts
    from reports.settings import PublicFigure


class Figures:
    """Keeps the judged posts of the public figures as posts pass."""

    def __init__(self, figures: Sequence[PublicFigure]) -> None:
        self._names = {
            (platform, handle.lower().lstrip("@")): figure.name
            for figure in figures
            for platform, handle in figure.handles
        }
        self._order = [figure.name for figure in figures]
        self._posts: defaultdict[str, list[tuple[str, Opinion]]] = defaultdict(list)

    def add(self, posts: Opinions, places: Sequence[str]) -> set[int]:
        """Keep those judged posts that are by a public figure, and say which they are, by their places in the block."""
        found = set()
        for at, (platform, author) in enumerate(zip(posts.platform, posts.author, strict=True)):
            name = author and self._names.get((platform, author.lower()))
            if name:
                self._posts[name].append((places[at], posts.row(at)))
                found.add(at)
        return found

    def close(self, camps: Sequence[str], targets: Sequence[str], *, texts: Texts, wanted: int) -> tuple[Figure, ...]:
        """Give those who have judged posts, in the order in which they were named."""
        return tuple(
            self._figure(name, camps, targets, texts=texts, wanted=wanted)
            for name in dict.fromkeys(self._order)
            if self._posts[name]
        )

    def _figure(self, name: str, camps: Sequence[str], targets: Sequence[str], *, texts: Texts, wanted: int) -> Figure:
        opinions = [opinion for _, opinion in self._posts[name]]
        return Figure(
            name=name,
            posts=len(opinions),
            camps=tuple(sum(opinion.camp == camp for opinion in opinions) for camp in camps),
            stances=tuple(
                (
                    target,
                    sum(opinion.stances.get(target) == "favor" for opinion in opinions),
                    sum(opinion.stances.get(target) == "against" for opinion in opinions),
                )
                for target in targets
            ),
            quotes=tuple(_quotes(name, self._posts[name], texts, wanted)) if wanted else (),
        )


def _quotes(name: str, posts: Sequence[tuple[str, Opinion]], texts: Texts, wanted: int) -> Iterator[Quote]:
    """Quote posts that take a side before others, and of these the surest; in the order of time."""
    ranked = sorted(posts, key=lambda post: (post[1].camp in (None, NEUTRAL), -(post[1].camp_probability or 0)))[:READ]
    found = texts([opinion.key for _, opinion in ranked])
    fit = [(place, opinion, text) for place, opinion in ranked if (text := quotable(found.get(opinion.key, "")))]
    for place, opinion, text in sorted(fit[:wanted], key=lambda item: item[1].key):
        yield Quote(
            camp=opinion.camp or NEUTRAL,
            text=text,
            author=name,
            place=place,
            written=opinion.created_at.date() if opinion.created_at else None,
            url=opinion.url,
            probability=opinion.camp_probability or 0.0,
        )
