"""Shares that are not plain means of posts: weighted, corrected, or ratios, with the variance of their clusters.

Each estimate is written as a sum over posts of their influence on it; the influences of one cluster add up, and their
squares give the variance (linearisation; Binder 1983). The interval is Wilson's, with as many posts as would make that
variance in a simple random sample, and Student's t for the number of clusters. Fewer than MIN_CLUSTERS authors, by
Kish's effective number, tell no variance, in however many threads they write: weighted shares and ratios then have
Wilson's interval with that number, and corrected ones, which rest on the variance alone, are not given.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple, Protocol, TypeVar

import numpy as np

from reports.estimates import Distribution, Lead, Share
from reports.grouping import grouped
from reports.prevalence import MIN_CLUSTERS, Interval, Z, difference, kish, known, largest, student, wilson

if TYPE_CHECKING:
    from collections.abc import Sequence

    from reports.prevalence import Floats, Ints, Sampling


class Estimate(NamedTuple):
    """Shares ([labels]) and what each cluster contributes to their error ([clusters, labels])."""

    shares: Floats
    influence: Floats

    @property
    def variance(self) -> float:
        """The variance of all shares together."""
        return float((self.influence**2).sum())


class Clustering(Protocol):
    """Posts clustered in one way."""

    @property
    def clusters(self) -> int:
        """How many clusters tell the variance."""

    @property
    def voices(self) -> float:
        """Kish's effective number of them: one that outweighs the others makes the mean, and is hardly off it."""

    @property
    def variance(self) -> float:
        """The variance of all shares together."""


Way = TypeVar("Way", bound=Clustering)


class Clustered(NamedTuple):
    """The covariance of shares ([labels, labels]) with posts clustered in one way, and the clusters' weights."""

    unit: str
    spread: Floats
    sizes: Floats

    @property
    def clusters(self) -> int:
        """How many clusters tell the variance."""
        return len(self.sizes)

    @property
    def voices(self) -> float:
        """Kish's effective number of them."""
        return kish(self.sizes[:, None])

    @property
    def are_few(self) -> bool:
        """Say whether they are authors, too few to tell the variance."""
        return self.unit == "author" and self.voices < MIN_CLUSTERS

    @property
    def variance(self) -> float:
        """The variance of all shares together."""
        return float(np.trace(self.spread))

    def interval(self, shares: Floats) -> Interval:
        """Give intervals of the shares; too few clusters are as many voices, whatever they say."""
        if self.are_few:
            return wilson(shares, np.full(len(shares), self.voices), Z)
        return interval(shares, self.spread, least=self.voices, freedom=self.clusters - 1)


def larger(by_author: Way, by_thread: Way) -> Way | None:
    """Choose what makes the larger variance: authors where threads are few, None where authors are."""
    if by_author.voices < MIN_CLUSTERS:
        return None
    is_author = by_thread.clusters < MIN_CLUSTERS or by_author.variance >= by_thread.variance
    return by_author if is_author else by_thread


def clustered(influence: Floats, weights: Floats, *, threads: Ints, authors: Ints) -> Clustered:
    """Cluster the influences of posts ([posts, labels]) by thread or author."""
    by_author, by_thread = (
        _clustered(unit, influence, weights, numbers) for unit, numbers in (("author", authors), ("thread", threads))
    )
    return larger(by_author, by_thread) or by_author


def summed(values: Floats, numbers: Ints, count: int) -> Floats:
    """Add up values of posts ([posts, labels]) by cluster ([count, labels])."""
    columns = [np.bincount(numbers, weights=column, minlength=count) for column in values.T]
    return np.stack(columns, axis=1)


def covariance(influence: Floats, clusters: int) -> Floats:
    """Compute the covariance of the shares ([labels, labels]) from the influences of clusters."""
    found: Floats = clusters / max(clusters - 1, 1) * influence.T @ influence
    return found


