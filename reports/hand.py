"""What people say of the posts, set beside what the model says: for corrections, and for how many labels they take."""

from __future__ import annotations

from collections import Counter, defaultdict
from math import ceil
from typing import TYPE_CHECKING

import numpy as np

from corpus.labels import SENTIMENTS, STANCES
from reports.agreement import agreement
from reports.confusion import confusion, rates
from reports.correction import MIN_LABELS, Hand
from reports.counting import Truth
from reports.grouping import different, grouped
from reports.hand_labels import HandLabels
from reports.outgrown import outgrown
from reports.prevalence import Z, kish

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

    from corpus.annotation import Annotation
    from reports.estimates import Cell
    from reports.hand_labels import Confusion
    from reports.prevalence import Floats
    from reports.votes import Votes

FIVE_POINTS = 0.05
CENSUS = "all judged posts"


def gathered(
    annotations: Iterable[Annotation], votes: Votes, camps: Sequence[str]
) -> tuple[HandLabels | None, Truth | None]:
    """Find the annotations of judged posts, and what those say that corrections rest on; None where there are none.

    Those are the posts drawn at random from what is judged now, or, where they are too few, all. Where people labelled
    every judged post, it makes no difference how they came to them.
    """
    by_post: defaultdict[int, list[Annotation]] = defaultdict(list)
    for item in annotations:
        by_post[item.key].append(item)
    places = np.searchsorted(votes.keys, np.array(sorted(by_post), dtype=np.int64))
    places = places[places < len(votes)]
    judged = [int(place) for place in places if int(votes.keys[place]) in by_post]
    if not judged:
        return None, None
    found = {place: by_post[int(votes.keys[place])] for place in judged}
    draws = {key: how for key, items in by_post.items() if (how := _drawn(items))}
    gone = outgrown(draws, votes.keys)
    is_drawn = {key for key, (_, design) in draws.items() if design not in gone}
    drawn = {place: items for place, items in found.items() if int(votes.keys[place]) in is_drawn}
    is_census = len(found) == len(votes) and len(drawn) < len(found)
    if is_census:
        truth = _truth(found, np.ones(len(found)), votes, camps, is_sample=True)
    elif len(drawn) < min(MIN_LABELS, len(found)):
        truth = _truth(found, np.ones(len(found)), votes, camps, is_sample=False)
    else:
        truth = _truth(drawn, _weights(list(drawn.values())), votes, camps, is_sample=True)
    authors = votes.authors[truth.places]
    everyone = [item for items in found.values() for item in items]
    hand = HandLabels(
        drawn=len(found) if is_census else len(drawn),
        others=0 if is_census else len(found) - len(drawn),
        annotators=len({item.annotator for item in everyone}),
        designs=(CENSUS,) if is_census else tuple(sorted({how[1] for how in map(_drawn, drawn.values()) if how})),
        outgrown=() if is_census else tuple(sorted(gone)),
        agreement=agreement(everyone),
        is_sample=truth.is_sample,
        authors=different(authors),
        voices=kish(np.bincount(grouped(authors)[1], weights=truth.weights)[:, None]),
        confusions=tuple(_confusions(truth, votes, camps)),
    )
    return hand, truth


def _confusions(truth: Truth, votes: Votes, camps: Sequence[str]) -> Iterator[Confusion]:
    stances = [(name, STANCES, codes, truth.stances[name]) for name, codes in votes.stances.items()]
    asked = [
        ("camp", camps, votes.camps, truth.camps),
        *stances,
        ("sentiment", SENTIMENTS, votes.sentiments, truth.sentiments),
    ]
    for question, labels, codes, shares in asked:
        found = rates(codes, Hand(truth.places, shares, truth.weights))
        if len(found.said):
            yield confusion(question, labels, found)


def labels_for_five(overall: Cell, doubt: float) -> int | None:
    """Estimate how many hand labels bring what the model's mistakes add to the leading share to within five points.

    That share is of the posts that take a side. `doubt` is how often the model expects to be wrong, averaged over
    posts; a model that knows nothing takes as many labels as a plain sample, and there are no more than posts. None
    where no post takes a side, or fewer are judged than a correction needs.
    """
    if overall.sides is None or overall.camps.posts < MIN_LABELS:
        return None
    leading = max(share.share for share in overall.sides.shares)
    siding = overall.sides.posts / overall.camps.posts
    plain = max(leading * (1 - leading), 0.01) / siding
    asked = min(doubt / siding**2, plain) * (Z / FIVE_POINTS) ** 2
    return max(ceil(asked / (1 + asked / overall.camps.posts)), MIN_LABELS)


def _drawn(items: Sequence[Annotation]) -> tuple[float, str] | None:
    drawn = next((item for item in items if item.probability is not None), None)
    return None if drawn is None or drawn.probability is None else (drawn.probability, drawn.design or "a random draw")


def _weights(posts: Sequence[Sequence[Annotation]]) -> Floats:
    """Weigh each post by the inverse of its probability, and each draw by the posts that it gave."""
    draws = [found for items in posts if (found := _drawn(items))]
    totals: defaultdict[str, float] = defaultdict(float)
    sizes = Counter(design for _, design in draws)
    for probability, design in draws:
        totals[design] += 1 / probability
    return np.array([sizes[design] / probability / totals[design] for probability, design in draws])


def _truth(
    found: Mapping[int, Sequence[Annotation]], weights: Floats, votes: Votes, camps: Sequence[str], *, is_sample: bool
) -> Truth:
    posts = list(found.values())
    return Truth(
        is_sample=is_sample,
        places=np.array(list(found), dtype=np.int64),
        weights=weights,
        camps=_shares(posts, camps, lambda item: item.camp),
        sentiments=_shares(posts, SENTIMENTS, lambda item: item.sentiment),
        stances={name: _shares(posts, STANCES, _stance(name)) for name in votes.stances},
    )


def _stance(target: str) -> Callable[[Annotation], str | None]:
    return lambda item: item.stances.get(target)


def _shares(
    posts: Sequence[Sequence[Annotation]], labels: Sequence[str], read: Callable[[Annotation], str | None]
) -> Floats:
    """Share out each post's one vote among what its annotators say ([posts, labels]); NaN where nobody does."""
    codes = {label: code for code, label in enumerate(labels)}
    shares = np.zeros((len(posts), len(labels)))
    for place, items in enumerate(posts):
        said = [codes[label] for item in items if (label := read(item)) in codes]
        shares[place] = np.bincount(said, minlength=len(labels)) / len(said) if said else np.nan
    return shares
