"""The driver and the tables of walks, against a source that is made of lists."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Any

import pytest

from collecting import FakeClock
from corpus.errors import SourceError, WalkError
from corpus.labels import Labels
from corpus.payload import Payload
from corpus.post import Post, State
from corpus.store import Store
from ingest.collect import Step, collect
from ingest.source import Claim, Estimate, Gap, Page, Spending, Start, Walk

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path


def post(key: str, text: str = "text", **more: Any) -> tuple[Post, Payload]:
    return Post(platform="made", id=key, conversation_id="t", text=text, **more), Payload("made", text.encode())


class Made:
    """A source whose pages are given; a page may be an error to be raised in its place."""

    platform = "made"

    def __init__(self, pages: dict[str, list[Page | Exception]], now: dict[str, State | None] | None = None) -> None:
        self.given = pages
        self.now = now or {}
        self.starts: list[Start] = []

    def seeds(self) -> Iterator[Walk]:
        yield Walk("thread", "t")

    def pages(self, walk: Walk, start: Start) -> Iterator[Page]:
        self.starts.append(start)
        for given in self.given[walk.about][int(start.cursor or 0) :]:
            if isinstance(given, Exception):
                raise given
            yield given

    def look_up(self, ids: Sequence[str], start: Start) -> Iterator[Page]:  # noqa: ARG002 - costs nothing
        yield Page(gone=tuple((key, state) for key in ids if (state := self.now.get(key))))

    def estimate(self, walk: Walk) -> Estimate:
        return Estimate(posts=len(self.given[walk.about]))

    def close(self) -> None:
        pass


def last(source: Made, store: Store, **options: Any) -> Step:
    *_, step = collect(source, store, clock=FakeClock().clock, **options)
    return step


TWO = (Page(items=(post("1"),), cursor="1", mark="9"), Page(items=(post("2"),), mark=None))


def test_an_interrupted_walk_goes_on_at_its_cursor_and_its_mark_moves_at_the_end(tmp_path: Path) -> None:
    with Store.open(tmp_path / "c.db") as store:
        with pytest.raises(SourceError, match="later"):
            last(Made({"t": [TWO[0], SourceError("later")]}), store, new_only=True)
        assert store.count() == 1
        source = Made({"t": list(TWO)})
        assert (last(source, store, new_only=True).new, store.count()) == (1, 2)
        assert [(start.cursor, start.mark) for start in source.starts] == [("1", None)]
        last(source, store, new_only=True)
        assert (source.starts[-1].cursor, source.starts[-1].mark) == (None, "9")


def test_a_page_that_cannot_be_stored_leaves_the_cursor_where_it_was(tmp_path: Path) -> None:
    undated = post("3", created_at=datetime(2023, 1, 1))  # without a zone
    bad = Page(items=(post("2"), undated), cursor="2", found=(Walk("thread", "u"),))
    with Store.open(tmp_path / "c.db") as store:
        with pytest.raises(ValueError, match="time zone"):
            last(Made({"t": [TWO[0], bad]}), store)
        source = Made({"t": list(TWO), "u": []})
        last(source, store)
        assert [start.cursor for start in source.starts] == ["1"]
        assert store.get("made", "3") is None


def test_found_walks_are_walked_once_and_a_refused_one_fails_alone(tmp_path: Path) -> None:
    found = (Walk("thread", "u", 1), Walk("thread", "v", 1), Walk("thread", "t", 1))
    pages = {"t": [Page(found=found)], "u": [WalkError("private")], "v": [Page(items=(post("3"),))]}
    with Store.open(tmp_path / "c.db") as store:
        source = Made(pages)
        step = last(source, store)
        assert (step.walks, len(source.starts), step.failures) == (3, 3, ((Walk("thread", "u", 1), "private"),))
        (row,) = store.summary().rounds
        assert (row.done, row.open, row.failures, row.ended_at is not None) == (2, 0, (("thread u", "private"),), True)


def test_a_restart_gives_up_the_interrupted_round(tmp_path: Path) -> None:
    with Store.open(tmp_path / "c.db") as store:
        with pytest.raises(SourceError):
            last(Made({"t": [TWO[0], SourceError("later")]}), store)
        source = Made({"t": list(TWO)})
        last(source, store, restart=True)
        assert source.starts[0].cursor is None


def test_what_is_not_met_again_is_asked_for_and_wiped_where_it_is_gone(tmp_path: Path) -> None:
    answer = post("4", "cites the gone one", reply_to="2")
    whole = [Page(items=(post("1"), post("2", title="T", author="a"), post("3"), answer))]
    later: list[Page | Exception] = [Page(items=(post("1"), (answer[0], None)))]
    with Store.open(tmp_path / "c.db") as store:
        last(Made({"t": list(whole)}), store)
        labels = store.label_set("s", model="m", revision="r", config_hash="c")
        empty = Labels(camp={}, sentiment={}, stances={}, reasons={})
        store.add_labels(labels, ((reading, empty) for reading in store.unlabelled(labels)))
        step = last(Made({"t": later}, {"2": State.DELETED, "3": None}), store)
        gone, kept = store.get("made", "2"), store.get("made", "3")
        assert gone is not None
        assert kept is not None
        assert (gone.state, gone.text, gone.title, gone.author) == (State.DELETED, "", None, None)
        assert (kept.state, kept.text, step.gone) == (State.LIVE, "text", 1)
        assert {found.id for _, _, found in store.payloads()} == {"1", "3"}  # 4 might repeat it
        labelled = {found.id: given is not None for found, given in store.labelled(labels)}
        assert labelled == {"1": True, "2": False, "3": True, "4": False}
        assert store.readable_ids("made") == ("1", "3", "4")


def test_new_only_takes_nothing_for_gone(tmp_path: Path) -> None:
    with Store.open(tmp_path / "c.db") as store:
        last(Made({"t": [Page(items=(post("1"), post("2")))]}), store)
        last(Made({"t": [Page(items=(post("1"),))]}, {"2": State.DELETED}), store, new_only=True)
        assert store.readable_ids("made") == ("1", "2")


def test_the_ledger_says_what_there_is_and_what_is_not(tmp_path: Path) -> None:
    gaps = (Gap(thread="t", reason="private", post="7"), Gap(thread="t", reason="behind more", posts=12))
    items = (
        post("t", title="The thread"),
        post("1"),
        post("2", "", state=State.DELETED),
        post("3", "", state=State.REMOVED),
    )
    page = Page(items=items, cursor="1", claims=(Claim(thread="t", posts=20),), gaps=gaps)
    again = Page(gaps=gaps[:1], spent=Spending(posts=3, users=1, dollars=0.025))
    with Store.open(tmp_path / "c.db") as store:
        step = last(Made({"t": [page, again]}), store)
        summary = store.summary()
        (row,) = summary.coverage
        assert (row.title, row.claimed, row.fetched, row.deleted, row.removed) == ("The thread", 20, 3, 1, 1)
        assert row.gaps == (("behind more", 12), ("private", 1))
        assert summary.rounds[0].spent == step.spent == Spending(posts=3, users=1, dollars=0.025)
        last(Made({"t": [Page(items=items)]}), store)
        assert store.summary().coverage[0].gaps == ()  # a new round tells its own


@pytest.mark.parametrize(("state", "title"), [(State.TRUNCATED, "PyTorch won"), (State.WITHHELD, None)])
def test_a_thread_is_not_named_by_what_is_gone(state: State, title: str | None, tmp_path: Path) -> None:
    page = Page(items=(post("t", "PyTorch won", state=state),), claims=(Claim(thread="t", posts=1),))
    with Store.open(tmp_path / "c.db") as store:
        last(Made({"t": [page]}), store)
        assert store.summary().coverage[0].title == title


def test_a_post_seen_again_is_no_change_and_is_dated(tmp_path: Path) -> None:
    with Store.open(tmp_path / "c.db") as store:
        for now in (1_000.0, 2_000.0):
            *_, step = collect(Made({"t": list(TWO)}), store, clock=FakeClock(now).clock)
        assert (step.new, step.updated, step.unchanged) == (0, 0, 2)
        seen = store.get("made", "1")
        assert seen is not None
        assert seen.seen_at is not None
        assert seen.seen_at.timestamp() == 2_000.0
