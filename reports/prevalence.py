"""Shares with 95% intervals that respect that posts come in threads and that authors repeat.

Posts of one thread, or of one author, resemble each other: threads or authors, whichever makes the larger design
effect, are taken as what was drawn. With many of them the interval is the percentile bootstrap of whole clusters, one
fewer than there are, which makes the variance unbiased (Rao and Wu 1988). With fewer it covers too rarely, most of all
for rare labels, where a share is 0 or 1 it knows nothing, and with thousands it only takes time: there Wilson's
interval takes its place, with posts divided by the design effect (Rao and Scott 1981) and Student's t for the number of
clusters. Below MIN_CLUSTERS no
design effect can be told, nor where few authors wrote most of the posts: a cluster that makes the mean by itself hardly
departs from it, however far others would. So authors count by Kish's effective number, and where that is below
MIN_CLUSTERS, Wilson's interval has as many posts, which is what is left if all posts of a cluster say the same.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from reports.estimates import Distribution, Lead, Share
from reports.grouping import different, grouped

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    Ints = NDArray[np.int64]
    Floats = NDArray[np.float64]

MIN_CLUSTERS = 10
MANY_CLUSTERS = 200
MOST_DRAWN = 2_000  # clusters: beyond them the bootstrap says the same as the formula, later
Z = 1.959963984540054
TAILS = (0.025, 0.975)


@dataclass(frozen=True, slots=True, kw_only=True)
class Sampling:
    """How intervals are drawn, and below how many posts a cell is small."""

    draws: int = 1_000
    seed: int = 0
    min_posts: int = 30


class Effect(NamedTuple):
    """How much larger the variance is than in a simple random sample: summed over labels, and of each ([labels])."""

    overall: float
    each: Floats


class Clusters(NamedTuple):
    """Posts counted by cluster and label; `counts` [clusters, labels], `effect` None where it cannot be told."""

    unit: str
    counts: Ints
    effect: Effect | None

    @property
    def are_few(self) -> bool:
        """Say whether they are authors, too few of whom wrote most of the posts."""
        return self.unit == "author" and kish(self.counts) < MIN_CLUSTERS


class Interval(NamedTuple):
    """Bounds of all shares ([labels] each), and of the lead of the largest over the second."""

    low: Floats
    high: Floats
    lead: tuple[float, float]


def distribution(
    labels: Sequence[str], *, codes: Ints, threads: Ints, authors: Ints, sampling: Sampling
) -> Distribution | None:
    """Estimate how posts fall on labels; None where there are no posts.

    `codes`, `threads` and `authors` number the label, thread and author of each post ([posts] each); authors who are
    not known have numbers below zero, a different one for each post.
    """
    if not len(codes):
        return None
    clusters = _clusters(codes, threads, authors, len(labels))
    totals = clusters.counts.sum(axis=0)
    interval = _interval(clusters, sampling)
    first, second = largest(totals)
    return Distribution(
        posts=len(codes),
        authors=known(authors),
        unit=clusters.unit,
        clusters=len(clusters.counts),
        design_effect=clusters.effect and clusters.effect.overall,
        is_small=len(codes) < sampling.min_posts or clusters.are_few,
        shares=tuple(
            Share(
                label=label,
                n=int(totals[code]),
                authors=known(authors[codes == code]),
                share=float(totals[code] / len(codes)),
                low=float(interval.low[code]),
                high=float(interval.high[code]),
            )
            for code, label in enumerate(labels)
        ),
        lead=None
        if first == second
        else Lead(
            first=labels[first],
            second=labels[second],
            difference=float((totals[first] - totals[second]) / len(codes)),
            low=interval.lead[0],
            high=interval.lead[1],
        ),
    )


def _clusters(codes: Ints, threads: Ints, authors: Ints, labels: int) -> Clusters:
    """Cluster by what makes the larger design effect; by authors where there are few of them, or few threads."""
    by_author = _counted("author", codes, authors, labels)
    by_thread = _counted("thread", codes, threads, labels)
    if by_author.are_few:
        return by_author._replace(effect=None)
    if len(by_thread.counts) < MIN_CLUSTERS:
        return by_author
    if by_thread.effect is None or by_author.effect is None:  # all posts carry the same label
        return min(by_thread, by_author, key=lambda clusters: kish(clusters.counts))
    return by_thread if by_thread.effect.overall > by_author.effect.overall else by_author


def _counted(unit: str, codes: Ints, numbers: Ints, labels: int) -> Clusters:
    names, places = grouped(numbers)
    counts = np.bincount(places * labels + codes, minlength=len(names) * labels).reshape(len(names), labels)
    return Clusters(unit, counts, _effect(counts) if len(names) >= MIN_CLUSTERS else None)


def _effect(counts: Ints) -> Effect | None:
    clusters, posts = len(counts), counts.sum()
    shares = counts.sum(axis=0) / posts
    simple = shares * (1 - shares) / posts
    residuals = counts - counts.sum(axis=1, keepdims=True) * shares
    clustered = clusters / (clusters - 1) * (residuals**2).sum(axis=0) / posts**2
    if not simple.any():
        return None
    overall = float(clustered.sum() / simple.sum())
    return Effect(overall, np.divide(clustered, simple, out=np.full(len(simple), overall), where=simple > 0))


def kish(counts: Ints | Floats) -> float:
    """Compute the effective number of clusters of unequal size ([clusters, labels]; Kish 1965, "Survey Sampling").

    It is rounded, so that ten of equal weight are ten.
    """
    sizes = counts.sum(axis=1, dtype=np.float64)
    return round(float(sizes.sum() ** 2 / (sizes**2).sum()), 9)


def _interval(clusters: Clusters, sampling: Sampling) -> Interval:
    counts = clusters.counts
    totals = counts.sum(axis=0)
    posts, shares = totals.sum(), totals / totals.sum()
    if clusters.effect is None:
        return wilson(shares, np.full(len(shares), kish(counts)), Z)
    effects = np.maximum(clusters.effect.each, max(clusters.effect.overall, 1.0))
    interval = wilson(shares, posts / effects, student(len(counts) - 1))
    if not MANY_CLUSTERS <= len(counts) <= MOST_DRAWN:
        return interval
    drawn = _bootstrap(counts, sampling)
    is_drawn = (totals > 0) & (totals < posts)
    low, high = np.where(is_drawn, np.quantile(drawn, TAILS, axis=0), interval[:2])
    first, second = largest(shares)
    lead = np.quantile(drawn[:, first] - drawn[:, second], TAILS)
    return Interval(low, high, (float(lead[0]), float(lead[1])) if is_drawn[second] else interval.lead)


def _bootstrap(counts: Ints, sampling: Sampling) -> Floats:
    """Draw whole clusters and compute the shares of each draw ([draws, labels]).

    Clusters with the same counts are drawn together, as it makes no difference and most threads are small.
    """
    rows, often = np.unique(counts, axis=0, return_counts=True)
    random = np.random.default_rng(sampling.seed)
    drawn = random.multinomial(len(counts) - 1, often / len(counts), size=sampling.draws) @ rows
    shares: Floats = drawn / drawn.sum(axis=1, keepdims=True)
    return shares


def wilson(shares: Floats, posts: Floats, quantile: float) -> Interval:
    """Compute Wilson's interval for effective numbers of posts, and that of the lead from it (Newcombe 1998)."""
    spread = quantile**2 / posts
    middle = (shares + spread / 2) / (1 + spread)
    half = np.sqrt(spread * (shares * (1 - shares) + spread / 4)) / (1 + spread)
    low, high = np.clip(middle - half, 0, shares), np.clip(middle + half, shares, 1)
    first, second = largest(shares)
    p, q = float(shares[first]), float(shares[second])
    odds = (1 - p) * (1 - q)
    correlation = -float(np.sqrt(p * q / odds)) if odds > 0 else -1.0
    down = difference(p - low[first], high[second] - q, correlation)
    up = difference(high[first] - p, q - low[second], correlation)
    return Interval(low, high, (max(p - q - down, -1.0), min(p - q + up, 1.0)))


def difference(first: float, second: float, correlation: float) -> float:
    """Compute the half width of a difference from those of its parts."""
    return float(np.sqrt(max(first**2 + second**2 - 2 * correlation * first * second, 0.0)))


def student(freedom: int) -> float:
    """Compute the 97.5% quantile of Student's t, for 9 degrees of freedom or more (Cornish and Fisher 1937)."""
    first = (Z**3 + Z) / (4 * freedom)
    second = (5 * Z**5 + 16 * Z**3 + 3 * Z) / (96 * freedom**2)
    return Z + first + second + (3 * Z**7 + 19 * Z**5 + 17 * Z**3 - 15 * Z) / (384 * freedom**3)


def largest(shares: Floats) -> tuple[int, int]:
    """Find the largest share and the second (itself where it is the only one); of equal ones the first comes first."""
    order = np.argsort(-shares, kind="stable")
    return int(order[0]), int(order[min(1, len(order) - 1)])


def known(authors: Ints) -> int:
    """Count the different authors that are known."""
    return different(authors[authors >= 0])
