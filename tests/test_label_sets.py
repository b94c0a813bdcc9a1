import json
from pathlib import Path

import pytest

from corpus.labels import Labels, StanceLabel
from corpus.opinion import Opinions
from corpus.post import Post
from corpus.store import Store
from debate import debate, opinion
from program import run
from reports.relabelling import EVERYWHERE, relabelled


def labels(camp: str, p: float = 0.9) -> Labels:
    camps = {"pytorch": 0.0, "jax": 0.0, "neutral": 1 - p} | {camp: p}
    stance = StanceLabel(against=0.0, none=1 - p, favor=p)
    return Labels(
        camp=camps,
        sentiment={"negative": 0.0, "neutral": 1.0, "positive": 0.0},
        stances={"pytorch": stance},
        reasons={},
    )


@pytest.fixture
def corpus(tmp_path: Path) -> Path:
    """Forty posts of twenty authors, each in its own thread; set "b" calls every fourth of the posts one for JAX."""
    path = tmp_path / "c.db"
    with Store.open(path) as store:
        posts = [
            Post(
                platform="forum",
                id=str(n),
                conversation_id=str(n),
                author=f"author {n // 2}",
                community="north" if n < 24 else "south",
                text=f"post \x1b[31m{n}",
            )
            for n in range(40)
        ]
        store.add((post, None) for post in posts)
        for name in ("a", "b", "c"):
            label_set = store.label_set(name, model="m", revision=name, config_hash="0")
            made = [labels("jax" if name == "b" and n % 4 == 0 else "pytorch", 0.5 + n / 100) for n in range(40)]
            store.add_labels(label_set, zip(store.unlabelled(label_set), made, strict=True))
    return path


def test_the_newest_is_the_default_until_another_is_picked(corpus: Path, tmp_path: Path) -> None:
    listed = run("label-sets", "list", "--corpus", corpus, cwd=tmp_path).stdout.splitlines()
    assert [line[:4] for line in listed] == ["  a:", "  b:", "* c:"]
    assert "40 posts read, 0 abstained; model m a, settings 0" in listed[0]
    run("label-sets", "default", "b", "--corpus", corpus, cwd=tmp_path)
    document = json.loads(run("label-sets", "list", "--json", "--corpus", corpus, cwd=tmp_path).stdout)
    assert [row["is_default"] for row in document["label_sets"]] == [False, True, False]
    run("export", "-o", "out.csv", "--corpus", corpus, cwd=tmp_path)
    assert "pro-jax" in (tmp_path / "out.csv").read_text("utf-8")
    with Store.open(corpus) as store:
        store.label_set("d", model="m", revision="d", config_hash="0")
        assert (store.default_label_set() or store.label_sets()[0]).name == "b"


def test_deleting_asks_and_leaves_the_others_alone(corpus: Path, tmp_path: Path) -> None:
    refused = run("label-sets", "delete", "b", "--corpus", corpus, cwd=tmp_path, stdin="n\n", code=130)
    assert "Delete the labels of 40 posts in b?" in refused.stderr
    run("label-sets", "default", "b", "--corpus", corpus, cwd=tmp_path)
    assert run("label-sets", "delete", "b", "--yes", "--corpus", corpus, cwd=tmp_path).stdout == (
        "Deleted label set b (40 posts).\n"
    )
    with Store.open(corpus) as store:
        assert [(row.label_set.name, row.posts) for row in store.summary().label_sets] == [("a", 40), ("c", 40)]
        assert (store.default_label_set() or store.label_sets()[0]).name == "c"
        assert store.count() == 40
        again = store.label_set("b", model="m", revision="new", config_hash="1")
        assert store.count_unlabelled(again) == 40


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["label-sets", "default", "nope"], "no label set 'nope'"),
        (["label-sets", "delete", "nope", "--yes"], "it has a, b, c"),
        (["compare", "a", "nope"], "no label set 'nope'"),
        (["compare", "a", "a"], "a is one label set: name two"),
    ],
)
def test_what_is_not_there_is_said_in_one_line(corpus: Path, tmp_path: Path, arguments: list[str], said: str) -> None:
    error = run(*arguments, "--corpus", corpus, cwd=tmp_path, code=1).stderr
    assert said in error
    assert error.count("\n") == 1


@pytest.mark.parametrize("arguments", [["default", "a"], ["delete", "a", "--yes"]])
def test_a_missing_corpus_is_not_made(tmp_path: Path, arguments: list[str]) -> None:
    error = run("label-sets", *arguments, "--corpus", "none.db", cwd=tmp_path, code=1).stderr
    assert "no corpus at none.db" in error
    assert list(tmp_path.iterdir()) == []


