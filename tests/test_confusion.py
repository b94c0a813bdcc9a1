"""Shares corrected by the confusion matrix: simulations with seeds, when it is chosen, and when it is refused."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import TYPE_CHECKING

import jsonschema
import numpy as np
import pytest

from corpus.store import Store
from debate import opinion, report
from labelling import give
from program import run
from reports.confusion import adjusted, rates
from reports.correction import Hand, corrected
from reports.linear import simplex
from reports.markdown import render
from reports.prevalence import Sampling, distribution
from test_annotations import JUDGED, post
from test_correction import LABELS, TRUTH, annotations, population, reported

if TYPE_CHECKING:
    from pathlib import Path

    from reports import Report
    from reports.estimates import Corrected

ELSEWHERE = np.array([0.25, 0.5, 0.25])
ALL = np.arange(1_000)
COMPARED = 5  # what fails does so plainly: it is tried in every fifth run


def hand_labels(truth: np.ndarray, places: np.ndarray) -> Hand:
    return Hand(places, np.eye(3)[truth[places]], np.ones(len(places)))


def invert(
    said: np.ndarray, hand: Hand, chosen: np.ndarray, threads: np.ndarray, sides: int | None = None
) -> Corrected | None:
    return adjusted(
        LABELS, codes=said, chosen=chosen, found=rates(said, hand), threads=threads, authors=np.arange(len(said)),
        sides=sides,
    )  # fmt: skip


@pytest.mark.parametrize("sides", [None, 2])
def test_labels_that_were_sought_correct_what_a_random_sample_would(sides: int | None) -> None:
    random, runs = np.random.default_rng(3), 2_000
    target = TRUTH[:sides] / TRUTH[:sides].sum()
    covered, naive, raw = np.zeros(len(target)), np.zeros(len(target)), np.zeros(3)
    for number in range(runs):
        truth, said, threads = population(random)
        chances = np.array([1, 3, 0.5])[truth]
        hand = hand_labels(truth, random.choice(len(truth), 300, replace=False, p=chances / chances.sum()))
        found = invert(said, hand, np.arange(len(said)), threads, sides)
        assert found is not None
        covered += [share.low <= true <= share.high for share, true in zip(found.shares, target, strict=True)]
        if number % COMPARED:
            continue
        wrong = corrected(LABELS, codes=said, hand=hand, threads=threads, authors=np.arange(len(said)), sides=sides)
        assert wrong is not None
        naive += [share.low <= true <= share.high for share, true in zip(wrong.shares, target, strict=True)]
        model = distribution(LABELS, codes=said, threads=threads, authors=np.arange(len(said)), sampling=Sampling())
        assert model is not None
        raw += [share.low <= true <= share.high for share, true in zip(model.shares, TRUTH, strict=True)]
    assert ((covered / runs >= 0.93) & (covered / runs <= 0.97)).all(), covered / runs
    assert naive.min() * COMPARED / runs < 0.3
    assert raw.min() * COMPARED / runs < 0.3


def test_a_community_with_few_labels_is_corrected_by_those_of_all() -> None:
    random, runs = np.random.default_rng(5), 2_000
    covered, raw, refused = np.zeros(3), np.zeros(3), 0
    for number in range(runs):
        (most, said, threads), (few, theirs, others) = population(random), population(random, 40, shares=ELSEWHERE)
        truth, codes = np.concatenate([most, few]), np.concatenate([said, theirs])
        hand = hand_labels(truth, random.choice(len(truth), 300, replace=False))
        there = np.arange(len(most), len(truth))
        found = invert(codes, hand, there, np.concatenate([threads, 150 + others]))
        if found is None:  # chance makes its own hand labels contradict the matrix
            refused += 1
            continue
        covered += [share.low <= true <= share.high for share, true in zip(found.shares, ELSEWHERE, strict=True)]
        if number % COMPARED:
            continue
        model = distribution(LABELS, codes=theirs, threads=others, authors=there, sampling=Sampling())
        assert model is not None
        raw += [share.low <= true <= share.high for share, true in zip(model.shares, ELSEWHERE, strict=True)]
    given = covered / (runs - refused)
    assert refused / runs < 0.02
    assert ((given >= 0.93) & (given <= 0.97)).all(), given
    assert raw.min() * COMPARED / runs < 0.3


def known(matrix: list[list[int]], codes: np.ndarray) -> Corrected | None:
    """Correct by hand labels with these counts (a row each of what people say, a column of what the model says)."""
    counts = np.array(matrix)
    truth, said = (np.repeat(code, counts.ravel()) for code in np.indices(counts.shape).reshape(2, -1))
    said, hand = np.concatenate([said, codes]), Hand(np.arange(len(truth)), np.eye(3)[truth], np.ones(len(truth)))
    alone, chosen = np.arange(len(said)), np.arange(len(truth), len(said))
    return adjusted(LABELS, codes=said, chosen=chosen, found=rates(said, hand), threads=alone, authors=alone)


def test_the_estimate_is_that_of_rogan_and_gladen() -> None:
    found = known([[80, 20, 0], [10, 90, 0], [0, 0, 0]], np.repeat([0, 1], [450, 550]))
    assert found is not None
    assert found["a"].share == pytest.approx((0.45 + 0.9 - 1) / (0.8 + 0.9 - 1))
    assert (found.method, found.tuning, found.labelled) == ("confusion matrix", None, 200)
    assert found["c"].share == 0 < found["c"].high < 0.03


def test_shares_stay_shares_where_the_inverse_is_none() -> None:
    found = known([[80, 20, 0], [10, 90, 0], [0, 0, 0]], np.repeat([0, 1], [50, 950]))  # 5% is less than chance gives
    assert found is not None
    assert [share.share for share in found.shares] == [0, 1, 0]
    assert (found["a"].low, found["b"].high) == (0, 1)
    assert 0.03 < found["a"].high < 0.2
    assert simplex(np.array([1.2, -0.4, 0.2])) == pytest.approx([1, 0, 0])
    assert simplex(np.array([0.5, 0.2, 0.3])) == pytest.approx([0.5, 0.2, 0.3])


@pytest.mark.parametrize(
    ("matrix", "problem"),
    [
        ([[30, 20, 0], [28, 22, 0], [1, 1, 40]], "ill-conditioned"),
        ([[40, 0, 10], [45, 0, 5], [5, 0, 45]], "ill-conditioned"),  # never says the second
        ([[40, 5, 5], [5, 40, 5], [0, 0, 2]], "few labels"),
        ([[40, 5, 5], [5, 40, 5], [0, 0, 0]], "few labels"),  # says the third, which nobody does
        ([[9, 0, 0], [0, 9, 0], [0, 0, 9]], "few labels"),
    ],
)
def test_a_matrix_that_cannot_be_undone_corrects_nothing(matrix: list[list[int]], problem: str) -> None:
    counts = np.array(matrix)
    truth, said = (np.repeat(code, counts.ravel()) for code in np.indices((3, 3)).reshape(2, -1))
    found = rates(said, Hand(np.arange(len(truth)), np.eye(3)[truth], np.ones(len(truth))))
    assert found.problem == problem
    assert known(matrix, ALL % 3) is None


def test_posts_that_the_matrix_does_not_fit_are_left_as_they_are() -> None:
    truth, said = np.tile([0, 1], 500), np.tile([0, 1], 500)
    there = np.arange(900, 1_000)
    said[there] = 0  # of this community the model always says the same
    for own, fits in ((5, True), (40, False)):
        hand = hand_labels(truth, np.concatenate([np.arange(200), there[:own]]))
        found = adjusted(LABELS, codes=said, chosen=there, found=rates(said, hand), threads=ALL, authors=ALL)
        assert (found is not None) == fits
    few = adjusted(LABELS, codes=said, chosen=there[:20], found=rates(said, hand), threads=ALL, authors=ALL)
    assert few is None
    strange = np.where(np.isin(ALL, there), 2, said)  # a label that the matrix does not know
    assert adjusted(LABELS, codes=strange, chosen=there, found=rates(said, hand), threads=ALL, authors=ALL) is None


def two_places(number: int) -> Report:
    """Report 600 posts, every tenth in a small community; so many were drawn, and every fifth is read otherwise."""
    camps = ("pro-pytorch", "pro-tensorflow", "neutral")
    posts = [opinion(key, camp=camps[key % 3], community="r/big" if key % 10 else "r/small") for key in range(600)]
    said = [
        replace(item, camp=posts[item.key].camp if place % 5 else "neutral")
        for place, item in enumerate(annotations(400))
    ][:number]
    return report(posts, annotations=said)


def test_a_sample_of_the_posts_comes_first_and_the_matrix_where_it_is_too_small() -> None:
    found = two_places(200)
    assert found.overall is not None
    big, small = found.communities.cells
    methods = [cell.camps.corrected and cell.camps.corrected.method for cell in (found.overall, big, small)]
    assert methods == ["PPI++", "PPI++", "confusion matrix"]
    assert small.camps.corrected is not None
    assert small.camps.corrected.labelled == 200
    text = render(found)
    assert "| r/small, corrected by the confusion matrix |" in text
    assert "**Confusion matrix.** How often the model gives each camp" in text
    assert "takes one camp for another as often there as anywhere" in text
    assert "have Student's, cut to 0% and 100%" in text
    assert two_places(20).communities.cells[1].camps.corrected is None


def test_the_report_says_what_labels_of_posts_that_were_sought_take_for_granted() -> None:
    text = reported(annotations(150, probability=None))
    assert "Corrected for the model's mistakes, **" in text
    assert "150 judged posts are labelled by hand, not drawn at random" in text
    assert "provided that it errs in all posts as it does in these" in text
    assert "Trust the corrected shares as far as that assumption goes" in text
    assert "`inclusion_probability`" in text
    assert "| confusion matrix |" in text


def test_the_report_says_why_a_matrix_is_no_use() -> None:
    guessed = [
        replace(item, probability=None, camp=("neutral", "pro-pytorch", "pro-tensorflow")[place % 3])
        for place, item in enumerate(annotations(150))
    ]
    text = reported(guessed)
    assert "not drawn at random" in text
    assert "Nor is its confusion matrix undone: its condition number is" in text
    assert "The shares in this report are not corrected" in text
    text = reported([replace(item, camp="pro-jax") if place < 2 else item for place, item in enumerate(guessed)])
    assert "at least 3 hand labels are needed, and there are 2 for JAX" in text


def test_labels_without_a_draw_are_imported_and_correct_the_report(tmp_path: Path) -> None:
    camps = ("pytorch", "tensorflow", "neutral")
    with Store.open(tmp_path / "stancemap.db") as store:
        store.add((post(number), None) for number in range(300))
        labels = store.label_set("first", model="m", revision="r", config_hash="c")
        said = ({name: 0.8 if name == camps[key % 3] else 0.1 for name in camps} | {"jax": 0.0} for key in range(300))
        give(store, labels, ((key + 1, replace(JUDGED, camp=camp)) for key, camp in enumerate(said)))
    rows = []
    for key in range(0, 300, 2):  # every tenth is misread, always as PyTorch's
        camp = camps[1 if key % 3 == 0 and key % 4 == 0 else key % 3]
        rows.append({"id": f"p{key}", "platform": "x", "camp": camp if camp == "neutral" else f"pro-{camp}"})
    (tmp_path / "done.jsonl").write_text("\n".join(map(json.dumps, rows)), "utf-8")
    assert "150 new" in run("annotations", "import", "done.jsonl", "--annotator", "ann", cwd=tmp_path).stdout
    run("report", "-o", "out", "--format", "md,json,csv", cwd=tmp_path)
    found, schema = (
        json.loads((tmp_path / "out" / name).read_text("utf-8")) for name in ("report.json", "report.schema.json")
    )
    jsonschema.validate(found, schema)
    raw, better = found["overall"]["camps"]["shares"], found["overall"]["camps"]["corrected"]
    assert (better["method"], better["tuning"]) == ("confusion matrix", None)
    assert better["shares"][0]["share"] < raw[0]["share"]
    assert better["shares"][1]["low"] < 0.5 < better["shares"][1]["high"]
    assert [row["question"] for row in found["hand"]["confusions"]] == ["camp"]
    assert not found["hand"]["is_sample"]
    text = "".join(path.read_text("utf-8") for path in (tmp_path / "out" / "csv").iterdir())
    assert "confusion matrix" in text
    assert "People say,Hand labels,Model: PyTorch" in text
