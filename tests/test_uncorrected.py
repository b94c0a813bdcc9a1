"""Reports whose hand labels turn the model's answer round: what says so, and what may not contradict it."""

from __future__ import annotations

from datetime import timedelta
from functools import cache
from typing import TYPE_CHECKING

from corpus.annotation import Annotation
from debate import MONDAY, debate, opinion, report
from reports.charts import draw
from reports.explorer import explorer, script_data
from reports.markdown import render

if TYPE_CHECKING:
    from reports.report import Report

MARK = "as the model says, not corrected"


@cache
def turned() -> Report:
    """Build the report of posts of which the model gives three of five to PyTorch, and people one of five."""
    posts = [
        opinion(
            key,
            camp="pro-pytorch" if key % 5 < 3 else "pro-tensorflow",
            community="r/a" if key % 2 else "r/b",
            created_at=MONDAY + timedelta(days=key / 10),
        )
        for key in range(600)
    ]
    by_hand = [
        Annotation(
            id=f"p{key}",
            key=key,
            annotator="ann",
            camp="pro-pytorch" if key % 15 in {0, 1, 2} else "pro-tensorflow",
            probability=0.5,
            design="uniform",
        )
        for key in range(0, 600, 2)
    ] + [
        Annotation(id=f"p{key}", key=key, annotator="ann", camp="pro-tensorflow", probability=0.5, design="uniform")
        for key in range(1, 600, 20)
    ]
    return report(posts, annotations=by_hand)


def test_no_sentence_contradicts_the_corrected_answer() -> None:
    text = render(turned())
    assert "- TensorFlow leads PyTorch by" in text
    assert (
        "By the model's own labels, PyTorch leads under every rule, by more than chance would explain. "
        "**Warning: corrected for the model's mistakes, TensorFlow is first.**"
    ) in text
    assert "to be read: TensorFlow leads clearly in r/a and r/b." in text
    assert "of those that take a side are for TensorFlow; in the last" in text
    assert "Both shares are corrected." in text


def test_shares_of_the_model_are_marked_where_others_are_corrected() -> None:
    found = turned()
    text, drawn = render(found), draw(found)
    assert f"| Share of 600 posts taking a side, {MARK} |" in text
    assert f"with 95% intervals, {MARK}: PyTorch 60%" in text
    assert text.count(f"as in the table and {MARK}") == 4
    assert f"Stances by community and sentiment by community are {MARK}." in text
    assert f"sides are taken {MARK}" in text
    assert all(MARK in drawn[name] for name in ("camps", "stances", "communities", "timeline", "sentiment"))
    assert f"Which side posts take, {MARK}</p>" in explorer(found)
    assert script_data(found)["mark"] == "As the model says, not corrected."


def test_without_hand_labels_nothing_is_marked() -> None:
    found = report(debate(240))
    assert MARK not in render(found) + explorer(found) + "".join(draw(found).values())
    assert "mark" not in script_data(found)
