"""Hand labels: drawing posts, reading what people said, and keeping it."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import pytest

from corpus.annotation import Annotated, Annotation
from corpus.errors import InputError
from corpus.labels import Abstained, Labels, StanceLabel
from corpus.opinion import Opinions
from corpus.post import Post
from corpus.store import Store
from debate import opinion
from ingest.annotations import annotation, read
from labelling import give
from program import run
from reports.drawing import allocated, draw

if TYPE_CHECKING:
    from pathlib import Path

TARGETS = ("pytorch", "tensorflow", "jax")
ROW = {
    "platform": "x", "id": "p1", "camp": "pro-jax", "stance": {"jax": "favor", "pytorch": None},
    "sentiment": "positive", "reasons": ["usability"], "switch": {"from": "tensorflow", "to": "jax"}, "sure": False,
    "inclusion_probability": 0.5, "design": "uniform",
}  # fmt: skip
JUDGED = Labels(
    camp={"neutral": 0.1, "pytorch": 0.8, "tensorflow": 0.05, "jax": 0.05},
    sentiment={"negative": 0.1, "neutral": 0.8, "positive": 0.1},
    stances={target: StanceLabel(against=0.1, none=0.8, favor=0.1) for target in TARGETS},
    reasons={},
)


def post(number: int) -> Post:
    return Post(
        platform="x", id=f"p{number}", conversation_id="p0", reply_to="p0" if number else None, author=f"u{number}",
        community="X" if number % 4 else "Y", text=f"what I think, number {number}, is this",
    )  # fmt: skip


def labelled_corpus(path: Path, posts: int = 200) -> Path:
    with Store.open(path) as store:
        store.add((post(number), None) for number in range(posts))
        labels = store.label_set("first", model="m", revision="r", config_hash="c")
        give(store, labels, ((key, JUDGED) for key in range(1, posts + 1)))
    return path


def test_a_row_is_read_as_the_rules_say() -> None:
    found = annotation(ROW, TARGETS, "ann")
    assert found == Annotation(
        platform="x", id="p1", annotator="ann", camp="pro-jax", stances={"jax": "favor"}, sentiment="positive",
        reasons=("usability",), switched_from="tensorflow", switched_to="jax", is_sure=False, probability=0.5,
        design="uniform",
    )  # fmt: skip
    assert annotation(
        ROW | {"annotator": "bob", "annotated_at": "2023-01-14T18:03:11"}, TARGETS
    ).annotated_at == datetime(2023, 1, 14, 18, 3, 11, tzinfo=UTC)
    blank = {"camp": None, "stance": {"jax": None}, "sentiment": "", "reasons": [], "switch": None}
    assert annotation(ROW | blank, TARGETS).is_blank


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"camp": "jax"}, "camp is 'jax', not one of neutral, pro-pytorch"),
        ({"stance": {"vue": "favor"}}, "target is 'vue', not one of pytorch"),
        ({"stance": {"jax": "for"}}, "jax is 'for', not one of against, none, favor"),
        ({"stance": "favor"}, "stance is 'favor' where an object belongs"),
        ({"switch": "pro-jax"}, "switch is 'pro-jax' where an object belongs"),
        ({"reasons": 5}, "reasons is 5 where a list belongs"),
        ({"reasons": "usability"}, "reasons is 'usability' where a list belongs"),
        ({"design": ["uniform"]}, "design is .* where text belongs"),
        ({"sentiment": "good"}, "sentiment is 'good'"),
        ({"reasons": ["speed"]}, "reason is 'speed'"),
        ({"switch": {"from": "jax"}}, "to is None"),
        ({"inclusion_probability": 1.5}, "inclusion_probability is 1.5"),
        ({"annotated_at": "yesterday"}, "annotated_at is 'yesterday'"),
        ({"id": ""}, "it names no post"),
        ({"camp": None}, "it says stance but no camp"),
        ({"camp": "", "stance": {"jax": None}}, "it says sentiment but no camp"),
    ],
)
def test_what_is_wrong_in_a_row_is_said(change: dict[str, object], message: str) -> None:
    with pytest.raises(InputError, match=message.replace("(", r"\(")):
        annotation(ROW | change, TARGETS, "ann")


def test_a_wrong_line_is_named_and_so_is_a_missing_annotator(tmp_path: Path) -> None:
    path = tmp_path / "done.jsonl"
    path.write_text(f"{json.dumps(ROW)}\n\nnot json\n", "utf-8")
    with pytest.raises(InputError, match=r"done.jsonl, line 3: not a JSON object: mend it"):
        list(read(path, TARGETS, "ann"))
    path.write_text(json.dumps(ROW), "utf-8")
    with pytest.raises(InputError, match="line 1: it does not say who labelled it"):
        list(read(path, TARGETS))
    with pytest.raises(InputError, match="name a file of annotations"):
        list(read(tmp_path / "missing", TARGETS))


def test_line_separators_within_a_text_end_no_row(tmp_path: Path) -> None:
    path = tmp_path / "done.jsonl"
    row = json.dumps(ROW | {"text": "a\u2028b\u2029c\x85d"}, ensure_ascii=False)
    path.write_bytes(f"{row}\r\n{row}\n".encode())
    assert [found.id for found in read(path, TARGETS, "ann")] == ["p1", "p1"]


def test_annotations_are_kept_once_a_person_and_post(tmp_path: Path) -> None:
    first = annotation(ROW, TARGETS, "ann")
    with Store.open(labelled_corpus(tmp_path / "corpus.db")) as store:
        assert store.add_annotations([first, replace(first, id="nowhere")]) == Annotated(new=1, unknown=("nowhere",))
        assert store.add_annotations([first, replace(first, platform="", annotator="bob")]) == Annotated(
            new=1, unchanged=1
        )
        assert store.add_annotations([replace(first, camp="neutral")]).updated == 1
        assert [(kept.annotator, kept.camp, kept.key) for kept in store.annotations()] == [
            ("ann", "neutral", 2),
            ("bob", "pro-jax", 2),
        ]
        assert store.annotations()[1] == replace(first, annotator="bob", key=2)


def test_an_id_on_two_platforms_is_not_guessed_at(tmp_path: Path) -> None:
    with Store.open(tmp_path / "c.db") as store:
        store.add((replace(post(1), platform=platform), None) for platform in ("x", "bluesky"))
        said = annotation(ROW, TARGETS, "ann")
        with pytest.raises(InputError, match=r"the id p1 is that of several posts \(bluesky, x\): name the platform"):
            store.add_annotations([said, replace(said, platform="")])
        assert store.annotations() == ()
        assert store.add_annotations([replace(said, platform="bluesky"), said]).new == 2


def test_an_enlarged_draw_renews_the_chances_of_what_is_labelled(tmp_path: Path) -> None:
    first = annotation(ROW, TARGETS, "ann")
    with Store.open(labelled_corpus(tmp_path / "corpus.db")) as store:
        store.add_annotations([first])
        emptied = {"camp": None, "stance": {}, "sentiment": None, "reasons": [], "switch": None}
        blank = annotation(ROW | emptied | {"inclusion_probability": 0.75, "design": "larger"}, TARGETS)
        assert store.add_annotations([blank]) == Annotated(blank=1)
        (kept,) = store.annotations()
        assert (kept.camp, kept.probability, kept.design) == ("pro-jax", 0.75, "larger")


def test_posts_in_the_same_words_are_copies_but_short_ones_are_not(tmp_path: Path) -> None:
    said = ["What I say in many words, and more than once or twice", "This.", "this."]
    said += [said[0].upper(), f" {said[0]} "]
    with Store.open(tmp_path / "corpus.db") as store:
        store.add((replace(post(number), text=text), None) for number, text in enumerate(said))
        assert store.copies() == {4: 1, 5: 1}


def test_a_draw_is_of_judged_posts_and_a_larger_one_holds_the_smaller() -> None:
    gone = {"camp": None, "camp_probability": None, "stances": {}, "sentiment": None, "abstained": Abstained.OFF_TOPIC}
    posts = [*(opinion(key) for key in range(200)), *(opinion(key, **gone) for key in range(300, 400))]
    small, large = (draw([Opinions.of(posts)], number=number, seed=1) for number in (20, 50))
    assert small.posts == tuple(drawn._replace(probability=0.1) for drawn in large.posts[:20])
    assert {drawn.probability for drawn in large.posts} == {0.25}
    assert (large.population, large.design) == (200, "uniform, 50 of 200, seed 1")
    assert max(drawn.key for drawn in large.posts) < 200
    assert draw([Opinions.of(posts)], number=20, seed=2).posts != small.posts
    assert len(draw([Opinions.of(posts)], number=900, seed=1).posts) == 200
    with pytest.raises(InputError, match="nothing to draw from"):
        draw([Opinions.of(posts[200:])], number=5, seed=1)


def test_a_stratified_draw_gives_each_community_its_part() -> None:
    posts = [opinion(key, community="r/big" if key < 180 else "r/small") for key in range(200)]
    drawn = draw([Opinions.of(posts)], number=60, seed=1, by_community=True).posts
    chances = {
        place: {d.probability for d in drawn if (d.key < 180) == (place == "r/big")} for place in ("r/big", "r/small")
    }
    assert chances == {"r/big": {40 / 180}, "r/small": {1.0}}
    assert sum(1 / found.probability for found in drawn) == pytest.approx(200)
    assert allocated({"a": 5, "b": 100, "c": 100}, 31) == {"a": 5, "b": 13, "c": 13}


def test_a_stratified_draw_stands_in_random_order() -> None:
    posts = [opinion(key, community="r/big" if key < 1_900 else "r/small") for key in range(2_000)]
    firsts = [
        drawn.key < 1_900
        for seed in range(20)
        for drawn in draw([Opinions.of(posts)], number=60, seed=seed, by_community=True).posts[:20]
    ]
    assert 0.4 < sum(firsts) / len(firsts) < 0.6


def test_from_drawing_to_the_corrected_report(tmp_path: Path) -> None:
    labelled_corpus(tmp_path / "stancemap.db")
    says = run("annotations", "sample", "-n", 60, "-o", "todo.jsonl", "--stratify", "community", cwd=tmp_path).stdout
    assert "Wrote 60 posts of 200 to todo.jsonl (stratified by community (2), 60 of 200, seed 1)" in says
    again = run("annotations", "sample", "-o", "todo.jsonl", cwd=tmp_path, code=1)
    assert "exists and may hold labels" in again.stderr
    rows = [json.loads(line) for line in (tmp_path / "todo.jsonl").read_text("utf-8").splitlines()]
    assert "what I think, number 0, is this" in {row["answers"] for row in rows}
    for place, row in enumerate(rows):
        row |= {"camp": "neutral" if place % 2 else "pro-pytorch", "sentiment": "neutral"}
        row["stance"] = dict.fromkeys(TARGETS, "none")
    (tmp_path / "done.jsonl").write_text("\n".join(map(json.dumps, rows)), "utf-8")
    for who in ("ann", "bob"):
        done = run("annotations", "import", "done.jsonl", "--annotator", who, cwd=tmp_path).stdout
        assert "done.jsonl: 60 new, 0 updated, 0 unchanged, 0 blank" in done
    assert "agreement on camp: 100% of 60 shared posts, kappa 1.00, alpha 1.00" in done
    found = json.loads(run("report", "-o", "out", "--format", "json", "--json", cwd=tmp_path).stdout)
    better = found["overall"]["camps"]["corrected"]
    assert better["labelled"] == 60
    assert 0.3 < better["shares"][0]["share"] < 0.7
    assert found["hand"]["annotators"] == 2
    wrong = run("annotations", "import", "missing.jsonl", cwd=tmp_path, code=1)
    assert wrong.stderr.count("\n") == 1


def test_a_comparison_is_with_a_day_two_periods_or_another_corpus(tmp_path: Path) -> None:
    for name in ("stancemap.db", "other.db"):
        labelled_corpus(tmp_path / name, 40)
    two = json.loads(
        run("report", "-o", "out", "--format", "json", "--json", "--compare", "other.db", cwd=tmp_path).stdout
    )
    assert (two["comparison"]["before"], two["comparison"]["after"]) == ("other.db", "stancemap.db")
    assert all(row["low"] < 0 < row["high"] for row in two["comparison"]["moved"])
    day = json.loads(
        run("report", "-o", "out", "--format", "json", "--json", "--compare", "2023-01-14", cwd=tmp_path).stdout
    )
    assert day["comparison"]["after"] == "since 2023-01-14"
    bad = run("report", "-o", "out", "--compare", "2023-01-14..2023-01-15", cwd=tmp_path, code=1)
    assert "write a day (2023-01-14), two periods" in bad.stderr
    for odd in ("", "0001-01-01"):
        bad = run("report", "-o", "out", "--compare", odd, cwd=tmp_path, code=1)
        assert bad.stderr.startswith(f"stancemap: error: --compare '{odd}': write a day (2023-01-14), two periods")
        assert bad.stderr.count("\n") == 1
