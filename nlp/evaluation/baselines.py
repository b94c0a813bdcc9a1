"""What a model must beat without having learnt anything: the most frequent class, and a word list."""

from __future__ import annotations

import re
from functools import cache
from typing import TYPE_CHECKING

import numpy as np

from corpus.labels import STANCES
from nlp.evaluation.questions import Reply, likeliest
from nlp.mentions import Mentions

if TYPE_CHECKING:
    from collections.abc import Mapping

    from nlp.evaluation.questions import Question, Row
    from nlp.training.example import Example

_SENTENCE = re.compile(r"(?<=[.!?])\s+|\n+")
_MILD = 0.05  # below this compound a text has no tone, by VADER's own rule (Hutto and Gilbert 2014)
_NO, _YES = STANCES.index("none"), STANCES.index("favor")


class Majority:
    """Always the most frequent class: of the training questions by task, or (None) of the question itself."""

    def __init__(self, training: Mapping[str, Question] | None) -> None:
        self._training = training

    def __call__(self, question: Question) -> Reply | None:
        """Reply with the frequencies of the classes."""
        known = question if self._training is None else self._training.get(question.task)
        if known is None:
            return None
        size = len(known.classes)
        rates = (
            known.truth.mean(0) if known.truth.ndim == 2 else np.bincount(known.truth, minlength=size) / len(known.rows)
        )
        rows = np.tile(rates, (len(question.rows), 1))
        return Reply((rows >= 0.5).astype(np.int64), rows) if known.truth.ndim == 2 else likeliest(rows)


class Lexicon:
    """VADER: the tone of a text, and of the sentences that name a target."""

    def __init__(self) -> None:
        from vaderSentiment.vaderSentiment import SentimentIntensityAnalyzer

        score = SentimentIntensityAnalyzer().polarity_scores
        self._tone = cache(lambda text: _side(score(text)["compound"]))

    def __call__(self, question: Question) -> Reply | None:
        """Reply to questions of tone, stance and preference."""
        judges = {"sentiment": self._sentiment, "stance": self._stance, "camp": self._camp, "comparison": self._better}
        judge = judges.get(question.task)
        return Reply(np.array([judge(row) for row in question.rows]), None) if judge else None

    def _sentiment(self, row: Row) -> int:
        return self._tone(row.example.text)

    def _stance(self, row: Row) -> int:
        return self._held(row.example)[row.slot]

    def _camp(self, row: Row) -> int:
        """Choose the one target that is favoured."""
        favoured = [n for n, side in enumerate(self._held(row.example)) if side == _YES]
        return favoured[0] if len(favoured) == 1 else len(row.example.targets)

    def _better(self, row: Row) -> int:
        """Choose what is named first in a positive text ("A is better than B"), else what is named last."""
        named = Mentions(row.example.targets).find(row.example.text)
        side = self._tone(row.example.text)
        return len(row.example.targets) if side == _NO or not named else named[0 if side == _YES else -1].target

    def _held(self, example: Example) -> list[int]:
        """Find the tone of the sentences that name each target; none where no sentence does."""
        mentions = Mentions(example.targets)
        about: list[list[str]] = [[] for _ in example.targets]
        for sentence in _SENTENCE.split(example.text):
            for target in {mention.target for mention in mentions.find(sentence)}:
                about[target].append(sentence)
        return [self._tone(" ".join(sentences)) if sentences else _NO for sentences in about]


def _side(compound: float) -> int:
    """Index into SENTIMENTS, and as well into STANCES."""
    return 0 if compound <= -_MILD else 2 if compound >= _MILD else 1
