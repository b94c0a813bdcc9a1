"""Find where a text names the targets of a debate."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from typing import TYPE_CHECKING

from nlp.recipe import clean, plain

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

    def clean(self, text: str) -> str:
        """Prepare a text for the encoder; handles that name a target stay."""
        return clean(text, keep_handle=self._own)

    def _own(self, handle: str) -> bool:
        """Say whether a handle names a target: by what stands before its host, or whole, as an alias may be written."""
        name = re.split("[.@]", handle, maxsplit=1)[0]
        return bool(self.find(name)) or any(m.end - m.start == len(handle) for m in self.find(handle))


class _Names:
    """One pattern of all names, the longest first: "React Native" is not a mention of "React"."""

    def __init__(self, names: Sequence[Sequence[str]]) -> None:
        pairs = [(alias, target) for target, known in enumerate(names) for alias in map(_as_in_texts, known) if alias]
        pairs.sort(key=lambda pair: len(pair[0]), reverse=True)
        self._targets = [target for _, target in pairs]
        parts = "|".join(f"({_pattern(alias)})" for alias, _ in pairs)
        self._pattern = re.compile(rf"(?<![^\W_])(?:{parts})", re.IGNORECASE) if pairs else None

    def find(self, text: str) -> list[Mention]:
        if self._pattern is None:
            return []
        return [
            Mention(m.start(), m.end(), self._targets[(m.lastindex or 1) - 1]) for m in self._pattern.finditer(text)
        ]


def _as_in_texts(alias: str) -> str:
    """Write an alias as cleaned texts are written; the @ of a handle is no part of the name."""
    return " ".join(plain(alias).split()).lstrip("@")


def _pattern(alias: str) -> str:
    """Match an alias as a whole word, to its end unless that is a sign (C++17); `*` at its end matches any ending."""
    word = re.escape(alias.rstrip("*")).replace(r"\ ", r"\s+").replace("'", "['’]")
    if alias.endswith("*"):
        return rf"{word}\w*"
    return word if unicodedata.category(alias[-1])[0] in "PS" else rf"{word}(?![^\W_])"
