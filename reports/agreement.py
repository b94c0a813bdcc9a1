"""How far people agree who label the same posts."""

from __future__ import annotations

from collections import Counter, defaultdict
from itertools import combinations
from typing import TYPE_CHECKING

from reports.hand_labels import Agreement

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from corpus.annotation import Annotation


def agreement(annotations: Iterable[Annotation]) -> tuple[Agreement, ...]:
    """Measure the agreement on each question that at least two people answered for the same post."""
    answers: defaultdict[str, defaultdict[int, dict[str, str]]] = defaultdict(lambda: defaultdict(dict))
    for item in annotations:
        for question, label in _answers(item):
            answers[question][item.key][item.annotator] = label
    measured = (_measured(question, [*posts.values()]) for question, posts in answers.items())
    return tuple(found for found in measured if found)


def cohen(pairs: Iterable[tuple[str, str]] | Mapping[tuple[str, str], int]) -> float | None:
    """Compute Cohen's kappa (1960) of pairs of answers, or of their counts; None where all are one and the same."""
    counts, first, second = Counter(pairs), Counter[str](), Counter[str]()
    for (one, other), n in counts.items():
        first[one] += n
        second[other] += n
    total = counts.total()
    equal = sum(n for (one, other), n in counts.items() if one == other) / total
    chance = sum(first[label] * second[label] for label in first) / total**2
    return (equal - chance) / (1 - chance) if chance < 1 else None


def krippendorff(units: Iterable[Sequence[str]]) -> float | None:
    """Compute Krippendorff's alpha for names, of any number of people who each label what they like (2011)."""
    weights: Counter[str] = Counter()
    disagreed = 0.0
    for labels in units:
        if len(labels) < 2:
            continue
        counts = Counter(labels)
        weights.update(counts)
        same = sum(n * (n - 1) for n in counts.values())
        disagreed += (len(labels) * (len(labels) - 1) - same) / (len(labels) - 1)
    total = weights.total()
    expected = total * total - sum(n * n for n in weights.values())
    return 1 - (total - 1) * disagreed / expected if expected else None


def _answers(item: Annotation) -> Iterator[tuple[str, str]]:
    if item.camp is not None:
        yield "camp", item.camp
    yield from item.stances.items()
    if item.sentiment is not None:
        yield "sentiment", item.sentiment


def _measured(question: str, posts: Sequence[Mapping[str, str]]) -> Agreement | None:
    shared = [labels for labels in posts if len(labels) > 1]
    if not shared:
        return None
    pairs: defaultdict[tuple[str, str], list[tuple[str, str]]] = defaultdict(list)
    for labels in shared:
        for one, other in combinations(sorted(labels), 2):
            pairs[one, other].append((labels[one], labels[other]))
    kappas = [(kappa, len(pair)) for pair in pairs.values() if (kappa := cohen(pair)) is not None]
    total = sum(len(pair) for pair in pairs.values())
    return Agreement(
        question=question,
        posts=len(shared),
        equal=sum(one == other for pair in pairs.values() for one, other in pair) / total,
        kappa=sum(kappa * n for kappa, n in kappas) / sum(n for _, n in kappas) if kappas else None,
        alpha=krippendorff([[*labels.values()] for labels in shared]),
    )
