from dataclasses import replace

import numpy as np
import pytest
import torch

from corpus.frameworks import FRAMEWORKS
from corpus.labels import NEUTRAL, REASONS, SENTIMENTS, STANCES, Abstained, Target
from corpus.post import Post
from corpus.reading import Reading
from nlp.labeller import StanceLabeller, as_labels
from nlp.predict import Prediction, Predictor
from nlp.recipe import Recipe
from tiny import tiny_checkpoint

CPU = torch.device("cpu")


def labeller(**recipe: int) -> StanceLabeller:
    made = tiny_checkpoint(recipe=Recipe(**recipe))
    return StanceLabeller(Predictor(made, FRAMEWORKS, CPU), name="tiny", revision="0", languages=made.languages)


def reading(text: str, *, parent: str | None = None, root: str | None = None, **parts: str) -> Reading:
    post = Post(platform="x", id="1", conversation_id="1", text=text, **parts)
    return Reading(key=1, post=post, parent=parent, root=root)


def prediction(**parts: object) -> Prediction:
    given = {
        "camp": np.array([0.6, 0.2, 0.1, 0.1]),
        "stance": np.array([[0.1, 0.2, 0.7], [0.8, 0.1, 0.1], [0.1, 0.8, 0.1]]),
        "sentiment": np.array([0.2, 0.3, 0.5]),
        "reasons": np.array([0.9, 0.5, 0.4] + [0.0] * 12),
        "left": np.array([0.1, 0.7, 0.1, 0.1]),
        "joined": np.array([0.7, 0.1, 0.1, 0.1]),
        "relevance": 0.9,
        "windows": 2,
        "named": True,
    }
    return Prediction(**{**given, **parts})  # type: ignore[arg-type]


def test_numbers_get_their_names() -> None:
    labels = as_labels(prediction(), FRAMEWORKS)
    assert labels.camp_label == "pro-pytorch"
    assert labels.camp == {"pytorch": 0.6, "tensorflow": 0.2, "jax": 0.1, NEUTRAL: 0.1}
    assert [labels.stances[target.name].stance for target in FRAMEWORKS] == ["favor", "against", "none"]
    assert labels.sentiment_label == "positive"
    assert labels.reasons == {"usability": 0.9, "debugging": 0.5}
    assert (labels.switched_from, labels.switched_to, labels.windows) == ("tensorflow", "pytorch", 2)
    assert (STANCES, SENTIMENTS, len(REASONS)) == (
        ("against", "none", "favor"), ("negative", "neutral", "positive"), 15,
    )  # fmt: skip


def test_reasons_need_a_stance_and_a_move_needs_both_ends() -> None:
    none = np.array([[0.1, 0.8, 0.1]] * 3)
    assert as_labels(prediction(stance=none), FRAMEWORKS).reasons == {}
    same = as_labels(prediction(joined=np.array([0.1, 0.7, 0.1, 0.1])), FRAMEWORKS)
    assert (same.switched_from, same.switched_to) == (None, None)
    nowhere = as_labels(prediction(joined=np.array([0.1, 0.1, 0.1, 0.7])), FRAMEWORKS)
    assert (nowhere.switched_from, nowhere.switched_to) == (None, None)


@pytest.mark.parametrize(
    ("given", "abstained"),
    [
        (reading(""), Abstained.EMPTY),
        (reading("https://example.org/a"), Abstained.EMPTY),
        (reading("@someone @other \u200b"), Abstained.EMPTY),
        (reading("@someone @other !!!"), Abstained.OFF_TOPIC),
        (reading("👍", root="i love torch"), Abstained.OFF_TOPIC),
        (reading("👍", reply_to="0", root="i love torch"), Abstained.CONTEXT),
        (reading("👍", reply_to="0", parent="i love torch"), None),
        (reading("@someone ^", reply_to="0", parent="i love torch"), None),
        (reading("https://example.org/a", reply_to="0", parent="i love torch"), Abstained.EMPTY),
        (reading("i love torch", language="de"), Abstained.LANGUAGE),
        (reading("Ich habe drei Jahre mit PyTorch gearbeitet und finde es sehr angenehm."), Abstained.LANGUAGE),
        (reading("this .", reply_to="0"), Abstained.CONTEXT),
        (reading("i love torch", language="en"), None),
        (reading("this .", reply_to="0", parent="i love torch"), None),
    ],
)  # fmt: skip
def test_when_to_abstain(given: Reading, abstained: Abstained | None) -> None:
    [labels] = labeller().label([given])
    assert labels.abstained == abstained
    assert (labels.camp == {}) == (abstained is not None)


def test_what_names_no_target_is_off_topic_unless_the_model_finds_it_relevant(monkeypatch: pytest.MonkeyPatch) -> None:
    made = labeller()
    answer = prediction(named=False, relevance=0.4)
    monkeypatch.setattr(made._predictor, "predict", lambda pairs: [answer for _ in pairs])
    assert made.label([reading("one two three")])[0].abstained == Abstained.OFF_TOPIC
    answer = replace(answer, relevance=0.6)
    assert made.label([reading("one two three")])[0].abstained is None
    answer = replace(answer, relevance=0.1, named=True)
    assert made.label([reading("one two three")])[0].abstained is None


def test_the_root_is_read_where_nothing_nearer_names_a_target() -> None:
    made = labeller()
    assert made._pair(reading("this", parent="yes", root="i love torch")) == ("this", "yes | i love torch")
    assert made._pair(reading("this", parent="tf", root="i love torch")) == ("this", "tf")
    assert made._pair(reading("this")) == ("this", None)


def test_an_address_or_a_host_in_the_parent_names_no_target() -> None:
    made = labeller()
    for parent, cleaned in (("see https://pytorch.org/docs", "see http"), ("@bob@torch.social no", "@user no")):
        read = made._pair(reading("the second", parent=parent, root="torch or tf"))
        assert read == ("the second", f"{cleaned} | torch or tf")


def test_the_beginning_of_the_root_is_measured_without_its_addresses() -> None:
    root = f"https://example.org/{'a' * 300} torch or tf"
    assert labeller()._pair(reading("the second", root=root)) == ("the second", "http torch or tf")


def test_a_name_made_of_signs_is_no_sign_alone() -> None:
    targets = (Target(name="fire", label="Fire", aliases=("🔥",)), *FRAMEWORKS)
    made = StanceLabeller(Predictor(tiny_checkpoint(), targets, CPU), name="tiny", revision="0", languages=("en",))
    assert made.label([reading("🔥🔥")])[0].abstained is None


def test_answers_come_in_order_and_do_not_depend_on_batch_mates() -> None:
    made = labeller()
    readings = [reading("one two three four five " * n + "torch is better than tf") for n in (0, 9, 3, 1)]
    readings.insert(2, reading("", language="de"))
    together = made.label(readings)
    alone = [made.label([each])[0] for each in readings]
    for one, other in zip(together, alone, strict=True):
        assert one.abstained == other.abstained
        assert one.camp == pytest.approx(other.camp, abs=2e-4)


def test_long_posts_are_read_in_windows() -> None:
    [labels] = labeller(window=32, context=8, overlap=4).label([reading("one two three four five " * 20 + "tf")])
    assert labels.windows > 1
    assert sum(labels.camp.values()) == pytest.approx(1, abs=1e-3)


def test_no_readings_no_answers() -> None:
    assert labeller().label([]) == []
