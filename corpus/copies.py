"""Posts that say the same: who repeats whom."""

from __future__ import annotations

from hashlib import blake2b
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

LEAST_COPIED = 40  # characters: "this", said by many, is a vote of each


def words(title: str | None, text: str) -> bytes | None:
    """Give what a post says, whatever the case of its ASCII letters; None where it is too short to be told apart."""
    if len(text) < LEAST_COPIED:
        return None
    return (text if title is None else f"{title}\n{text}").strip(" ").encode().lower()


def fingerprint(title: str | None, text: str) -> int | None:
    """Name what a post says by a number that can be stored."""
    said = words(title, text)
    return None if said is None else int.from_bytes(blake2b(said, digest_size=8).digest(), signed=True)


def firsts(rows: Iterable[tuple[int, int | None]]) -> dict[int, int]:
    """Map keys to the first with the same number; those that repeat nothing, or have none, are left out."""
    seen: dict[int, int] = {}
    found = {}
    for key, number in rows:
        if number is not None and (first := seen.setdefault(number, key)) != key:
            found[key] = first
    return found
