"""Whether the answer hangs on what counts as a vote."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from reports.grouping import different, grouped
from reports.linear import weighted
from reports.report import Scenario

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from reports.counting import Counting
    from reports.prevalence import Floats, Ints

ONE_POST = "one post, one vote"


def sensitivity(count: Counting, copies: Mapping[int, int]) -> tuple[Scenario, ...]:
    """Count the posts that take a side under each rule; `copies` maps keys of posts to that of the one they repeat."""
    votes = count.votes
    chosen = np.flatnonzero((votes.camps >= 0) & (votes.camps < len(count.camps) - 1))
    scenarios = []
    for name, meaning, weights in _rules(count, chosen, copies):
        kept = chosen[weights > 0]
        found = weighted(
            count.camps[:-1],
            codes=votes.camps[kept],
            weights=weights[weights > 0],
            threads=votes.threads[kept],
            authors=votes.authors[kept],
            sampling=count.sampling,
        )
        if found is not None:
            scenarios.append(Scenario(name=name, meaning=meaning, sides=found))
    return tuple(scenarios)


def _rules(count: Counting, chosen: Ints, copies: Mapping[int, int]) -> Iterator[tuple[str, str, Floats]]:
    votes = count.votes
    yield ONE_POST, "as everywhere in this report", np.ones(len(chosen))
    yield "one author, one vote", "shared out among the author's posts", _shared_out(votes.authors[chosen])
    keys = votes.keys[chosen]
    said = np.array([copies.get(key, key) for key in keys.tolist()], dtype=np.int64)
    first = np.zeros(len(chosen))
    first[np.unique(said, return_index=True)[1]] = 1
    yield "duplicates collapsed", "of posts in the same words, only the first counts", first
    places = votes.places[chosen]
    enough = np.bincount(places, minlength=len(votes.place_names))[places] >= count.sampling.min_posts
    if different(places[enough]) > 1:
        least = count.sampling.min_posts
        meaning = f"each community with at least {least} of these posts weighs the same; others are left out"
        yield "one community, one vote", meaning, np.where(enough, _shared_out(places), 0.0).astype(np.float64)
    if votes.scores[chosen].any():
        yield (
            "weighted by score",
            "one vote for the post, and one for each like or point",
            (1 + votes.scores[chosen]).astype(np.float64),
        )


def _shared_out(numbers: Ints) -> Floats:
    """Give each post its part of the one vote of its author or community."""
    places = grouped(numbers)[1]
    parts: Floats = (1 / np.bincount(places)[places]).astype(np.float64)
    return parts
