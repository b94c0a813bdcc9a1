"""Measure any model on any labelled texts: examples -> questions -> answers -> scores -> tables."""

from nlp.evaluation.questions import TASKS, Answer, Predict, Question
from nlp.evaluation.scores import Score, evaluate

__all__ = ["TASKS", "Answer", "Predict", "Question", "Score", "evaluate"]
