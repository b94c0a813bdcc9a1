"""Other rules of counting, claims, public figures and comparisons."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from corpus.errors import InputError
from corpus.opinion import Opinions
from debate import FRAMEWORKS, LABELS, META, MONDAY, SETTINGS, debate, opinion, report, sentences
from reports.building import build, survey
from reports.comparing import compared, gap
from reports.estimates import Share
from reports.markdown import render
from reports.settings import Claim, PublicFigure


def rules(posts: list[object], copies: dict[int, int] | None = None) -> dict[str, dict[str, float]]:
    found = build([Opinions.of(posts)], sentences, targets=FRAMEWORKS, settings=SETTINGS, meta=META, copies=copies)  # type: ignore[arg-type]
    return {
        scenario.name: {share.label: round(share.share, 3) for share in scenario.sides.shares}
        for scenario in found.sensitivity
    }


def test_each_rule_counts_as_it_says() -> None:
    loud = [opinion(key, camp="pro-jax", author="loud", community="r/a", score=0) for key in range(60)]
    many = [opinion(100 + key, camp="pro-pytorch", community="r/b", score=9) for key in range(40)]
    found = rules([*loud, *many], dict.fromkeys(range(1, 60), 0))
    assert found["one post, one vote"]["pro-jax"] == 0.6
    assert found["one author, one vote"]["pro-jax"] == round(1 / 41, 3)
    assert found["duplicates collapsed"]["pro-jax"] == round(1 / 41, 3)
    assert found["one community, one vote"]["pro-jax"] == 0.5
    assert found["weighted by score"]["pro-jax"] == round(60 / 460, 3)


def test_a_leader_that_hangs_on_the_rule_is_a_warning() -> None:
    loud = [opinion(key, camp="pro-jax", author=f"loud{key % 11}") for key in range(66)]
    many = [opinion(100 + key, camp="pro-pytorch") for key in range(40)]
    text = render(report([*loud, *many]))
    assert "**Who leads hangs on the rule of counting** (JAX and PyTorch)" in text
    assert "**Warning: the leader changes with the rule of counting.** JAX leads by “one post, one vote”" in text
    assert "Warning" not in render(report(debate(120)))
    assert "PyTorch leads under every rule, by more than chance would explain." in render(report(debate(240)))


def test_claims_are_counted_by_their_reasons_and_sides() -> None:
    claim = Claim(text="PyTorch is more Pythonic", target="pytorch", reasons=("usability", "debugging"))
    other = replace(claim, target="vue")
    posts = [
        opinion(1, camp="pro-pytorch", reasons=("usability", "debugging"), author="ann"),
        opinion(2, camp="pro-jax", reasons=("debugging",), author="ann"),
        opinion(3, reasons=("usability",), author=None),
        opinion(4, camp="pro-pytorch", reasons=("models",)),
    ]
    found = report(posts, claims=(claim, other))
    assert [(row.camp, row.posts, row.authors) for row in found.claims] == [("pro-pytorch", (1, 0, 1, 1), 1)]
    assert "| PyTorch is more Pythonic | usability, debugging | 3 | 1 | 1 | 1 | 1 |" in render(found)
    with pytest.raises(InputError, match="a claim names the reason 'speed': choose among usability"):
        report(posts, claims=(replace(claim, reasons=("speed",)),))


def test_reasons_have_intervals_by_camp() -> None:
    row = report(debate(240)).reasons[0]
    named = row.shares[0]
    assert row.posts == (60, 0, 0, 0)
    assert named is not None
    assert (named.share, named.n, named.authors) == (0.5, 60, 60)
    assert 0.35 < named.low < 0.5 < named.high < 0.65
    assert row.shares[2] is None


def test_public_figures_speak_under_their_name_and_nobody_else_does() -> None:
    figures = (PublicFigure(name="Ann Example", handles=(("x", "@AnnEx"), ("reddit", "ann_ex"))),)
    posts = [
        opinion(1, platform="x", author="annex", camp="pro-jax", url="https://x.com/annex/status/1",
                stances={"pytorch": "against", "tensorflow": "none", "jax": "favor"}),
        opinion(2, platform="hackernews", author="annex", camp="pro-jax"),
        opinion(3, author="ann_ex"),
    ]  # fmt: skip
    found = report(posts, figures=figures)
    (figure,) = found.figures
    assert (figure.name, figure.posts, figure.camps) == ("Ann Example", 2, (0, 0, 1, 1))
    assert figure.stances[0] == ("pytorch", 0, 1)
    text = render(found)
    assert "— Ann Example, [r/MachineLearning, 9 January 2023](https://x.com/annex/status/1)" in text
    assert "word1x0" not in "".join(quote.text for quote in found.quotes)  # not under a pseudonym as well
    silent = report(posts, figures=figures, quotes=0)
    assert silent.figures[0].quotes == ()
    assert "word1x0" not in render(silent)


def test_what_moved_between_two_periods_has_an_interval() -> None:
    posts = [
        opinion(key, camp="pro-jax" if key % 10 < (3 if key < 300 else 6) else "pro-pytorch",
                created_at=MONDAY + timedelta(hours=key))
        for key in range(600)
    ]  # fmt: skip
    before, after = (
        survey([Opinions.of(part)], name=name, labels=LABELS, targets=FRAMEWORKS, settings=SETTINGS)
        for part, name in ((posts[:300], "early"), (posts[300:], "late"))
    )
    found = compared(before, after, is_shared=True)
    moved = {(row.question, row.label): row for row in found.moved}
    jax = moved["sides", "pro-jax"]
    assert jax.difference == pytest.approx(0.3)
    assert 0.2 < jax.low < 0.3 < jax.high < 0.4
    assert jax.is_clear
    assert not moved["sentiment", "positive"].is_clear
    assert found.posts == (300, 300)
    whole = build([Opinions.of(posts)], sentences, targets=FRAMEWORKS, settings=SETTINGS, meta=META, comparison=found)
    text = render(whole)
    assert "“early” (300 judged posts) is set beside “late” (300 judged posts)." in text
    assert "for JAX (of those taking a side) by +30 (" in text


def test_the_interval_of_a_difference_is_newcombes() -> None:
    def share(n: int, of: int, low: float, high: float) -> Share:
        return Share(label="", n=n, authors=n, share=n / of, low=low, high=high)

    low, high = gap(
        share(48, 80, 0.4904, 0.7004), share(56, 70, 0.6918, 0.8773)
    )  # Wilson's; Newcombe 1998, example (a)
    assert (low, high) == (pytest.approx(0.0524, abs=2e-3), pytest.approx(0.3339, abs=2e-3))
