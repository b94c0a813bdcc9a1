"""Label ever more posts by the real command: whether time grows as posts do, and memory does not.

    python benchmarks/million.py --data FOLDER [--posts 10000 100000 1000000]

FOLDER holds `semeval2017_sentiment`. A post is the first half of one real tweet and the second half of another, so that
none is said twice (repeated texts are read once); the seconds are those of `stancemap label` on an otherwise idle
machine, start-up included, the megabytes the peak of its process.
"""

from __future__ import annotations

import argparse
import json
import tempfile
import time
from pathlib import Path
from random import Random
from typing import TYPE_CHECKING

from scale import command

from nlp.training.corpora import rows

if TYPE_CHECKING:
    from collections.abc import Iterator


def main() -> None:
    """Print one line a size."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--posts", type=int, nargs="+", default=[10_000, 100_000, 1_000_000])
    arguments = parser.parse_args()
    tweets = [row["text"] for row in rows(arguments.data / "semeval2017_sentiment" / "train.jsonl")]
    print("| posts | seconds | posts/s | peak MB |\n|--:|--:|--:|--:|")
    for posts in arguments.posts:
        with tempfile.TemporaryDirectory() as place:
            seconds, megabytes = labelled(Path(place), tweets, posts)
        print(f"| {posts:,} | {seconds:,.0f} | {posts / seconds:,.0f} | {megabytes:,.0f} |", flush=True)


def labelled(folder: Path, tweets: list[str], posts: int) -> tuple[float, float]:
    """Import and label so many posts: the seconds that labelling took, and its peak memory in MB."""
    with (folder / "posts.jsonl").open("w", encoding="utf-8") as lines:
        for n, text in enumerate(spliced(tweets, posts)):
            time_said = f"2023-01-{n % 28 + 1:02}T12:00:00.000Z"
            post = {"id": str(n + 1), "author_id": str(n % 50_000), "created_at": time_said, "text": text}
            lines.write(json.dumps({**post, "conversation_id": "1"}) + "\n")
    command(folder, "import", "posts.jsonl", "--corpus", "posts.db")
    (folder / "posts.jsonl").unlink()
    started = time.perf_counter()
    _, megabytes = command(folder, "label", "--corpus", "posts.db")
    return time.perf_counter() - started, megabytes


def spliced(tweets: list[str], posts: int) -> Iterator[str]:
    """Join halves of different tweets, each pair but once."""
    random, seen = Random(1), set[tuple[int, int]]()
    halves = [(text[: len(text) // 2].rsplit(" ", 1)[0], text[len(text) // 2 :].split(" ", 1)[-1]) for text in tweets]
    while len(seen) < posts:
        pair = random.randrange(len(halves)), random.randrange(len(halves))
        if pair[0] != pair[1] and pair not in seen:
            seen.add(pair)
            yield f"{halves[pair[0]][0]} {halves[pair[1]][1]}"


if __name__ == "__main__":
    main()
