"""Labelling a Parquet corpus file by file: what a local loop and an actor on a cluster both run."""

from __future__ import annotations

import json
from collections import deque
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from corpus.errors import InputError
from corpus.folder import Folder
from corpus.merging import READABLE
from corpus.partition import columns, record
from corpus.partition_reader import readings
from corpus.table_writer import TableWriter
from nlp.paging import PAGE, label_pages

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from corpus.folder import Found
    from corpus.labels import Labels
    from corpus.partition_reader import BadRow
    from corpus.reading import Reading
    from nlp.labeller import Labeller

BAD = "_bad"


@dataclass(frozen=True, slots=True, kw_only=True)
class Job:
    """Where labels are written, under which name, and the targets that they judge; `run` is that of the `Folder`."""

    output: str
    label_set: str
    targets: tuple[str, ...]
    run: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Done:
    """What came of one file: its posts, those labelled, those of them without an opinion, and rows left out.

    `error` says why there is no output; the same command tries again.
    """

    name: str
    posts: int = 0
    labelled: int = 0
    abstained: int = 0
    bad: int = 0
    error: str | None = None


def left(files: Sequence[Found], output: str) -> list[Found]:
    """Choose the files that have no labels yet, or have changed since they were labelled."""
    made = {file.name: file.changed for file in Folder(output).files()}
    return [file for file in files if file.name not in made or _is_older(made[file.name], file.changed)]


def _is_older(made: Any, source: Any) -> bool:
    return made is not None and source is not None and made < source


def label_file(labeller: Labeller, file: Found, job: Job) -> Done:
    """Label one file; its output appears when it is whole, and after the list of rows that could not be read."""
    import pyarrow as pa

    try:
        return _label_file(labeller, file, job)
    except (OSError, pa.ArrowException, InputError) as error:
        return Done(name=file.name, error=" ".join(str(error).split())[:200])


def _label_file(labeller: Labeller, file: Found, job: Job) -> Done:
    output = Folder(job.output, job.run)
    posts = labelled = abstained = 0
    bad: list[BadRow] = []
    with Folder(file.folder).input(file.name) as source, output.replacing(file.name) as stream:
        with TableWriter(stream, columns(job.targets, in_context=False)) as writer:
            for reading, labels in _labelled(labeller, _good(source, bad)):
                posts += 1
                labelled += labels is not None
                abstained += labels is not None and labels.abstained is not None
                writer.add(record(reading, labels, job.label_set, in_context=False))
        if bad and not posts:
            raise InputError(f"none of its {len(bad):,} rows can be read; the first: {bad[0].reason}")
        _tell(output, file.name, bad)
    return Done(name=file.name, posts=posts, labelled=labelled, abstained=abstained, bad=len(bad))


def _good(source: Any, bad: list[BadRow]) -> Iterator[Reading]:
    """Read the rows that are posts, and gather those that are not."""
    for page, unreadable in readings(source, PAGE):
        bad += unreadable
        yield from page


def _labelled(labeller: Labeller, rows: Iterator[Reading]) -> Iterator[tuple[Reading, Labels | None]]:
    """Label the posts that have text of their own, as `Store.unlabelled` chooses them; all come in order."""
    waiting: deque[Reading] = deque()

    def chosen() -> Iterator[Reading]:
        for reading in rows:
            waiting.append(reading)
            if reading.post.state in READABLE and reading.post.reposted is None:
                yield reading

    for page, answers in label_pages(labeller, chosen()):
        for reading, labels in zip(page, answers, strict=True):
            while waiting[0].key != reading.key:
                yield waiting.popleft(), None
            yield waiting.popleft(), labels
    yield from ((reading, None) for reading in waiting)


def _tell(output: Folder, name: str, bad: Sequence[BadRow]) -> None:
    """Write which rows of a file could not be read, one JSON line each."""
    if not bad:
        return output.delete(f"{BAD}/{name}.jsonl")
    with output.replacing(f"{BAD}/{name}.jsonl") as stream:
        for row in bad:
            stream.write(json.dumps(row._asdict()).encode() + b"\n")
    return None
