"""Hugging Face sequence classifiers in place of the built-in model: tiny random ones, made on the spot."""

import json
import shutil
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch

from corpus.errors import InputError, ModelError
from corpus.frameworks import FRAMEWORKS
from corpus.labels import Abstained, StanceLabel
from corpus.post import Post
from corpus.reading import Reading
from nlp.classifiers import Classifier, ClassifierLabeller, ClassifierSettings, _from_entailment, camps, class_order
from stancemap.commands.labels import config_hash
from stancemap.config import Config, ModelSection
from stancemap.models import absolute, labeller
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
    given = [
        reading(" "), reading("i love torch", language="fr"), reading("one two"), reading("torch"),
        reading("https://pytorch.org"), reading("read https://pytorch.org"), reading("so @bob@torch.social"),
    ]  # fmt: skip
    assert [each.abstained for each in made.label(given)] == [
        Abstained.EMPTY, Abstained.LANGUAGE, Abstained.OFF_TOPIC, None,
        Abstained.EMPTY, Abstained.OFF_TOPIC, Abstained.OFF_TOPIC,
    ]  # fmt: skip
    assert made.name == part[0].model


@pytest.mark.parametrize(
    ("tones", "stances", "abstained"),
    [
        (("en", "fr"), ("en",), Abstained.LANGUAGE),
        (("en",), ("fr", "en"), Abstained.LANGUAGE),
        ((), ("en",), Abstained.LANGUAGE),
        (("en", "fr"), ("fr",), None),
        (("en", "fr"), (), None),
    ],
)
def test_a_language_is_read_where_both_classifiers_read_it(
    tmp_path: Path, tones: tuple[str, ...], stances: tuple[str, ...], abstained: Abstained | None
) -> None:
    tone = classifier(tmp_path / "a", ("negative", "neutral", "positive"), task="sentiment", languages=tones)
    side = classifier(tmp_path / "b", ("against", "none", "favor"), task="stance", languages=stances)
    made = ClassifierLabeller(FRAMEWORKS, sentiment=tone, stance=side)
    assert made.label([reading("i love torch", language="fr")])[0].abstained == abstained


def test_classifiers_without_a_language_in_common_are_refused(tmp_path: Path) -> None:
    tone = classifier(tmp_path / "a", ("negative", "neutral", "positive"), task="sentiment", languages=("fr",))
    side = classifier(tmp_path / "b", ("against", "none", "favor"), task="stance")
    with pytest.raises(ModelError, match="no language in common"):
        ClassifierLabeller(FRAMEWORKS, sentiment=tone, stance=side)


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


TONES = ("negative", "neutral", "positive")
SIDES = ("against", "none", "favor")


def test_the_revision_tells_weights_and_settings_apart(tmp_path: Path) -> None:
    settings, first = classifier(tmp_path / "a", TONES, task="sentiment")
    shutil.copytree(tmp_path / "a", tmp_path / "b")
    same = (replace(settings, batch=1), replace(settings, model=str(tmp_path / "b")))
    assert {Classifier(each, CPU).revision for each in same} == {first.revision}
    other = (
        replace(settings, labels={"negative": "positive", "positive": "negative"}),
        replace(settings, languages=()),
    )
    config = tmp_path / "b" / "config.json"
    config.write_text(json.dumps({**json.loads(config.read_text()), "layer_norm_eps": 1e-3}), "utf-8")
    revisions = [Classifier(each, CPU).revision for each in (*other, same[1])]
    assert len({first.revision, *revisions}) == 4


def test_the_colour_of_a_target_is_no_reason_to_label_anew() -> None:
    def digest(**changes: Any) -> str:
        return config_hash(Config(targets=(replace(FRAMEWORKS[0], **changes), *FRAMEWORKS[1:])), "r")

    assert digest(colour="#000000") == digest()
    assert digest(label="Torch") != digest()  # the name that a model is asked about


