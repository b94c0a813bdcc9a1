"""What became of every post of the corpus: judged, or left out for one reason."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from corpus.labels import Abstained
from corpus.post import State
from reports.report import Ledger

if TYPE_CHECKING:
    from collections.abc import Set as AbstractSet

    from corpus.opinion import Opinions

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


def fates(posts: Opinions, conversations: AbstractSet[tuple[str, str]] | None = None) -> list[str]:
    """Say what becomes of each post; the first reason that applies counts."""
    found = list(map(_fate, posts.is_repost, posts.state, posts.abstained, posts.windows))
    if conversations is None:
        return found
    threads = zip(posts.platform, posts.conversation_id, strict=True)
    return [what if thread in conversations else ELSEWHERE for what, thread in zip(found, threads, strict=True)]


def _fate(is_repost: bool, state: State, abstained: Abstained | None, windows: int | None) -> str:
    if is_repost:
        return REPOST
    if state in GONE:
        return GONE[state]
    if abstained is not None:
        return abstained.value
    return UNLABELLED if windows is None else JUDGED


class Bookkeeper:
    """Counts posts as they pass."""

    def __init__(self, conversations: AbstractSet[tuple[str, str]] | None) -> None:
        self._conversations = conversations
        self._counts: Counter[str] = Counter()
        self._remarks: Counter[str] = Counter()

    def judged(self, posts: Opinions) -> Opinions:
        """Enter some posts and give those of them that are judged."""
        found = fates(posts, self._conversations)
        self._counts.update(found)
        judged = posts.where([what == JUDGED for what in found])
        self._remarks[IN_WINDOWS] += sum([windows is not None and windows > 1 for windows in judged.windows])
        self._remarks[UNDATED] += judged.created_at.count(None)
        self._remarks[ANONYMOUS] += judged.author.count(None)
        return judged

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
