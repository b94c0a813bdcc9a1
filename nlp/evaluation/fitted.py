"""Baselines that learn: logistic regression on TF-IDF, and on the states of a frozen encoder."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from nlp.evaluation.questions import MOST_PARTS, Reply, likeliest
from nlp.mentions import Mentions
from nlp.training.corpora import bucket

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from numpy.typing import NDArray

    from nlp.evaluation.questions import Array, Ints, Question, Row

    Features = Callable[[Question], NDArray[Any]]  # one row for each row of the question

_FOLDS = 5
_MANY = 100  # texts; among so many, a word that stands in one alone is left out


class Fitted:
    """Logistic regression, classes weighted equally.

    Fitted on the training questions by task; without any (None), by cross-validation on the question itself, threads
    kept together. Where the targets are few, each has a regression of its own. `looseness` is the inverse of the
    penalty on weights.
    """

    def __init__(
        self,
        features: Features,
        prepare: Callable[[int], Any],
        training: Mapping[str, Question] | None = None,
        *,
        looseness: float = 1.0,
    ) -> None:
        self._features, self._prepare, self._training = features, prepare, training
        self._looseness = looseness

    def __call__(self, question: Question) -> Reply | None:
        """Reply to any question; None where the training texts are not labelled for it, or a fold leaves none."""
        known = question if self._training is None else self._training.get(question.task)
        if known is None or known.classes != question.classes:
            return None
        splits = list(self._splits(known, question))
        if not all(len(learn) for learn, _ in splits):
            return None
        known_rows = self._features(known)
        asked_rows = known_rows if known is question else self._features(question)
        probabilities = np.zeros((len(question.rows), len(question.classes)))
        for learn, asked in splits:
            probabilities[asked] = self._fit(
                known_rows[learn], known.truth[learn], asked_rows[asked], len(known.classes)
            )
        if question.truth.ndim == 2:
            return Reply((probabilities >= 0.5).astype(np.int64), probabilities)
        return likeliest(probabilities)

    def _splits(self, known: Question, question: Question) -> Iterator[tuple[Ints, Ints]]:
        """Give rows to learn from and rows to reply to."""
        asked, theirs = _parts(question), _parts(known)
        folds = np.array([bucket(row.example.group, _FOLDS) for row in question.rows])
        within = known is question and any(len(set(folds[asked == part])) == 1 for part in set(asked))
        if len(set(asked)) > MOST_PARTS or not set(asked) <= set(theirs) or within:
            asked[:] = theirs[:] = ""  # one regression for all
        for part in sorted(set(asked)):
            here = asked == part
            if known is not question:
                yield np.flatnonzero(theirs == part), np.flatnonzero(here)
                continue
            for fold in sorted(set(folds[here])):
                yield np.flatnonzero(here & (folds != fold)), np.flatnonzero(here & (folds == fold))

    def _fit(self, known: NDArray[Any], truth: Ints, asked: NDArray[Any], classes: int) -> Array:
        prepare = self._prepare(len(known))
        learn, answer = prepare.fit_transform(known), prepare.transform(asked)
        if truth.ndim == 2:
            return np.column_stack([self._regress(learn, truth[:, n], answer, 2)[:, 1] for n in range(classes)])
        return self._regress(learn, truth, answer, classes)

    def _regress(self, known: Any, truth: Ints, asked: Any, classes: int) -> Array:
        """Fit and ask; a class that is not there to be learnt gets no probability."""
        from sklearn.linear_model import LogisticRegression

        found = np.zeros((asked.shape[0], classes))
        present = np.unique(truth)
        if len(present) == 1:
            found[:, present] = 1
            return found
        model = LogisticRegression(C=self._looseness, class_weight="balanced", max_iter=1000, tol=1e-3)
        found[:, present] = model.fit(known, truth).predict_proba(asked)
        return found


def tfidf(texts: int) -> Any:
    """Make a vectoriser of words and pairs of words; signs and emoji count as words."""
    from sklearn.feature_extraction.text import TfidfVectorizer

    often = 2 if texts >= _MANY else 1
    return TfidfVectorizer(token_pattern=r"\w+|[^\w\s]+", ngram_range=(1, 2), min_df=often, sublinear_tf=True)


def standardised(_texts: int) -> Any:
    """Make a scaler of columns."""
    from sklearn.preprocessing import StandardScaler

    return StandardScaler()


def marked(question: Question) -> NDArray[Any]:
    """Give the texts with targets replaced by their role, and the words of what they answer set apart."""
    return np.array([_marked(question.task, row) for row in question.rows], dtype=object)


def _marked(task: str, row: Row) -> str:
    mentions = Mentions(row.example.targets)

    def role(target: int) -> str:
        if task == "stance":
            return " _target_ " if target == row.slot else " _other_ "
        return f" _target{target}_ "

    def replaced(text: str) -> str:
        for mention in reversed(mentions.find(text)):
            text = text[: mention.start] + role(mention.target) + text[mention.end :]
        return text

    context = [f"answers_{word}" for word in replaced(row.example.context or "").split()]
    return " ".join([replaced(row.example.text), *context]) or "_"


def _parts(question: Question) -> NDArray[Any]:
    return np.array([row.part for row in question.rows], dtype=object)
