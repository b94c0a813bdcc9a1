"""Hacker News live: the recorded thread against its facts, faults, and what is documented but not recorded."""

from __future__ import annotations

from contextlib import closing
from typing import TYPE_CHECKING, Any

import pytest

from answering import Answer, Asked, answering
from collecting import FakeClock, content, hacker_news, posts, run
from corpus.errors import SourceError
from corpus.post import State
from corpus.store import Store
from ingest.collect import plan
from ingest.source import Start
from replay import FAULTS, Replay, each, expected, needs_recordings, replaying

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

STORY = 8394339


@pytest.fixture(scope="module")
def server() -> Iterator[Replay]:
    with replaying() as running:
        yield running


@needs_recordings
def test_the_recorded_thread_equals_its_facts_row_by_row(server: Replay, tmp_path: Path) -> None:
    run(hacker_news(server.url, stories=(STORY,)), tmp_path / "c.db")
    found = posts(tmp_path / "c.db")
    facts = expected("hn_firebase_8394339")
    assert set(found) == {str(fact["id"]) for fact in facts}
    for fact in facts:
        post = found[str(fact["id"])]
        assert post.conversation_id == str(fact["root"])
        assert post.reply_to == (None if fact["parent"] is None else str(fact["parent"]))
        assert post.author == fact["author"]
        assert (post.created_at and f"{post.created_at:%Y-%m-%dT%H:%M:%SZ}") == fact["created_utc"]
        assert post.text.split() == (fact["text"] or "").split()
        assert (post.state == State.DELETED) == bool(fact["deleted"])
    with Store.open(tmp_path / "c.db", readonly=True) as store:
        (row,) = store.summary().coverage
    assert (row.claimed, row.fetched, row.deleted) == (429, 380, 16)
    assert dict(row.gaps) == {"null at Firebase and unknown to Algolia": 48}


@needs_recordings
@each(FAULTS)
def test_each_fault_heals(server: Replay, tmp_path: Path, fault: dict[str, Any]) -> None:
    server.reset()
    undisturbed = looked_up(server, tmp_path / "undisturbed.db")
    server.faults({"match": f"/v0/item/{STORY}", **fault})
    clock = FakeClock()
    assert looked_up(server, tmp_path / "disturbed.db", clock) == undisturbed
    assert fault["kind"] == "null" or clock.waits
    if "retry_after" in fault:
        assert clock.waits[0] == pytest.approx(8)
    server.reset()


def looked_up(server: Replay, path: Path, clock: FakeClock | None = None) -> Any:
    """Look one item up, as a stand-in for the whole thread: the same requests, but fewer."""
    with closing(hacker_news(server.url, clock)) as source, Store.open(path) as store:
        for page in source.look_up([str(STORY)], Start()):
            store.add(page.items)
        (post,) = store.posts()
        return post


@needs_recordings
def test_all_faults_at_once_lose_nothing(server: Replay, tmp_path: Path) -> None:
    server.reset()
    server.faults(*({"match": "/v0/item/", "after": 9 * n, **fault} for n, fault in enumerate(FAULTS)))
    run(hacker_news(server.url, stories=(STORY,)), tmp_path / "c.db")
    server.reset()
    assert set(posts(tmp_path / "c.db")) == {str(fact["id"]) for fact in expected("hn_firebase_8394339")}


@needs_recordings
def test_what_does_not_heal_stops_resumably_and_loses_nothing(server: Replay, tmp_path: Path) -> None:
    server.reset()
    server.faults({"match": "/v0/item/", "kind": "status", "status": 500, "after": 100, "times": -1})
    with pytest.raises(SourceError, match=r"HTTP 500.*run the same command again"):
        run(hacker_news(server.url, stories=(STORY,)), tmp_path / "c.db")
    assert 0 < len(posts(tmp_path / "c.db")) < 381
    server.reset()
    run(hacker_news(server.url, stories=(STORY,)), tmp_path / "c.db")
    run(hacker_news(server.url, stories=(STORY,)), tmp_path / "whole.db")
    assert content(tmp_path / "c.db") == content(tmp_path / "whole.db")


# ---- By the documentation of both APIs: no recording holds these.


def item(key: int, parent: int | None = None, kids: tuple[int, ...] = (), **more: Any) -> dict[str, Any]:
    kind = "story" if parent is None else "comment"
    base = {"id": key, "type": kind, "by": f"user{key}", "time": 1_673_700_000 + key, "text": f"text {key}"}
    return base | ({"parent": parent} if parent else {}) | ({"kids": list(kids)} if kids else {}) | more


