"""One file of a Parquet corpus: its columns, and what stands in them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from corpus import export_record
from corpus.copies import fingerprint
from corpus.merging import READABLE

if TYPE_CHECKING:
    from collections.abc import Sequence

    from corpus.labels import Labels
    from corpus.post import Post
    from corpus.reading import Reading

WINDOWS, SAME_WORDS = "windows", "same_words"
CONTEXT = {"parent_text": "parent", "root_text": "root", "quoted_text": "quoted"}  # column -> part of a `Reading`


def columns(targets: Sequence[str], *, in_context: bool) -> dict[str, type]:
    """Name the columns with the kind of value in each; `in_context`: with what each post is read with."""
    own = {WINDOWS: int, SAME_WORDS: int}
    return export_record.columns(targets) | own | dict.fromkeys(CONTEXT if in_context else (), str)


def record(reading: Reading, labels: Labels | None, label_set: str | None, *, in_context: bool) -> dict[str, Any]:
    """Give a post and its labels under the names of `columns`."""
    found = export_record.flat(reading.post, labels, label_set)
    found[WINDOWS] = labels and labels.windows
    found[SAME_WORDS] = _same_words(reading.post)
    return found | {column: getattr(reading, part) for column, part in CONTEXT.items() if in_context}


def _same_words(post: Post) -> int | None:
    """Name the words of a post, by the rule of `Store.copies`; None where it has none of its own."""
    has_words = post.state in READABLE and post.reposted is None
    return fingerprint(post.title, post.text) if has_words else None
