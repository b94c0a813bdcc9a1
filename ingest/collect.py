"""Drive a source into the store: a page, stored whole with its cursor, before the next is asked for."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Protocol

from corpus.errors import WalkError
from corpus.walk import Spending
from ingest.retry import Clock
from ingest.source import Estimate, Start

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from corpus.store import Added
    from corpus.walk import OpenWalk, Page, Round, Walk
    from ingest.source import Source

MOST_PLANNED = 200  # walks


class Ledger(Protocol):
    """Where pages go: `corpus.store.Store`."""

    def open_round(self, platform: str, *, restart: bool = False) -> Round: ...  # noqa: D102
    def end_round(self, round_: Round) -> None: ...  # noqa: D102
    def add_walks(self, round_: Round, walks: Iterable[Walk]) -> None: ...  # noqa: D102
    def next_walk(self, round_: Round) -> OpenWalk | None: ...  # noqa: D102
    def add_page(self, round_: Round, walk: OpenWalk, page: Page) -> Added: ...  # noqa: D102
    def add_found(self, round_: Round, walk: OpenWalk, page: Page) -> Added: ...  # noqa: D102
    def spent(self, round_: Round) -> Spending: ...  # noqa: D102
    def unseen(self, round_: Round, walk: OpenWalk) -> tuple[str, ...]: ...  # noqa: D102
    def end_walk(self, walk: OpenWalk) -> None: ...  # noqa: D102
    def fail_walk(self, walk: OpenWalk, reason: str) -> None: ...  # noqa: D102


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """How far a collection is: what was done so far in this run, and the walk that was last worked on."""

    walk: Walk
    new: int
    updated: int
    unchanged: int
    gone: int
    walks: int
    failures: tuple[tuple[Walk, str], ...]
    spent: Spending

    @property
    def posts(self) -> int:
        """How many sights of posts were stored."""
        return self.new + self.updated + self.unchanged


def collect(
    source: Source, ledger: Ledger, *, new_only: bool = False, restart: bool = False, clock: Clock | None = None
) -> Iterator[Step]:
    """Collect everything that the source's seeds lead to, yielding after each page that was stored.

    A round that was interrupted goes on where it was; otherwise a new one begins, which walks everything again and so
    picks up new replies, edits, scores and deletions; `new_only` leaves out what earlier rounds have walked, where the
    platform can. SourceError ends the run and leaves the round open.
    """
    yield from _Collection(source, ledger, new_only=new_only, clock=clock or Clock()).steps(restart=restart)


class _Collection:
    def __init__(self, source: Source, ledger: Ledger, *, new_only: bool, clock: Clock) -> None:
        self._source = source
        self._ledger = ledger
        self._new_only = new_only
        self._clock = clock
        self._counts: Counter[str] = Counter()
        self._failures: list[tuple[Walk, str]] = []
        self._spent = Spending()

    def steps(self, *, restart: bool) -> Iterator[Step]:
        round_ = self._ledger.open_round(self._source.platform, restart=restart)
        self._ledger.add_walks(round_, self._source.seeds())
        while walk := self._ledger.next_walk(round_):
            try:
                yield from self._walk(round_, walk)
            except WalkError as error:
                self._ledger.fail_walk(walk, str(error))
                self._failures.append((walk.walk, str(error)))
            else:
                self._ledger.end_walk(walk)
            self._counts["walks"] += 1
            yield self._step(walk.walk)
        self._ledger.end_round(round_)

    def _walk(self, round_: Round, walk: OpenWalk) -> Iterator[Step]:
        if not walk.is_walked:
            mark = walk.mark if self._new_only else None
            start = Start(cursor=walk.cursor, mark=mark, spent=self._ledger.spent(round_))
            for page in self._source.pages(walk.walk, start):
                self._count(self._ledger.add_page(round_, walk, self._seen_now(page)), page)
                yield self._step(walk.walk)
        if not self._new_only and (unseen := self._ledger.unseen(round_, walk)):
            for page in self._source.look_up(unseen, Start(spent=self._ledger.spent(round_))):
                self._count(self._ledger.add_found(round_, walk, self._seen_now(page)), page)
                yield self._step(walk.walk)

    def _seen_now(self, page: Page) -> Page:
        """Date every post: what was seen later counts more than what was seen earlier."""
        now = datetime.fromtimestamp(self._clock.now(), UTC)
        return replace(page, items=tuple((replace(post, seen_at=now), payload) for post, payload in page.items))

    def _count(self, added: Added, page: Page) -> None:
        self._counts.update(new=added.new, updated=added.updated, unchanged=added.unchanged, gone=added.wiped)
        self._spent += page.spent

    def _step(self, walk: Walk) -> Step:
        return Step(
            walk=walk,
            new=self._counts["new"],
            updated=self._counts["updated"],
            unchanged=self._counts["unchanged"],
            gone=self._counts["gone"],
            walks=self._counts["walks"],
            failures=tuple(self._failures),
            spent=self._spent,
        )


def plan(source: Source) -> Iterator[tuple[Walk, Estimate | str]]:
    """Say what a collection would fetch, walk by walk, and store nothing; a refused walk gives its reason.

    After many walks the rest is not asked about: the last estimate then says so.
    """
    todo, known = list(source.seeds()), set["Walk"]()
    while todo:
        walk = todo.pop(0)
        if walk in known:
            continue
        if len(known) == MOST_PLANNED:
            left = len({walk, *todo} - known)
            yield walk, Estimate(remark=f"this and what follows, {left:,} or more, is not estimated nor in any price")
            return
        known.add(walk)
        try:
            estimate = source.estimate(walk)
        except WalkError as error:
            yield walk, str(error)
        else:
            yield walk, estimate
            todo.extend(estimate.found)
