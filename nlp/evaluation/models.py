"""Models of every kind as functions from examples to answers."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from corpus.labels import NEUTRAL, STANCES
from corpus.post import Post
from corpus.reading import Reading
from nlp.classifiers import ClassifierLabeller
from nlp.mentions import Mentions
from nlp.predict import predict_examples
from nlp.recipe import clean

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    import torch

    from corpus.labels import Labels, Target
    from nlp.checkpoint import Checkpoint
    from nlp.classifiers import Classifier, ClassifierSettings
    from nlp.evaluation.questions import Array, Predict
    from nlp.training.example import Example

    Part = tuple[ClassifierSettings, Classifier]


@dataclass(frozen=True, slots=True, kw_only=True)
class ClassifierAnswer:
    """What classifiers say of one example."""

    camp: Array | None = None
    stance: Array | None = None
    sentiment: Array | None = None
    reasons: Array | None = None
    left: Array | None = None
    joined: Array | None = None


def own(checkpoint: Checkpoint, device: torch.device) -> Predict:
    """Ask a checkpoint. It answers every time: what a labeller would abstain from is judged here too."""
    return lambda examples: predict_examples(checkpoint, examples, device)


def classifiers(sentiment: Part | None, stance: Part | None) -> Predict:
    """Ask a sentiment classifier, a stance classifier, or both."""

    def predict(examples: Sequence[Example]) -> list[ClassifierAnswer]:
        tones: Sequence[Array | None] = [None] * len(examples)
        if sentiment:
            tones = list(sentiment[1].probabilities([(_clean(example), None) for example in examples]))
        held = dict(_stances(stance, examples)) if stance else {}
        return [
            ClassifierAnswer(sentiment=tone, camp=held[n][0], stance=held[n][1])
            if stance
            else ClassifierAnswer(sentiment=tone)
            for n, tone in enumerate(tones)
        ]

    return predict


def _clean(example: Example) -> str:
    mentions = Mentions(example.targets)
    return clean(example.text, keep_handle=lambda handle: bool(mentions.find(handle)))


def _stances(stance: Part, examples: Sequence[Example]) -> Iterator[tuple[int, tuple[Array, Array]]]:
    """Label the examples as posts, those with the same targets together: number, camp [T + 1], stance [T, 3]."""
    groups: dict[tuple[Target, ...], list[int]] = {}
    for n, example in enumerate(examples):
        groups.setdefault(example.targets, []).append(n)
    for targets, numbers in groups.items():
        labeller = ClassifierLabeller(targets, sentiment=None, stance=stance)
        for n, labels in zip(numbers, labeller.label([_reading(n, examples[n]) for n in numbers]), strict=True):
            yield n, _held(labels, targets)


def _reading(n: int, example: Example) -> Reading:
    post = Post(platform=example.platform or "", id=example.id, conversation_id=example.group, text=example.text)
    return Reading(key=n, post=post, parent=example.context)


def _held(labels: Labels, targets: Sequence[Target]) -> tuple[Array, Array]:
    """Take probabilities from labels; where the labeller abstained, no side is taken."""
    names = [target.name for target in targets]
    if labels.abstained:
        return np.eye(len(names) + 1)[-1], np.tile(np.eye(3)[STANCES.index("none")], (len(names), 1))
    camp = np.array([labels.camp[name] for name in (*names, NEUTRAL)])
    stances = [labels.stances[name] for name in names]
    return camp, np.array([[stance.against, stance.none, stance.favor] for stance in stances])
