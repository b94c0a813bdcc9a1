"""From a path to a corpus that can be read."""

from __future__ import annotations

from typing import TYPE_CHECKING

from corpus.folder import is_folder, normal
from corpus.parquet_corpus import ParquetCorpus
from corpus.store import Store
from stancemap import console

if TYPE_CHECKING:
    from pathlib import Path

Corpus = Store | ParquetCorpus


def open_corpus(path: Path) -> Corpus:
    """Open a file, or a folder of Parquet files."""
    if not is_folder(path):
        return Store.open(path, readonly=True)
    corpus = ParquetCorpus(path)
    if missing := corpus.missing():
        console.warn(
            f"{normal(str(path))} lacks {console.count(missing, 'file')}: run the command that labelled it again"
        )
    warn_of_strangers(corpus)
    return corpus


def warn_of_strangers(corpus: ParquetCorpus) -> None:
    """Tell of the files that reports leave out, as the posts that they label are no longer there."""
    if strangers := corpus.strangers():
        console.warn(
            f"{console.count(len(strangers), 'file')} of {normal(str(corpus.path))} left out ({strangers[0]} …), as no "
            "labelling named its posts or they are gone since: label them again, or delete it"
        )
