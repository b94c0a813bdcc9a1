"""Measure the built-in model on every test split, baselines beside it: the table of its card.

    python benchmarks/quality.py --data FOLDER [--written data/written] [--model MODEL_FOLDER] [--no-baselines]
        [--only SPLIT ...]

FOLDER holds the labelled corpora of others, as the card names them. Baselines are fitted on the training splits, the
frozen encoder on 3,000 texts of each.
"""

from __future__ import annotations

import argparse
import random
import sys
import time
from copy import deepcopy
from dataclasses import replace
from functools import partial
from importlib.resources import files
from itertools import groupby, islice
from operator import itemgetter
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import torch

from corpus.frameworks import FRAMEWORKS
from nlp.checkpoint import in_precision, load
from nlp.encoding import collate
from nlp.evaluation.compare import System, baselines
from nlp.evaluation.questions import ask, reply
from nlp.evaluation.scores import Score, score
from nlp.mentions import Mentions
from nlp.predict import Predictor, predict_examples
from nlp.training.augment import rename
from nlp.training.sources import load_sources

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from nlp.checkpoint import Checkpoint
    from nlp.predict import Prediction
    from nlp.training.example import Example

CPU = torch.device("cpu")
MENTIONS = Mentions(FRAMEWORKS)
LATEST = ("pc-", "ik-", "fr-", "lg-", "hi-", "du-", "no-", "ti-")  # ids of the files that the version before never saw
FEW = 3_000  # training texts for the frozen encoder
# Test split, task, figure (as `nlp.evaluation` names it), and what the card calls it.
ROWS = (
    ("semeval", "sentiment", "macro recall", "SemEval-2017 / TweetEval sentiment"),
    ("dev_so", "sentiment", "macro-F1", "developer sentiment, Stack Overflow"),
    ("stance", "stance", "favor/against F1", "TweetEval stance"),
    ("compsent", "comparison", "macro-F1", "CompSent-19"),
    ("framework_posts", "false-camps", "false camps", "real framework posts: neutral ones put in a camp"),
    ("framework_posts", "camp", "macro-F1", "real framework posts: camp"),
    ("framework_posts", "sentiment", "macro-F1", "real framework posts: sentiment"),
    ("written", "camp", "macro-F1", "written posts: camp"),
    ("written", "stance", "macro-F1", "written posts: stance"),
    ("written", "sentiment", "macro-F1", "written posts: sentiment"),
    ("written", "reasons", "micro-F1", "written posts: reasons"),
    ("latest", "camp", "macro-F1", "written posts of the latest files: camp"),
    ("latest", "stance", "macro-F1", "written posts of the latest files: stance"),
    ("latest", "sentiment", "macro-F1", "written posts of the latest files: sentiment"),
    ("with parent", "camp", "macro-F1", "written replies that name no target: camp"),
    ("without parent", "camp", "macro-F1", "the same, their parent withheld"),
)


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--written", type=Path, default=Path("data/written"))
    parser.add_argument("--model", type=Path, default=Path(str(files("nlp") / "builtin")))
    parser.add_argument("--no-baselines", action="store_true")
    parser.add_argument("--only", nargs="+", choices=[*dict.fromkeys(row[0] for row in ROWS)], help="test splits")
    arguments = parser.parse_args()
    sources = load_sources(arguments.data, arguments.written)
    checkpoint = load(arguments.model)
    written = sources.train["written"]
    tests = {
        **sources.test,
        **replies(sources.test["written"]),
        "latest": [e for e in sources.test["written"] if e.id.startswith(LATEST)],
    }
    models = {checkpoint.name: checkpoint, f"{checkpoint.name}, bf16": halved(checkpoint)}
    for name, rows in groupby(ROWS, key=itemgetter(0)):
        if arguments.only and name not in arguments.only:
            continue
        train = sources.train.get(name, written)
        answers = {system: predict_examples(opened, tests[name], CPU) for system, opened in models.items()}
        for _, task, figure, title in rows:
            found = list(scores(answers, tests[name], task, [] if arguments.no_baselines else train, checkpoint))
            print_row(title, figure, found)
    if not arguments.only:
        print_more(checkpoint, tests["written"])


def replies(written: Sequence[Example]) -> dict[str, list[Example]]:
    """Find the replies that name no target under a parent that does, and the same without their parents."""
    found = [e for e in written if e.context and not MENTIONS.find(e.text) and MENTIONS.find(e.context)]
    return {"with parent": found, "without parent": [replace(e, context=None) for e in found]}


