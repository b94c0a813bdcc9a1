"""What each way of telling the model about a target is worth: trainings alike but for that, measured on dev splits.

    python benchmarks/ablation.py --data FOLDER [--written data/written] [--share 1] [--epochs 3]

Variants: slots (the target's name as one input position) and mentions (states pooled where the text names it): each
alone, both, and as the built-in model has them, slots for what nothing names; mentions and slots marked with a vector
for each target; names replaced by those vectors, so that the encoder never reads a name; the target as a segment of its
own in one pass a target (BERT's sentence pairs; the only one whose cost grows with the number of targets). All see the
same examples in the same order.
"""

from __future__ import annotations

import argparse
import random
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import torch

from nlp.evaluation.scores import evaluate
from nlp.model import HeadSettings, StanceModel
from nlp.predict import predict_examples
from nlp.recipe import Recipe
from nlp.training.augment import permute
from nlp.training.base import minilm, start
from nlp.training.feed import Feed
from nlp.training.loop import train
from nlp.training.settings import Stage, TrainingSettings
from nlp.training.sources import load_sources

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from torch import Tensor

    from nlp.encoding import Batch
    from nlp.predict import Prediction
    from nlp.training.example import Example
    from nlp.training.sources import Sources

CPU = torch.device("cpu")
MIX = {"compsent": 1.0, "stance": 0.5, "written": 1.0, "debates": 1.0}
WIDEST = 16  # targets in one debate


class SlotsToo(StanceModel):
    """Slots speak beside mentions."""

    def _slots(self, states: Tensor, batch: Batch) -> Tensor:
        return states[:, 1 : 1 + batch.targets.shape[1]]


class MentionsOnly(StanceModel):
    """Slots say nothing."""

    def _slots(self, states: Tensor, batch: Batch) -> Tensor:
        return torch.zeros_like(states[:, 1 : 1 + batch.targets.shape[1]])


class SlotsOnly(StanceModel):
    """Mentions say nothing."""

    def _targets(self, states: Tensor, cls: Tensor, mean: Tensor, batch: Batch) -> Tensor:
        return super()._targets(states, cls, mean, _unnamed(batch))


class SecondSegment(StanceModel):
    """A pass for each target, in which the encoder sees that target's slot alone."""

    def _targets(self, states: Tensor, cls: Tensor, mean: Tensor, batch: Batch) -> Tensor:  # noqa: ARG002
        passes = [self._alone(batch, target) for target in range(batch.targets.shape[1])]
        return torch.cat(passes, 1)

    def _alone(self, batch: Batch, target: int) -> Tensor:
        attention = batch.attention.clone()
        attention[:, 1 : 1 + batch.targets.shape[1]] = 0
        attention[:, 1 + target] = batch.attention[:, 1 + target]
        seen = replace(_unnamed(batch), attention=attention)
        states = self.encode(seen)
        found = StanceModel._targets(self, states, states[:, 0], states[:, 0], seen)
        return found[:, target : target + 1]


class Marked(StanceModel):
    """A vector of its own is added to each target's slot and mentions."""

    def __init__(self, encoder: Any, settings: HeadSettings) -> None:
        super().__init__(encoder, settings)
        words = encoder.get_input_embeddings().weight
        self.marks = torch.nn.Parameter(torch.randn(WIDEST, words.shape[1]) * words.std())

    def inputs(self, batch: Batch) -> Tensor:
        """Add the marks."""
        return super().inputs(batch) + self._marks(batch)

    def _marks(self, batch: Batch) -> Tensor:
        width = batch.targets.shape[1]
        where = ((batch.in_post + batch.in_context) > 0).float()  # [B, T, L]
        where[:, range(width), range(1, 1 + width)] = batch.targets.float()
        return where.transpose(1, 2) @ self.marks[:width]


class MarkedSlotsToo(SlotsToo, Marked):
    """Marks, and slots speak beside mentions."""


class MarkedMentions(MentionsOnly, Marked):
    """Marks, but the states of the slots say nothing."""


class Nameless(Marked):
    """The mark stands in place of the name."""

    def inputs(self, batch: Batch) -> Tensor:
        """Put the marks where names were."""
        marks = self._marks(batch)
        return torch.where((marks != 0).any(-1, keepdim=True), marks, StanceModel.inputs(self, batch))


class NamelessSlotsToo(SlotsToo, Nameless):
    """Marks for names, and slots speak beside mentions."""


VARIANTS: dict[str, type[StanceModel]] = {
    "slots where unnamed (shipped)": StanceModel,
    "slots and mentions": SlotsToo,
    "mentions only": MentionsOnly,
    "slots only": SlotsOnly,
    "marked": MarkedSlotsToo,
    "marked, mentions only": MarkedMentions,
    "names replaced by marks": NamelessSlotsToo,
    "a pass for each target": SecondSegment,
}


def _unnamed(batch: Batch) -> Batch:
    return replace(batch, in_post=batch.in_post * 0, in_context=batch.in_context * 0)


def main() -> None:
    """Print one line a variant."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--written", type=Path, default=Path("data/written"))
    parser.add_argument("--share", type=float, default=1.0, help="of the training examples")
    parser.add_argument("--epochs", type=int, default=3)
    arguments = parser.parse_args()
    sources = load_sources(arguments.data, arguments.written)
    mix = {name: times * arguments.share for name, times in MIX.items()}
    stage = Stage(epochs=arguments.epochs, mix=mix, encoder_rate=1.5e-4, head_rate=1e-3, batch=48)
    tests = dict(dev(sources))
    print(f"{'':<32}" + "".join(f"{name:>18}" for name in tests), flush=True)
    for name, kind in VARIANTS.items():
        figures = measure(kind, sources, stage, list(tests.values()))
        print(f"{name:<32}" + "".join(f"{figure:>18.3f}" for figure in figures), flush=True)


def dev(sources: Sources) -> Iterator[tuple[str, tuple[str, list[Example]]]]:
    """Name what is measured: a task and its examples."""
    written = sources.dev["written"]
    yield "CompSent-19", ("comparison", sources.dev["compsent"])
    yield "TweetEval stance", ("stance", sources.dev["stance"])
    yield "written camp", ("camp", written)
    yield "written stance", ("stance", written)
    yield "renamed camp", ("camp", [permute(e, random.Random(n)) for n, e in enumerate(written)])


def measure(
    kind: type[StanceModel], sources: Sources, stage: Stage, tests: Sequence[tuple[str, Sequence[Example]]]
) -> list[float]:
    """Train one variant, and give its macro-F1 on each test."""
    settings = TrainingSettings(stages=(stage,), averaging=0.998)
    begun = start(str(minilm()), name="variant", heads=HeadSettings(), recipe=Recipe(window=128), languages=("en",))
    torch.manual_seed(1)
    checkpoint = replace(begun, model=kind(begun.model.encoder, begun.heads))
    feed = Feed(checkpoint.tokenizer, checkpoint.special, checkpoint.recipe)
    for _ in train(checkpoint.model, feed, sources.train, settings=settings, device=CPU):
        pass

    def read(examples: Sequence[Example]) -> Sequence[Prediction]:
        return predict_examples(checkpoint, examples, CPU)

    return [evaluate(read, examples, (task,))[0].figures["macro-F1"].value for task, examples in tests]


if __name__ == "__main__":
    main()