def among(estimate: Estimate, labels: int) -> Estimate:
    """Give the shares of the first labels among themselves, by the delta method."""
    total = float(estimate.shares[:labels].sum())
    shares = estimate.shares[:labels] / total
    influence = estimate.influence[:, :labels]
    return Estimate(shares, (influence - influence.sum(axis=1, keepdims=True) * shares) / total)


def simplex(shares: Floats) -> Floats:
    """Find the nearest shares that are not negative and add up to one (Duchi et al. 2008)."""
    ordered = np.sort(shares)[::-1]
    excess = (ordered.cumsum() - 1) / np.arange(1, len(shares) + 1)
    nearest: Floats = np.maximum(shares - excess[ordered > excess][-1], 0)
    return nearest


def interval(shares: Floats, spread: Floats, *, least: float, freedom: int) -> Interval:
    """Give intervals from a covariance; `least` posts stand behind shares that do not vary at all."""
    variance = np.diag(spread)
    simple = shares * (1 - shares)
    is_told = (variance > 0) & (simple > 0)
    worth = np.divide(simple, variance, out=np.full(len(shares), least), where=is_told)
    quantile = student(max(freedom, MIN_CLUSTERS - 1))
    low, high, _ = wilson(shares, np.maximum(worth, 1e-9), quantile)
    first, second = largest(shares)
    gap = shares[first] - shares[second]
    width = quantile * np.sqrt(max(spread[first, first] + spread[second, second] - 2 * spread[first, second], 0.0))
    if not width:
        reach = difference(shares[first] - low[first], high[second] - shares[second], -1.0)
        return Interval(low, high, (max(gap - reach, -1.0), min(gap + reach, 1.0)))
    return Interval(low, high, (float(max(gap - width, -1)), float(min(gap + width, 1))))


def weighted(
    labels: Sequence[str], *, codes: Ints, weights: Floats, threads: Ints, authors: Ints, sampling: Sampling
) -> Distribution | None:
    """Estimate how posts of unequal weight fall on labels; None where there are none, or none weighs anything."""
    if not weights.sum() > 0:
        return None
    weights = weights / weights.sum()
    shares: Floats = np.bincount(codes, weights=weights, minlength=len(labels)).astype(np.float64)
    influence = weights[:, None] * (np.eye(len(labels))[codes] - shares)
    by = clustered(influence, weights, threads=threads, authors=authors)
    found = by.interval(shares)
    simple = float((shares * (1 - shares)).sum()) / len(codes)
    counts = np.bincount(codes, minlength=len(labels))
    return Distribution(
        posts=len(codes),
        authors=known(authors),
        unit=by.unit,
        clusters=by.clusters,
        design_effect=by.variance / simple if simple > 0 and not by.are_few else None,
        is_small=len(codes) < sampling.min_posts or by.are_few,
        shares=labelled(
            labels, shares, found, counts=counts, people=[known(authors[codes == c]) for c in range(len(labels))]
        ),
        lead=leading(labels, shares, found),
    )


def labelled(
    labels: Sequence[str], shares: Floats, found: Interval, *, counts: Ints, people: Sequence[int]
) -> tuple[Share, ...]:
    """Name shares and their intervals."""
    return tuple(
        Share(
            label=label,
            n=int(counts[code]),
            authors=int(people[code]),
            share=float(shares[code]),
            low=float(found.low[code]),
            high=float(found.high[code]),
        )
        for code, label in enumerate(labels)
    )


def leading(labels: Sequence[str], shares: Floats, found: Interval) -> Lead | None:
    """Name the lead of the largest share; None where there is but one label."""
    first, second = largest(shares)
    if first == second:
        return None
    return Lead(
        first=labels[first],
        second=labels[second],
        difference=float(shares[first] - shares[second]),
        low=found.lead[0],
        high=found.lead[1],
    )


def _clustered(unit: str, influence: Floats, weights: Floats, numbers: Ints) -> Clustered:
    names, places = grouped(numbers)
    spread = covariance(summed(influence, places, len(names)), len(names))
    return Clustered(unit, spread, np.bincount(places, weights=weights).astype(np.float64))
