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
        self._strong = _Names([target.aliases for target in targets])
        self._weak = _Names([target.weak_aliases for target in targets])

    def find(self, text: str, *, weak: bool = False) -> list[Mention]:
        """List the mentions in reading order; `weak` counts the weak aliases too."""
        found = self._strong.find(text)
        if weak or found:
            taken = [range(mention.start, mention.end) for mention in found]
            found += [m for m in self._weak.find(text) if not any(m.start in span for span in taken)]
            found.sort(key=lambda mention: mention.start)
        return found


class _Names:
    """One pattern of all names, the longest first: "React Native" is not a mention of "React"."""

    def __init__(self, names: Sequence[Sequence[str]]) -> None:
        pairs = [(alias, target) for target, aliases in enumerate(names) for alias in aliases]
        pairs.sort(key=lambda pair: len(pair[0]), reverse=True)
        self._targets = [target for _, target in pairs]
        parts = "|".join(f"({_pattern(alias)})" for alias, _ in pairs)
        self._pattern = re.compile(rf"(?<![^\W_])(?:{parts})(?![^\W_])", re.IGNORECASE) if pairs else None

    def find(self, text: str) -> list[Mention]:
        if self._pattern is None:
            return []
        return [
            Mention(m.start(), m.end(), self._targets[(m.lastindex or 1) - 1]) for m in self._pattern.finditer(text)
        ]


def _pattern(alias: str) -> str:
    """Match an alias as a whole word; `*` at its end matches any ending."""
    word = re.escape(alias.removesuffix("*")).replace(r"\ ", r"\s+")
    return rf"{word}\w*" if alias.endswith("*") else word
