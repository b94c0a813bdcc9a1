"""Where posts live: one SQLite file, safe to kill, read while written, and open to any SQLite tool."""

from __future__ import annotations

from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Self, TypeVar

from corpus import store_annotations, store_checks, store_labels, store_posts, store_walks
from corpus.label_set import LabelSet
from corpus.migrations import transaction
from corpus.payload import Payload
from corpus.store_connection import connect, explained
from corpus.store_contexts import contexts
from corpus.store_coverage import coverage
from corpus.store_opinions import opinions
from corpus.store_posts import Added
from corpus.store_summary import summary

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Iterable, Iterator, Sequence
    from types import TracebackType

    from corpus.annotation import Annotated, Annotation
    from corpus.labels import Labels
    from corpus.opinion import Opinions
    from corpus.post import Post, State
    from corpus.reading import Reading
    from corpus.summary import Summary
    from corpus.walk import Coverage, DeletionCheck, OpenWalk, Page, Round, Spending, Walk

__all__ = ["Added", "LabelSet", "Payload", "Store"]
T = TypeVar("T")


class Store:
    """An open corpus. Each writing method is one transaction: all that it was given is stored, or nothing.

    What goes wrong with the file or the disk is raised as CorpusError. A store belongs to the thread that opened it.
    """

    def __init__(self, connection: sqlite3.Connection, path: Path) -> None:
        self._connection = connection
        self.path = path

    @classmethod
    def open(cls, path: str | Path, *, readonly: bool = False) -> Self:
        """Open a corpus, made where there is none; `readonly` needs one that exists, and works beside a writer."""
        path = Path(path)
        return cls(connect(path, readonly=readonly), path)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Close the file."""
        with explained(self.path):
            self._connection.close()

    def add(self, items: Iterable[tuple[Post, Payload | None]]) -> Added:
        """Store posts; those seen before are updated by the rules of `corpus.merging`, never doubled.

        Labels that were made from a text which has changed since (of the post, or of what it is read with) are deleted.
        """
        with self._writing() as connection:
            return store_posts.add(connection, items)

    def get(self, platform: str, post_id: str) -> Post | None:
        """Read one post, None where it is not stored."""
        with explained(self.path):
            return store_posts.get(self._connection, platform, post_id)

    def count(self) -> int:
        """Count the posts."""
        with explained(self.path):
            return store_posts.count(self._connection)

    def posts(self) -> Iterator[Post]:
        """Read all posts in the order in which they came."""
        return self._explained(store_posts.posts(self._connection))

    def payloads(self) -> Iterator[tuple[str, bytes, Post]]:
        """Read format and bytes as sources sent them, with the posts made of them, so that a parser can run again."""
        return self._explained(store_posts.payloads(self._connection))

    def texts(self, keys: Iterable[int]) -> dict[int, str]:
        """Read the full texts of the posts with these keys."""
        with explained(self.path):
            return store_posts.texts(self._connection, keys)

    def label_set(self, name: str, *, model: str, revision: str, config_hash: str) -> LabelSet:
        """Find the label set of this name or start it; CorpusError where another model or configuration made it."""
        with self._writing() as connection:
            return store_labels.label_set(
                connection, name=name, model=model, revision=revision, config_hash=config_hash
            )

    def label_sets(self) -> tuple[LabelSet, ...]:
        """Read the label sets, oldest first."""
        with explained(self.path):
            return store_labels.label_sets(self._connection)

    def default_label_set(self) -> LabelSet | None:
        """Read the label set that was picked; else the newest."""
        with explained(self.path):
            return store_labels.picked(self._connection)

    def pick_label_set(self, label_set: LabelSet) -> None:
        """Make a label set the one that reports use unless told otherwise."""
        with self._writing() as connection:
            store_labels.pick(connection, label_set)

    def delete_label_set(self, label_set: LabelSet) -> None:
        """Delete a label set and all its labels; posts and hand labels stay."""
        with self._writing() as connection:
            store_labels.delete(connection, label_set)

    def targets(self, label_set: LabelSet) -> tuple[str, ...]:
        """Name the targets that a label set judges, in alphabetical order."""
        with explained(self.path):
            return store_labels.targets(self._connection, label_set)

    def unlabelled(self, label_set: LabelSet, batch: int = 2_000) -> Iterator[Reading]:
        """Read what is left to label; the same store may add labels meanwhile."""
        return self._explained(store_labels.unlabelled(self._connection, label_set, batch=batch))

    def count_unlabelled(self, label_set: LabelSet) -> int:
        """Count the posts that are left to label."""
        with explained(self.path):
            return store_labels.count_unlabelled(self._connection, label_set)

    def add_labels(self, label_set: LabelSet, items: Iterable[tuple[Reading, Labels]]) -> frozenset[int]:
        """Store labels of posts that would still be read as they were, and give the keys of these.

        A post that has labels in this set keeps them. CorpusError where the label set was deleted meanwhile.
        """
        with self._writing() as connection:
            return store_labels.add_labels(connection, label_set, items)

    def labelled(self, label_set: LabelSet | None) -> Iterator[tuple[Post, Labels | None]]:
        """Read all posts with their labels of this set."""
        return self._explained(store_labels.labelled(self._connection, label_set))

    def contexts(self, posts: Sequence[Post]) -> list[tuple[str | None, str | None, str | None]]:
        """Read what posts are read with: the full texts of the parent, root and quoted post of each."""
        with explained(self.path):
            return contexts(self._connection, posts)

    def opinions(self, label_set: LabelSet | None) -> Iterator[Opinions]:
        """Read all posts for a report, without text, some thousand at a time, in the order in which they came.

        Finish reading before you write through the same store.
        """
        return self._explained(opinions(self._connection, label_set))

    def conversations(self, roots: Iterable[tuple[str, str]]) -> frozenset[tuple[str, str]]:
        """Find the conversations of these (platform, id) pairs, those that quote a post of them included."""
        with explained(self.path):
            return store_posts.conversations(self._connection, roots)

    def pseudonym_key(self) -> str:
        """Read the secret with which this corpus turns authors into pseudonyms."""
        with explained(self.path):
            return store_posts.pseudonym_key(self._connection)

    def open_round(self, platform: str, *, restart: bool = False) -> Round:
        """Go on with the platform's interrupted round of collection, or begin one."""
        with self._writing() as connection:
            return store_walks.open_round(connection, platform, restart=restart)

    def end_round(self, round_: Round) -> None:
        """Close a round, so that the next run begins another."""
        with self._writing() as connection:
            store_walks.end_round(connection, round_)

    def add_walks(self, round_: Round, walks: Iterable[Walk]) -> None:
        """Take walks into a round; those that are in it stay as they are."""
        with self._writing() as connection:
            store_walks.add_walks(connection, round_, walks)

    def next_walk(self, round_: Round) -> OpenWalk | None:
        """Read the next walk of the round that has not ended."""
        with explained(self.path):
            return store_walks.next_walk(self._connection, round_)

    def add_page(self, round_: Round, walk: OpenWalk, page: Page) -> Added:
        """Store a page: posts, cursor, walks found, claims, gaps and spending together."""
        with self._writing() as connection:
            return store_walks.add_page(connection, round_, walk, page)

    def add_found(self, round_: Round, walk: OpenWalk, page: Page) -> Added:
        """Store what a page holds beside the walk's pages, without moving its cursor."""
        with self._writing() as connection:
            return store_walks.add_found(connection, round_, walk, page)

    def unseen(self, round_: Round, walk: OpenWalk) -> tuple[str, ...]:
        """Name the readable posts that the walk met in an earlier round and no walk in this one."""
        with explained(self.path):
            return store_walks.unseen(self._connection, round_, walk)

    def end_walk(self, walk: OpenWalk) -> None:
        """Close a walk and move its high-water mark."""
        with self._writing() as connection:
            store_walks.end_walk(connection, walk)

    def fail_walk(self, walk: OpenWalk, reason: str) -> None:
        """Close a walk that the platform refuses."""
        with self._writing() as connection:
            store_walks.fail_walk(connection, walk, reason)

    def spend(self, round_: Round, spent: Spending) -> None:
        """Enter what was spent, or is about to be."""
        with self._writing() as connection:
            store_walks.spend(connection, round_, spent)

    def spent(self, round_: Round) -> Spending:
        """Read what the round has cost so far."""
        with explained(self.path):
            return store_walks.spent(self._connection, round_)

    def wipe(self, platform: str, gone: Sequence[tuple[str, State]]) -> int:
        """Leave only tombstones of these posts (their ids and states); count those that held anything."""
        with self._writing() as connection:
            return store_walks.wipe(connection, platform, gone)

    def readable_ids(self, platform: str) -> tuple[str, ...]:
        """Name the platform's posts whose text is stored, so that they can be checked at the source."""
        with explained(self.path):
            return store_walks.readable_ids(self._connection, platform)

    def begin_check(self, platform: str, posts: int) -> int:
        """Enter a check of so many posts for deletions, and give its key."""
        with self._writing() as connection:
            return store_checks.begin(connection, platform, posts)

    def add_checked(self, key: int, platform: str, page: Page) -> None:
        """Store a page of a check: wipe what is gone, update the rest, enter what it cost."""
        with self._writing() as connection:
            store_checks.add_page(connection, key, platform, page)

    def end_check(self, key: int) -> None:
        """Enter that all posts were checked."""
        with self._writing() as connection:
            store_checks.end(connection, key)

    def check(self, key: int) -> DeletionCheck:
        """Read how far a check for deletions came."""
        with explained(self.path):
            return store_checks.read(self._connection, key)

    def add_annotations(self, items: Iterable[Annotation]) -> Annotated:
        """Store what people say of posts; a person's later word on a post replaces the earlier one."""
        with self._writing() as connection:
            return store_annotations.add(connection, items)

    def annotations(self) -> tuple[Annotation, ...]:
        """Read what people say of posts."""
        with explained(self.path):
            return tuple(store_annotations.read(self._connection))

    def copies(self) -> dict[int, int]:
        """Map the keys of posts that repeat an earlier one word for word to that of the first."""
        with explained(self.path):
            return store_annotations.copies(self._connection)

    def coverage(self) -> tuple[Coverage, ...]:
        """Read what there is of each thread that was collected live."""
        with explained(self.path):
            return coverage(self._connection)

    def summary(self) -> Summary:
        """Count what the corpus holds."""
        with explained(self.path):
            return summary(self._connection, self.path)

    @contextmanager
    def _writing(self) -> Iterator[sqlite3.Connection]:
        with explained(self.path), transaction(self._connection):
            yield self._connection

    def _explained(self, rows: Iterator[T]) -> Iterator[T]:
        with explained(self.path):
            yield from rows
