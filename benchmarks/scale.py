"""Measure what docs/scale.md is reckoned from: bytes and seconds a post, on this machine, model and Ray left out.

    python benchmarks/scale.py [--posts 100000]

Bytes are those of the written posts (`data/written`), each said once, under the sample's ids, authors and times; rates
are of the posts of `run.py`, the sample's repeated, with the labels that the built-in model gives the sample. Seconds
are of one core's work (processor time, so that other programs do not count), memory is the peak of its own process.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import tempfile
import time
from dataclasses import replace
from datetime import UTC, datetime
from itertools import cycle, islice
from pathlib import Path
from random import Random
from typing import TYPE_CHECKING

import torch
from encoders import WRITTEN, texts
from run import write_archive

from corpus.export_partitions import export_partitions
from corpus.folder import Folder
from corpus.frameworks import FRAMEWORKS
from corpus.label_set import LabelSet
from corpus.labels import STANCES, StanceLabel
from corpus.manifest import Manifest, write
from corpus.store import Store
from nlp.checkpoint import load
from nlp.labeller import StanceLabeller
from nlp.model import Outputs
from nlp.paging import label_pages
from nlp.partitions import Job, label_file
from nlp.predict import Predictor
from stancemap.models import folder as model_folder

if TYPE_CHECKING:
    from collections.abc import Sequence

    from corpus.labels import Labels
    from corpus.reading import Reading
    from nlp.encoding import Batch

PROBE = """
import resource, subprocess, sys
subprocess.run(sys.argv[1:], check=True, stdout=subprocess.DEVNULL)
used = resource.getrusage(resource.RUSAGE_CHILDREN)
print(used.ru_utime + used.ru_stime, used.ru_maxrss / (1e6 if sys.platform == "darwin" else 1e3))
"""


class Known:
    """Gives labels that were made before."""

    name, revision = "known", "0"
    parallel = False

    def __init__(self, labels: Sequence[Labels]) -> None:
        self._labels = cycle(labels)

    def label(self, readings: Sequence[Reading]) -> list[Labels]:
        """Label a batch."""
        return [next(self._labels) for _ in readings]


class Nothing(torch.nn.Module):
    """A model that costs nothing, so that what is around it is measured."""

    def forward(self, batch: Batch) -> Outputs:
        """Score one batch."""
        posts, targets = batch.targets.shape
        camps = torch.zeros(posts, targets + 1)
        return Outputs(
            camps, torch.zeros(posts, targets, 3), torch.zeros(posts, 3), torch.zeros(posts, 15), camps, camps,
            torch.zeros(posts),
        )  # fmt: skip


def main() -> None:
    """Print one line a figure."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--posts", type=int, default=100_000)
    posts = parser.parse_args().posts
    torch.set_num_threads(1)
    with tempfile.TemporaryDirectory() as place:
        for what, value in measured(Path(place), posts).items():
            print(f"{what:<62}{value:>12,.0f}")


def measured(folder: Path, posts: int) -> dict[str, float]:
    """Export, label and report, one after the other."""
    said = texts(WRITTEN, 5_000)
    write_archive(folder / "many.jsonl", posts)
    write_archive(folder / "said.jsonl", len(said))
    say(folder / "said.jsonl", said)
    for name in ("many", "said"):
        command(folder, "import", f"{name}.jsonl", "--corpus", f"{name}.db")
    given = readings(folder / "said.db", 2_000)
    known = labeller(load(model_folder("")).model).label(given[:157])
    return (
        sizes(folder, Known(shaken(known, len(said))), len(said)) | prepared(given) | rates(folder, Known(known), posts)
    )


def shaken(known: Sequence[Labels], count: int) -> list[Labels]:
    """Give labels with other probabilities each, which no compression can shorten."""
    random = Random(1)
    return [
        replace(
            labels,
            camp={name: round(random.random(), 4) for name in labels.camp},
            sentiment={name: round(random.random(), 4) for name in labels.sentiment},
            stances={
                name: StanceLabel(**{stance: round(random.random(), 4) for stance in STANCES})
                for name in labels.stances
            },
        )
        for labels in islice(cycle(known), count)
    ]


