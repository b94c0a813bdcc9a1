"""From texts to token ids: one row holds a window of the post, its context, and a slot for each target.

    [CLS] slot 1 ... slot T [SEP] window of the post [SEP] context [SEP]

A slot is one position whose input embedding is the mean of the word pieces of the target's name: it lets the encoder
look for a stance toward a target that a post means without naming, at the cost of one token. Cost therefore hardly
grows with the number of targets, and a new target needs no new weights.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import torch

from corpus.errors import ModelError
from nlp.mentions import Mention, Mentions

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tokenizers import Encoding, Tokenizer

    from corpus.labels import Target
    from nlp.recipe import Recipe

_FRAME = 4  # tokens that open and separate the parts of a row
_STEP = 8  # tokens, or half of the overlap: with less of its own in each window, a long post takes hundreds of them


@dataclass(frozen=True, slots=True, kw_only=True)
class Special:
    """The ids with which a tokenizer opens, separates and pads a row; `types` is how many segment types it knows."""

    cls: int
    sep: int
    pad: int
    types: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Window:
    """One row for the encoder: `ids` holds L tokens, the T slots (pad ids) at positions 1 to T.

    `mentions` lists (in the context?, target, first token, one past the last token).
    """

    ids: list[int]
    types: list[int]
    mentions: list[tuple[bool, int, int, int]]


@dataclass(frozen=True, slots=True)
class Batch:
    """B windows padded to L tokens, with T targets (M: word pieces in the longest target name).

    ids, types and attention are [B, L]; names is [B, T, M] (-1 pads); targets is [B, T], true where there is a target;
    in_post and in_context are [B, T, L], rows of weights that average over a target's mentions (all 0: not mentioned).
    """

    ids: torch.Tensor
    types: torch.Tensor
    attention: torch.Tensor
    names: torch.Tensor
    targets: torch.Tensor
    in_post: torch.Tensor
    in_context: torch.Tensor

    def to(self, device: torch.device) -> Batch:
        """Copy to a device."""
        return Batch(*(getattr(self, field).to(device) for field in self.__slots__))


class Reader:
    """Turns texts into windows for one list of targets; ModelError where its windows have no room for so many."""

    def __init__(self, tokenizer: Tokenizer, special: Special, recipe: Recipe, targets: Sequence[Target]) -> None:
        check_room(recipe, len(targets))
        self.special, self.recipe, self.targets = special, recipe, tuple(targets)
        self._tokenizer = tokenizer
        self._mentions = Mentions(targets)
        self.names = [encode_name(tokenizer, target.label) for target in targets]

    def clean(self, text: str) -> str:
        """Prepare a text by the recipe; handles that name a target stay."""
        return self._mentions.clean(text)

    def mentions(self, text: str, context: str | None) -> tuple[list[Mention], list[Mention]]:
        """Find the targets in a cleaned text and its cleaned context; a name in one wakes weak aliases in both."""
        here, there = self._mentions.find(text), self._mentions.find(context or "")
        if there and not here:
            here = self._mentions.find(text, weak=True)
        if here and not there and context:
            there = self._mentions.find(context, weak=True)
        return here, there

    def windows(self, pairs: Sequence[tuple[str, str | None]]) -> list[list[Window]]:
        """Encode (text, context) pairs, both cleaned: for each the windows that together hold the whole text."""
        texts = self._tokenizer.encode_batch([text for text, _ in pairs], add_special_tokens=False)
        contexts = self._tokenizer.encode_batch([context or "" for _, context in pairs], add_special_tokens=False)
        return [
            self._windows(text, context, *self.mentions(*pair))
            for pair, text, context in zip(pairs, texts, contexts, strict=True)
        ]

    def _windows(self, text: Encoding, context: Encoding, here: list[Mention], there: list[Mention]) -> list[Window]:
        slots = len(self.targets)
        tail = _around(context, there, self.recipe.context)
        room = self.recipe.window - slots - 3 - (len(tail) + 1 if tail else 0)
        spans = _spans(len(text.ids), room, self.recipe.overlap)
        post_mentions = _token_spans(text, here)
        context_mentions = _token_spans(context, there)
        return [self._window(text, context, span, tail, post_mentions, context_mentions) for span in spans]

    def _window(
        self,
        text: Encoding,
        context: Encoding,
        span: range,
        tail: range,
        here: list[tuple[int, int, int]],
        there: list[tuple[int, int, int]],
    ) -> Window:
        special, slots = self.special, len(self.targets)
        ids = [special.cls, *[special.pad] * slots, special.sep, *text.ids[span.start : span.stop], special.sep]
        first = len(ids)
        if tail:
            ids += [*context.ids[tail.start : tail.stop], special.sep]
        second = min(1, special.types - 1)
        mentions = [(False, *m) for m in _shifted(here, span, slots + 2)]
        mentions += [(True, *m) for m in _shifted(there, tail, first)]
        return Window(ids=ids, types=[0] * first + [second] * (len(ids) - first), mentions=mentions)


def most_targets(recipe: Recipe) -> int:
    """Count the targets that leave room for a post beside its longest context; below 1 where nothing does."""
    step = max(_STEP, recipe.overlap // 2)
    return recipe.window - recipe.context - _FRAME - recipe.overlap - step


def check_room(recipe: Recipe, targets: int) -> None:
    """Refuse more targets than a window has room for."""
    most = max(0, most_targets(recipe))
    if targets > most:
        raise ModelError(
            f"windows of {recipe.window} tokens with {recipe.context} of context have room for {most} targets, not "
            f"{targets}: name fewer targets, or use a model with larger windows"
        )


def encode_name(tokenizer: Tokenizer, name: str) -> list[int]:
    """Word pieces of a target's name."""
    return list(tokenizer.encode(name, add_special_tokens=False).ids)


