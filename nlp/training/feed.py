"""From examples to shuffled, augmented, tokenised batches with their labels."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, TypeAlias

import numpy as np
import torch

from corpus.labels import REASONS, STANCES
from nlp.encoding import Batch, Reader, Special, Window, check_room, collate
from nlp.model import Outputs
from nlp.training.augment import estrange, permute, shuffle

if TYPE_CHECKING:
    import random
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from tokenizers import Tokenizer

    from corpus.labels import Target
    from nlp.recipe import Recipe
    from nlp.training.example import Example
    from nlp.training.settings import TrainingSettings
    from nlp.training.teacher import Teacher

Item: TypeAlias = "tuple[Example, Window, list[list[int]]]"  # the last: word pieces of the targets' names
UNKNOWN = -100
RENAMED = {"written", "framework_posts"}
_POOL = 64  # batches whose examples are sorted by length together


@dataclass(frozen=True, slots=True)
class Truth:
    """Labels of B examples; UNKNOWN where a corpus does not tell. stance is [B, T], reasons [B, 15], the rest [B].

    "None of the targets" is column T of camp, left and joined, T being the widest of the batch. `lesson` holds what a
    teacher makes of them: probabilities in the shapes of `Outputs`, None where not every example has a lesson.
    """

    camp: torch.Tensor
    stance: torch.Tensor
    sentiment: torch.Tensor
    reasons: torch.Tensor
    left: torch.Tensor
    joined: torch.Tensor
    relevance: torch.Tensor
    lesson: Outputs | None = None

    def to(self, device: torch.device) -> Truth:
        """Copy to a device."""
        lesson = self.lesson and Outputs(*(probabilities.to(device) for probabilities in self.lesson))
        labels = {name: getattr(self, name).to(device) for name in self.__slots__ if name != "lesson"}
        return Truth(**labels, lesson=lesson)


class Feed:
    """Tokenises examples, keeping one reader for each list of targets.

    In a batch, a row is pushed to the right by the slots of the widest. Told the `longest` row that the encoder reads
    and the `widest` list of targets that comes, it cuts windows so that they stay within; ModelError where too little
    is left of them.
    """

    def __init__(
        self, tokenizer: Tokenizer, special: Special, recipe: Recipe, *, longest: int | None = None, widest: int = 0
    ) -> None:
        self._tokenizer, self._special, self._recipe = tokenizer, special, recipe
        self._longest, self._widest = longest, widest
        check_room(self._cut(widest), widest)
        known = (tokenizer.token_to_id(name) for name in ("[MASK]", "<mask>"))
        self.mask = next((found for found in known if found is not None), special.pad)
        self._readers: dict[tuple[Target, ...], Reader] = {}

    def windows(self, example: Example) -> tuple[list[Window], list[list[int]]]:
        """Encode one example: its windows and its targets' names."""
        reader = self._reader(example.targets)
        context = reader.clean(example.context) if example.context else None
        return reader.windows([(reader.clean(example.text), context)])[0], reader.names

    def batch(self, items: Sequence[Item]) -> tuple[Batch, Truth]:
        """Pad items of one length or so into one batch."""
        batch = collate([window for _, window, _ in items], [names for _, _, names in items], self._special)
        return batch, truth([example for example, _, _ in items], batch.targets.shape[1])

    def _reader(self, targets: tuple[Target, ...]) -> Reader:
        reader = self._readers.get(targets)
        if reader is None:
            if len(self._readers) > 5000:  # targets are as many as texts in some corpora
                self._readers.clear()
            recipe = self._cut(len(targets))
            reader = self._readers[targets] = Reader(self._tokenizer, self._special, recipe, targets)
        return reader

    def _cut(self, targets: int) -> Recipe:
        if self._longest is None:
            return self._recipe
        return replace(self._recipe, window=min(self._recipe.window, self._longest - max(0, self._widest - targets)))


def widest(sources: Iterable[Sequence[Example]]) -> int:
    """Count the targets of the example that has most."""
    return max((len(example.targets) for examples in sources for example in examples), default=0)