def sizes(folder: Path, known: Known, posts: int) -> dict[str, float]:
    """Measure what a post takes on disk."""
    with Store.open(folder / "said.db", readonly=True) as store:
        export_partitions(store, str(folder / "said"))
    label(folder / "said", folder / "said-labels", known)
    return {
        "bytes a post: corpus file": size(folder, "said.db*") / posts,
        "bytes a post: posts/": size(folder, "said/*.parquet") / posts,
        "bytes a post: labels/": size(folder, "said-labels/*.parquet") / posts,
    }


def prepared(given: Sequence[Reading]) -> dict[str, float]:
    """Measure what is around the network: cleaning, telling languages, tokens, windows, batches, and naming answers."""
    around = labeller(Nothing())
    around.label(given[:200])  # loads what is loaded once
    started = time.process_time()
    around.label(given)
    return {"labelling without the network, posts a second and core": len(given) / (time.process_time() - started)}


def rates(folder: Path, known: Known, posts: int) -> dict[str, float]:
    """Measure export, Parquet and report, start-up included in the last."""
    with Store.open(folder / "many.db", readonly=True) as store:
        started = time.process_time()
        export_partitions(store, str(folder / "posts"))
        exported = time.process_time() - started
    started = time.process_time()
    label(folder / "posts", folder / "labels", known)
    written = time.process_time() - started
    seconds, megabytes = command(folder, "report", "--corpus", "labels", "-o", "out")
    label_corpus(folder / "many.db", known)
    whole, most = command(folder, "report", "--corpus", "many.db", "-o", "out-file")
    return {
        "export, posts a second and core": posts / exported,
        "reading and writing Parquet, posts a second and core": posts / written,
        "report of labels/, posts a second and core": posts / seconds,
        "report of labels/, MB of memory": megabytes,
        "report of the corpus file, posts a second and core": posts / whole,
        "report of the corpus file, MB of memory": most,
    }


def label(posts: Path, output: Path, known: Known) -> None:
    """Label a folder with labels that are known."""
    targets = tuple(target.name for target in FRAMEWORKS)
    for file in Folder(posts).files():
        label_file(known, file, Job(output=str(output), label_set="known", targets=targets))
    made = LabelSet(key=1, name="known", model="known", revision="0", config_hash="0", created_at=datetime.now(UTC))
    write(Folder(output), Manifest(pseudonym_key="known", label_set=made, targets=targets))


def label_corpus(path: Path, known: Known) -> None:
    """Label a corpus file with labels that are known."""
    with Store.open(path) as store:
        label_set = store.label_set("known", model="known", revision="0", config_hash="0")
        for page, labels in label_pages(known, store.unlabelled(label_set)):
            store.add_labels(label_set, zip(page, labels, strict=True))


def say(path: Path, said: Sequence[str]) -> None:
    """Put other words into the mouths of the posts of an archive."""
    rows = [json.loads(line) for line in path.read_text("utf-8").splitlines()]
    for row, text in zip(rows, said, strict=True):
        row["body" if "body" in row else "selftext"] = text
    path.write_text("".join(json.dumps(row) + "\n" for row in rows), "utf-8")


def labeller(model: torch.nn.Module) -> StanceLabeller:
    """Set up the built-in labeller around a network."""
    checkpoint = load(model_folder(""))
    predictor = Predictor(checkpoint, FRAMEWORKS, torch.device("cpu"))
    predictor._model = model.eval()
    return StanceLabeller(predictor, name="", revision="", languages=checkpoint.languages)


def readings(path: Path, count: int) -> list[Reading]:
    """Read the first posts that are to be labelled."""
    with Store.open(path) as store:
        label_set = store.label_set("none", model="", revision="", config_hash="")
        return [reading for reading, _ in zip(store.unlabelled(label_set), range(count), strict=False)]


def size(folder: Path, pattern: str) -> int:
    """Add up the bytes of some files."""
    return sum(path.stat().st_size for path in folder.glob(pattern))


def command(folder: Path, *arguments: str) -> tuple[float, float]:
    """Run one command of the program: processor seconds and peak memory in MB."""
    line = [sys.executable, "-c", PROBE, sys.executable, "-m", "stancemap", *arguments]
    done = subprocess.run(line, cwd=folder, check=True, capture_output=True, text=True)
    seconds, megabytes = map(float, done.stdout.split()[-2:])
    return seconds, megabytes


if __name__ == "__main__":
    main()
