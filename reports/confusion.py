"""Shares corrected by the confusion matrix, where posts have too few hand labels drawn from among themselves.

If the model takes one label for another as often in these posts as in the hand-labelled ones (prior probability shift,
or label shift), what it says of them is the matrix of P(said | true) times the shares that people would find, and those
come back by its inverse: Rogan and Gladen 1978 (https://doi.org/10.1093/oxfordjournals.aje.a112510) for two labels,
Buonaccorsi 2010 for more ("Measurement Error", chapter 3), "adjusted classify and count" in Forman 2008
(https://doi.org/10.1007/s10618-008-0097-y). The inverse may leave the simplex; the nearest shares in it are given.

The error of the matrix and that of the posts are linearised and added up by thread or author before they are squared
(the delta method), so that posts in both count once. What was never seen may happen all the same: variances of rates
are at least those with Jeffreys' prior. Intervals are of Student's t and cut to 0 and 1; Wilson's would not do, as the
variance does not vanish with the share.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from reports.correction import MIN_LABELS, Hand
from reports.estimates import METHODS, Corrected
from reports.grouping import different, grouped
from reports.hand_labels import Confusion
from reports.linear import Estimate, among, labelled, larger, leading, simplex, summed
from reports.prevalence import MIN_CLUSTERS, Interval, kish, known, largest, student, wilson

if TYPE_CHECKING:
    from collections.abc import Sequence

    from reports.prevalence import Floats, Ints

EACH = 3  # hand labels of each label, for its column of the matrix
WORST = 10.0  # condition number: beyond it, small errors of the matrix are large errors of the shares
OWN = 10  # hand labels of the posts themselves, to tell whether they fit the matrix
MISFIT = 3.0  # standard errors
TOLD = 3.0  # standard errors that the posts taking a side are away from none
JEFFREYS = 0.5


class Rates(NamedTuple):
    """How often the model says each label of posts with each true one.

    `hand` are the posts that tell, by their places among all posts, and `said` is what the model says of them.
    `matrix` [said, true] and `posts`, the effective number of hand labels ([true]), are of the labels in `used`: those
    that people or model give at all.
    """

    hand: Hand
    said: Ints
    used: Ints
    matrix: Floats
    posts: Floats

    @property
    def condition(self) -> float | None:
        """The condition number of the matrix (spectral norm), None where it is infinite."""
        found = float(np.linalg.cond(self.matrix)) if self.posts.all() else np.inf
        return found if found < 1 / np.finfo(float).eps else None

    @property
    def problem(self) -> str | None:
        """Why the matrix cannot be undone, None where it can."""
        if len(self.said) < MIN_LABELS or (self.posts < EACH).any():
            return "few labels"
        return None if (self.condition or np.inf) <= WORST else "ill-conditioned"


def rates(codes: Ints, hand: Hand) -> Rates:
    """Estimate the confusion matrix from what the model says of all posts (below zero: nothing) and hand labels."""
    usable = (codes[hand.places] >= 0) & ~np.isnan(hand.truth[:, 0])
    hand = Hand(hand.places[usable], hand.truth[usable], hand.weights[usable])
    said, weighted = codes[hand.places], hand.weights[:, None] * hand.truth
    used = np.union1d(said, np.flatnonzero(weighted.sum(axis=0)))
    weighted = weighted[:, used]
    totals, squares = weighted.sum(axis=0), (weighted**2).sum(axis=0)
    counts = np.eye(hand.truth.shape[1])[said][:, used].T @ weighted
    matrix = np.divide(counts, totals, out=np.zeros_like(counts), where=totals > 0)
    return Rates(hand, said, used, matrix, np.divide(totals**2, squares, out=np.zeros_like(totals), where=squares > 0))


def confusion(question: str, labels: Sequence[str], found: Rates) -> Confusion:
    """Name the matrix for a report."""
    return Confusion(
        question=question,
        labels=tuple(labels[code] for code in found.used),
        posts=tuple(map(float, found.posts)),
        rates=tuple(tuple(map(float, column)) for column in found.matrix.T),
        condition=found.condition,
        problem=found.problem,
    )


def adjusted(
    labels: Sequence[str],
    *,
    codes: Ints,
    chosen: Ints,
    found: Rates,
    threads: Ints,
    authors: Ints,
    sides: int | None = None,
) -> Corrected | None:
    """Correct the shares of the chosen posts; None where the matrix cannot be undone, or does not fit them.

    Nor are they corrected where they, or the hand-labelled posts, come from fewer than MIN_CLUSTERS authors. `codes`,
    `threads` and `authors` are of all posts, `chosen` are places among them where the model says a label. With `sides`,
    the shares are those of the first labels among themselves.
    """
    is_enough = len(chosen) >= MIN_LABELS and not found.problem
    if not is_enough or not np.isin(codes[chosen], found.used).all() or _misfits(found, chosen):
        return None
    own, hand = codes[chosen], found.hand
    best = larger(*(_estimate(own, numbers[chosen], numbers[hand.places], found) for numbers in (authors, threads)))
    if best is None:
        return None
    estimate, shown, total = best.estimate, list(labels), 1.0
    if sides is not None:
        total = float(estimate.shares[:sides].sum())
        if total <= TOLD * np.linalg.norm(estimate.influence[:, :sides].sum(axis=1)):
            return None
        estimate, shown = among(estimate, sides), shown[:sides]
    effective = kish(hand.weights[:, None])
    interval = _interval(estimate, best.freedom, min(effective, len(chosen)) * total)
    means = hand.truth[:, : len(shown)]
    return Corrected(
        method=METHODS[1],
        labelled=len(hand.places),
        effective=effective,
        tuning=None,
        agreement=float(np.average(hand.truth[np.arange(len(found.said)), found.said], weights=hand.weights)),
        shares=labelled(
            shown,
            estimate.shares,
            interval,
            counts=np.rint(means.sum(axis=0)).astype(np.int64),
            people=[known(authors[hand.places[means[:, code] > 0]]) for code in range(len(shown))],
        ),
        lead=leading(shown, estimate.shares, interval),
    )


class _Option(NamedTuple):
    estimate: Estimate
    clusters: int  # of the posts, or of the hand-labelled ones where these are fewer
    voices: float
    freedom: int

    @property
    def variance(self) -> float:
        return self.estimate.variance


def _misfits(found: Rates, chosen: Ints) -> bool:
    """Say whether the hand labels of the chosen posts themselves contradict the matrix: a score test of each label."""
    own = np.isin(found.hand.places, chosen)
    if own.sum() < OWN:
        return False
    weights = found.hand.weights[own, None] / found.hand.weights[own].mean()
    expected = found.hand.truth[own][:, found.used] @ found.matrix.T
    score = (weights * ((found.said[own, None] == found.used) - expected)).sum(axis=0)
    variance = (weights**2 * expected * (1 - expected)).sum(axis=0) + 1  # one more, as counts are whole
    return bool((abs(score) > MISFIT * np.sqrt(variance)).any())


def _estimate(codes: Ints, own: Ints, theirs: Ints, found: Rates) -> _Option:
    """Estimate with posts clustered in one way: the numbers of the posts' clusters and of the hand-labelled ones'."""
    names, places = grouped(np.concatenate([own, theirs]))
    own, theirs = places[: len(codes)], places[len(codes) :]
    hand, count, size = found.hand, len(names), found.hand.truth.shape[1]
    counts = np.bincount(own * size + codes, minlength=count * size).reshape(count, size)[:, found.used]
    inverse = np.linalg.inv(found.matrix)
    said = counts.sum(axis=0) / len(codes)
    shares = simplex(inverse @ said)
    weighted = hand.weights[:, None] * hand.truth[:, found.used]
    part = weighted / weighted.sum(axis=0) * shares * np.sqrt(found.posts / (found.posts - 1))
    mistaken = (found.said[:, None] == found.used) * part.sum(axis=1, keepdims=True) - part @ found.matrix.T
    influence = (counts - counts.sum(axis=1, keepdims=True) * said) / len(codes) - summed(mistaken, theirs, count)
    unseen = _unseen(said, len(codes)) + (_unseen(found.matrix, found.posts) * shares**2).sum(axis=1)
    influence = np.vstack([influence * np.sqrt(count / max(count - 1, 1)), np.diag(np.sqrt(unseen))]) @ inverse.T
    everything, whole = np.zeros(size), np.zeros((len(influence), size))
    everything[found.used], whole[:, found.used] = shares, influence
    labelled_by, written_by = kish(_sizes(theirs, hand.weights)), kish(_sizes(own))
    return _Option(
        Estimate(everything, whole),
        min(different(own), different(theirs)),
        min(labelled_by, written_by),
        round(min(labelled_by - len(shares), written_by - 1)),
    )


def _sizes(numbers: Ints, weights: Floats | None = None) -> Floats:
    sizes: Floats = np.bincount(numbers, weights=weights).astype(np.float64)[:, None]
    return sizes


def _unseen(shares: Floats, posts: Floats | int) -> Floats:
    """Compute how much more a share of so many posts varies than it seems to, going by Jeffreys' prior."""
    smooth = (shares * posts + JEFFREYS) / (posts + JEFFREYS * len(shares))
    more: Floats = np.maximum(smooth * (1 - smooth) - shares * (1 - shares), 0) / posts
    return more


def _interval(estimate: Estimate, freedom: int, least: float) -> Interval:
    """Give Student's interval of each share, cut to 0 and 1; `least` posts stand behind labels that nobody gives."""
    quantile = student(max(freedom, MIN_CLUSTERS - 1))
    shares, influence = estimate
    half = quantile * np.linalg.norm(influence, axis=0)
    nobody = wilson(shares, np.full(len(shares), least), quantile)
    low, high = np.where(half > 0, (shares - half, shares + half), nobody[:2])
    first, second = largest(shares)
    gap = float(shares[first] - shares[second])
    reach = quantile * float(np.linalg.norm(influence[:, first] - influence[:, second]))
    return Interval(np.clip(low, 0, 1), np.clip(high, 0, 1), (max(gap - reach, -1.0), min(gap + reach, 1.0)))
