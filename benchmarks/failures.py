"""Where the built-in model fails: how often its camp is right by kind of post, on the written posts kept for tuning.

    python benchmarks/failures.py [--written data/written] [--model MODEL_FOLDER] [--shown 0]

`--shown` prints so many plain posts that it gets wrong.
"""

from __future__ import annotations

import argparse
from importlib.resources import files
from pathlib import Path
from typing import TYPE_CHECKING, Any

import torch

from corpus.frameworks import FRAMEWORKS
from corpus.labels import NEUTRAL, STANCES
from nlp.checkpoint import load
from nlp.mentions import Mentions
from nlp.predict import predict_examples
from nlp.training.corpora import bucket, written
from nlp.training.corpora import rows as read

if TYPE_CHECKING:
    from nlp.training.example import Example

MENTIONS = Mentions(FRAMEWORKS)
TUNING = 1  # the tenth of the threads that `nlp.training.sources` keeps for it
SHORT, LONG = 10, 60  # words


def kinds(example: Example, row: dict[str, Any]) -> dict[str, bool]:
    """Say which kinds a post is of."""
    held = [STANCES[stance] for stance in example.stances or () if stance is not None]
    favoured, words, is_critical = held.count("favor"), len(example.text.split()), "against" in held
    return {
        "all": True,
        "plain to both readers": row["sure"],
        "names no target, answers a post": bool(example.context) and not MENTIONS.find(example.text),
        "sarcasm or irony": any(tag.startswith(("sarc", "iron")) for tag in row["tags"]),
        "favours one, nothing else": favoured == 1 and not is_critical,
        "favours and criticises": bool(favoured) and is_critical,
        "criticises only": not favoured and is_critical,
        "favours several": favoured > 1,
        "no stance": not favoured and not is_critical,
        "tells of a move": bool(row["switch"]),
        f"under {SHORT} words": words < SHORT,
        f"over {LONG} words": words > LONG,
    }


def main() -> None:
    """Print a table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--written", type=Path, default=Path("data/written"))
    parser.add_argument("--model", type=Path, default=Path(str(files("nlp") / "builtin")))
    parser.add_argument("--shown", type=int, default=0)
    arguments = parser.parse_args()
    rows = {row["id"]: row for path in arguments.written.glob("*.jsonl") for row in read(path)}
    examples = [e for e in written(arguments.written) if e.source == "written" and bucket(e.group) == TUNING]
    answers = predict_examples(load(arguments.model), examples, torch.device("cpu"))
    right = [int(answer.camp.argmax()) == e.camp for e, answer in zip(examples, answers, strict=True)]
    print("| kind of post | posts | camp right |\n|---|--:|--:|")
    sorts = [kinds(e, rows[e.id]) for e in examples]
    for kind in sorts[0]:
        found = [good for sort, good in zip(sorts, right, strict=True) if sort[kind]]
        print(f"| {kind} | {len(found)} | {sum(found) / max(1, len(found)):.0%} |")
    names = [*(target.name for target in FRAMEWORKS), NEUTRAL]
    taken = [names[int(answer.camp.argmax())] for answer in answers]
    wrong = [n for n, good in enumerate(right) if not good and rows[examples[n].id]["sure"]]
    for n in wrong[: arguments.shown]:
        e = examples[n]
        print(f"\n{e.id}, {rows[e.id]['camp']}, taken for {taken[n]}\n  answers: {e.context}\n  {e.text}")


if __name__ == "__main__":
    main()
