"""What became of every post of the corpus: judged, or left out for one reason."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from corpus.labels import Abstained
from corpus.post import State
from reports.report import Ledger

if TYPE_CHECKING:
    from collections.abc import Set as AbstractSet

    from corpus.opinion import Opinion

JUDGED = "judged"
ELSEWHERE = "not in the chosen conversations"
REPOST = "repost"
UNLABELLED = "unlabelled"
IN_WINDOWS, UNDATED, ANONYMOUS = "in windows", "undated", "anonymous"
GONE = {state: state.value for state in (State.DELETED, State.REMOVED, State.WITHHELD)}
FATES = (
    JUDGED,
    ELSEWHERE,
    REPOST,
    *GONE.values(),
    *(reason.value for reason in Abstained),
    UNLABELLED,
)


def fate(opinion: Opinion, conversations: AbstractSet[tuple[str, str]] | None = None) -> str:
    """Say what becomes of a post; the first reason that applies counts."""
    if conversations is not None and (opinion.platform, opinion.conversation_id) not in conversations:
        return ELSEWHERE
    if opinion.is_repost:
        return REPOST
    if opinion.state in GONE:
        return GONE[opinion.state]
    if opinion.abstained is not None:
        return opinion.abstained.value
    return JUDGED if opinion.is_labelled else UNLABELLED


class Bookkeeper:
    """Counts posts as they pass."""

    def __init__(self, conversations: AbstractSet[tuple[str, str]] | None) -> None:
        self._conversations = conversations
        self._counts: Counter[str] = Counter()
        self._remarks: Counter[str] = Counter()

    def takes(self, opinion: Opinion) -> bool:
        """Enter a post and say whether it is judged."""
        what = fate(opinion, self._conversations)
        self._counts[what] += 1
        if what != JUDGED:
            return False
        if (opinion.windows or 0) > 1:
            self._remarks[IN_WINDOWS] += 1
        if opinion.created_at is None:
            self._remarks[UNDATED] += 1
        if opinion.author is None:
            self._remarks[ANONYMOUS] += 1
        return True

    def close(self) -> Ledger:
        """Give the ledger; reasons that left nothing out are kept, save that of a choice that was not made."""
        fates = (name for name in FATES if name != ELSEWHERE or self._conversations is not None)
        return Ledger(
            total=self._counts.total(),
            counts=tuple((name, self._counts[name]) for name in fates),
            in_windows=self._remarks[IN_WINDOWS],
            undated=self._remarks[UNDATED],
            anonymous=self._remarks[ANONYMOUS],
        )
