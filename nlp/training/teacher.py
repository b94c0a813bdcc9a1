"""What a teacher makes of the training examples: probabilities that a smaller model learns from.

Hinton, Vinyals and Dean 2015, "Distilling the Knowledge in a Neural Network". Labelled posts about the frameworks are
read twice, as they are and under other names, and the answers averaged: a teacher's likings are not handed on.
"""

from __future__ import annotations

import random
from dataclasses import fields, replace
from itertools import groupby
from typing import TYPE_CHECKING

import numpy as np
import torch

from nlp.predict import Probabilities, probabilities
from nlp.training.augment import estrange, permute
from nlp.training.feed import RENAMED, Feed, item

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from nlp.checkpoint import Checkpoint
    from nlp.training.example import Example
    from nlp.training.feed import Item

_TOKENS = 1_024  # in a batch


class Teacher:
    """A trained model, of any size, that reads examples for another to learn from; each but once."""

    def __init__(self, checkpoint: Checkpoint, device: torch.device, *, seed: int = 1) -> None:
        self._feed = Feed(checkpoint.tokenizer, checkpoint.special, checkpoint.recipe)
        self._model = checkpoint.model.to(device).eval()
        self._calibration, self._device = checkpoint.calibration, device
        self._chance = random.Random(seed)
        self._lessons: dict[Example, Probabilities] = {}

    def teach(self, examples: Sequence[Example]) -> list[Example]:
        """Give every example its lesson."""
        new = list({example: None for example in examples if example not in self._lessons})
        views = [(example, view) for example in new for view in self._views(example)]
        read: dict[Example, list[Probabilities]] = {example: [] for example in new}
        for (example, _), row in zip(views, self._read([view for _, view in views]), strict=True):
            read[example].append(row)
        self._lessons.update({example: _mean(rows) for example, rows in read.items()})
        return [replace(example, lesson=self._lessons[example]) for example in examples]

    def _views(self, example: Example) -> list[Example]:
        if example.source not in RENAMED or example.camp is None:
            return [example]
        return [example, self._chance.choice((permute, estrange))(example, self._chance)]

    def _read(self, examples: Sequence[Example]) -> list[Probabilities]:
        items = [item(self._feed, example) for example in examples]
        found: dict[int, Probabilities] = {}
        for chosen in _batches(items):
            batch, _ = self._feed.batch([items[n] for n in chosen])
            with torch.inference_mode():
                outputs = self._model(batch.to(self._device))
            found.update(zip(chosen, probabilities(outputs, self._calibration), strict=True))
        return [found[n] for n in range(len(items))]


def _batches(items: Sequence[Item]) -> Iterator[list[int]]:
    """Put items of as many targets together, the longest first."""
    sizes = [(len(names), len(window.ids)) for _, window, names in items]
    order = sorted(range(len(items)), key=sizes.__getitem__, reverse=True)
    for _, alike in groupby(order, key=lambda n: sizes[n][0]):
        rest = list(alike)
        while rest:
            most = max(1, _TOKENS // sizes[rest[0]][1])
            yield rest[:most]
            rest = rest[most:]


def _mean(rows: Sequence[Probabilities]) -> Probabilities:
    return Probabilities(*(np.mean([getattr(row, f.name) for row in rows], 0) for f in fields(Probabilities)))
