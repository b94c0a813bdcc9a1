"""Measure the program on this machine: how fast it reads beside others, and what its commands take.

    python benchmarks/run.py [--texts 2000] [--imported 100000] [--labelled 3000] [--write docs/benchmarks]

Readers are compared on texts of the written posts, one after the other (`encoders.py`); those that are not installed
are left out (`pip install sentence-transformers onnx onnxruntime vaderSentiment`). Commands run on the posts of the
sample corpus, repeated under new ids, each text with a number of its own; their times include the start-up, and memory
is the peak resident size of the command's process.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
from dataclasses import asdict, dataclass
from importlib.resources import files
from pathlib import Path
from typing import TYPE_CHECKING, Any

import altair
from encoders import WRITTEN, mean_tokens, rates, rooflines, texts

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from encoders import Rate


@dataclass(frozen=True, slots=True)
class Measured:
    """One command: posts, seconds, and peak memory in MB."""

    what: str
    posts: int
    seconds: float
    megabytes: float

    @property
    def rate(self) -> float:
        """Posts a second."""
        return self.posts / self.seconds


def main() -> None:
    """Print the tables; with --write, keep them as JSON and a chart too."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--imported", type=int, default=100_000)
    parser.add_argument("--labelled", type=int, default=3_000)
    parser.add_argument("--texts", type=int, default=2_000)
    parser.add_argument("--write", type=Path, metavar="FOLDER", help="write throughput.json and throughput.svg there")
    arguments = parser.parse_args()
    given = texts(WRITTEN, arguments.texts)
    tokens = mean_tokens(given)
    roofs, found = rooflines(tokens), list(rates(given))
    print(f"{os.cpu_count()} cores; {len(given):,} texts of {tokens:.0f} tokens in the mean")
    for line in table(found, roofs):
        print(line, flush=True)
    with tempfile.TemporaryDirectory() as place:
        results = measure(Path(place), arguments.imported, arguments.labelled)
    print()
    for result in results:
        print(f"{result.what:<28}{result.rate:>10,.0f} posts/s{result.megabytes:>8,.0f} MB   ({result.posts:,} posts)")
    if arguments.write:
        arguments.write.mkdir(parents=True, exist_ok=True)
        document = {
            "cores": os.cpu_count(),
            "mean_tokens": round(tokens, 1),
            "matrix_products_posts_per_second": {name: round(rate) for name, rate in roofs.items()},
            "encoders": [asdict(rate) for rate in found],
            "commands": [{**asdict(result), "rate": result.rate} for result in results],
        }
        (arguments.write / "throughput.json").write_text(json.dumps(document, indent=2) + "\n", "utf-8")
        chart(found).save(arguments.write / "throughput.svg")


def table(found: Sequence[Rate], roofs: Mapping[str, float]) -> Iterator[str]:
    """Set the systems beside transformers.pipeline, and ours beside what the matrix products alone allow."""
    base = next(rate.rate for rate in found if rate.system.startswith("transformers.pipeline"))
    yield "| reads | posts/s | times the pipeline | share of its matrix products |"
    yield "|---|--:|--:|--:|"
    for rate in found:
        roof = next((roofs[name] for name in roofs if rate.system.endswith(name)), None)
        share = f"{rate.rate / roof:.0%}" if roof and "int8" not in rate.system else ""
        yield f"| {rate.system} | {rate.rate:,.0f} | {rate.rate / base:.1f} | {share} |"
    for name, roof in roofs.items():
        yield f"| the encoder's matrix products alone, {name} | {roof:,.0f} | {roof / base:.1f} | 100% |"


def chart(found: Sequence[Rate]) -> altair.Chart:
    """Draw posts a second, the lexicon left out."""
    rows = [{"system": r.system, "posts a second": round(r.rate)} for r in found if not r.system.startswith("VADER")]
    bars = altair.Chart(altair.Data(values=rows)).encode(
        x=altair.X("posts a second:Q"), y=altair.Y("system:N", sort="-x", title=None, axis=altair.Axis(labelLimit=300))
    )
    words = bars.mark_text(align="left", dx=4).encode(text="posts a second:Q")
    drawn: altair.Chart = (bars.mark_bar(color="#0072B2") + words).properties(width=420, title="Posts read a second")
    return drawn


def measure(folder: Path, imported: int, labelled: int) -> list[Measured]:
    """Run the commands one after the other."""
    write_archive(folder / "many.jsonl", imported)
    write_archive(folder / "few.jsonl", labelled)
    results = [timed("import (Reddit lines)", imported, folder, "import", "many.jsonl", "--corpus", "many.db")]
    results.append(timed("import again, unchanged", imported, folder, "import", "many.jsonl", "--corpus", "many.db"))
    timed("", labelled, folder, "import", "few.jsonl", "--corpus", "few.db")
    results.append(timed("label (built-in model)", labelled, folder, "label", "--corpus", "few.db"))
    results.append(timed("report", labelled, folder, "report", "--corpus", "few.db", "-o", "out"))
    return results


def write_archive(path: Path, count: int) -> None:
    """Write Reddit archive lines made of the sample's posts, each reply under the copy of its parent."""
    rows = [
        json.loads(line) for line in (files("stancemap") / "samples" / "reddit.jsonl").read_text("utf-8").splitlines()
    ]
    with path.open("w", encoding="utf-8") as lines:
        for n in range(count):
            round_, place = divmod(n, len(rows))
            lines.write(json.dumps(copied(rows[place], round_)) + "\n")


def copied(row: dict[str, Any], round_: int) -> dict[str, Any]:
    """Give a post and what it refers to the ids of copy number `round_`."""
    names = [key for key in ("id", "name", "link_id", "parent_id") if key in row]
    copy: dict[str, Any] = {**row, **{key: f"{row[key]}z{round_}" for key in names}}
    text = "body" if "body" in row else "selftext"
    if row[text] not in ("", "[deleted]", "[removed]"):
        copy[text] = f"{row[text]} ({round_})"
    return copy


def timed(what: str, posts: int, folder: Path, *command: str) -> Measured:
    """Run one command; its peak memory is read from a process of its own."""
    probe = (
        "import resource, subprocess, sys; "
        "subprocess.run(sys.argv[1:], check=True, stdout=subprocess.DEVNULL); "
        "print(resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss)"
    )
    line = [sys.executable, "-c", probe, sys.executable, "-m", "stancemap", *command]
    started = time.perf_counter()
    done = subprocess.run(line, cwd=folder, check=True, capture_output=True, text=True)
    seconds = time.perf_counter() - started
    unit = 1e6 if sys.platform == "darwin" else 1e3  # ru_maxrss: bytes there, KB elsewhere
    return Measured(what, posts, seconds, float(done.stdout.split()[-1]) / unit)


if __name__ == "__main__":
    main()
