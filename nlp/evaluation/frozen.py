"""The states of an encoder that is left as it is, averaged over a text and over its mentions of the targets."""

from __future__ import annotations

from itertools import groupby, islice
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import torch

from nlp.encoding import Reader, collate

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from numpy.typing import NDArray

    from nlp.checkpoint import Checkpoint
    from nlp.encoding import Batch, Window
    from nlp.evaluation.questions import Question
    from nlp.training.example import Example

    Floats = NDArray[np.float32]

_BATCH = 32


class Pooled(NamedTuple):
    """Averages of the last hidden states: over the whole text [H], and over each target's mentions in it [T, H]."""

    mean: Floats
    mentions: Floats


class Frozen:
    """Features for a linear head on a checkpoint's encoder; each text is read once."""

    def __init__(self, checkpoint: Checkpoint, device: torch.device) -> None:
        self._checkpoint, self._device = checkpoint, device
        self._model = checkpoint.model.to(device).eval()
        self._known: dict[Example, Pooled] = {}

    def __call__(self, question: Question) -> Floats:
        """Describe each row: the text, and for questions about targets the mentions of them, [N, H or more]."""
        self.read(row.example for row in question.rows)
        rows = [(self._known[row.example], row.slot) for row in question.rows]
        if question.task == "stance":
            return np.stack([np.concatenate([pooled.mean, pooled.mentions[slot]]) for pooled, slot in rows])
        if question.task in ("camp", "comparison", "switch"):
            return np.stack([np.concatenate([pooled.mean, pooled.mentions.ravel()]) for pooled, _ in rows])
        return np.stack([pooled.mean for pooled, _ in rows])

    def read(self, examples: Iterable[Example]) -> None:
        """Read texts that are new, in batches of similar length; of as many targets, as slots move a text's tokens."""
        new = dict.fromkeys(example for example in examples if example not in self._known)
        windows = [(example, *found) for example in new for found in self._windows(example)]
        windows.sort(key=lambda item: (len(item[2]), len(item[1].ids)))
        parts: dict[Example, list[Pooled]] = {}
        for _, group in groupby(windows, key=lambda item: len(item[2])):
            while chosen := list(islice(group, _BATCH)):
                names = [names for *_, names in chosen]
                batch = collate([window for _, window, _ in chosen], names, self._checkpoint.special)
                for (example, *_), pooled in zip(chosen, self._pool(batch), strict=True):
                    parts.setdefault(example, []).append(pooled)
        self._known.update((example, _joined(found)) for example, found in parts.items())

    def _windows(self, example: Example) -> Iterator[tuple[Window, list[list[int]]]]:
        own = self._checkpoint
        reader = Reader(own.tokenizer, own.special, own.recipe, example.targets)
        pair = (reader.clean(example.text), reader.clean(example.context or "") or None)
        return ((window, reader.names) for window in reader.windows([pair])[0])

    @torch.inference_mode()
    def _pool(self, batch: Batch) -> Iterator[Pooled]:
        batch = batch.to(self._device)
        states = self._model.encode(batch).float()
        weight = _text(batch)[..., None]
        mean = (states * weight).sum(1) / weight.sum(1).clamp(min=1)
        return map(Pooled, mean.cpu().numpy(), (batch.in_post @ states).cpu().numpy())


def _joined(parts: Sequence[Pooled]) -> Pooled:
    """Average over the windows of one text; for the mentions of a target, over those that name it."""
    mentions = np.stack([part.mentions for part in parts])
    naming = mentions.any(-1).sum(0).clip(min=1)[:, None]
    return Pooled(np.stack([part.mean for part in parts]).mean(0), mentions.sum(0) / naming)


def _text(batch: Batch) -> torch.Tensor:
    """Mark the positions of the text: all but the padding and the targets' slots, [B, L]."""
    weight = batch.attention.float().clone()
    weight[:, 1 : 1 + batch.targets.shape[1]] = 0
    return weight
