"""Measure the program on this machine: posts imported and labelled a second, and the memory that takes.

    python benchmarks/run.py [--imported 100000] [--labelled 3000]

The posts are those of the sample corpus, repeated under new ids, each text with a number of its own. Times are of the
whole command, start-up included; memory is the peak resident size of the command's process.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from importlib.resources import files
from pathlib import Path
from typing import Any


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
    """Print one table, and the same as JSON with --json."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--imported", type=int, default=100_000)
    parser.add_argument("--labelled", type=int, default=3_000)
    parser.add_argument("--json", action="store_true")
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as place:
        folder = Path(place)
        results = measure(folder, arguments.imported, arguments.labelled)
    if arguments.json:
        print(json.dumps([{**{f: getattr(r, f) for f in r.__slots__}, "rate": r.rate} for r in results], indent=2))
        return
    print(f"{os.cpu_count()} cores")
    for result in results:
        print(f"{result.what:<28}{result.rate:>10,.0f} posts/s{result.megabytes:>8,.0f} MB   ({result.posts:,} posts)")


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
