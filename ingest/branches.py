"""A tree of replies that a platform gives in pieces: where to ask on, and what was counted but not given."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, NamedTuple

from corpus.walk import Claim

if TYPE_CHECKING:
    from collections.abc import Iterable


class Node(NamedTuple):
    """A post of an answer: what it replies to, and how many direct replies the platform counts."""

    id: str
    parent: str | None
    replies: int = 0


class Branch(NamedTuple):
    """A post whose replies are to be asked for, beside those that are `known`; `replies` None: not yet counted."""

    id: str
    replies: int | None = None
    known: tuple[str, ...] = ()


class Piece(NamedTuple):
    """What an answer added: the ids that are new, and how many replies of the branch's own post are missing."""

    new: frozenset[str]
    missing: int


@dataclass(slots=True)
class Branches:
    """What is still to be asked for, and how many replies (and quotes of the first post) the platform counts in all.

    A platform cuts a tree at some depth or number of posts. Every post that has fewer replies in an answer than it is
    said to have is asked for once more, as the top of an answer of its own; what then still lacks is missing. `thread`
    is "" where the top is not the first post of its thread: then nothing can be claimed of the thread.
    """

    todo: list[Branch]
    counted: int = 0
    thread: str = ""
    quotes: int | None = None

    @classmethod
    def at(cls, top: str, cursor: str | None) -> Branches:
        """Begin at the top, or go on from a cursor."""
        if cursor is None:
            return cls([Branch(top)])
        state = json.loads(cursor)
        todo = [Branch(key, replies, tuple(known)) for key, replies, known in state.pop("todo")]
        return cls(todo, **state)

    @property
    def cursor(self) -> str | None:
        """Write down where to go on; None at the end."""
        return json.dumps(asdict(self), separators=(",", ":")) if self.todo else None

    @property
    def claims(self) -> tuple[Claim, ...]:
        """Say what the platform counts, as far as it is known."""
        return (Claim(thread=self.thread, posts=self.counted, quotes=self.quotes),) if self.thread else ()

    def take(self, branch: Branch, nodes: Iterable[Node]) -> Piece:
        """Enter the answer to the request for a branch, the branch's own post among its nodes."""
        found = {node.id: node for node in nodes}
        children = dict[str, list[str]]()
        for node in found.values():
            if node.parent is not None and node.id != branch.id:
                children.setdefault(node.parent, []).append(node.id)
        new, left = set[str](), [key for key in children.get(branch.id, ()) if key not in branch.known]
        while left:
            key = left.pop()
            new.add(key)
            self.counted += found[key].replies
            own = children.get(key, [])
            if found[key].replies > len(own):
                self.todo.append(Branch(key, found[key].replies, tuple(own)))
            left += own
        claimed = branch.replies
        if claimed is None:  # the top of the whole tree
            claimed = found[branch.id].replies if branch.id in found else 0
            self.counted += claimed
            new.add(branch.id)
        given = {*branch.known, *children.get(branch.id, ())}
        return Piece(frozenset(new), max(0, claimed - len(given)))
