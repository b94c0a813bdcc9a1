"""Find where a text names the targets of a debate."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

    from corpus.labels import Target


@dataclass(frozen=True, slots=True)
class Mention:
    """Characters `start` to `end` of a text name target number `target`."""

    start: int
    end: int
    target: int


class Mentions:
    """The names of a debate's targets, compiled once."""

    def __init__(self, targets: Sequence[Target]) -> None:
        self._strong = self._compile(targets, [target.aliases for target in targets])
        self._weak = self._compile(targets, [target.weak_aliases for target in targets])

    def _compile(self, targets: Sequence[Target], names: Sequence[Sequence[str]]) -> re.Pattern[str] | None:
        parts = []
        for number in range(len(targets)):
            words = sorted(names[number], key=len, reverse=True)
            if words:
                parts.append(f"(?P<t{number}>{'|'.join(map(_pattern, words))})")
        return re.compile(rf"(?<![^\W_])(?:{'|'.join(parts)})(?![^\W_])", re.IGNORECASE) if parts else None

    def find(self, text: str, *, weak: bool = False) -> list[Mention]:
        """List the mentions in reading order; `weak` counts the weak aliases too."""
        found = _search(self._strong, text)
        if self._weak is not None and (weak or found):
            taken = [range(mention.start, mention.end) for mention in found]
            found += [m for m in _search(self._weak, text) if not any(m.start in span for span in taken)]
            found.sort(key=lambda mention: mention.start)
        return found


def _pattern(alias: str) -> str:
    """Match an alias as a whole word; `*` at its end matches any ending."""
    word = re.escape(alias.removesuffix("*")).replace(r"\ ", r"\s+")
    return rf"{word}\w*" if alias.endswith("*") else word


def _search(pattern: re.Pattern[str] | None, text: str) -> list[Mention]:
    if pattern is None:
        return []
    return [Mention(m.start(), m.end(), int((m.lastgroup or "t0")[1:])) for m in pattern.finditer(text)]