class Site:
    """Both APIs, made of Firebase items and an Algolia tree."""

    def __init__(self, items: list[dict[str, Any]], tree: dict[str, Any] | None = None, hits: Any = ()) -> None:
        self.items = {entry["id"]: entry for entry in items}
        self.tree = tree
        self.hits: list[dict[str, Any]] = list(hits)

    def __call__(self, asked: Asked) -> Any:
        if asked.path.startswith("/v0/item/"):
            return self.items.get(int(asked.path.removeprefix("/v0/item/").removesuffix(".json")))
        if asked.path.startswith("/api/v1/items/"):
            return self.tree or Answer({"status": 404}, 404)
        return self.search(asked.query)

    def search(self, query: dict[str, str]) -> Any:
        """Give at most 1,000 hits, newest first, as Algolia does."""
        found = self.hits
        for condition in filter(None, query.get("numericFilters", "").split(",")):
            name, sign, value = condition.partition("<=") if "<=" in condition else condition.partition(">")
            keep = (lambda n, v: n <= v) if sign == "<=" else (lambda n, v: n > v)
            found = [hit for hit in found if keep(hit[name], int(value))]
        found = sorted(found, key=lambda hit: -hit["created_at_i"])
        size = int(query["hitsPerPage"])
        return {"hits": found[:1000][:size], "nbHits": len(found)}


def test_firebase_adds_what_algolia_lacks_and_null_nodes_break_nothing(tmp_path: Path) -> None:
    tree = {
        "id": 1, "created_at_i": 1_673_700_001, "type": "story", "author": "user1", "title": "T", "points": 5,
        "children": [
            {"id": 2, "created_at_i": 1_673_700_002, "type": "comment", "author": "user2", "text": "text 2",
             "parent_id": 1,
             "children": [None, {"id": 9, "created_at_i": 1, "type": "comment", "author": "a", "text": "only here",
                                 "parent_id": 2, "children": []}]},
            {"id": 3, "created_at_i": 1_673_700_003, "type": "comment", "author": None, "text": None, "parent_id": 1,
             "children": []},
        ],
    }  # fmt: skip
    items = [
        item(1, None, (2, 3, 4), title="T", descendants=3),
        item(2, 1, (5,)),
        {"id": 3, "type": "comment", "parent": 1, "deleted": True, "time": 1_673_700_003},
        item(4, 1, dead=True, text="[flagged]"),
        item(5, 2, (6,), text="a <i>b</i><p><pre><code>x  = 1\n</code></pre>"),
        item(6, 5),
    ]
    with answering(Site(items, tree)) as site:
        run(hacker_news(site.url, stories=(1,)), tmp_path / "c.db")
    found = posts(tmp_path / "c.db")
    assert set(found) == {"1", "2", "3", "4", "5", "6", "9"}
    assert {key: found[key].state for key in "3456"} == {
        "3": State.DELETED, "4": State.REMOVED, "5": State.LIVE, "6": State.LIVE,
    }  # fmt: skip
    assert all(post.conversation_id == "1" for post in found.values())
    assert (found["6"].reply_to, found["9"].text) == ("5", "only here")
    assert "x  = 1" in found["5"].text


def test_a_later_run_learns_of_replies_edits_scores_and_deletions(tmp_path: Path) -> None:
    before = [item(1, None, (2, 3), title="T", score=5), item(2, 1), item(3, 1)]
    after = [
        item(1, None, (2, 3, 4), title="T", score=9),
        item(2, 1, text="text 2, edited"),
        {"id": 3, "type": "comment", "parent": 1, "deleted": True, "time": 1_673_700_003},
        item(4, 1),
    ]
    path = tmp_path / "c.db"
    with answering(Site(before)) as site:
        run(hacker_news(site.url, stories=(1,)), path)
    with answering(Site(after)) as site:
        step = run(hacker_news(site.url, stories=(1,)), path, FakeClock(1_800_000_100))
    found = posts(path)
    assert (step.new, step.updated) == (1, 3)
    assert (found["1"].score, found["2"].text, found["3"].state, found["3"].text) == (
        9, "text 2, edited", State.DELETED, "",
    )  # fmt: skip


def test_a_comment_named_by_its_number_leads_to_its_story(tmp_path: Path) -> None:
    with answering(Site([item(1, None, (2,), title="T"), item(2, 1, (3,)), item(3, 2)])) as site:
        run(hacker_news(site.url, stories=(3,)), tmp_path / "c.db")
    assert set(posts(tmp_path / "c.db")) == {"1", "2", "3"}


