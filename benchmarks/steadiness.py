"""Whether answers depend on batch mates, order or threads: 10,000 texts in order, shuffled, and one batch at a time.

    python benchmarks/steadiness.py --data FOLDER [--texts 10000] [--precision auto]

FOLDER holds the labelled corpora of others; texts are the tweets of SemEval's test split and the written posts.
"""

from __future__ import annotations

import argparse
import random
from importlib.resources import files
from pathlib import Path
from typing import TYPE_CHECKING

import torch

from corpus.frameworks import FRAMEWORKS
from corpus.post import Post
from corpus.reading import Reading
from nlp.checkpoint import in_precision, load
from nlp.device import choose_precision
from nlp.labeller import StanceLabeller
from nlp.paging import label_pages
from nlp.predict import Predictor
from nlp.training.sources import load_sources

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from corpus.labels import Labels

CPU = torch.device("cpu")


def main() -> None:
    """Print how far answers differ, and how many labels."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--written", type=Path, default=Path("data/written"))
    parser.add_argument("--texts", type=int, default=10_000)
    parser.add_argument("--precision", default="auto")
    arguments = parser.parse_args()
    kind = choose_precision(arguments.precision, CPU)
    opened = in_precision(load(Path(str(files("nlp") / "builtin"))), kind)
    labeller, alone = (
        StanceLabeller(
            Predictor(opened, FRAMEWORKS, CPU, fill=True, workers=workers),
            name=opened.name,
            revision=opened.revision,
            languages=(),
        )
        for workers in (torch.get_num_threads(), 1)
    )
    given = readings(arguments.data, arguments.written, arguments.texts)
    first = read(labeller, given)
    mixed = random.Random(2).sample(given, len(given))
    print(f"{len(first):,} texts, {kind}")
    for what, again in (
        ("the same again", read(labeller, given)),
        ("shuffled", read(labeller, mixed)),
        ("one batch at a time, pages of 100", read(alone, given, workers=1, page=100)),
    ):
        widest, labels = compared(first, again)
        print(f"  {what}: probabilities differ by at most {widest:.4f}, labels of {labels:,} texts")


def readings(data: Path, written: Path, count: int) -> list[Reading]:
    """Take written posts with what they answer, and tweets."""
    sources = load_sources(data, written)
    examples = [*sources.train["written"], *sources.test["semeval"]]
    return [
        Reading(key=n, post=Post(platform="forum", id=str(n), conversation_id=str(n), text=e.text), parent=e.context)
        for n, e in enumerate(random.Random(1).sample(examples, min(count, len(examples))))
    ]


def read(labeller: StanceLabeller, given: Sequence[Reading], **how: int) -> dict[int, Labels]:
    """Label all texts: labels by key."""
    pages = label_pages(labeller, given, **how)
    return {reading.key: labels for page, made in pages for reading, labels in zip(page, made, strict=True)}


def compared(first: dict[int, Labels], again: dict[int, Labels]) -> tuple[float, int]:
    """Give the widest difference of a probability, and the number of texts with another label."""
    widest, changed = 0.0, 0
    for key, labels in first.items():
        pairs = list(zip(numbers(labels), numbers(again[key]), strict=True))
        widest = max([widest, *(abs(one - other) for one, other in pairs)])
        changed += names(labels) != names(again[key])
    return widest, changed


def numbers(labels: Labels) -> Iterator[float]:
    """List the probabilities of camp, sentiment and stances."""
    yield from labels.camp.values()
    yield from labels.sentiment.values()
    for stance in labels.stances.values():
        yield from (stance.against, stance.none, stance.favor)


def names(labels: Labels) -> tuple[object, ...]:
    """List the labels that a report counts."""
    if labels.abstained:
        return (labels.abstained,)
    stances = tuple(stance.stance for stance in labels.stances.values())
    return (labels.camp_label, labels.sentiment_label, stances, tuple(labels.reasons), labels.switched_to)


if __name__ == "__main__":
    main()
