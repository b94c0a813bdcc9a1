"""A corpus as a folder of Parquet files: what a report reads of it, a batch of rows at a time."""

from __future__ import annotations

from functools import cached_property
from itertools import accumulate
from pathlib import Path
from typing import TYPE_CHECKING, Any

from corpus import manifest, parquet_opinions
from corpus.copies import firsts
from corpus.errors import CorpusError
from corpus.folder import Folder, explained
from corpus.partition import SAME_WORDS
from corpus.row import full_text

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator, Sequence
    from types import TracebackType
    from typing import Self

    from corpus.annotation import Annotation
    from corpus.label_set import LabelSet
    from corpus.opinion import Opinions
    from corpus.walk import Coverage

BATCH = 8_192


class ParquetCorpus:
    """Gives a report what `Store` gives it. The key of a post is the number of its row, counted through all files.

    It holds no hand labels and no record of live collection.
    """

    def __init__(self, address: str | Path) -> None:
        """Open the folder; CorpusError where it is no corpus."""
        self._folder = Folder(address)
        self.path = Path(address)
        found = manifest.read(self._folder)
        if found is None:
            raise CorpusError(
                f"{self._folder.address} is no Parquet corpus (it lacks {manifest.NAME}): write one with `stancemap "
                "export --format parquet -o FOLDER/` or `stancemap label --input … --output FOLDER/`"
            )
        self._manifest = found

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        """Leave; no file is kept open."""

    def label_sets(self) -> tuple[LabelSet, ...]:
        """Give the one label set that it holds, if any."""
        return (self._manifest.label_set,) if self._manifest.label_set else ()

    def default_label_set(self) -> LabelSet | None:
        """Give that label set."""
        return self._manifest.label_set

    def missing(self) -> int:
        """Count the files that are not there yet, as labelling was interrupted or failed."""
        return len(self._manifest.names.difference(self._there))

    def strangers(self) -> list[str]:
        """Name the files that are there and do not belong to it: they are not read."""
        return sorted(set(self._there) - self._manifest.names) if self._manifest.files else []

    def pseudonym_key(self) -> str:
        """Give the secret with which this corpus turns authors into pseudonyms."""
        return self._manifest.pseudonym_key

    def annotations(self) -> tuple[Annotation, ...]:
        """Give no hand labels: they are kept in SQLite."""
        return ()

    def coverage(self) -> tuple[Coverage, ...]:
        """Give no record of live collection: it is kept in SQLite."""
        return ()

    def opinions(self, label_set: LabelSet | None) -> Iterator[Opinions]:  # noqa: ARG002  (there is but one)
        """Read all posts for a report, without text, a block at a time."""
        targets = self._manifest.targets
        for start, batch in self._batches(parquet_opinions.columns(targets)):
            yield parquet_opinions.opinions(batch, start, targets)

    def texts(self, keys: Iterable[int]) -> dict[int, str]:
        """Read the full texts of the posts with these keys."""
        found: dict[int, str] = {}
        wanted = sorted(keys)
        for name, first, rows in self._files:
            within = [key - first for key in wanted if first <= key < first + rows]
            if within:
                found |= {first + row: text for row, text in self._texts(name, within)}
        return found

    def copies(self) -> dict[int, int]:
        """Map the keys of posts that repeat an earlier one word for word to that of the first."""
        return firsts(enumerate(words for (words,) in self._rows(SAME_WORDS)))

    def conversations(self, roots: Iterable[tuple[str, str]]) -> frozenset[tuple[str, str]]:
        """Find the conversations that hold or quote the named posts; the address of a post may stand for its id."""
        asked = frozenset(roots)
        own = frozenset(
            (platform, thread)
            for platform, id_, thread, url in self._rows("platform", "id", "conversation_id", "url")
            if not asked.isdisjoint(((platform, id_), (platform, thread), (platform, url)))
        )
        posts = frozenset(
            (platform, id_)
            for platform, id_, thread in self._rows("platform", "id", "conversation_id")
            if (platform, thread) in own
        )
        quoting = (
            (platform, thread)
            for platform, quoted, thread in self._rows("platform", "quoted", "conversation_id")
            if quoted is not None and (platform, quoted) in posts
        )
        return own | frozenset(quoting)

    @cached_property
    def _there(self) -> Sequence[str]:
        return [file.name for file in self._folder.files()]

    @cached_property
    def _files(self) -> Sequence[tuple[str, int, int]]:
        """Name the files, with the number of their first row, and of their rows."""
        strangers = frozenset(self.strangers())
        names = [name for name in self._there if name not in strangers]
        rows = [self._open(name).metadata.num_rows for name in names]
        return [(name, end - count, count) for name, end, count in zip(names, accumulate(rows), rows, strict=True)]

    def _open(self, name: str) -> Any:
        from pyarrow import ArrowInvalid, parquet

        try:
            with explained("read", f"{self._folder.address}/{name}"):
                return parquet.ParquetFile(self._folder.input(name))
        except ArrowInvalid as error:
            raise CorpusError(f"{self._folder.address}/{name} is no Parquet file: label or export it anew") from error

    def _batches(self, names: Sequence[str]) -> Iterator[tuple[int, Any]]:
        """Read columns of all posts, each batch with the key of its first."""
        for name, start, _ in self._files:
            file = self._open(name)
            missing = set(names) - set(file.schema_arrow.names)
            if missing:
                raise CorpusError(f"{self._folder.address}/{name} lacks {min(missing)}: label or export it anew")
            for batch in file.iter_batches(batch_size=BATCH, columns=list(names)):
                yield start, batch.select(list(names))
                start += batch.num_rows

    def _rows(self, *names: str) -> Iterator[tuple[Any, ...]]:
        for _, batch in self._batches(names):
            yield from zip(*(column.to_pylist() for column in batch.columns), strict=True)

    def _texts(self, name: str, rows: Collection[int]) -> Iterator[tuple[int, str]]:
        """Read the texts in some rows of a file, ascending, from their row groups alone."""
        file = self._open(name)
        start = 0
        for group in range(file.num_row_groups):
            end = start + file.metadata.row_group(group).num_rows
            within = [row for row in rows if start <= row < end]
            if within:
                table = file.read_row_group(group, columns=["title", "text"]).take([row - start for row in within])
                for row, said in zip(within, table.to_pylist(), strict=True):
                    yield row, full_text(said["title"], said["text"]) or ""
            start = end