def test_a_search_goes_past_a_thousand_hits_and_loses_no_story_of_a_shared_second(tmp_path: Path) -> None:
    hits = [
        {
            "objectID": str(key), "title": f"PyTorch vs  TensorFlow {key}", "author": "a", "_tags": ["story"],
            "created_at_i": 1_600_000_000 + key // 3,  # three a second
        }
        for key in range(1, 2101)
    ]  # fmt: skip
    other = {**hits[0], "objectID": "9999", "title": "TensorFlow and PyTorch"}
    items = [item(int(hit["objectID"]), title=hit["title"]) for hit in hits]
    with answering(Site(items, hits=[*hits, other])) as site:  # noqa: SIM117 - the source needs the address
        with closing(hacker_news(site.url, queries=("pytorch vs tensorflow",))) as source:
            walks = dict(plan(source))
            (search,) = source.seeds()
            pages = list(source.pages(search, Start()))
            again = list(source.pages(search, Start(cursor=pages[0].cursor)))
            newer = list(source.pages(search, Start(mark=pages[0].mark)))
    found = {walk.about for page in pages for walk in page.found}
    assert found == {hit["objectID"] for hit in hits}
    assert again == pages[1:]
    assert [page.mark for page in pages][1:] == [None] * (len(pages) - 1)
    assert newer[-1].items == ()
    assert len(walks) == 201  # a dry run stops there, and says so
    *_, rest = walks.values()
    assert rest.remark == "this and what follows, 801 or more, is not estimated nor in any price"  # type: ignore[union-attr]
    phrase = next(asked for asked in site.asked if asked.path.endswith("search_by_date"))
    assert phrase.query["query"] == '"pytorch vs tensorflow"'


def test_an_address_is_searched_in_addresses_and_like_ones_are_left_out() -> None:
    slug = "why-tensorflow-for-python-is-dying-a-slow-death"
    hits = [
        {"objectID": "1", "title": "A", "url": f"https://levelup.gitconnected.com/{slug}-ba4d?x=1", "created_at_i": 5},
        {"objectID": "2", "title": "B", "url": "https://a.org/why-tensorflow-is-dying", "created_at_i": 4},
    ]
    with answering(Site([item(1, title="A", descendants=7)], hits=hits)) as site:  # noqa: SIM117 - the source needs the address
        with closing(hacker_news(site.url, urls=(slug,))) as source:
            planned = {walk.about: estimate for walk, estimate in plan(source)}
    assert site.asked[0].query["restrictSearchableAttributes"] == "url"
    assert set(planned) == {slug, "1"}
    assert planned["1"].posts == 8  # type: ignore[union-attr]


def test_a_story_that_is_not_there_fails_alone(tmp_path: Path) -> None:
    with answering(Site([item(1, title="T")])) as site:
        last = run(hacker_news(site.url, stories=(77, 1)), tmp_path / "c.db")
    with Store.open(tmp_path / "c.db", readonly=True) as store:
        assert store.get("hackernews", "1") is not None
        (row,) = store.summary().rounds
    assert [(walk.about, "check the number" in reason) for walk, reason in last.failures] == [("77", True)]
    assert (row.done, row.failures[0][0]) == (1, "story 77")


def test_an_item_that_cannot_be_read_is_a_gap_and_costs_no_other(tmp_path: Path) -> None:
    hits = [
        {"objectID": "1", "title": "PyTorch", "created_at_i": 5},
        {"objectID": "9", "title": "PyTorch", "created_at_i": 3, "points": []},
        {"objectID": [], "title": "PyTorch", "url": 5, "created_at_i": 4},
    ]
    items = [
        item(1, None, (2, 3), title="T", descendants="many"),
        item(2, 1, score=[]),
        item(3, 1) | {"kids": 5},
        item(9),
    ]
    tree = {"id": 1, "created_at_i": 5, "title": "T", "children": [{"id": {}, "children": [{"id": 3, "text": "3"}]}]}
    path = tmp_path / "c.db"
    with answering(Site(items, tree, hits)) as site:
        step = run(hacker_news(site.url, queries=("pytorch",), stories=(3,)), path)
        with closing(hacker_news(site.url)) as source:
            (page,) = source.look_up(["2", "3"], Start())
    assert not step.failures
    assert set(posts(path)) == {"1", "3"}
    assert [post.id for post, _ in page.items] == ["3"]
    assert [(gap.post, "cannot be read" in gap.reason) for gap in page.gaps] == [("2", True)]


def test_a_body_that_cannot_be_unpacked_is_asked_for_again(tmp_path: Path) -> None:
    site, left = Site([item(1, title="T")]), [Answer("no gzip", 200, {"Content-Encoding": "gzip"})]
    clock = FakeClock()
    with answering(lambda asked: left.pop() if left else site(asked)) as running:
        run(hacker_news(running.url, clock, stories=(1,)), tmp_path / "c.db", clock)
    assert set(posts(tmp_path / "c.db")) == {"1"}
    assert clock.waits
