"""Trying again: how long, how often, and when to give up."""

from __future__ import annotations

import pytest

from collecting import FakeClock
from ingest.http import asked_wait
from ingest.retry import Patience, Transient, persist


def failing(*problems: Transient) -> tuple[list[Transient], object]:
    left = list(problems)

    def request() -> str:
        if left:
            raise left.pop(0)
        return "answer"

    return left, request


def waits(*problems: Transient, patience: Patience | None = None) -> list[float]:
    clock = FakeClock()
    _, request = failing(*problems)
    assert persist(request, who="P", patience=patience or Patience(), clock=clock.clock) == "answer"  # type: ignore[arg-type]
    return clock.waits


def test_waits_double_and_those_that_are_named_are_kept() -> None:
    assert waits() == []
    assert waits(*[Transient("drop")] * 4) == [1, 2, 4, 8]
    assert waits(Transient("503", wait=30), Transient("drop")) == [30, 1]
    assert waits(*[Transient("limit", is_limit=True)] * 3) == [15, 30, 60]
    assert max(waits(*[Transient("limit", is_limit=True)] * 12)) == Patience().longest


def test_patience_ends() -> None:
    with pytest.raises(Transient, match="drop"):
        waits(*[Transient("drop")] * 7)
    with pytest.raises(Transient):
        waits(Transient("limit", is_limit=True, wait=86_400))
    assert len(waits(*[Transient("limit", is_limit=True, wait=1)] * 12, *[Transient("drop")] * 6)) == 18


def test_long_waits_are_told() -> None:
    clock = FakeClock()
    _, request = failing(Transient("drop"), Transient("the rate limit is reached", wait=900, is_limit=True))
    persist(request, who="X", patience=Patience(), clock=clock.clock)  # type: ignore[arg-type]
    assert clock.told == ["X: the rate limit is reached; waiting 900 s"]


@pytest.mark.parametrize(
    ("headers", "wait"),
    [
        ({}, None),
        ({"retry-after": "7"}, 8),
        ({"retry-after": "Wed, 21 Oct 2015 07:28:00 GMT"}, None),
        ({"x-rate-limit-reset": "1800000060"}, 61),
        ({"x-rate-limit-reset": "1700000000"}, 1),  # past
        ({"x-ratelimit-reset": "42.5"}, 43.5),  # Reddit names seconds
        ({"x-ratelimit-reset": "2027-01-15T08:05:00.000Z"}, 301),  # Mastodon names a time
        ({"x-ratelimit-reset": "soon", "ratelimit-reset": "1800000060"}, 61),
    ],
)
def test_headers_name_the_wait(headers: dict[str, str], wait: float | None) -> None:
    assert asked_wait(headers, FakeClock().clock) == wait
