"""Writing a corpus as a folder of Parquet files, each of bounded size, for labelling and reports."""

from __future__ import annotations

import re
from dataclasses import replace
from itertools import chain, islice
from typing import TYPE_CHECKING

from corpus.errors import InputError
from corpus.folder import Folder, explained
from corpus.manifest import EXPORTED, NAME, Manifest, write
from corpus.partition import columns, record
from corpus.reading import Reading
from corpus.table_writer import TableWriter

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from corpus.label_set import LabelSet
    from corpus.labels import Labels
    from corpus.store import Store

    Entry = tuple[Reading, Labels | None]

PART_POSTS = 50_000
STEP = 1_000
PART = re.compile(r"part-\d{5,}\.parquet")


def export_partitions(
    store: Store,
    address: str,
    label_set: LabelSet | None = None,
    *,
    part_posts: int = PART_POSTS,
    progress: Callable[[int], object] = lambda _: None,
) -> tuple[int, int]:
    """Write all posts with the labels of one set (without it, the default one); give the numbers of posts and files.

    The files take their places when all are written; until then those of an older export stay.
    """
    folder, chosen = Folder(address), label_set or store.default_label_set()
    old = [file.name for file in folder.files()]
    strangers = [name for name in old if not PART.fullmatch(name)]
    if strangers:
        raise InputError(f"{folder.address} holds {strangers[0]}, which no export wrote: name another folder")
    manifest = Manifest(
        pseudonym_key=store.pseudonym_key(), label_set=chosen, targets=store.targets(chosen) if chosen else ()
    )
    posts = 0

    def counted() -> Iterator[Entry]:
        nonlocal posts
        for entry in _entries(store, chosen):
            yield entry
            posts += 1
            if posts % STEP == 0:
                progress(posts)

    with explained("write to", folder.address):
        try:
            parts = _write(folder, counted(), manifest, part_posts)
            folder.delete(NAME)
            for name in parts:
                folder.move(f"{folder.temporary}/{name}", name)
            for name in set(old) - set(parts):
                folder.delete(name)
            write(folder, replace(manifest, files={EXPORTED: tuple(parts)}))
        finally:
            folder.tidy()
    progress(posts)
    return posts, len(parts)


def _entries(store: Store, label_set: LabelSet | None) -> Iterator[Entry]:
    """Read all posts as they are read by a model, with their labels."""
    rows = store.labelled(label_set)
    number = 0
    while page := list(islice(rows, STEP)):
        for (post, labels), (parent, root, quoted) in zip(page, store.contexts([p for p, _ in page]), strict=True):
            number += 1
            yield Reading(key=number, post=post, parent=parent, root=root, quoted=quoted), labels


def _write(folder: Folder, entries: Iterator[Entry], manifest: Manifest, part_posts: int) -> list[str]:
    """Write the files into the folder's temporary one, and name them."""
    parts: list[str] = []
    name = manifest.label_set.name if manifest.label_set else None
    while first := next(entries, None):
        parts.append(f"part-{len(parts):05}.parquet")
        with (
            folder.output(f"{folder.temporary}/{parts[-1]}") as stream,
            TableWriter(stream, columns(manifest.targets, in_context=True)) as writer,
        ):
            for reading, labels in chain([first], islice(entries, part_posts - 1)):
                writer.add(record(reading, labels, name, in_context=True))
    return parts
