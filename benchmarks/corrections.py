"""Which correction of shares covers what is true, and how wide its intervals are, where hand labels came in which way.

    python benchmarks/corrections.py [--runs 2000] [--seed 1]

Made-up threads lean their own way; the model favours the first of three labels. Each line is one situation and one
way to get shares: how often the 95% intervals cover, for the worst label, and how wide they are in the mean, in points.
"""

from __future__ import annotations

import argparse
from collections import defaultdict
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from reports.confusion import adjusted, rates
from reports.correction import Hand, corrected
from reports.prevalence import Sampling, distribution

if TYPE_CHECKING:
    from collections.abc import Iterator

    from numpy.typing import NDArray

    from reports.estimates import Corrected, Distribution

    Ints = NDArray[np.int64]
    Floats = NDArray[np.float64]

LABELS = ("a", "b", "c")
EVERYWHERE, COMMUNITY = np.array([0.5, 0.2, 0.3]), np.array([0.25, 0.5, 0.25])
MISTAKES = np.array([[0.8, 0.05, 0.15], [0.25, 0.6, 0.15], [0.1, 0.02, 0.88]])  # P(said | true), a row each
OTHER = np.array([[0.8, 0.05, 0.15], [0.4, 0.45, 0.15], [0.1, 0.02, 0.88]])  # misses more of the second label
THREADS, SIZE, ALIKE = 150, 8, 6
HAND = 150


class Posts(NamedTuple):
    """What people would say of posts, what the model says, and their threads."""

    truth: Ints
    said: Ints
    threads: Ints


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--runs", type=int, default=2_000)
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    print("| hand labels | shares | covered | width | given in |\n|---|---|--:|--:|--:|")
    for name, situation in SITUATIONS.items():
        random = np.random.default_rng(options.seed)
        intervals: defaultdict[str, list[tuple[bool, float]]] = defaultdict(list)
        for _ in range(options.runs):
            for method, found, target in situation(random):
                if found is not None:
                    low, high = np.array([(share.low, share.high) for share in found.shares]).T
                    intervals[method].append(((low <= target) & (target <= high), high - low))
        for method, rows in intervals.items():
            covered, widths = (np.mean(column, axis=0) for column in zip(*rows, strict=True))
            given = len(rows) / options.runs
            print(f"| {name} | {method} | {covered.min():.1%} | {100 * widths.mean():.0f} | {given:.0%} |")


def posts(random: np.random.Generator, shares: Floats, mistakes: Floats = MISTAKES, threads: int = THREADS) -> Posts:
    """Make posts up."""
    numbers = np.repeat(np.arange(threads), random.geometric(1 / SIZE, size=threads))
    leanings = random.dirichlet(ALIKE * shares, size=threads)[numbers]
    truth = (random.random((len(numbers), 1)) > leanings.cumsum(axis=1)[:, :2]).sum(axis=1)
    said = (random.random((len(numbers), 1)) > mistakes.cumsum(axis=1)[truth][:, :2]).sum(axis=1)
    return Posts(truth, said, numbers)


def at_random(random: np.random.Generator) -> Iterator[tuple[str, Distribution | Corrected | None, Floats]]:
    """Label a random sample."""
    made = posts(random, EVERYWHERE)
    hand = labelled(made, random.choice(len(made.truth), HAND, replace=False))
    yield "as the model says", raw(made), EVERYWHERE
    yield "PPI++", sampled(made, hand), EVERYWHERE
    yield "confusion matrix", inverted(made, hand, np.arange(len(made.truth))), EVERYWHERE


def by_truth(random: np.random.Generator) -> Iterator[tuple[str, Distribution | Corrected | None, Floats]]:
    """Label more of the posts that truly say one thing: they are sought for it."""
    made = posts(random, EVERYWHERE)
    chances = np.array([1, 3, 0.5])[made.truth]
    hand = labelled(made, random.choice(len(made.truth), HAND, replace=False, p=chances / chances.sum()))
    yield "as the model says", raw(made), EVERYWHERE
    yield "PPI++, as if drawn at random", sampled(made, hand), EVERYWHERE
    yield "confusion matrix", inverted(made, hand, np.arange(len(made.truth))), EVERYWHERE


def by_model(random: np.random.Generator) -> Iterator[tuple[str, Distribution | Corrected | None, Floats]]:
    """Label as many posts of each label that the model gives."""
    made = posts(random, EVERYWHERE)
    own = [np.flatnonzero(made.said == code) for code in range(len(LABELS))]
    places = np.concatenate([random.choice(each, HAND // len(LABELS), replace=False) for each in own])
    hand = labelled(made, places)
    weights = np.repeat([len(each) for each in own], HAND // len(LABELS)).astype(float)
    yield "as the model says", raw(made), EVERYWHERE
    yield "confusion matrix", inverted(made, hand, np.arange(len(made.truth))), EVERYWHERE
    yield "PPI++ with the chances", sampled(made, hand._replace(weights=weights)), EVERYWHERE


def elsewhere(
    random: np.random.Generator, mistakes: Floats = MISTAKES, number: int = HAND
) -> Iterator[tuple[str, Distribution | Corrected | None, Floats]]:
    """Look at one community, of which few posts are in a random sample of all."""
    most, few = posts(random, EVERYWHERE), posts(random, COMMUNITY, mistakes, threads=40)
    made = Posts(*(np.concatenate(pair) for pair in zip(most, few, strict=True)))
    made.threads[len(most.truth) :] += THREADS
    hand = labelled(made, random.choice(len(made.truth), number, replace=False))
    community = np.arange(len(most.truth), len(made.truth))
    is_own = np.isin(hand.places, community)
    own = Hand(hand.places[is_own] - len(most.truth), hand.truth[is_own], hand.weights[is_own])
    yield "as the model says", raw(few), COMMUNITY
    yield "PPI++ on its own hand labels", sampled(few, own), COMMUNITY
    yield "confusion matrix of all", inverted(made, hand, community), COMMUNITY


SITUATIONS = {
    f"{HAND} drawn at random": at_random,
    f"{HAND} sought for what they say": by_truth,
    f"{HAND} chosen by the model's label": by_model,
    f"{HAND} at random, a fifth of them here": elsewhere,
    f"{2 * HAND} at random, a fifth of them here": lambda random: elsewhere(random, number=2 * HAND),
    f"{HAND} at random, other mistakes here": lambda random: elsewhere(random, OTHER),
}


def labelled(made: Posts, places: Ints) -> Hand:
    """Label some posts by hand."""
    return Hand(places, np.eye(len(LABELS))[made.truth[places]], np.ones(len(places)))


def raw(made: Posts) -> Distribution | None:
    """Take the shares as the model says."""
    authors = np.arange(len(made.said))
    return distribution(LABELS, codes=made.said, threads=made.threads, authors=authors, sampling=Sampling())


def sampled(made: Posts, hand: Hand) -> Corrected | None:
    """Correct by prediction-powered inference."""
    return corrected(LABELS, codes=made.said, hand=hand, threads=made.threads, authors=np.arange(len(made.said)))


def inverted(made: Posts, hand: Hand, chosen: Ints) -> Corrected | None:
    """Correct by the confusion matrix."""
    authors, found = np.arange(len(made.said)), rates(made.said, hand)
    return adjusted(LABELS, codes=made.said, chosen=chosen, found=found, threads=made.threads, authors=authors)


if __name__ == "__main__":
    main()
