"""Why authors hold what they hold, and who moved: counted as posts pass."""

from __future__ import annotations

from collections import Counter, defaultdict
from typing import TYPE_CHECKING

from corpus.labels import REASONS
from reports.report import ReasonCount, Switch

if TYPE_CHECKING:
    from collections.abc import Sequence

    from corpus.opinion import Opinion


class Motives:
    """Counts reasons by camp, and moves from one target to another."""

    def __init__(self) -> None:
        self._reasons: Counter[tuple[str, str]] = Counter()
        self._moves: Counter[tuple[str, str]] = Counter()
        self._movers: defaultdict[tuple[str, str], set[tuple[str, str]]] = defaultdict(set)

    def add(self, opinion: Opinion) -> None:
        """Take in one judged post."""
        if opinion.camp is not None:
            self._reasons.update((reason, opinion.camp) for reason in opinion.reasons)
        if opinion.switched_from and opinion.switched_to:
            move = opinion.switched_from, opinion.switched_to
            self._moves[move] += 1
            if opinion.author is not None:
                self._movers[move].add((opinion.platform, opinion.author))

    def reasons(self, camps: Sequence[str]) -> tuple[ReasonCount, ...]:
        """Give the reasons that any post names, the most frequent first."""
        rows = {name: tuple(self._reasons[name, camp] for camp in camps) for name in REASONS}
        ordered = sorted(rows, key=lambda name: -sum(rows[name]))
        return tuple(ReasonCount(reason=name, posts=rows[name]) for name in ordered if any(rows[name]))

    def switches(self) -> tuple[Switch, ...]:
        """Give the moves, the most frequent first."""
        ordered = sorted(self._moves.items(), key=lambda item: (-item[1], item[0]))
        return tuple(
            Switch(origin=origin, destination=destination, posts=posts, authors=len(self._movers[origin, destination]))
            for (origin, destination), posts in ordered
        )
