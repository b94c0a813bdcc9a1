"""Models and baselines beside each other."""

from __future__ import annotations

from functools import partial
from importlib.util import find_spec
from typing import TYPE_CHECKING, NamedTuple

from nlp.evaluation.questions import reply
from nlp.evaluation.scores import Evaluation, score

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterator, Sequence

    import torch

    from nlp.checkpoint import Checkpoint
    from nlp.evaluation.questions import Answer, Predict, Question, Reply
    from nlp.training.example import Example

_PAGE = 1024


class System(NamedTuple):
    """A model or a baseline: what it is called, and how it replies to a question."""

    name: str
    reply: Callable[[Question], Reply | None]
    is_baseline: bool = True


def pages(predict: Predict, examples: Sequence[Example]) -> Iterator[Sequence[Answer]]:
    """Let a model read page after page."""
    for start in range(0, len(examples), _PAGE):
        yield predict(examples[start : start + _PAGE])


def model(name: str, answers: Sequence[Answer]) -> System:
    """Make a system of a model's answers to all examples."""
    return System(name, partial(reply, answers=answers), is_baseline=False)


def can_run_baselines() -> bool:
    """Say whether the packages of the extra "evaluate" are there."""
    return all(find_spec(package) for package in ("sklearn", "vaderSentiment"))


def baselines(training: Sequence[Question] | None, encoder: Checkpoint, device: torch.device) -> list[System]:
    """Set up the baselines; `training` is what they are fitted on (None: cross-validation on each question).

    The frozen encoder is that of a checkpoint.
    """
    from nlp.evaluation.baselines import Lexicon, Majority
    from nlp.evaluation.fitted import Fitted, marked, standardised, tfidf
    from nlp.evaluation.frozen import Frozen

    known = None if training is None else {question.task: question for question in training}
    head = Fitted(Frozen(encoder, device), standardised, known, looseness=0.01)
    return [
        System("majority class", Majority(known)),
        System("lexicon (VADER)", Lexicon()),
        System("TF-IDF + logistic regression", Fitted(marked, tfidf, known)),
        System(f"frozen {encoder.name} + linear head", head),
    ]


def compare(systems: Sequence[System], questions: Sequence[Question], tasks: Collection[str]) -> Iterator[Evaluation]:
    """Score one system after another."""
    for system in systems:
        scores = [found for question in questions for found in score(question, system.reply(question), tasks)]
        yield Evaluation(system=system.name, is_baseline=system.is_baseline, scores=scores)