def collate(windows: Sequence[Window], names: Sequence[Sequence[Sequence[int]]], special: Special) -> Batch:
    """Pad windows into one batch; `names` holds, for each window, the word pieces of each of its targets.

    Windows with fewer targets than the widest get masked slots, which push their text to the right. Lengths are rounded
    up to a multiple of 8: matrix kernels are prepared once for each shape they meet.
    """
    rows, width = len(windows), max(map(len, names))
    length = max(len(window.ids) + width - len(row) for window, row in zip(windows, names, strict=True))
    length = padded(length)
    ids = np.full((rows, length), special.pad, np.int64)
    types, attention = np.zeros((2, rows, length), np.int64)
    pieces = np.full((rows, width, max(len(name) for row in names for name in row)), -1, np.int64)
    known = np.zeros((rows, width), bool)
    weights = np.zeros((2, rows, width, length), np.float32)
    for row, (window, row_names) in enumerate(zip(windows, names, strict=True)):
        slots, gap = len(row_names) + 1, width - len(row_names)
        text = slice(slots + gap, len(window.ids) + gap)
        ids[row, 0], ids[row, text], types[row, text] = window.ids[0], window.ids[slots:], window.types[slots:]
        attention[row, :slots] = attention[row, text] = 1
        known[row, : len(row_names)] = True
        for slot, name in enumerate(row_names):
            pieces[row, slot, : len(name)] = name
        for in_context, target, start, end in window.mentions:
            weights[int(in_context), row, target, start + gap : end + gap] = 1
    weights /= np.maximum(weights.sum(-1, keepdims=True), 1)
    here, there = weights
    return Batch(*map(torch.from_numpy, (ids, types, attention, pieces, known, here, there)))


def padded(length: int) -> int:
    """Round up a length as batches do."""
    return length + -length % 8


def _spans(length: int, room: int, overlap: int) -> list[range]:
    """Cover 0 to `length` with equally long overlapping windows of at most `room`."""
    if length <= room:
        return [range(length)]
    count = -(-(length - overlap) // (room - overlap))
    last = length - room
    return [range(start, start + room) for start in (round(last * n / (count - 1)) for n in range(count))]


def _around(text: Encoding, mentions: list[Mention], limit: int) -> range:
    """Choose at most `limit` tokens: the beginning, moved so far that the first mention is in sight."""
    if len(text.ids) <= limit:
        return range(len(text.ids))
    spans = _token_spans(text, mentions)
    start = max(0, spans[0][1] - limit // 2) if spans and spans[0][2] > limit else 0
    start = min(start, len(text.ids) - limit)
    return range(start, start + limit)


def _token_spans(text: Encoding, mentions: list[Mention]) -> list[tuple[int, int, int]]:
    """Turn character spans into (target, first token, one past the last token)."""
    if not mentions:
        return []
    starts = [start for start, _ in text.offsets]
    ends = [end for _, end in text.offsets]
    spans = []
    for mention in mentions:
        first, last = bisect_right(ends, mention.start), bisect_left(starts, mention.end)
        if first < last:
            spans.append((mention.target, first, last))
    return spans


def _shifted(spans: list[tuple[int, int, int]], kept: range, offset: int) -> list[tuple[int, int, int]]:
    """Keep the token spans inside `kept` and count them from its beginning plus `offset`."""
    return [
        (target, first - kept.start + offset, last - kept.start + offset)
        for target, first, last in spans
        if first >= kept.start and last <= kept.stop
    ]
