"""Change points: how often they are seen where nothing changes, and where they are found where something does."""

from __future__ import annotations

from datetime import date, timedelta

import numpy as np

from debate import MONDAY, opinion, report
from reports.changes import Posts, find


def series(random: np.random.Generator, *, shift: float = 0.0, clusters: int = 150) -> Posts:
    """Threads over 20 periods, each leaning its own way; from period 12 on they lean more to the first side."""
    when = np.sort(random.integers(0, 20, clusters))
    lean = np.clip(random.beta(3, 3, clusters) + shift * (when >= 12), 0, 1)
    numbers = np.repeat(np.arange(clusters), random.geometric(1 / 4, clusters))
    return Posts(when[numbers], (random.random(len(numbers)) > lean[numbers]).astype(np.int64), numbers)


def test_false_alarms_are_as_rare_as_promised_though_threads_are_alike() -> None:
    random = np.random.default_rng(8)
    alarms = sum(bool(find(series(random), periods=20, least=20, seed=run, rate=0.1)) for run in range(60))
    assert alarms <= 12  # 6 are expected; more than 12 in 60 has a chance below 1%


def test_a_shift_is_found_where_it_is() -> None:
    random = np.random.default_rng(5)
    found = find(series(random, shift=0.3, clusters=400), periods=20, least=20, seed=1)
    assert abs(found[0].at - 12) <= 1
    assert found[0].p_value == 0.001
    assert len(found) == 1


def test_the_report_tells_changes_and_arrivals() -> None:
    posts = [
        opinion(
            key,
            camp="pro-jax" if key < 194 else "pro-pytorch",
            created_at=MONDAY + timedelta(days=key / 4),
            author=f"user{key % 100 + key // 200 * 50}",
            community="r/early" if key < 100 else "r/late",
        )
        for key in range(400)
    ]
    line = report(posts, time_bin="week").timeline
    assert line.changes is not None
    assert [change.first for change in line.changes] == [date(2023, 2, 27)]
    assert line.changes[0].before["pro-jax"].share > 0.9
    assert [(came.name, came.authors, came.first) for came in line.arrivals] == [
        ("r/early", 100, date(2023, 1, 9)),
        ("r/late", 150, date(2023, 2, 3)),
    ]
    assert sum(line.arrivals[1].by_period) == 150


def test_too_little_is_not_searched() -> None:
    assert report([opinion(key, camp="pro-jax") for key in range(30)]).timeline.changes is None
