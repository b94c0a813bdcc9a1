"""From replies to scores: per class, confusion, calibration, figures with intervals, and where they differ."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

import numpy as np

from corpus.labels import NEUTRAL
from nlp.evaluation.measures import MEASURES, Figure, calibration, figures, flag_scores, square, tallies
from nlp.evaluation.questions import MOST_PARTS, TASKS, Reply, ask, reply
from nlp.metrics import ClassScores, class_scores

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping, Sequence

    from nlp.evaluation.questions import Array, Ints, Predict, Question
    from nlp.training.example import Example

LENGTHS = {"under 10 words": 10, "10 to 29 words": 30, "30 to 99 words": 100}
LONGEST = "100 words or more"


@dataclass(frozen=True, slots=True, kw_only=True)
class Slice:
    """The headline figure of some of the texts."""

    n: int
    figure: Figure


@dataclass(frozen=True, slots=True, kw_only=True)
class Score:
    """How well a system did one task on n texts (for "stance": texts and targets) from so many groups (threads).

    `figures` begins with the headline. `classes` of "switch" are those that occur, true or guessed. `confusion` is
    [true class, guessed class], empty for "reasons". `ece` is None where a system gives no probabilities. `parts` holds
    each target of "stance" alone, where they are few.
    """

    task: str
    n: int
    groups: int
    figures: Mapping[str, Figure]
    classes: Sequence[ClassScores]
    confusion: Sequence[Sequence[int]]
    ece: float | None
    parts: Mapping[str, Score] = field(default_factory=dict)
    by_platform: Mapping[str, Slice] = field(default_factory=dict)
    by_community: Mapping[str, Slice] = field(default_factory=dict)
    by_length: Mapping[str, Slice] = field(default_factory=dict)

    @property
    def headline(self) -> Figure:
        """The first figure."""
        return next(iter(self.figures.values()))


@dataclass(frozen=True, slots=True, kw_only=True)
class Evaluation:
    """One system and its scores."""

    system: str
    is_baseline: bool
    scores: Sequence[Score]


def evaluate(predict: Predict, examples: Sequence[Example], tasks: Collection[str] = TASKS) -> list[Score]:
    """Let a model read examples; score it in every task that they are labelled for and that it answers."""
    answers = predict(examples)
    return [found for question in ask(examples, tasks) for found in score(question, reply(question, answers), tasks)]


def score(question: Question, said: Reply | None, tasks: Collection[str] = TASKS) -> list[Score]:
    """Score a reply (None: no score); one to "camp" tells of false camps too."""
    if said is None:
        return []
    if question.task == "switch":
        question, said = _occurring(question, said)
    every = np.arange(len(question.rows))
    neutral = every[question.truth == len(question.classes) - 1] if question.classes[-1] == NEUTRAL else every[:0]
    asked = {question.task: every, "false-camps": neutral}
    return [_with_slices(question, task, said, rows) for task, rows in asked.items() if task in tasks and len(rows)]


def words(text: str) -> str:
    """Name the class of length of a text."""
    count = len(text.split())
    return next((name for name, limit in LENGTHS.items() if count < limit), LONGEST)


def _occurring(question: Question, said: Reply) -> tuple[Question, Reply]:
    """Keep the moves that occur, true or guessed: their number grows with the square of the targets'."""
    kept = np.union1d([0], np.concatenate([question.truth, said.guess]))
    narrow = replace(
        question,
        classes=tuple(question.classes[n] for n in kept),
        truth=np.searchsorted(kept, question.truth),
    )
    likely = None if said.probabilities is None else said.probabilities[:, kept]
    return narrow, Reply(np.searchsorted(kept, said.guess), likely)


def _with_slices(question: Question, task: str, said: Reply, chosen: Ints) -> Score:
    examples = [question.rows[n].example for n in chosen]
    parts = _divided(chosen, [question.rows[n].part for n in chosen])
    sizes = _divided(chosen, [words(example.text) for example in examples])
    few = parts if 1 < len(parts) <= MOST_PARTS else {}

    def slices(parts: Mapping[str, Ints]) -> dict[str, Slice]:
        return {name: _slice(question, task, said, rows) for name, rows in parts.items()}

    return replace(
        _score(question, task, said, chosen),
        parts={name: _score(question, task, said, rows) for name, rows in few.items()},
        by_platform=slices(_divided(chosen, [example.platform for example in examples])),
        by_community=slices(_divided(chosen, [example.community for example in examples])),
        by_length=slices({name: sizes[name] for name in (*LENGTHS, LONGEST) if name in sizes}),
    )


def _divided(chosen: Ints, keys: Iterable[str | None]) -> dict[str, Ints]:
    """Divide rows by key, the most frequent first; those without one are left out."""
    found: dict[str, list[int]] = {}
    for row, key in zip(chosen, keys, strict=True):
        if key:
            found.setdefault(key, []).append(int(row))
    ordered = sorted(found.items(), key=lambda item: (-len(item[1]), item[0]))
    return {key: np.array(rows) for key, rows in ordered}


def _slice(question: Question, task: str, said: Reply, chosen: Ints) -> Slice:
    headline = dict([next(iter(MEASURES[task].items()))])
    found = figures(_counts(question, said, chosen), _groups(question, chosen), headline)
    return Slice(n=len(chosen), figure=next(iter(found.values())))


def _score(question: Question, task: str, said: Reply, chosen: Ints) -> Score:
    truth, groups = question.truth[chosen], _groups(question, chosen)
    counts = _counts(question, said, chosen)
    total, flags = counts.sum(0), truth.ndim == 2
    likely = None if task == "false-camps" else said.probabilities  # calibration of one true class alone says nothing
    return Score(
        task=task,
        n=len(chosen),
        groups=len(set(groups)),
        figures=figures(counts, groups, MEASURES[task]),
        classes=flag_scores(total, question.classes) if flags else class_scores(square(total), question.classes),
        confusion=[] if flags else square(total).tolist(),
        ece=None if likely is None else calibration(likely[chosen], truth, said.guess[chosen]),
    )


def _counts(question: Question, said: Reply, chosen: Ints) -> Array:
    return tallies(question.truth[chosen], said.guess[chosen], len(question.classes))


def _groups(question: Question, chosen: Ints) -> list[str]:
    return [question.rows[n].example.group for n in chosen]
