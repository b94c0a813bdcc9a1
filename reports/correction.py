"""Shares corrected for the model's own mistakes, from posts that people labelled.

Prediction-powered inference for the mean, its weight tuned (PPI++: Angelopoulos, Duchi and Zrnic 2023,
https://arxiv.org/abs/2311.01453): the share that the model finds in all posts, times lambda, plus what it misses in
the hand-labelled ones. These are drawn from the same posts, so weights are the inverse of the probability with which
each was drawn, and both parts of the error are added up by thread or author before they are squared. One lambda serves
all labels, so that the shares add up to one; where one falls below zero, the nearest that do not are given.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from reports.estimates import METHODS, Corrected
from reports.grouping import different, grouped
from reports.linear import Estimate, among, covariance, interval, labelled, larger, leading, simplex, summed
from reports.prevalence import kish, known

if TYPE_CHECKING:
    from collections.abc import Sequence

    from reports.prevalence import Floats, Ints

MIN_LABELS = 30  # hand labels, for a correction
FEW_LABELS = 100  # below which the correction is worth more than its interval
UNSEEN = 2.0  # mistakes that may be there though none was met: about the rule of three


class Hand(NamedTuple):
    """Posts labelled by hand: their places among all posts, what people say ([labelled, labels]), and weights."""

    places: Ints
    truth: Floats
    weights: Floats


def corrected(
    labels: Sequence[str], *, codes: Ints, hand: Hand, threads: Ints, authors: Ints, sides: int | None = None
) -> Corrected | None:
    """Correct the shares of some posts, of which those of `hand` are a random sample; None where that is too small.

    Too small is one by fewer than MIN_CLUSTERS authors, too, by Kish's effective number. `codes` are what the model
    says. With `sides`, the shares are those of the first labels among themselves.
    """
    if len(hand.places) < MIN_LABELS:
        return None
    best = larger(*(_estimate(codes, hand, numbers, len(labels)) for numbers in (authors, threads)))
    if best is None:
        return None
    estimate, shown = best.estimate, list(labels)
    total = 1.0
    if sides is not None:
        total = float(estimate.shares[:sides].sum())
        if total <= 0:
            return None
        estimate, shown = among(estimate, sides), shown[:sides]
    spread = covariance(estimate.influence, best.clusters)
    effective = float(hand.weights.sum() ** 2 / (hand.weights**2).sum())
    unseen = np.maximum(UNSEEN / effective**2 - best.residual[: len(shown)], 0) / total**2
    spread = spread + np.diag(unseen)
    found = interval(estimate.shares, spread, least=effective * total, freedom=best.freedom)
    means = hand.truth[:, : len(shown)]
    return Corrected(
        method=METHODS[0],
        labelled=len(hand.places),
        effective=effective,
        tuning=best.tuning,
        agreement=float(np.average(hand.truth[np.arange(len(hand.places)), codes[hand.places]], weights=hand.weights)),
        shares=labelled(
            shown,
            estimate.shares,
            found,
            counts=np.rint(means.sum(axis=0)).astype(np.int64),
            people=[known(authors[hand.places[means[:, code] > 0]]) for code in range(len(shown))],
        ),
        lead=leading(shown, estimate.shares, found),
    )


class _Option(NamedTuple):
    estimate: Estimate
    tuning: float
    clusters: int  # with labelled posts
    voices: float
    freedom: int  # of as many clusters of one size, less the mean and lambda
    residual: Floats

    @property
    def variance(self) -> float:
        return self.estimate.variance


def _estimate(codes: Ints, hand: Hand, numbers: Ints, labels: int) -> _Option:
    """Estimate with posts clustered in one way."""
    names, places = grouped(numbers)
    counts = np.bincount(places * labels + codes, minlength=len(names) * labels).reshape(len(names), labels)
    means = counts.sum(axis=0) / len(codes)
    weights = (hand.weights / hand.weights.sum())[:, None]
    said = np.eye(labels)[codes[hand.places]]
    true_mean, said_mean = (weights * hand.truth).sum(axis=0), (weights * said).sum(axis=0)
    own = places[hand.places]
    truth = summed(weights * (hand.truth - true_mean), own, len(names))
    model = (counts - counts.sum(axis=1, keepdims=True) * means) / len(codes)
    model = model - summed(weights * (said - said_mean), own, len(names))
    power = float((model**2).sum())
    tuning = float(np.clip(-(truth * model).sum() / power, 0, 1)) if power > 0 else 0.0
    left = hand.truth - true_mean - tuning * (said - said_mean)
    voices = kish(np.bincount(own, weights=hand.weights)[:, None])
    return _Option(
        Estimate(simplex(true_mean + tuning * (means - said_mean)), truth + tuning * model),
        tuning,
        different(own),
        min(voices, kish(counts)),
        round(voices) - 2,
        ((weights * left) ** 2).sum(axis=0),
    )
