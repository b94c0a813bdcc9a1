"""Texts cut from labelled posts whose own labels nobody knows: only a teacher can say what they mean."""

from __future__ import annotations

import random
import re
from typing import TYPE_CHECKING

from nlp.training.example import Example

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

_SENTENCES = 3  # taken from one post, at most
_END = re.compile(r"(?<=[.!?])\s+|\n+")


def sentences(examples: Iterable[Example]) -> Iterator[Example]:
    """Take a few sentences of every post of several, each alone; the same ones, whatever other posts there are."""
    for example in examples:
        parts = list(dict.fromkeys(part for part in _END.split(example.text) if len(part.split()) > 3))
        if len(parts) > 2:
            for part in random.Random(example.id).sample(parts, min(_SENTENCES, len(parts))):
                yield _bare(example, text=part, context=example.context)


def crossed(examples: Iterable[Example]) -> Iterator[Example]:
    """Put replies under the parents of others."""
    replies = [example for example in examples if example.context]
    parents = [example.context for example in replies]
    random.Random(1).shuffle(parents)
    for reply, parent in zip(replies, parents, strict=True):
        if parent != reply.context:
            yield _bare(reply, text=reply.text, context=parent)


def _bare(example: Example, *, text: str, context: str | None) -> Example:
    return Example(
        id=example.id, source=example.source, text=text, context=context, targets=example.targets, group=example.group
    )