@pytest.mark.parametrize("task", ["stance", "nli"])
def test_a_long_text_is_read_to_its_end_in_windows(tmp_path: Path, task: str) -> None:
    sides = classifier(
        tmp_path / "s", SIDES if task == "stance" else ("entailment", "neutral", "contradiction"), task=task
    )
    tone = classifier(tmp_path / "t", TONES, task="sentiment")
    made = ClassifierLabeller(FRAMEWORKS, sentiment=tone, stance=sides)
    start = "i love torch " * 30
    short, one, other = made.label([reading(text) for text in ("torch", start + "never " * 9, start + "hate " * 9)])
    assert short.windows == 1
    assert one.windows > 1
    assert one.sentiment != other.sentiment
    parts = tone[1].windows(start + "x" * 40, [None])
    assert "".join(parts).replace(" ", "") == (start + "x" * 40).replace(" ", "")
    assert sum(one.sentiment.values()) == pytest.approx(1, abs=1e-3)


def configured(section: str, **table: Any) -> None:
    labeller(Config(model=ModelSection(device="cpu", threads=1, **{section: table})))


@pytest.mark.parametrize(
    ("section", "table", "message"),
    [
        ("sentiment", {"task": "nli"}, "task = 'nli' should be 'sentiment'"),
        ("stance", {"task": "sentiment"}, "task = 'sentiment' should be 'stance' or 'nli'"),
        ("stance", {"batch": 0}, "batch = 0 should be 1 or more"),
        ("stance", {"batch": "32"}, "batch = '32' should be a whole number"),
        ("stance", {"favor": "I like {x}"}, "favor = 'I like {x}' should hold {target}"),
        ("stance", {"labels": {"a": 1}}, "labels.a = 1 should be text"),
        ("stance", {"revision": 3}, "revision = 3 should be text"),
        ("stance", {"languages": "en"}, "should be a list"),
        ("stance", {"favour": "x"}, "did you mean 'favor'?"),
        ("stance", {"model": ""}, "model is missing"),
    ],
)
def test_a_table_that_is_wrong_is_refused_at_the_door(section: str, table: dict[str, Any], message: str) -> None:
    with pytest.raises(InputError) as caught:
        configured(section, **{"model": "no/such-model", "local_files_only": True, **table})
    assert str(caught.value).startswith(f"[model.{section}]: ")
    assert message in str(caught.value)
    assert "\n" not in str(caught.value)


def test_a_model_at_home_is_found(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("USERPROFILE", str(tmp_path))
    tiny_classifier(tmp_path / "m", TONES)
    configured("sentiment", model="~/m")


def test_folders_are_named_for_processes_elsewhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.chdir(tmp_path)
    (tmp_path / "m").mkdir()
    named = absolute(ModelSection(path="~/m", sentiment={"model": "m", "batch": 8}, stance={"model": "an/nli-model"}))
    assert named.path == str(tmp_path / "m")
    assert named.sentiment == {"model": str(tmp_path / "m"), "batch": 8}
    assert named.stance == {"model": "an/nli-model"}
    assert absolute(ModelSection()) == ModelSection()


@pytest.mark.parametrize("damage", ["cut", "shape", "tokenizer"])
def test_a_damaged_model_is_refused_in_one_line(tmp_path: Path, damage: str) -> None:
    tiny_classifier(tmp_path, TONES)
    weights, config = tmp_path / "model.safetensors", tmp_path / "config.json"
    if damage == "cut":
        weights.write_bytes(weights.read_bytes()[:1000])
    elif damage == "shape":
        config.write_text(json.dumps({**json.loads(config.read_text()), "intermediate_size": 32}), "utf-8")
    else:
        (tmp_path / "tokenizer.json").write_text("{}", "utf-8")
    with pytest.raises(ModelError, match="cannot be opened: ") as caught:
        configured("sentiment", model=str(tmp_path))
    assert "\n" not in str(caught.value)
