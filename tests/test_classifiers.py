"""Hugging Face sequence classifiers in place of the built-in model: tiny random ones, made on the spot."""

from pathlib import Path

import numpy as np
import pytest
import torch

from corpus.errors import ModelError
from corpus.frameworks import FRAMEWORKS
from corpus.labels import Abstained, StanceLabel
from corpus.post import Post
from corpus.reading import Reading
from nlp.classifiers import Classifier, ClassifierLabeller, ClassifierSettings, _from_entailment, camps, class_order
from tiny import tiny_classifier

CPU = torch.device("cpu")


def reading(text: str, **parts: str) -> Reading:
    return Reading(key=1, post=Post(platform="x", id="1", conversation_id="1", text=text, **parts))


def classifier(folder: Path, names: tuple[str, ...], **settings: object) -> tuple[ClassifierSettings, Classifier]:
    made = ClassifierSettings(model=tiny_classifier(folder, names), local_files_only=True, **settings)  # type: ignore[arg-type]
    return made, Classifier(made, CPU)


@pytest.mark.parametrize(
    ("names", "order"),
    [
        (("negative", "neutral", "positive"), [0, 1, 2]),
        (("Positive", "Negative", "Neutral"), [1, 2, 0]),
        (("POS", "NEU", "NEG"), [2, 1, 0]),
    ],
)
def test_class_order_is_read_from_the_model(names: tuple[str, ...], order: list[int]) -> None:
    assert class_order(dict(enumerate(names)), ("negative", "neutral", "positive"), {}, "m") == order


def test_unknown_class_names_are_refused_unless_mapped() -> None:
    names = {0: "LABEL_0", 1: "LABEL_1", 2: "LABEL_2"}
    needed = ("negative", "neutral", "positive")
    with pytest.raises(ModelError, match="map them with"):
        class_order(names, needed, {}, "m")
    mapped = {"LABEL_0": "positive", "LABEL_1": "negative", "LABEL_2": "neutral"}
    assert class_order(names, needed, mapped, "m") == [1, 2, 0]


def test_sentiment_in_the_models_own_order(tmp_path: Path) -> None:
    straight = classifier(tmp_path / "a", ("negative", "neutral", "positive"), task="sentiment")
    turned = classifier(tmp_path / "b", ("positive", "neutral", "negative"), task="sentiment")
    texts = [("i love torch", None), ("never", None)]
    assert straight[1].probabilities(texts) == pytest.approx(turned[1].probabilities(texts)[:, ::-1], abs=1e-4)


def test_a_batch_is_as_good_as_one_by_one(tmp_path: Path) -> None:
    _, model = classifier(tmp_path, ("negative", "neutral", "positive"), task="sentiment", batch=2)
    texts = [("i love torch " * n, None) for n in (1, 9, 3, 2, 5)]
    together = model.probabilities(texts)
    assert together == pytest.approx(np.vstack([model.probabilities([text]) for text in texts]), abs=2e-4)


@pytest.mark.parametrize("task", ["stance", "nli"])
def test_stance_from_a_pair_or_from_entailment(tmp_path: Path, task: str) -> None:
    names = ("none", "favor", "against") if task == "stance" else ("contradiction", "entailment", "neutral")
    made = ClassifierLabeller(FRAMEWORKS, sentiment=None, stance=classifier(tmp_path, names, task=task))
    labels = made.label([reading("i love torch"), reading("tf is not better than jax")])
    for each in labels:
        assert sum(each.camp.values()) == pytest.approx(1, abs=1e-3)
        assert set(each.stances) == {"pytorch", "tensorflow", "jax"}
        assert all(s.against + s.none + s.favor == pytest.approx(1, abs=1e-3) for s in each.stances.values())
        assert each.sentiment_label == "neutral"


def test_abstentions(tmp_path: Path) -> None:
    part = classifier(tmp_path, ("negative", "neutral", "positive"), task="sentiment")
    made = ClassifierLabeller(FRAMEWORKS, sentiment=part, stance=None)
    given = [reading(" "), reading("i love torch", language="fr"), reading("one two"), reading("torch")]
    assert [each.abstained for each in made.label(given)] == [
        Abstained.EMPTY, Abstained.LANGUAGE, Abstained.OFF_TOPIC, None,
    ]  # fmt: skip
    assert made.name == part[0].model


def test_camps_follow_from_stances() -> None:
    def stance(favor: float) -> StanceLabel:
        return StanceLabel(against=0, none=1 - favor, favor=favor)

    assert camps({"a": stance(0.9), "b": stance(0.1)}) == {"a": 0.81, "b": 0.01, "neutral": 0.18}
    assert camps({"a": stance(1.0), "b": stance(1.0)}) == {"a": 0.0, "b": 0.0, "neutral": 1.0}


def test_entailment_of_both_hypotheses_is_shared_out() -> None:
    rows = _from_entailment(np.array([0.2, 0.9]), np.array([0.1, 0.9]))
    assert rows == pytest.approx(np.array([[0.1, 0.7, 0.2], [0.5, 0.0, 0.5]]))


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"model": "no/such-model", "task": "sentiment"}, "cannot be opened"),
        ({"model": "x", "task": "mood"}, "task 'mood' is unknown"),
    ],
)
def test_what_cannot_be_opened_is_said_in_one_line(settings: dict[str, str], message: str) -> None:
    with pytest.raises(ModelError, match=message) as caught:
        Classifier(ClassifierSettings(local_files_only=True, **settings), CPU)  # type: ignore[arg-type]
    assert "\n" not in str(caught.value)
