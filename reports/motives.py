"""Why authors hold what they hold, and who moved."""

from __future__ import annotations

from collections import Counter, defaultdict
from typing import TYPE_CHECKING

import numpy as np

from corpus.labels import REASONS
from reports.linear import clustered, labelled
from reports.prevalence import known
from reports.report import ClaimCount, ReasonCount, Switch
from reports.votes import BITS

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from corpus.opinion import Opinions
    from reports.counting import Counting
    from reports.estimates import Share
    from reports.settings import Claim


class Moves:
    """Counts moves from one target to another as posts pass."""

    def __init__(self) -> None:
        self._moves: Counter[tuple[str, str]] = Counter()
        self._movers: defaultdict[tuple[str, str], set[tuple[str, str]]] = defaultdict(set)

    def add(self, posts: Opinions) -> None:
        """Take in judged posts."""
        for origin, destination, platform, author in zip(
            posts.switched_from, posts.switched_to, posts.platform, posts.author, strict=True
        ):
            if origin and destination:
                self._moves[origin, destination] += 1
                if author is not None:
                    self._movers[origin, destination].add((platform, author))

    def switches(self) -> tuple[Switch, ...]:
        """Give the moves, the most frequent first."""
        ordered = sorted(self._moves.items(), key=lambda item: (-item[1], item[0]))
        return tuple(
            Switch(origin=origin, destination=destination, posts=posts, authors=len(self._movers[origin, destination]))
            for (origin, destination), posts in ordered
        )


def reasons(count: Counting) -> tuple[ReasonCount, ...]:
    """Count the reasons that any post names, by camp, the most frequent first."""
    posts = [_named(count, code).sum(axis=0) for code in range(len(count.camps))]
    shares = [_shares(count, code) for code in range(len(count.camps))]
    rows = [
        ReasonCount(
            reason=reason,
            posts=tuple(int(found[place]) for found in posts),
            shares=tuple(found[place] if found else None for found in shares),
        )
        for place, reason in enumerate(REASONS)
        if any(found[place] for found in posts)
    ]
    return tuple(sorted(rows, key=lambda row: -sum(row.posts)))


def claims(count: Counting, asked: Sequence[Claim]) -> tuple[ClaimCount, ...]:
    """Count the posts that raise what each claim is about, by the reasons that they name."""
    votes = count.votes
    found = []
    for claim in asked:
        bits = sum(BITS[reason] for reason in claim.reasons)
        chosen = (votes.reasons & bits > 0) & (votes.camps >= 0)
        found.append(
            ClaimCount(
                text=claim.text,
                camp=f"pro-{claim.target}",
                reasons=claim.reasons,
                posts=_by_camp(count, chosen),
                authors=known(votes.authors[chosen]),
            )
        )
    return tuple(found)


def _by_camp(count: Counting, chosen: NDArray[np.bool_]) -> tuple[int, ...]:
    camps = count.votes.camps[chosen & (count.votes.camps >= 0)]
    return tuple(int(posts) for posts in np.bincount(camps, minlength=len(count.camps)))


def _named(count: Counting, code: int) -> NDArray[np.bool_]:
    """Say which reasons each post of a camp names ([posts, reasons])."""
    found: NDArray[np.bool_] = count.votes.reasons[count.votes.camps == code][:, None] & np.array([*BITS.values()]) > 0
    return found


def _shares(count: Counting, code: int) -> tuple[Share, ...]:
    """Estimate which share of the posts of a camp names each reason; none where it has no posts."""
    own, named = count.votes.camps == code, _named(count, code)
    if not len(named):
        return ()
    shares = named.mean(axis=0)
    authors, weights = count.votes.authors[own], np.full(len(named), 1 / len(named))
    influence = (named - shares) / len(named)
    found = clustered(influence, weights, threads=count.votes.threads[own], authors=authors).interval(shares)
    people = [known(authors[column]) for column in named.T]
    return labelled(REASONS, shares, found, counts=named.sum(axis=0), people=people)
