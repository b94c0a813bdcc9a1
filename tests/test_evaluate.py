"""Measuring models: files to examples, answers to scores, baselines, and the command."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
import torch

from corpus.errors import InputError
from corpus.frameworks import FRAMEWORKS
from corpus.labels import REASONS, Target
from corpus.post import Post
from corpus.store import Store
from nlp.evaluation import TASKS, evaluate
from nlp.evaluation.baselines import Lexicon, Majority
from nlp.evaluation.compare import System, baselines, compare, pages
from nlp.evaluation.fitted import Fitted, marked, tfidf
from nlp.evaluation.frozen import Frozen
from nlp.evaluation.models import ClassifierAnswer, classifiers, own
from nlp.evaluation.questions import Question, ask, reply
from nlp.evaluation.reading import read, read_corpus
from nlp.evaluation.scores import Score, score, words
from nlp.evaluation.table import aligned, lines
from nlp.training.corpora import comparison, toned, toward, written_example
from program import run, tiny_config
from stancemap.commands import evaluate as module
from test_classifiers import classifier
from tiny import tiny_checkpoint

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from nlp.training.example import Example

CPU = torch.device("cpu")
NONE = dict.fromkeys(("pytorch", "tensorflow", "jax"), "none")
SIDE = {
    "text": "I love torch",
    "camp": "pro-pytorch",
    "stance": {**NONE, "pytorch": "favor"},
    "sentiment": "positive",
    "reasons": ["usability"],
    "switch": {"from": "tensorflow", "to": "pytorch"},
}
REST = {
    "text": "torch 2 is out",
    "camp": "neutral",
    "stance": NONE,
    "sentiment": "neutral",
    "reasons": [],
    "switch": None,
}
ROWS: dict[str, dict[str, Any]] = {
    "annotated": {**SIDE, "id": "1"},
    "camp only": {"id": "1", "text": "tf", "camp": "neutral"},
    "stance": {"text": "tf is bad", "target": "tf", "label": "against"},
    "polarity": {"text": "tf is bad", "target": "tf", "label": "negative"},
    "scale": {"text": "tf is bad", "target": "tf", "label": -2},
    "targets": {"text": "good food, bad wine", "targets": [{"target": "wine", "label": "negative"}]},
    "sentiment": {"text": "bad", "label": "negative"},
    "comparison": {"text": "a beats b", "object_a": "a", "object_b": "b", "label": "BETTER"},
}


def write(path: Path, rows: Sequence[Any]) -> Path:
    path.write_text("".join(json.dumps(row) + "\n" for row in rows), "utf-8")
    return path


def post(n: int, kind: dict[str, Any] = SIDE, **parts: Any) -> Example:
    return written_example({**kind, "id": str(n), **parts}, "test")


def answer(
    camp: int = 3, stance: Sequence[int] = (1, 1, 1), reasons: Sequence[str] = (), **parts: Any
) -> ClassifierAnswer:
    """An answer that is sure of everything."""
    return ClassifierAnswer(
        **{
            "camp": np.eye(4)[camp],
            "stance": np.eye(3)[list(stance)],
            "sentiment": np.eye(3)[1],
            "reasons": np.array([float(name in reasons) for name in REASONS]),
            "left": np.eye(4)[3],
            "joined": np.eye(4)[3],
            **parts,
        }
    )


def scores(examples: Sequence[Example], answers: Sequence[ClassifierAnswer]) -> dict[str, Score]:
    return {found.task: found for found in evaluate(lambda _: answers, examples)}


# ---- files to examples


@pytest.mark.parametrize(
    ("kind", "tasks"),
    [
        ("annotated", {"camp", "stance", "sentiment", "reasons", "switch"}),
        ("camp only", {"camp"}),
        ("stance", {"stance"}),
        ("polarity", {"stance"}),
        ("scale", {"stance"}),
        ("targets", {"stance"}),
        ("sentiment", {"sentiment"}),
        ("comparison", {"comparison"}),
    ],
)
def test_each_kind_of_row_is_recognised(tmp_path: Path, kind: str, tasks: set[str]) -> None:
    examples, unmatched, _ = read([write(tmp_path / "a.jsonl", [ROWS[kind]])], FRAMEWORKS)
    assert {question.task for question in ask(examples)} == tasks
    assert unmatched == 0
    if tasks == {"stance"}:
        assert examples[0].stances == (0,)


def test_one_file_may_mix_kinds(tmp_path: Path) -> None:
    examples, _, _ = read([write(tmp_path / "a.jsonl", list(ROWS.values()))], FRAMEWORKS)
    asked = {question.task: len(question.rows) for question in ask(examples)}
    assert asked == {"camp": 2, "stance": 7, "sentiment": 2, "comparison": 1, "reasons": 1, "switch": 1}


@pytest.mark.parametrize(
    ("row", "message"),
    [
        ({"id": "1", "text": "x"}, "row 2: no label: give it camp"),
        ({"label": "neutral"}, "row 2 has no text"),
        ({"text": "x", "label": "query"}, "row 2: label 'query' is none of negative, neutral, positive"),
        ({"text": "x", "label": "meh", "target": "tf"}, "row 2: label 'meh' is none of against, none, favor"),
        ({"text": "x", "camp": "pro-vim"}, "row 2: camp 'vim' is none of pytorch, tensorflow, jax, neutral"),
        (
            {"text": "x", "stance": {"torch": "favor"}},
            "row 2: stance toward 'torch' is none of pytorch, tensorflow, jax",
        ),
        ({"text": "x", "switch": {"from": "vim", "to": "jax"}}, "row 2: switch from 'vim' is none of pytorch"),
        ({"text": "x", "switch": {"from": "jax", "to": "vim"}}, "row 2: switch to 'vim' is none of pytorch"),
        ({"text": "x", "stance": "favor"}, "row 2: its labels are not written as they should be"),
        (["x"], "row 2 is not a JSON object"),
    ],
)
def test_a_row_that_cannot_be_read_is_named(tmp_path: Path, row: Any, message: str) -> None:
    path = write(tmp_path / "a.jsonl", [ROWS["sentiment"], row])
    with pytest.raises(InputError) as caught:
        read([path], FRAMEWORKS)
    assert str(caught.value).startswith(str(path))
    assert message in str(caught.value)
    assert "\n" not in str(caught.value)


def sampled(n: int, **labels: Any) -> dict[str, Any]:
    """A row as `stancemap annotations sample` writes it, with some labels filled in."""
    blank = {
        "camp": None,
        "stance": dict.fromkeys(NONE),
        "sentiment": None,
        "reasons": [],
        "switch": None,
        "sure": True,
    }
    return {"platform": "x", "id": str(n), "text": f"torch {n}", "answers": "torch or tf?", **blank, **labels}


def test_rows_of_a_drawn_file_may_be_blank_or_filled_in_part(tmp_path: Path) -> None:
    rows = [
        sampled(1),
        sampled(2, camp="pro-pytorch"),
        sampled(3, stance={**dict.fromkeys(NONE), "pytorch": "favor"}),
        sampled(4, camp="", sentiment="positive"),
        {"id": "5", "text": "x", "label": ""},
        {"id": "6", "text": "x", "target": "tf", "label": None},
        {"id": "7", "text": "x", "switch": None},
        {"id": "8", "text": "x", "stance": {"jax": "against"}},
    ]
    found = read([write(tmp_path / "a.jsonl", rows)], FRAMEWORKS)
    assert (found.unmatched, found.blank) == (0, 3)
    read_ = {example.id: example for example in found.examples}
    assert list(read_) == ["2", "3", "4", "7", "8"]
    assert {example.context for example in found.examples[:3]} == {"torch or tf?"}
    assert (read_["2"].camp, read_["2"].stances, read_["2"].reasons, read_["2"].left) == (0, None, (), 3)
    assert (read_["3"].camp, read_["3"].stances, read_["3"].reasons, read_["3"].left) == (
        None,
        (2, None, None),
        None,
        None,
    )
    assert (read_["4"].camp, read_["4"].sentiment, read_["4"].reasons) == (None, 2, None)
    assert (read_["7"].left, read_["7"].joined, read_["8"].stances) == (3, 3, (None, None, 0))


def test_a_file_that_nobody_has_filled_in_says_so(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="no labelled row: all are left blank"):
        read([write(tmp_path / "a.jsonl", [sampled(1), sampled(2)])], FRAMEWORKS)


def test_an_id_of_nought_is_an_id(tmp_path: Path) -> None:
    data = write(tmp_path / "a.jsonl", [{"id": 0, "text": "torch"}])
    [found], unmatched, _ = read([data], FRAMEWORKS, write(tmp_path / "l.jsonl", [{"id": 0, "camp": "neutral"}]))
    assert (found.id, found.camp, unmatched) == ("0", 3, 0)


def test_label_rows_of_one_text_toward_several_targets_are_merged(tmp_path: Path) -> None:
    data = write(tmp_path / "a.jsonl", [{"id": "1", "text": "torch over jax"}])
    labels = [
        {"id": "1", "target": name, "label": side} for name, side in (("a", "favor"), ("b", "none"), ("c", "against"))
    ]
    [found], _, _ = read([data], FRAMEWORKS, write(tmp_path / "l.jsonl", labels))
    assert [(target.name, stance) for target, stance in zip(found.targets, found.stances or (), strict=True)] == [
        ("a", 2), ("b", 1), ("c", 0),
    ]  # fmt: skip


@pytest.mark.parametrize("label", [{"camp": "neutral"}, {"label": "positive"}, {"target": "a", "label": "favor"}])
def test_a_text_labelled_twice_is_an_error(tmp_path: Path, label: dict[str, str]) -> None:
    data = write(tmp_path / "a.jsonl", [{"id": "1", "text": "x"}])
    labels = write(tmp_path / "l.jsonl", [{"id": "1", **label}, {"id": "1", **label}])
    with pytest.raises(InputError, match="row 2 labels 1 a second time: keep one row for each id"):
        read([data], FRAMEWORKS, labels)


def test_half_a_surrogate_pair_can_be_read_by_a_tokenizer(tmp_path: Path) -> None:
    rows = [{"id": "a\ud83d", "text": "torch \ud83d", "parent": "tf \ud83d", "camp": "neutral"}]
    examples, _, _ = read([write(tmp_path / "a.jsonl", rows)], FRAMEWORKS)
    [answer_] = own(tiny_checkpoint(), CPU)(examples)
    assert answer_.camp is not None
    assert (examples[0].text, examples[0].context, examples[0].group) == ("torch ?", "tf ?", "tf ?")


def test_an_empty_list_of_targets_does_not_hide_the_target(tmp_path: Path) -> None:
    row = {"id": "1", "text": "x", "targets": [], "target": "a", "label": "favor"}
    [found], _, _ = read([write(tmp_path / "a.jsonl", [row])], FRAMEWORKS)
    assert ([target.name for target in found.targets], found.stances) == (["a"], (2,))


def test_missing_and_empty_files_say_what_to_do(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="name a JSON Lines file"):
        read([tmp_path / "none.jsonl"], FRAMEWORKS)
    with pytest.raises(InputError, match="no labelled row"):
        read([write(tmp_path / "a.jsonl", [])], FRAMEWORKS)


def test_labels_of_a_second_file_join_by_id_and_replies_find_their_parent(tmp_path: Path) -> None:
    texts = [
        {"id": "p", "conversation_id": "c", "reply_to": None, "text": "torch or tf?", "community": "r/a"},
        {"id": "q", "conversation_id": "c", "reply_to": "c", "text": "torch", "platform": "reddit"},
        {"id": "r", "conversation_id": "c", "reply_to": "q", "text": "no"},
    ]
    labels = [{**SIDE, "id": "q"}, {**REST, "id": "r"}, {**REST, "id": "gone"}]
    for label in labels:
        del label["text"]
    data = write(tmp_path / "a.jsonl", texts)
    (reply_, second), unmatched, _ = read([data], FRAMEWORKS, write(tmp_path / "l.jsonl", labels))
    assert (reply_.text, reply_.context, reply_.camp, reply_.platform) == ("torch", "torch or tf?", 0, "reddit")
    assert (second.text, second.context, second.group) == ("no", "torch", "c")
    assert unmatched == 1


def test_rows_without_an_id_answer_nothing_and_are_threads_of_their_own(tmp_path: Path) -> None:
    rows = [{"text": text, "camp": "neutral"} for text in ("torch", "tf", "jax")]
    examples, _, _ = read([write(tmp_path / "a.jsonl", rows)], FRAMEWORKS)
    assert [example.context for example in examples] == [None, None, None]
    assert len({example.group for example in examples}) == 3


def test_labels_that_name_no_row_are_an_error(tmp_path: Path) -> None:
    data = write(tmp_path / "a.jsonl", [{"id": "1", "text": "x"}])
    with pytest.raises(InputError, match="see whether ids and platforms agree"):
        read([data], FRAMEWORKS, write(tmp_path / "l.jsonl", [{"id": "2", "camp": "neutral"}]))
    with pytest.raises(InputError, match="row 1 has no id"):
        read([data], FRAMEWORKS, write(tmp_path / "l.jsonl", [{"camp": "neutral"}]))


def test_posts_of_a_corpus_are_joined_by_platform_and_id_and_read_with_their_parents(tmp_path: Path) -> None:
    first = Post(platform="x", id="1", conversation_id="1", text="torch or tf?", community="dl")
    posts = [
        first,
        replace(first, id="2", reply_to="1", text="torch"),
        replace(first, id="3", reply_to="2", text="this"),
        replace(first, id="4", reply_to="5", text="this"),
        replace(first, platform="reddit", text="other"),
    ]
    labels = [{**SIDE, "platform": "x", "id": n} for n in "1234"] + [{**SIDE, "platform": "x", "id": "9"}]
    with Store.open(tmp_path / "a.db") as store:
        store.add((each, None) for each in posts)
        examples, unmatched, _ = read_corpus(store, write(tmp_path / "l.jsonl", labels), FRAMEWORKS)
    assert [example.text for example in examples] == ["torch or tf?", "torch", "this", "this"]
    assert [example.context for example in examples] == [None, "torch or tf?", "torch", "torch or tf?"]
    assert {(example.group, example.platform, example.community) for example in examples} == {("1", "x", "dl")}
    assert unmatched == 1


# ---- answers to scores


def test_a_perfect_model_has_full_marks() -> None:
    examples = [post(1), post(2, REST)]
    right = answer(0, (2, 1, 1), ["usability"], sentiment=np.eye(3)[2], left=np.eye(4)[1], joined=np.eye(4)[0])
    found = scores(examples, [right, answer()])
    assert set(found) == set(TASKS) - {"comparison"}
    for task, each in found.items():
        value = 0.0 if task == "false-camps" else 1.0
        assert {figure.value for figure in each.figures.values()} == {value}, task
        assert each.ece in (None, 0.0)


def test_camps_are_scored_and_false_camps_counted() -> None:
    examples = [post(1), post(2), *(post(n, REST) for n in range(3, 7))]
    found = scores(examples, [answer(0), answer(3), answer(1), answer(3), answer(3), answer(3)])
    camp = found["camp"]
    assert (camp.n, camp.groups) == (6, 6)
    assert camp.confusion == [[1, 0, 0, 1], [0, 0, 0, 0], [0, 0, 0, 0], [0, 1, 0, 3]]
    assert camp.figures["accuracy"].value == pytest.approx(4 / 6)
    assert camp.figures["macro recall"].value == pytest.approx((1 / 2 + 3 / 4) / 2)
    assert camp.headline.value == pytest.approx((2 / 3 + 3 / 4) / 2)
    assert camp.ece == pytest.approx(2 / 6)
    false = found["false-camps"]
    assert (false.n, false.headline.value, false.ece) == (4, 0.25, None)
    assert 0 <= false.headline.low <= 0.25 <= false.headline.high <= 1


def test_no_false_camp_among_few_is_not_certainty() -> None:
    few = scores([post(n, REST) for n in range(5)], [answer()] * 5)["false-camps"].headline
    many = scores([post(n, REST) for n in range(100)], [answer()] * 100)["false-camps"].headline
    assert (few.value, few.low) == (0, 0)
    assert few.high == pytest.approx(1 - 0.025 ** (1 / 5))
    assert many.high < 0.04


def test_posts_of_one_thread_count_as_one_draw() -> None:
    apart = [post(n, SIDE if n % 2 else REST) for n in range(40)]
    together = [replace(example, group="a" if n < 20 else "b") for n, example in enumerate(apart)]
    answers = [answer(0 if n < 20 and n % 2 else 3) for n in range(40)]
    one, two = (scores(examples, answers)["camp"].figures["accuracy"] for examples in (apart, together))
    assert one.value == two.value == 0.75
    assert two.high - two.low > one.high - one.low


def test_stance_is_the_mean_of_favor_and_against_and_told_by_target() -> None:
    examples = [
        toward({"text": "a", "target": "A", "label": "favor"}, "1", "s"),
        toward({"text": "b", "target": "A", "label": "against"}, "2", "s"),
        toward({"text": "c", "target": "B", "label": "none"}, "3", "s"),
        toward({"text": "d", "target": "B", "label": "favor"}, "4", "s"),
    ]
    stance = scores(examples, [answer(stance=(guess,)) for guess in (2, 2, 1, 2)])["stance"]
    assert stance.headline.value == pytest.approx((0.8 + 0) / 2)
    assert stance.figures["macro-F1"].value == pytest.approx((0.8 + 0 + 1) / 3)
    assert [(name, part.n) for name, part in stance.parts.items()] == [("A", 2), ("B", 2)]
    assert stance.parts["B"].figures["macro-F1"].value == 1.0


def test_many_targets_are_scored_together_alone() -> None:
    examples = [toward({"text": f"t{n}", "target": f"T{n}", "label": "favor"}, str(n), "s") for n in range(9)]
    assert scores(examples, [answer(stance=(2,))] * 9)["stance"].parts == {}


def test_comparisons_are_camps_over_a_pair() -> None:
    pair = {"text": "a beats b", "object_a": "a", "object_b": "b"}
    examples = [comparison({**pair, "label": label}, label) for label in ("BETTER", "WORSE", "NONE")]
    found = scores(examples, [ClassifierAnswer(camp=np.eye(3)[n]) for n in (0, 1, 0)])
    assert list(found) == ["comparison"]
    assert found["comparison"].figures["accuracy"].value == pytest.approx(2 / 3)
    assert [each.name for each in found["comparison"].classes] == ["BETTER", "WORSE", "NONE"]


def test_reasons_count_only_where_a_stance_is_held() -> None:
    examples = [post(1), post(2), post(3, REST)]
    said = [
        answer(stance=(2, 1, 1), reasons=["usability", "jobs"]),
        answer(reasons=["usability"]),
        answer(reasons=["jobs"]),
    ]
    reasons = scores(examples, said)["reasons"]
    assert reasons.headline.value == pytest.approx(2 / 4)  # one hit, one false alarm, one miss
    assert reasons.figures["macro-F1"].value == pytest.approx(2 / 3)
    assert reasons.figures["accuracy"].value == pytest.approx(1 / 3)
    usability = reasons.classes[REASONS.index("usability")]
    assert (usability.precision, usability.recall, usability.support) == (1.0, 0.5, 2)


def test_a_move_is_right_if_both_its_ends_are() -> None:
    eye = np.eye(4)
    examples = [post(1), post(2), post(3, REST)]
    said = [answer(left=eye[1], joined=eye[0]), answer(left=eye[2], joined=eye[0]), answer(left=eye[1], joined=eye[3])]
    switch = scores(examples, said)["switch"]
    assert switch.headline.value == pytest.approx(2 * 1 / (2 + 2))
    assert {each.name: each.support for each in switch.classes if each.support} == {"none": 1, "tensorflow>pytorch": 2}


def listed(count: int) -> tuple[Target, ...]:
    return tuple(Target(name=f"t{n}", label=f"T{n}", aliases=(f"t{n}",)) for n in range(count))


def test_moves_alone_are_asked_about() -> None:
    rows = [{"text": "x", "switch": switch} for switch in (SIDE["switch"], None)]
    examples = [written_example({**row, "id": str(n)}, "test") for n, row in enumerate(rows)]
    [question] = ask(examples)
    assert (question.task, question.truth.tolist()) == ("switch", [3, 0])
    assert question.classes[3] == "tensorflow>pytorch"


def test_moves_among_many_targets_need_little_memory() -> None:
    targets = listed(40)  # 1,561 classes
    switches = [{"from": "t3", "to": "t7"}, {"from": "t39", "to": "t38"}, {"from": "t0", "to": "t39"}, None]
    examples = [written_example({"id": str(n), "text": "x", "switch": s}, "s", targets) for n, s in enumerate(switches)]
    eye = np.eye(41)
    said = [answer(left=eye[left], joined=eye[joined]) for left, joined in ((3, 7), (39, 38), (1, 39), (40, 40))]
    switch = scores(examples, said)["switch"]
    assert switch.headline.value == pytest.approx(2 * 2 / (3 + 3))
    assert [each.name for each in switch.classes] == ["none", "t0>t39", "t1>t39", "t3>t7", "t39>t38"]
    assert switch.confusion == [[1, 0, 0, 0, 0], [0, 0, 1, 0, 0], [0, 0, 0, 0, 0], [0, 0, 0, 1, 0], [0, 0, 0, 0, 1]]
    assert switch.ece == pytest.approx(1 / 4)


def test_the_calibration_of_moves_is_that_of_the_reported_guess() -> None:
    left, joined = np.array([0.1, 0.6, 0.0, 0.3]), np.array([0.6, 0.0, 0.1, 0.3])  # a move, though no move is likelier
    switch = scores([post(1)], [answer(left=left, joined=joined)])["switch"]
    assert switch.headline.value == 1.0
    assert switch.ece == pytest.approx(1 - 0.36)


def test_a_camp_among_two_targets_is_no_comparison() -> None:
    vim, emacs = listed(2)
    row = {"id": "1", "text": "t0 rules", "camp": "pro-t0"}
    assert [question.task for question in ask([written_example(row, "annotated", (vim, emacs))])] == ["camp"]


def test_one_thread_has_no_interval() -> None:
    pytest.importorskip("sklearn")
    examples = [replace(post(n, (SIDE, REST)[n % 2]), group="one") for n in range(20)]
    answers = [answer(0 if n % 4 else 3) for n in range(20)]
    [question] = ask(examples, ["camp"])
    systems = [
        System("mine", lambda question: reply(question, answers), is_baseline=False),
        System("tfidf", Fitted(marked, tfidf)),
    ]
    found = list(compare(systems, [question], ["camp"]))
    figure = found[0].scores[0].figures["accuracy"]
    assert (figure.value, figure.low, figure.high) == (0.25, None, None)
    assert found[1].scores == []
    text = list(lines(found))
    assert text[0] == "camp: 20 texts, 1 thread; no intervals, which need two threads or more"
    assert text[2].split()[:2] == ["mine", f"{found[0].scores[0].headline.value:.3f}"]
    assert text[3].split() == ["tfidf", "-", "-", "-"]


def test_a_target_of_one_thread_is_learnt_from_the_others() -> None:
    pytest.importorskip("sklearn")
    rows = [
        {"text": f"w{n} a {('good', 'bad')[n % 2]}", "target": "a", "label": ("favor", "against")[n % 2]}
        for n in range(30)
    ]
    examples = [
        toward(row, str(n), "s") for n, row in enumerate([*rows, {"text": "b good", "target": "b", "label": "favor"}])
    ]
    [question] = ask(examples)
    said = Fitted(marked, tfidf)(question)
    assert said is not None
    assert said.guess[-1] == 2


def test_scores_are_told_apart_by_place_and_length() -> None:
    long = " ".join(["word"] * 120)
    examples = [
        replace(toned({"text": "bad", "label": "negative"}, "1", "s"), platform="x"),
        replace(toned({"text": "bad", "label": "negative"}, "2", "s"), platform="reddit", community="r/a"),
        replace(toned({"text": long, "label": "neutral"}, "3", "s"), platform="reddit", community="r/b"),
    ]
    found = scores(examples, [answer(sentiment=np.eye(3)[n]) for n in (0, 1, 1)])["sentiment"]
    assert {name: (part.n, part.figure.value) for name, part in found.by_platform.items()} == {
        "reddit": (2, 0.5),
        "x": (1, 1.0),
    }
    assert list(found.by_community) == ["r/a", "r/b"]
    assert {name: part.n for name, part in found.by_length.items()} == {"under 10 words": 2, "100 words or more": 1}
    assert [words("a " * n) for n in (9, 10, 29, 30, 99, 100)] == [
        "under 10 words", "10 to 29 words", "10 to 29 words", "30 to 99 words", "30 to 99 words", "100 words or more",
    ]  # fmt: skip


def test_a_model_is_scored_only_in_what_it_answers() -> None:
    only_tone = ClassifierAnswer(sentiment=np.eye(3)[2])
    assert [found.task for found in evaluate(lambda _: [only_tone], [post(1)])] == ["sentiment"]
    [found] = evaluate(lambda _: [answer(0)], [post(1)], ["camp"])
    assert found.task == "camp"


# ---- models and baselines


def test_a_checkpoint_and_its_pages_give_the_same_answers() -> None:
    examples = [post(1), comparison(ROWS["comparison"], "2"), post(3, REST)]
    predict = own(tiny_checkpoint(), CPU)
    whole, paged = predict(examples), [found for page in pages(predict, examples) for found in page]
    assert [found.camp.shape for found in whole if found.camp is not None] == [(4,), (3,), (4,)]
    for one, two in zip(whole, paged, strict=True):
        assert one.camp is not None
        assert two.camp is not None
        assert one.camp == pytest.approx(two.camp)


def test_a_sentiment_classifier_answers_for_tone_alone(tmp_path: Path) -> None:
    tone = classifier(tmp_path, ("negative", "neutral", "positive"), task="sentiment")
    assert [found.task for found in evaluate(classifiers(tone, None), [post(1), post(2, REST)])] == ["sentiment"]


def test_a_stance_classifier_answers_every_time(tmp_path: Path) -> None:
    stance = classifier(tmp_path, ("against", "none", "favor"), task="stance")
    texts = ("I love torch", "nice weather", "")  # `stancemap label` would abstain from the last two
    answers = classifiers(None, stance)([post(n, REST, text=text) for n, text in enumerate(texts)])
    for found in answers:
        assert found.sentiment is None
        assert found.stance is not None
        assert found.stance.sum(1) == pytest.approx([1, 1, 1], abs=1e-3)
        assert ((found.stance > 0) & (found.stance < 1)).all()
        assert found.camp is not None
        assert found.camp.shape == (4,)


def tones(count: int) -> list[Example]:
    """Texts whose tone one word tells."""
    names = ("negative", "neutral", "positive")
    return [
        toned({"text": f"{('awful', 'plain', 'great')[n % 3]} thing {n}", "label": names[n % 3]}, str(n), "s")
        for n in range(count)
    ]


def accuracy(question: Question, system: Any) -> float:
    [found] = score(question, system(question), [question.task])
    return found.figures["accuracy"].value


def test_the_majority_class_is_that_of_the_training_texts_where_there_are_any() -> None:
    [question] = ask([*tones(3), toned({"text": "x", "label": "positive"}, "x", "s")])
    said = Majority(None)(question)
    assert said is not None
    assert said.guess.tolist() == [2] * 4
    assert said.probabilities is not None
    assert said.probabilities[0] == pytest.approx([0.25, 0.25, 0.5])
    [other] = ask(tones(1))
    assert Majority({"sentiment": other})(question).guess.tolist() == [0] * 4  # type: ignore[union-attr]
    assert Majority({})(question) is None


def test_the_lexicon_reads_the_sentences_that_name_a_target() -> None:
    pytest.importorskip("vaderSentiment")
    examples = [
        post(1, text="I love torch. Keras is horrible and ugly."),
        post(2, text="jax is great. torch is great."),
        post(3, text="what a wonderful day"),
    ]
    guesses = {}
    for question in ask(examples):
        said = Lexicon()(question)
        guesses[question.task] = said and said.guess.tolist()
    assert guesses["stance"] == [2, 0, 1, 2, 1, 2, 1, 1, 1]
    assert guesses["camp"] == [0, 3, 3]
    assert guesses["sentiment"][1:] == [2, 2]
    assert guesses["reasons"] is None
    assert guesses["switch"] is None


def test_the_lexicon_prefers_what_a_positive_sentence_names_first() -> None:
    pytest.importorskip("vaderSentiment")
    pair = {"object_a": "a1", "object_b": "b1", "label": "NONE"}
    said = ("b1 is better than a1", "b1 is worse than a1", "b1 and a1")
    [question] = ask([comparison({**pair, "text": text}, text) for text in said])
    guess = Lexicon()(question)
    assert guess is not None
    assert guess.guess.tolist() == [1, 0, 2]


def test_tfidf_learns_from_the_other_folds_alone() -> None:
    pytest.importorskip("sklearn")
    [question] = ask(tones(60))
    assert accuracy(question, Fitted(marked, tfidf)) == 1.0
    telltale = [
        replace(
            toned({"text": f"w{n // 2} w{n // 2}", "label": ("negative", "positive")[n // 2 % 2]}, str(n), "s"),
            group=str(n // 2),
        )
        for n in range(80)
    ]
    [question] = ask(telltale)
    assert accuracy(question, Fitted(marked, tfidf)) < 0.8  # a thread's own word is never seen in training


def test_tfidf_may_be_fitted_on_other_texts() -> None:
    pytest.importorskip("sklearn")
    [question], training = ask(tones(6)), ask(tones(30))
    assert accuracy(question, Fitted(marked, tfidf, {"sentiment": training[0]})) == 1.0
    assert Fitted(marked, tfidf, {})(question) is None


def test_a_fitted_baseline_answers_every_question() -> None:
    pytest.importorskip("sklearn")
    examples = [post(n, (SIDE, REST)[n % 2]) for n in range(30)]
    for question in ask(examples):
        said = Fitted(marked, tfidf)(question)
        assert said is not None
        assert (said.guess == question.truth).all(), question.task
    [alone] = ask(examples[:1], ["camp"])
    assert Fitted(marked, tfidf)(alone) is None  # nothing to learn from


def test_targets_are_marked_by_their_role() -> None:
    examples = [post(1, text="torch over tf", parent="jax?")]
    texts = {question.task: marked(question).tolist() for question in ask(examples)}
    assert texts["stance"][0].split() == ["_target_", "over", "_other_", "answers__other_", "answers_?"]
    assert texts["camp"][0].split() == ["_target0_", "over", "_target1_", "answers__target2_", "answers_?"]


def test_frozen_features_do_not_depend_on_batch_mates() -> None:
    mixed = [post(1), comparison(ROWS["comparison"], "2"), post(3, text="torch " * 100), post(4, text="jax")]
    together, questions = Frozen(tiny_checkpoint(), CPU), {question.task: question for question in ask(mixed)}
    together.read(mixed)
    for task in ("camp", "comparison", "stance", "sentiment"):
        alone = Frozen(tiny_checkpoint(), CPU)
        rows = [alone(replace(questions[task], rows=(row,)))[0] for row in questions[task].rows]
        assert together(questions[task]) == pytest.approx(np.stack(rows), abs=1e-5), task
    camp = together(questions["camp"])
    assert camp.shape == (3, 4 * 16)
    assert camp[0, 16:32].any()
    assert not camp[0, 32:].any()  # TensorFlow and JAX are not named
    assert together(questions["stance"]).shape == (9, 2 * 16)
    assert together(questions["sentiment"]) == pytest.approx(camp[:, :16])


def test_systems_stand_side_by_side() -> None:
    pytest.importorskip("sklearn")
    pytest.importorskip("vaderSentiment")
    examples = [post(n, (SIDE, REST)[n % 2]) for n in range(20)]
    answers = [answer(0 if n % 2 else 3) for n in range(20)]
    questions = ask(examples)
    systems = [System("mine", lambda question: reply(question, answers), is_baseline=False)]
    found = list(compare([*systems, *baselines(None, tiny_checkpoint(), CPU)], questions, TASKS))
    assert [each.system for each in found] == [
        "mine", "majority class", "lexicon (VADER)", "TF-IDF + logistic regression", "frozen tiny + linear head",
    ]  # fmt: skip
    text = list(lines(found))
    assert text[0] == "camp: 20 texts, 20 threads; 95% intervals in brackets"
    assert text[2].startswith("  mine                          0.000 [0.000, 0.000]")
    assert any(line.startswith("  lexicon (VADER)") for line in text)
    assert "mine, camp" in text
    assert "majority class, camp" not in text
    assert "    under 10 words  0.000 [0.000, 0.000]  n = 20" not in text  # one length only: nothing to compare


def test_columns_are_aligned() -> None:
    assert list(aligned([["a", "1"], ["long", "234"]])) == ["  a       1", "  long  234"]


# ---- the command


def test_tasks_of_the_command_are_those_of_the_package() -> None:
    assert module.TASKS == TASKS


def test_the_command_prints_tables_and_one_json_document(tmp_path: Path) -> None:
    config = tiny_config(tmp_path)
    data = write(tmp_path / "a.jsonl", [{**(SIDE, REST)[n % 2], "id": str(n), "platform": "x"} for n in range(12)])
    plain = run("evaluate", data, "--config", config, "--no-baselines", cwd=tmp_path)
    assert plain.stdout.startswith("camp: 12 texts, 12 threads")
    assert plain.stderr == ""
    done = run("evaluate", data, "--config", config, "--json", "--task", "camp", "--model", "tiny-model", cwd=tmp_path)
    document = json.loads(done.stdout)
    assert document["texts"] == 12
    assert [(each["system"], each["is_baseline"]) for each in document["systems"]][:2] == [
        ("tiny-model", False),
        ("majority class", True),
    ]
    [camp] = document["systems"][0]["scores"]
    assert (camp["task"], camp["n"], list(camp["by_platform"])) == ("camp", 12, ["x"])
    assert set(camp["figures"]["macro-F1"]) == {"value", "low", "high"}


def test_the_sample_corpus_can_be_evaluated(tmp_path: Path) -> None:
    config = tiny_config(tmp_path)
    run("sample", "-o", ".", cwd=tmp_path)
    run("import", "x.jsonl", "reddit.jsonl", "hackernews.jsonl", cwd=tmp_path)
    done = run("evaluate", "--labels", "labels.jsonl", "--config", config, "--no-baselines", "--json", cwd=tmp_path)
    document = json.loads(done.stdout)
    assert document["texts"] + document["labels_without_text"] == 329
    assert document["texts"] > 300
    assert "no readable post has that id" in done.stderr


def test_wrong_use_is_told_in_one_line(tmp_path: Path) -> None:
    assert "name labelled files" in run("evaluate", cwd=tmp_path, code=2).stderr
    data = write(tmp_path / "a.jsonl", [ROWS["sentiment"]])
    done = run("evaluate", data, "--task", "camp", cwd=tmp_path, code=1)
    assert done.stderr == "stancemap: error: no row is labelled for --task camp: leave it out\n"
    done = run("evaluate", data, "--model", "nowhere", cwd=tmp_path, code=1)
    assert "nowhere: config.json, model.safetensors, tokenizer.json missing" in done.stderr


def test_without_the_extra_the_models_are_measured_alone(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("nlp.evaluation.compare.find_spec", lambda _: None)
    data, config = write(tmp_path / "a.jsonl", [ROWS["sentiment"]]), tiny_config(tmp_path)
    module.command.main([str(data), "--config", str(config)], standalone_mode=False)
    said = capsys.readouterr()
    assert said.err.strip().endswith("they need scikit-learn and vaderSentiment: pip install '.[evaluate]'")
    assert "majority class" not in said.out
    assert "tiny-model, sentiment" in said.out


def test_a_folder_of_hugging_face_is_taken_for_a_sentiment_classifier(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    classifier(tmp_path / "hf", ("negative", "neutral", "positive"), task="sentiment")
    data = write(tmp_path / "a.jsonl", [ROWS["annotated"], ROWS["sentiment"]])
    config = str(tiny_config(tmp_path))
    arguments = [str(data), "--config", config, "--model", str(tmp_path / "hf"), "--no-baselines", "--json"]
    module.command.main(arguments, standalone_mode=False)
    [system] = json.loads(capsys.readouterr().out)["systems"]
    assert [found["task"] for found in system["scores"]] == ["sentiment"]


def test_the_examples_of_the_help_stand_on_lines_of_their_own() -> None:
    with module.command.make_context("evaluate", ["a.jsonl"]) as context:
        assert "  Examples:\n    stancemap evaluate posts.jsonl" in module.command.get_help(context)
