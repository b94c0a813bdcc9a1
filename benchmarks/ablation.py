"""What each way of telling the model about a target is worth: small trainings, alike but for that, on dev splits.

    python benchmarks/ablation.py --data FOLDER [--written data/written] [--share 0.5]

Variants: slots (the target's name as one input position) and mentions (states pooled where the text names it), each
alone and both; and both with the context (the post answered) withheld. All train one epoch on the same examples in the
same order.
"""

from __future__ import annotations

import argparse
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import torch

from nlp.evaluation.scores import evaluate
from nlp.model import HeadSettings, StanceModel
from nlp.predict import predict_examples
from nlp.recipe import Recipe
from nlp.training.base import minilm, start
from nlp.training.feed import Feed
from nlp.training.loop import train
from nlp.training.settings import Stage, TrainingSettings
from nlp.training.sources import load_sources

if TYPE_CHECKING:
    from collections.abc import Sequence

    from torch import Tensor

    from nlp.encoding import Batch
    from nlp.predict import Prediction
    from nlp.training.example import Example

TASKS = ("camp", "stance", "comparison")
CPU = torch.device("cpu")
MIX = {"compsent": 1.0, "stance": 1.0, "written": 1.0, "debates": 1.0}


class MentionsOnly(StanceModel):
    """Slots say nothing."""

    def _targets(self, states: Tensor, cls: Tensor, mean: Tensor, batch: Batch) -> Tensor:
        silent = states.clone()
        silent[:, 1 : 1 + batch.targets.shape[1]] = 0
        return super()._targets(silent, cls, mean, batch)


class SlotsOnly(StanceModel):
    """Mentions say nothing."""

    def _targets(self, states: Tensor, cls: Tensor, mean: Tensor, batch: Batch) -> Tensor:
        unnamed = replace(batch, in_post=batch.in_post * 0, in_context=batch.in_context * 0)
        return super()._targets(states, cls, mean, unnamed)


VARIANTS: dict[str, tuple[type[StanceModel], bool]] = {
    "slots and mentions": (StanceModel, True),
    "mentions only": (MentionsOnly, True),
    "slots only": (SlotsOnly, True),
    "both, context withheld": (StanceModel, False),
}


def main() -> None:
    """Print one line a variant."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--written", type=Path, default=Path("data/written"))
    parser.add_argument("--share", type=float, default=0.5, help="of the training examples")
    arguments = parser.parse_args()
    sources = load_sources(arguments.data, arguments.written)
    print("macro-F1 on dev splits")
    print(f"{'':<26}{'CompSent-19':>12}{'TweetEval stance':>18}{'written camp':>14}{'written stance':>16}")
    for name, (kind, with_context) in VARIANTS.items():
        chosen = {part: [_seen(e, with_context) for e in sources.train[part]] for part in MIX}
        tests = [[_seen(e, with_context) for e in sources.dev[part]] for part in ("compsent", "stance", "written")]
        figures = measure(kind, chosen, tests, arguments.share)
        print(f"{name:<26}{figures[0]:>12.3f}{figures[1]:>18.3f}{figures[2]:>14.3f}{figures[3]:>16.3f}", flush=True)


def _seen(example: Example, with_context: bool) -> Example:
    return example if with_context else replace(example, context=None)


def measure(
    kind: type[StanceModel], train_on: dict[str, list[Example]], tests: list[list[Example]], share: float
) -> list[float]:
    """Train one variant and score it."""
    stage = Stage(epochs=1, mix=dict.fromkeys(MIX, share), encoder_rate=1.5e-4, head_rate=1e-3, batch=48)
    settings = TrainingSettings(stages=(stage,), averaging=0.99)
    begun = start(str(minilm()), name="variant", heads=HeadSettings(), recipe=Recipe(window=128), languages=("en",))
    torch.manual_seed(1)
    checkpoint = replace(begun, model=kind(begun.model.encoder, begun.heads))
    feed = Feed(checkpoint.tokenizer, checkpoint.special, checkpoint.recipe)
    for _ in train(checkpoint.model, feed, train_on, settings=settings, device=CPU):
        pass

    def read(examples: Sequence[Example]) -> Sequence[Prediction]:
        return predict_examples(checkpoint, examples, CPU)

    scores = [{found.task: found.figures["macro-F1"].value for found in evaluate(read, test, TASKS)} for test in tests]
    return [scores[0]["comparison"], scores[1]["stance"], scores[2]["camp"], scores[2]["stance"]]


if __name__ == "__main__":
    main()