def epoch(
    feed: Feed,
    sources: Mapping[str, Sequence[Example]],
    mix: Mapping[str, float],
    batch: int,
    settings: TrainingSettings,
    chance: random.Random,
    teacher: Teacher | None = None,
) -> Iterator[tuple[list[Batch], Truth]]:
    """Draw one epoch: each source as often as `mix` says, in random order, in batches of similar length.

    With consistency asked for, each batch comes in two views: the same examples under other names, other words hidden.
    """
    drawn = [example for name, times in mix.items() for example in _draw(sources[name], times, chance)]
    chance.shuffle(drawn)
    size, views = batch * _POOL, 2 if settings.consistency else 1
    for start in range(0, len(drawn), size):
        chosen = drawn[start : start + size]
        ordered = (shuffle(example, chance) for example in (teacher.teach(chosen) if teacher else chosen))
        pool = [[_view(feed, example, settings, chance) for _ in range(views)] for example in ordered]
        pool.sort(key=lambda seen: len(seen[0][1].ids))
        batches = [pool[n : n + batch] for n in range(0, len(pool), batch)]
        chance.shuffle(batches)
        for rows in batches:
            seen = [feed.batch(view) for view in zip(*rows, strict=True)]
            yield [each for each, _ in seen], seen[0][1]


def _draw(examples: Sequence[Example], times: float, chance: random.Random) -> list[Example]:
    whole, part = divmod(times, 1)
    return [*examples] * int(whole) + chance.sample(list(examples), round(part * len(examples)))


def _view(feed: Feed, example: Example, settings: TrainingSettings, chance: random.Random) -> Item:
    return _masked(item(feed, _renamed(example, settings, chance)), feed.mask, settings.masked, chance)


def _renamed(example: Example, settings: TrainingSettings, chance: random.Random) -> Example:
    throw = chance.random()
    if example.source in RENAMED and throw < settings.permuted:
        return permute(example, chance)
    if example.source in RENAMED and throw < settings.permuted + settings.estranged:
        return estrange(example, chance)
    if example.source == "debates" and throw < settings.estranged:
        return estrange(example, chance)
    return example


def item(feed: Feed, example: Example) -> Item:
    """Take the window that names the targets most: the labels of a long post most likely lie there."""
    windows, names = feed.windows(example)
    return example, max(windows, key=lambda window: sum(not there for there, *_ in window.mentions)), names


def _masked(item: Item, mask: int, share: float, chance: random.Random) -> Item:
    """Hide a share of the tokens, but none that separates, fills a slot or names a target."""
    if not share:
        return item
    example, window, names = item
    kept = {0, *range(1, len(names) + 2), *(n for _, _, start, end in window.mentions for n in range(start, end))}
    separator = window.ids[len(names) + 1]
    ids = [
        mask if n not in kept and token != separator and chance.random() < share else token
        for n, token in enumerate(window.ids)
    ]
    return example, replace(window, ids=ids), names


def truth(examples: Sequence[Example], width: int) -> Truth:
    """Collect labels for a batch whose widest example has `width` targets."""

    def choice(index: int | None, targets: int) -> int:
        return UNKNOWN if index is None else width if index == targets else index

    def flags(example: Example) -> list[int]:
        if example.reasons is None:
            return [UNKNOWN] * len(REASONS)
        return [int(n in example.reasons) for n in range(len(REASONS))]

    def held(example: Example) -> list[int]:
        known = [UNKNOWN if stance is None else stance for stance in example.stances or ()]
        return known + [UNKNOWN] * (width - len(known))

    def column(values: list[int] | list[list[int]]) -> torch.Tensor:
        return torch.tensor(values, dtype=torch.long)

    return Truth(
        camp=column([choice(e.camp, len(e.targets)) for e in examples]),
        stance=column([held(e) for e in examples]),
        sentiment=column([UNKNOWN if e.sentiment is None else e.sentiment for e in examples]),
        reasons=column([flags(e) for e in examples]),
        left=column([choice(e.left, len(e.targets)) for e in examples]),
        joined=column([choice(e.joined, len(e.targets)) for e in examples]),
        relevance=column([UNKNOWN if e.relevant is None else int(e.relevant) for e in examples]),
        lesson=lesson(examples, width),
    )


def lesson(examples: Sequence[Example], width: int) -> Outputs | None:
    """Collect lessons for a batch whose widest example has `width` targets; a target that is not there gets nothing."""
    lessons = [example.lesson for example in examples if example.lesson is not None]
    if len(lessons) < len(examples):
        return None
    rows = len(examples)
    camp, left, joined = np.zeros((3, rows, width + 1), np.float32)
    stance = np.zeros((rows, width, len(STANCES)), np.float32)
    for n, one in enumerate(lessons):
        known = len(one.stance)
        columns = [*range(known), width]
        camp[n, columns], left[n, columns], joined[n, columns] = one.camp, one.left, one.joined
        stance[n, :known] = one.stance
    sentiment, reasons, relevance = (
        np.stack([getattr(one, head) for one in lessons]).astype(np.float32)
        for head in ("sentiment", "reasons", "relevance")
    )
    return Outputs(*map(torch.from_numpy, (camp, stance, sentiment, reasons, left, joined, relevance)))
