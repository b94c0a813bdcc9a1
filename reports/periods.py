"""Stretches of time: hours, days, weeks from Monday, months and quarters, all in UTC."""

from __future__ import annotations

from calendar import monthrange
from datetime import UTC, date, datetime, timedelta
from typing import TYPE_CHECKING

import numpy as np

from reports.grouping import different, grouped

if TYPE_CHECKING:
    from reports.prevalence import Ints

UNITS = ("hour", "day", "week", "month", "quarter")
MOST = 60
MONTHS = {"month": 1, "quarter": 3}
DAYS = {"day": 1, "week": 7}


def starts(days: Ints, unit: str) -> Ints:
    """Give the first day of the period of each day, all as ordinals."""
    if unit in DAYS:
        return days - (days - 1) % DAYS[unit]  # ordinal 1 is a Monday
    unique, places = grouped(days)
    firsts = np.array([_first_of_months(date.fromordinal(int(day)), MONTHS[unit]).toordinal() for day in unique])
    return firsts.astype(np.int64)[places] if len(unique) else days


def numbered(hours: Ints, unit: str) -> Ints:
    """Give a number to the period of each hour, ascending with time: that of its first hour, or day."""
    return hours if unit == "hour" else starts(hours // 24, unit)


def first_of(number: int, unit: str) -> date:
    """Give the first day of the period of that number, or the time at which its hour begins."""
    if unit != "hour":
        return date.fromordinal(number)
    day, hour = divmod(number, 24)
    return datetime.combine(date.fromordinal(day), datetime.min.time(), UTC) + timedelta(hours=hour)


def last_day(first: date, unit: str) -> date:
    """Give the last day of a period, or of the calendar where that comes first; an hour is its own."""
    if unit == "hour":
        return first
    if unit in DAYS:
        return first + min(timedelta(days=DAYS[unit] - 1), date.max - first)
    month = first.month + MONTHS[unit] - 1
    return first.replace(month=month, day=monthrange(first.year, month)[1])


def unit_for(hours: Ints, taking_sides: Ints, min_posts: int) -> str:
    """Choose the finest unit that is still readable.

    At most MOST periods lie within the middle 98% of the hours, and at least half of the posts that take a side fall in
    periods with `min_posts` of them; where that is too much to ask, the coarsest unit that leaves three periods. Hours
    are told only where some post has another than the first of its day.
    """
    if not len(hours):
        return "day"
    early, late = np.quantile(hours, (0.01, 0.99))
    span = (late - early) / 24 / np.array([1 / 24, 1, 7, 30.4, 91.3]) + 1
    readable = [unit for unit, periods in zip(UNITS, span, strict=True) if periods <= MOST] or [UNITS[-1]]
    if not (hours % 24).any():
        readable = [unit for unit in readable if unit != "hour"] or ["day"]
    for unit in readable:
        posts = np.bincount(grouped(numbered(taking_sides, unit))[1])
        if posts[posts >= min_posts].sum() * 2 >= posts.sum() > 0:
            return unit
    several = [unit for unit in readable if different(numbered(hours, unit)) >= 3]
    return several[-1] if several else next((unit for unit in readable if unit != "hour"), readable[0])


def _first_of_months(day: date, months: int) -> date:
    return day.replace(month=day.month - (day.month - 1) % months, day=1)
