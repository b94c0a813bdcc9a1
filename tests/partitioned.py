"""Corpora for tests of Parquet: the sample, labelled by a tiny model."""

from __future__ import annotations

from importlib.resources import files
from typing import TYPE_CHECKING, Any

import torch
from pyarrow import parquet

from corpus.folder import search
from corpus.frameworks import FRAMEWORKS
from corpus.store import Store
from ingest.importer import import_file
from nlp.labeller import StanceLabeller
from nlp.predict import Predictor
from tiny import tiny_checkpoint

if TYPE_CHECKING:
    from pathlib import Path

ARCHIVES = ("x.jsonl", "reddit.jsonl", "hackernews.jsonl")


def tiny_labeller() -> StanceLabeller:
    made = tiny_checkpoint()
    predictor = Predictor(made, FRAMEWORKS, torch.device("cpu"))
    return StanceLabeller(predictor, name="tiny", revision="0", languages=made.languages)


def sample(path: Path) -> Store:
    """The sample corpus, not labelled yet."""
    store = Store.open(path)
    for name in ARCHIVES:
        for _ in import_file(str(files("stancemap") / "samples" / name), store):
            pass
    return store


def rows(address: str) -> list[dict[str, Any]]:
    """All rows of the files of a folder."""
    return [row for file in search(address) for row in parquet.read_table(f"{file.folder}/{file.name}").to_pylist()]