def scores(
    answers: Mapping[str, Sequence[Prediction]],
    test: Sequence[Example],
    task: str,
    train: Sequence[Example],
    checkpoint: Checkpoint,
) -> Iterator[tuple[str, Score]]:
    """Score what models answered and, where there is something to fit them on, the baselines."""
    question = ask(test, [task])[0]
    systems = [System(name, partial(reply, answers=said), is_baseline=False) for name, said in answers.items()]
    if train:
        known, few = ask(train, [task]), ask(random.Random(1).sample(list(train), min(FEW, len(train))), [task])
        systems += baselines(known, checkpoint, CPU)[:-1] + baselines(few, checkpoint, CPU)[-1:]
    for system in systems:
        for found in score(question, system.reply(question), [task]):
            yield system.name, found


def halved(checkpoint: Checkpoint) -> Checkpoint:
    """Copy a model and let the copy compute in bf16, as `stancemap label` does where the processor can."""
    return in_precision(replace(checkpoint, model=deepcopy(checkpoint.model)), torch.bfloat16)


def print_row(title: str, figure: str, found: Sequence[tuple[str, Score]]) -> None:
    """Print one figure of every system, the model's with its interval and calibration."""
    name, own = found[0]
    best = own.figures[figure]
    ece = "" if own.ece is None else f", ECE {own.ece:.3f}"
    print(f"{title} ({figure}, n = {own.n:,})\n  {name}: {best.value:.3f} [{best.low:.3f}, {best.high:.3f}]{ece}")
    for part, alone in own.parts.items():
        print(f"    toward {part}: {alone.figures[figure].value:.3f}")
    if own.parts:  # TweetEval's own figure
        print(f"    mean over targets: {np.mean([alone.figures[figure].value for alone in own.parts.values()]):.3f}")
    for other, theirs in found[1:]:
        print(f"  {other}: {theirs.figures[figure].value:.3f}")
    sys.stdout.flush()


def print_more(checkpoint: Checkpoint, written: Sequence[Example]) -> None:
    """Print what is no task: agreement under swapped names, and what the heads cost."""
    share, n = name_swap(checkpoint, written)
    print(f"name swap: the camp swaps with the names in {share:.1%} of {n:,} written posts")
    print(f"all heads cost {overhead(checkpoint, written):+.1%} over the bare encoder on the same texts")


def name_swap(checkpoint: Checkpoint, written: Sequence[Example]) -> tuple[float, int]:
    """Give each framework the next one's name; the predicted camp must go along. Share that does, and of how many."""
    named = [e for e in written if MENTIONS.find(e.text)]
    turned = [*FRAMEWORKS[1:], FRAMEWORKS[0]]
    swapped = [replace(rename(e, turned, [t.label for t in turned]), targets=FRAMEWORKS) for e in named]
    before = [int(p.camp.argmax()) for p in predict_examples(checkpoint, named, CPU)]
    after = [int(p.camp.argmax()) for p in predict_examples(checkpoint, swapped, CPU)]
    expected = [{0: 1, 1: 2, 2: 0, 3: 3}[camp] for camp in before]
    return float(np.mean([one == other for one, other in zip(expected, after, strict=True)])), len(named)


@torch.inference_mode()
def overhead(checkpoint: Checkpoint, written: Sequence[Example]) -> float:
    """Time the whole model against its bare encoder without slots, on the same batches, in turn; best of three."""
    predictor = Predictor(checkpoint, FRAMEWORKS, CPU)
    reader, model = predictor.reader, checkpoint.model.eval()
    texts = sorted((reader.clean(e.text) for e in islice(written, 320)), key=len)
    whole, bare = [], []
    for start in range(0, len(texts), 32):
        windows = [found[0] for found in reader.windows([(text, None) for text in texts[start : start + 32]])]
        batch = collate(windows, [reader.names] * len(windows), reader.special)
        kept = [0, *range(1 + len(FRAMEWORKS), batch.ids.shape[1])]
        plain = {"input_ids": batch.ids[:, kept], "attention_mask": batch.attention[:, kept]}
        for _ in range(3):
            whole.append(timed(lambda batch=batch: model(batch)))
            bare.append(timed(lambda plain=plain: model.encoder(**plain)))
    ratios = np.array(whole).reshape(-1, 3).min(1).sum() / np.array(bare).reshape(-1, 3).min(1).sum()
    return float(ratios) - 1


def timed(call: object) -> float:
    """Seconds that a call takes."""
    started = time.perf_counter()
    call()  # type: ignore[operator]
    return time.perf_counter() - started


if __name__ == "__main__":
    main()
