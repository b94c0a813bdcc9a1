"""Numbers and names as people write them."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date

    from reports.estimates import Share

PLATFORMS = {
    "x": "X", "reddit": "Reddit", "hackernews": "Hacker News", "bluesky": "Bluesky", "mastodon": "Mastodon",
}  # fmt: skip


def number(n: int) -> str:
    """Write a whole number: "1,234"."""
    return f"{n:,}"


def counted(n: int, noun: str, plural: str = "") -> str:
    """Write a number of things: "1 post", "1,234 posts"."""
    return f"{n:,} {noun if n == 1 else plural or f'{noun}s'}"


def siding(n: int) -> str:
    """Write a number of posts with an opinion: "1 post that takes a side"."""
    return counted(n, "post that takes a side", "posts that take a side")


def percent(share: float) -> str:
    """Write a share: "62%", near the ends "0.4%" and "99.7%"."""
    return f"{_hundredths(share)}%"


def between(share: Share) -> str:
    """Write an interval: "54% to 70%"."""
    return f"{percent(share.low)} to {percent(share.high)}"


def compact(share: Share) -> str:
    """Write a share and its interval for a table: "62% (54–70)"."""
    return f"{percent(share.share)} ({_hundredths(share.low)}–{_hundredths(share.high)})"


def points(difference: float) -> str:
    """Write a difference of two shares in points: "37", "−4"."""
    return f"{round(100 * difference):d}".replace("-", "−")


def joined(parts: Sequence[str]) -> str:
    """Join parts as a sentence does: "a, b and c"."""
    return parts[0] if len(parts) == 1 else f"{', '.join(parts[:-1])} and {parts[-1]}" if parts else ""


def day(date: date) -> str:
    """Write a day: "14 January 2023"."""
    return f"{date.day} {date:%B} {date.year}"


def days(first: date, last: date) -> str:
    """Write a stretch of days: "from 14 January to 3 March 2023"."""
    if first == last:
        return f"on {day(first)}"
    start = f"{first.day} {first:%B}" if first.year == last.year else day(first)
    return f"from {start} to {day(last)}"


def period(first: date, unit: str) -> str:
    """Name a stretch of time by its beginning: "week of 9 January 2023", "18:00 on 14 January 2023"."""
    if isinstance(first, datetime):
        return f"{first:%H}:00 on {day(first)}"
    names = {
        "day": day(first),
        "week": f"week of {day(first)}",
        "month": f"{first:%B} {first.year}",
        "quarter": f"quarter {(first.month + 2) // 3} of {first.year}",
    }
    return names[unit]


def platform(name: str) -> str:
    """Name a platform."""
    return PLATFORMS.get(name, name)


def _hundredths(share: float) -> str:
    hundredths = 100 * share
    return f"{hundredths:.1f}" if 0 < hundredths < 1 or 99 < hundredths < 100 else f"{hundredths:.0f}"