def test_an_empty_list_says_what_to_do(tmp_path: Path) -> None:
    with Store.open(tmp_path / "new.db"):
        pass
    assert "run `stancemap label`" in run("label-sets", "list", "--corpus", "new.db", cwd=tmp_path).stdout


def test_comparing_two_label_sets_of_a_corpus(corpus: Path, tmp_path: Path) -> None:
    text = run("compare", "a", "b", "-n", "3", "--corpus", corpus, cwd=tmp_path).stdout
    assert "40 posts judged by both" in text
    assert "camp: 75.0% alike, Cohen's kappa 0.000" in text
    assert "10 posts in another camp, the surest first" in text
    flips = [line.split() for line in text.splitlines() if "->" in line]
    assert [line[-1] for line in flips] == ["36", "32", "28"]
    assert [line[0] for line in flips] == ["0.86", "0.82", "0.78"]
    assert "\x1b" not in text

    document = json.loads(run("compare", "a", "b", "--json", "--corpus", corpus, cwd=tmp_path).stdout)
    north = {row["camp"]: row for row in document["shares"] if row["place"] == "north"}
    assert north["pro-jax"]["posts"] == 24
    assert (north["pro-jax"]["first"], north["pro-jax"]["second"]) == (0, 0.25)
    assert north["pro-jax"]["low"] < 0.25 < north["pro-jax"]["high"]
    south = next(row for row in document["shares"] if row["place"] == "south")
    assert south["low"] is None, "eight authors are too few for an interval, in however many threads"
    assert len(document["flips"]) == 10


def test_equal_label_sets_differ_in_nothing() -> None:
    posts = [Opinions.of(debate(60))]
    found = relabelled(posts, posts, most=5)
    assert (found.both, found.flipped, found.flips) == (60, 0, ())
    assert {question.kappa for question in found.questions if question.name in ("camp", "sentiment")} == {1.0}
    assert all(use.agreement == 1 and use.first == use.second for q in found.questions for use in q.labels)
    assert all(share.first == share.second and (share.low, share.high) == (0, 0) for share in found.shares[:3])


def test_kappa_and_agreement_by_label_are_those_of_the_textbook() -> None:
    # Cohen's own kind of table: 20 yes/yes, 5 yes/no, 10 no/yes, 15 no/no: kappa 0.4
    cells = {("jax", "jax"): 20, ("jax", "neutral"): 5, ("neutral", "jax"): 10, ("neutral", "neutral"): 15}
    pairs = [pair for pair, n in cells.items() for _ in range(n)]
    one, other = (
        [opinion(key, camp=pair[side], camp_probability=0.8) for key, pair in enumerate(pairs)] for side in (0, 1)
    )
    found = relabelled([Opinions.of(one)], [Opinions.of(other)], most=0)
    camp = next(question for question in found.questions if question.name == "camp")
    assert camp.kappa == pytest.approx(0.4)
    assert [(use.label, use.first, use.second, use.agreement) for use in camp.labels] == [
        ("jax", 25, 30, pytest.approx(40 / 55)),
        ("neutral", 25, 20, pytest.approx(30 / 45)),
    ]
    assert (found.flipped, found.flips) == (15, ())
    everywhere = {share.camp: share for share in found.shares if share.place == EVERYWHERE}
    assert everywhere["jax"].second - everywhere["jax"].first == pytest.approx(0.1)
    # paired differences: 10 up, 5 down, 35 level; the standard error of their mean times Student's t for 49 degrees
    reach = 2.0096 * ((15 - 50 * 0.01) / 49 / 50) ** 0.5
    assert everywhere["jax"].high == pytest.approx(0.1 + reach, abs=1e-4)
    assert everywhere["jax"].low == pytest.approx(0.1 - reach, abs=1e-4)


def test_profiles_on_reddit_are_compared_as_one_place() -> None:
    posts = [Opinions.of([opinion(key, community=f"r/u_Gustav{key}") for key in range(12)])]
    places = {share.place for share in relabelled(posts, posts, most=0).shares}
    assert places == {EVERYWHERE, "Reddit profiles"}


def test_abstentions_are_counted_apart() -> None:
    silent = {"camp": None, "sentiment": None, "stances": {}}
    one = [opinion(1), opinion(2, **silent), opinion(3), opinion(4, **silent)]
    other = [opinion(1), opinion(2), opinion(3, **silent), opinion(4, **silent)]
    found = relabelled([Opinions.of(one)], [Opinions.of(other)], most=5)
    assert (found.both, found.only_first, found.only_second) == (1, 1, 1)
    nobody = [Opinions.of([opinion(1, **silent)])]
    assert relabelled(nobody, nobody, most=5).questions == ()
