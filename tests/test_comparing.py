"""What a comparison says of itself: whose labels it reads, and whether its shares are corrected."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from corpus.annotation import Annotation
from corpus.opinion import Opinions
from corpus.store import Store
from debate import FRAMEWORKS, LABELS, SETTINGS, debate, report
from labelling import give
from program import run
from reports import as_document
from reports.building import survey
from reports.comparing import compared
from reports.markdown import render
from test_annotations import JUDGED, labelled_corpus, post

if TYPE_CHECKING:
    from pathlib import Path

    from corpus.label_set import LabelSet
    from reports.comparing import Side


def side(name: str, labels: LabelSet = LABELS, by_hand: int = 0, **said: object) -> Side:
    """Survey a debate, of which some posts have hand labels that say what the model says."""
    posts = debate(240)
    found = [
        Annotation(
            **{"id": row.id, "key": row.key, "annotator": "ann", "camp": row.camp, "probability": by_hand / 240} | said
        )
        for row in posts[:by_hand]
    ]
    return survey(
        [Opinions.of(posts)], name=name, labels=labels, targets=FRAMEWORKS, settings=SETTINGS, annotations=found
    )


def told(before: Side, after: Side) -> str:
    found = compared(before, after, is_shared=False)
    return " ".join(render(replace(report(debate(240)), comparison=found)).split())


def test_it_says_whether_its_shares_are_corrected() -> None:
    raw, camps = side("old"), side("new", by_hand=120, design="uniform")
    assert {moved.is_corrected for moved in compared(raw, camps, is_shared=False).moved} == {False}
    assert "All shares are as the model says, not corrected" in told(raw, camps)
    some = {moved.question: moved.is_corrected for moved in compared(camps, camps, is_shared=False).moved}
    assert some == {
        "sides": True,
        "camp": True,
        "pytorch": False,
        "tensorflow": False,
        "jax": False,
        "sentiment": False,
    }
    text = told(camps, camps)
    assert "Shares marked “corrected” are corrected by hand labels; the others are as the model says" in text
    assert "| for PyTorch (of all), corrected |" in text
    assert "| PyTorch: in favour |" in text


@pytest.mark.parametrize("change", [{"model": "b-model"}, {"revision": "r2"}, {"config_hash": "decade"}])
def test_it_warns_of_another_model_or_configuration(change: dict[str, str]) -> None:
    alike = told(side("old"), side("new", replace(LABELS, key=7, name="second")))
    assert "Both are labelled by the model `a-model`, revision `r1`, configuration `c0ffee`." in alike
    assert "not labelled alike" not in alike
    text = told(side("old", replace(LABELS, **change)), side("new"))  # type: ignore[arg-type]
    assert "**They are not labelled alike:** “old” by the model " in text
    assert f"`{next(iter(change.values()))}`" in text
    assert "may be the models' doing, not the people's" in text


def test_the_document_names_both_label_sets() -> None:
    found = compared(side("old", replace(LABELS, name="theirs")), side("new"), is_shared=False)
    document = json.loads(json.dumps(as_document(replace(report(debate(60)), comparison=found))))
    assert [labels["name"] for labels in document["comparison"]["labels"]] == ["theirs", "first"]
    assert document["comparison"]["moved"][0]["is_corrected"] is False


def test_another_corpus_is_read_with_labels_of_the_same_model_before_its_default(tmp_path: Path) -> None:
    for name in ("stancemap.db", "other.db"):
        labelled_corpus(tmp_path / name, 20)
    with Store.open(tmp_path / "other.db") as store:
        newest = store.label_set("newest", model="another", revision="r", config_hash="c")
        give(store, newest, ((key, JUDGED) for key in range(1, 21)))
        assert store.default_label_set() == newest
    asked = ("report", "-o", "out", "--format", "json", "--json", "--compare", "other.db")
    found = json.loads(run(*asked, cwd=tmp_path).stdout)["comparison"]
    assert [labels["name"] for labels in found["labels"]] == ["first", "first"]
    with Store.open(tmp_path / "third.db") as store:
        store.add((post(number), None) for number in range(20))
        give(store, store.label_set("b", model="b", revision="r", config_hash="c"), [(1, JUDGED)])
    found = json.loads(run(*asked[:-1], "third.db", cwd=tmp_path).stdout)["comparison"]
    assert [labels["model"] for labels in found["labels"]] == ["b", "m"]
