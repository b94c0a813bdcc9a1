"""Stretches of time: days, weeks from Monday, months and quarters, all in UTC."""

from __future__ import annotations

from datetime import date, timedelta
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from reports.prevalence import Ints

UNITS = ("day", "week", "month", "quarter")
MOST = 60
MONTHS = {"month": 1, "quarter": 3}
DAYS = {"day": 1, "week": 7}


def starts(days: Ints, unit: str) -> Ints:
    """Give the first day of the period of each day, all as ordinals."""
    if unit in DAYS:
        return days - (days - 1) % DAYS[unit]  # ordinal 1 is a Monday
    unique, places = np.unique(days, return_inverse=True)
    firsts = np.array([_first_of_months(date.fromordinal(int(day)), MONTHS[unit]).toordinal() for day in unique])
    return firsts.astype(np.int64)[places] if len(unique) else days


def last_day(first: date, unit: str) -> date:
    """Give the last day of a period."""
    if unit in DAYS:
        return first + timedelta(days=DAYS[unit] - 1)
    beyond = first.month - 1 + MONTHS[unit]
    return date(first.year + beyond // 12, beyond % 12 + 1, 1) - timedelta(days=1)


def unit_for(days: Ints, taking_sides: Ints, min_posts: int) -> str:
    """Choose the finest unit that is still readable.

    At most MOST periods lie within the middle 98% of the days, and at least half of the posts that take a side fall in
    periods with `min_posts` of them; where that is too much to ask, the coarsest unit that leaves three periods.
    """
    if not len(days):
        return UNITS[0]
    early, late = np.quantile(days, (0.01, 0.99))
    span = (late - early) / np.array([1, 7, 30.4, 91.3]) + 1
    readable = [unit for unit, periods in zip(UNITS, span, strict=True) if periods <= MOST] or [UNITS[-1]]
    for unit in readable:
        _, posts = np.unique(starts(taking_sides, unit), return_counts=True)
        if posts[posts >= min_posts].sum() * 2 >= posts.sum() > 0:
            return unit
    several = [unit for unit in readable if len(np.unique(starts(days, unit))) >= 3]
    return several[-1] if several else readable[0]


def _first_of_months(day: date, months: int) -> date:
    return day.replace(month=day.month - (day.month - 1) % months, day=1)
