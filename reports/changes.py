"""Points in time at which opinion shifts, with a false-alarm rate that holds.

The series is split where the shares before and after differ most (a scan over all boundaries of periods, weighted as
in Pearson's chi-squared). Whether that is more than chance is told by shuffling what whole threads or authors say among
those of about the same size, while their posts stay where they are in time: how often does the best split of a shuffled
series differ as much? A split that passes is searched again on both sides, at half the rate each (binary segmentation).
Where nothing changes, the chance of any alarm is at most about the rate asked for.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from reports.grouping import grouped
from reports.prevalence import MIN_CLUSTERS
from reports.timeline import Change

if TYPE_CHECKING:
    from collections.abc import Iterator

    from numpy.typing import NDArray

    from reports.counting import Counting
    from reports.prevalence import Floats, Ints
    from reports.timeline import Timeline

FALSE_ALARMS = 0.05
SHUFFLES = 999
MANY, FEWER_SHUFFLES = 5_000, 199  # clusters, and shuffles beyond them
DEEPEST = 3
LEAST_PERIODS = 4


class Posts(NamedTuple):
    """Posts that take a side: the period, the camp and the thread or author of each ([posts])."""

    periods: Ints
    codes: Ints
    numbers: Ints


class Split(NamedTuple):
    """A boundary between periods, and how often chance splits as well."""

    at: int
    p_value: float


def changes(count: Counting, line: Timeline) -> tuple[Change, ...] | None:
    """Find where the camps of the posts that take a side shift; None where there is too little to look."""
    votes, limit = count.votes, len(count.camps) - 1
    periods = count.periods(line)
    chosen = (periods >= 0) & (votes.camps >= 0) & (votes.camps < limit)
    least = count.sampling.min_posts
    overall = count.cell("", np.flatnonzero(chosen))
    if overall is None or overall.sides is None or len(line.periods) < LEAST_PERIODS or chosen.sum() < 2 * least:
        return None
    numbers = (votes.authors if overall.sides.unit == "author" else votes.threads)[chosen]
    if overall.sides.clusters < 2 * MIN_CLUSTERS:
        return None
    posts = Posts(periods[chosen], votes.camps[chosen], numbers)
    splits = find(posts, periods=len(line.periods), least=least, seed=count.sampling.seed)
    edges = [0, *(split.at for split in splits), len(line.periods)]
    return tuple(_change(count, line, chosen, periods, split, edges) for split in splits)


def find(posts: Posts, *, periods: int, least: int, seed: int, rate: float = FALSE_ALARMS) -> list[Split]:
    """Find the splits of a series, in the order of time; each side keeps at least `least` posts."""
    return sorted(_search(posts, (0, periods), least, np.random.default_rng(seed), rate, DEEPEST))


def _search(
    posts: Posts, within: tuple[int, int], least: int, random: np.random.Generator, rate: float, depth: int
) -> Iterator[Split]:
    low, high = within
    inside = (posts.periods >= low) & (posts.periods < high)
    if not depth or not inside.any():
        return
    periods, codes = posts.periods[inside], posts.codes[inside]
    labels = int(posts.codes.max()) + 1
    names, clusters = grouped(posts.numbers[inside])
    cells, blocks = grouped(periods * len(names) + clusters)  # ascending in time
    when, whose = np.divmod(cells, len(names))
    starts = np.searchsorted(when, np.arange(low + 1, high))
    found = _scan(_counts(blocks, codes, len(cells), labels), starts, least)
    if not np.isfinite(found).any():
        return
    best = int(found.argmax())
    said = _counts(clusters, codes, len(names), labels)
    alike = np.log2(said.sum(axis=1)).astype(np.int64)  # among 1, 2 to 3, 4 to 7, ... posts
    said /= said.sum(axis=1, keepdims=True)
    ranks = np.empty_like(clusters, shape=len(names))
    ranks[np.argsort(alike, kind="stable")] = np.arange(len(names))
    sizes, places = np.bincount(blocks)[:, None], ranks[whose]
    shuffles = SHUFFLES if len(names) <= MANY else FEWER_SHUFFLES
    as_good = 0
    for _ in range(shuffles):
        lots = random.random(len(names))  # drawn to the end, so that later searches see the same numbers
        if (1 + as_good) / (1 + shuffles) <= rate:
            shuffled = sizes * said[np.argsort(alike + lots)[places]]  # within groups
            as_good += float(_scan(shuffled, starts, least).max()) >= found[best] * (1 - 1e-9)
    p_value = float((1 + as_good) / (1 + shuffles))
    if p_value > rate:
        return
    at = low + 1 + best
    yield Split(at, p_value)
    yield from _search(posts, (low, at), least, random, rate / 2, depth - 1)
    yield from _search(posts, (at, high), least, random, rate / 2, depth - 1)


def _counts(rows: Ints, codes: Ints, count: int, labels: int) -> Floats:
    """Count labels by row ([count, labels])."""
    found: Floats = np.bincount(rows * labels + codes, minlength=count * labels).reshape(count, labels).astype(float)
    return found


def _scan(counts: Floats, starts: NDArray[np.intp], least: int) -> Floats:
    """Compute how far shares differ on both sides of each boundary; minus infinity where a side is too small."""
    sums = counts.cumsum(axis=0)
    before, total = np.where(starts[:, None] > 0, sums[starts - 1], 0), sums[-1]
    after = total - before
    left, right = before.sum(axis=1), after.sum(axis=1)
    is_enough = (left >= least) & (right >= least)
    if not is_enough.any():
        return np.full(len(starts), -np.inf)
    shares = np.where(total > 0, total / total.sum(), 1.0)
    gaps = before / np.maximum(left, 1)[:, None] - after / np.maximum(right, 1)[:, None]
    far: Floats = (gaps**2 / shares).sum(axis=1) * left * right / total.sum()
    return np.where(is_enough, far, -np.inf)


def _change(
    count: Counting, line: Timeline, chosen: NDArray[np.bool_], periods: Ints, split: Split, edges: list[int]
) -> Change:
    place = edges.index(split.at)
    sides = [
        count.cell("", np.flatnonzero(chosen & (periods >= low) & (periods < high)))
        for low, high in ((edges[place - 1], split.at), (split.at, edges[place + 1]))
    ]
    before, after = (cell.sides for cell in sides if cell is not None)
    if before is None or after is None:
        raise AssertionError("a side without posts")  # `least` is at least 1
    return Change(first=line.periods[split.at].first, p_value=split.p_value, before=before, after=after)
