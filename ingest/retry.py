"""Trying again: what is worth it, how long to wait, and when to give up. No HTTP here, and no real clock in tests."""

from __future__ import annotations

import time
from dataclasses import dataclass, replace
from datetime import datetime
from typing import TYPE_CHECKING, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable

T = TypeVar("T")


class Transient(Exception):  # noqa: N818 - it becomes an error only when patience ends
    """A failure that may pass.

    `wait` is the number of seconds that the platform asks for, None where it names none. `is_limit` says that the
    platform limits the rate: that is nobody's failure, so it is waited for more patiently.
    """

    def __init__(self, reason: str, *, wait: float | None = None, is_limit: bool = False) -> None:
        super().__init__(reason)
        self.reason = reason
        self.wait = wait
        self.is_limit = is_limit


@dataclass(frozen=True, slots=True, kw_only=True)
class Patience:
    """How often to try again; each failure leaves a new value with less.

    Failures wait `pause` seconds, twice as long each time; rate limits without a stated wait start at `limit_pause`.
    No wait is longer than `longest`, which is above the 15-minute windows of X.
    """

    failures: int = 6
    limits: int = 12
    pause: float = 1.0
    limit_pause: float = 15.0
    longest: float = 1_000.0

    def after(self, problem: Transient) -> tuple[float, Patience] | None:
        """Say how long to wait and what patience is left; None where it is at its end."""
        if (self.limits if problem.is_limit else self.failures) <= 0 or (problem.wait or 0) > self.longest:
            return None
        left = replace(self, limits=self.limits - 1) if problem.is_limit else replace(self, failures=self.failures - 1)
        if problem.wait is not None:
            return problem.wait, left
        if problem.is_limit:
            return min(self.limit_pause, self.longest), replace(left, limit_pause=self.limit_pause * 2)
        return min(self.pause, self.longest), replace(left, pause=self.pause * 2)


@dataclass(frozen=True, slots=True, kw_only=True)
class Clock:
    """Time, the waiting for it, whom to tell of long waits, and who hears the `Date` that an answer bears."""

    now: Callable[[], float] = time.time
    sleep: Callable[[float], None] = time.sleep
    tell: Callable[[str], None] = lambda text: None  # noqa: ARG005
    hear: Callable[[str], None] = lambda date: None  # noqa: ARG005


TOLD_FROM = 5.0  # seconds


def persist(request: Callable[[], T], *, who: str, patience: Patience, clock: Clock) -> T:
    """Make a request until it succeeds; the last Transient is raised when patience is at its end."""
    while True:
        try:
            return request()
        except Transient as problem:
            further = patience.after(problem)
            if further is None:
                raise
            wait, patience = further
            if wait >= TOLD_FROM:
                clock.tell(f"{who}: {problem.reason}; waiting {wait:,.0f} s")
            clock.sleep(wait)


def wait_until(moment: str | None, clock: Clock) -> float | None:
    """Read a header that names a time, in epoch seconds or ISO 8601; None where it does not; a second is added."""
    try:
        epoch = float(moment or "")
    except ValueError:
        try:
            epoch = datetime.fromisoformat(moment or "").timestamp()
        except ValueError:
            return None
    return max(0.0, epoch - clock.now()) + 1.0


def wait_for(seconds: str | None) -> float | None:
    """Read a header that names seconds; None where there is no number."""
    try:
        return max(0.0, float(seconds or ""))
    except ValueError:
        return None
