"""Shares and intervals: simulations on clustered data, and the cells where nothing can be resampled."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pytest

from reports.prevalence import MANY_CLUSTERS, Sampling, distribution, student, wilson

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from reports.estimates import Distribution

    Ints = NDArray[np.int64]

TRUTH = np.array([0.6, 0.25, 0.15])
LABELS = ("a", "b", "c")


def counted(
    codes: list[int] | Ints, threads: list[int] | Ints, authors: list[int] | Ints | None = None
) -> Distribution:
    found = distribution(
        LABELS,
        codes=np.asarray(codes),
        threads=np.asarray(threads),
        authors=np.arange(len(codes)) if authors is None else np.asarray(authors),
        sampling=Sampling(draws=400, seed=7),
    )
    assert found is not None
    return found


def sample(random: np.random.Generator, clusters: int) -> tuple[Ints, Ints]:
    """Posts of clusters of one to many, each of which leans its own way (their correlation is 1/5)."""
    numbers = np.repeat(np.arange(clusters), random.geometric(1 / 5, size=clusters))
    leanings = random.dirichlet(4 * TRUTH, size=clusters)[numbers]
    return (random.random((len(numbers), 1)) > leanings.cumsum(axis=1)[:, :2]).sum(axis=1), numbers


@pytest.mark.parametrize(
    ("clusters", "unit"), [(12, "thread"), (40, "thread"), (40, "author"), (MANY_CLUSTERS, "thread")]
)
def test_intervals_cover_what_is_true_where_naive_ones_do_not(clusters: int, unit: str) -> None:
    random = np.random.default_rng(11)
    runs, covered, naive, led = 400, np.zeros(3), np.zeros(3), 0
    for _ in range(runs):
        codes, numbers = sample(random, clusters)
        alone = np.arange(len(codes))
        found = counted(codes, *((numbers, alone) if unit == "thread" else (alone, numbers)))
        shares, low, high = np.array([(share.share, share.low, share.high) for share in found.shares]).T
        covered += (low <= TRUTH) & (high >= TRUTH)
        naive += abs(shares - TRUTH) <= 1.96 * np.sqrt(shares * (1 - shares) / len(codes))
        assert found.lead is not None
        true_lead = (TRUTH[0] - TRUTH[1]) * (1 if found.lead.first == "a" else -1)
        led += found.lead.low <= true_lead <= found.lead.high
    assert 0.91 <= covered.mean() / runs <= 0.98
    assert covered.min() / runs >= 0.90
    assert 0.91 <= led / runs <= 0.98
    assert naive.mean() / runs < 0.85


def test_few_authors_are_few_voices_however_much_they_write() -> None:
    random = np.random.default_rng(5)
    runs, covered = 400, 0
    for _ in range(runs):
        authors = np.repeat(np.arange(6), random.geometric(1 / 20, size=6))
        codes = random.choice(3, p=TRUTH, size=6)[authors]  # each author says one thing for ever
        found = counted(codes, np.arange(len(codes)), authors)
        assert (found.unit, found.design_effect, found.is_small) == ("author", None, True)
        covered += found["a"].low <= TRUTH[0] <= found["a"].high
    assert covered / runs >= 0.95


def test_one_loud_author_is_one_voice_among_many() -> None:
    codes, authors = np.repeat([0, 1], [400, 20]), np.concatenate([np.zeros(400, dtype=np.int64), np.arange(1, 21)])
    found = counted(codes, np.arange(420), authors)
    assert (found.unit, found.clusters, found.design_effect, found.is_small) == ("author", 21, None, True)
    assert found.lead is not None
    assert not found.lead.is_clear
    assert found["a"].low < 0.5


def test_intervals_cover_where_a_few_authors_write_most_and_are_as_they_were_where_none_does() -> None:
    random = np.random.default_rng(5)
    runs, covered, usual = 200, 0.0, 0
    for _ in range(runs):
        sizes = np.minimum(np.ceil(random.pareto(0.8, 30)), 2_000).astype(np.int64) + 1
        leanings = random.dirichlet(4 * TRUTH, size=30)
        codes = np.concatenate([random.choice(3, size, p=lean) for size, lean in zip(sizes, leanings, strict=True)])
        loud = counted(codes, np.arange(len(codes)), np.repeat(np.arange(30), sizes))
        covered += sum(share.low <= true <= share.high for share, true in zip(loud.shares, TRUTH, strict=True)) / 3
        codes, numbers = sample(random, 60)
        usual += counted(codes, np.arange(len(codes)), numbers).design_effect is not None
    assert covered / runs >= 0.93
    assert usual == runs


def test_shares_and_counts_are_those_of_the_posts() -> None:
    found = counted([0, 0, 0, 1], [0, 1, 2, 2], [0, 0, -1, -2])
    assert [(share.label, share.n, share.authors, share.share) for share in found.shares] == [
        ("a", 3, 1, 0.75),
        ("b", 1, 0, 0.25),
        ("c", 0, 0, 0.0),
    ]
    assert (found.posts, found.authors, found.unit, found.clusters) == (4, 1, "author", 3)
    assert found.lead is not None
    assert (found.lead.first, found.lead.second, found.lead.difference, found.lead.is_clear) == ("a", "b", 0.5, False)


@pytest.mark.parametrize("posts", [1, 30, 400])
def test_none_or_all_give_an_interval_with_a_width(posts: int) -> None:
    found = counted([0] * posts, np.arange(posts) // 2)
    assert found["a"].low < 1
    assert found["a"].high == 1
    assert found["b"].low == 0
    assert found["b"].high > 0
    assert found.lead is not None
    assert found.lead.low < found.lead.difference == 1


def test_a_label_that_is_missing_has_an_interval_as_wide_as_the_clusters_ask() -> None:
    codes = np.tile([0, 0, 0, 1], 100)
    singly, together = counted(codes, np.arange(400)), counted(np.repeat(codes, 4), np.repeat(np.arange(400), 4))
    assert 0 < singly["c"].high == pytest.approx(together["c"].high, rel=0.02)


def test_posts_that_stand_alone_have_a_design_effect_of_about_one() -> None:
    codes = np.random.default_rng(3).choice(3, p=TRUTH, size=1000)
    alone, doubled = counted(codes, np.arange(1000)), counted(np.repeat(codes, 2), np.repeat(np.arange(1000), 2))
    assert alone.design_effect == pytest.approx(1, abs=0.01)
    assert doubled.design_effect == pytest.approx(2, abs=0.01)
    assert doubled.unit == "thread"
    assert doubled["a"].high - doubled["a"].low == pytest.approx(alone["a"].high - alone["a"].low, rel=0.05)


def test_what_makes_posts_more_alike_is_the_unit() -> None:
    codes = np.repeat(np.tile([0, 1], 30), 5)
    authors = np.repeat(np.arange(60), 5)
    assert counted(codes, np.arange(300), authors).unit == "author"
    assert counted(codes, authors, np.arange(300)).unit == "thread"
    assert counted(codes, np.arange(300) % 9, np.arange(300)).unit == "author"  # too few threads


def test_small_cells_are_marked() -> None:
    assert counted([0, 1] * 14, np.arange(28)).is_small
    assert not counted([0, 1] * 15, np.arange(30)).is_small
    assert counted([0, 1] * 45, np.arange(90), np.arange(90) % 9).is_small


def test_the_same_posts_give_the_same_numbers_in_any_order() -> None:
    codes, numbers = sample(np.random.default_rng(2), 300)
    order = np.random.default_rng(0).permutation(len(codes))
    assert counted(codes, numbers) == counted(codes[order], numbers[order], np.arange(len(codes))[order])


def test_no_posts_give_no_distribution_and_one_label_no_lead() -> None:
    nothing = np.array([], dtype=np.int64)
    assert distribution(LABELS, codes=nothing, threads=nothing, authors=nothing, sampling=Sampling()) is None
    one = np.arange(20)
    found = distribution(["a"], codes=one * 0, threads=one, authors=one, sampling=Sampling())
    assert found is not None
    assert (found.lead, found["a"].share) == (None, 1)


def test_wilson_and_student_agree_with_the_tables() -> None:
    low, high, _ = wilson(np.array([0.0, 0.1]), np.array([10.0, 10.0]), 1.959963984540054)
    assert (low[0], high[0]) == (0, pytest.approx(0.2775, abs=5e-5))
    assert (low[1], high[1]) == (pytest.approx(0.0179, abs=5e-5), pytest.approx(0.4042, abs=5e-5))
    assert [round(student(freedom), 3) for freedom in (9, 30, 120)] == [2.262, 2.042, 1.980]
