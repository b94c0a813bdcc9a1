"""Models of every kind as functions from examples to answers."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from corpus.labels import SENTIMENTS
from nlp.classifiers import ClassifierLabeller
from nlp.predict import predict_examples

if TYPE_CHECKING:
    from collections.abc import Sequence

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
    """Ask a sentiment classifier, a stance classifier, or both; they too answer every time."""

    def predict(examples: Sequence[Example]) -> list[ClassifierAnswer]:
        groups: dict[tuple[Target, ...], list[int]] = {}
        for n, example in enumerate(examples):
            groups.setdefault(example.targets, []).append(n)
        found: dict[int, Labels] = {}
        for targets, numbers in groups.items():
            labeller = ClassifierLabeller(targets, sentiment=sentiment, stance=stance)
            found.update(zip(numbers, labeller.judge([examples[n].text for n in numbers]), strict=True))
        return [
            ClassifierAnswer(**(_tone(found[n]) if sentiment else {}), **(_sides(found[n]) if stance else {}))
            for n in range(len(examples))
        ]

    return predict


def _tone(labels: Labels) -> dict[str, Array]:
    return {"sentiment": np.array([labels.sentiment[name] for name in SENTIMENTS])}


def _sides(labels: Labels) -> dict[str, Array]:
    """Take camp [T + 1] and stance [T, 3]; `labels` names the targets in their order, neutral last."""
    stance = [[stance.against, stance.none, stance.favor] for stance in labels.stances.values()]
    return {"camp": np.array(list(labels.camp.values())), "stance": np.array(stance)}
