"""Reddit live: recorded threads and lists against their facts, faults, and what is documented but not recorded."""

from __future__ import annotations

import html
import logging
from contextlib import closing
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qs

import pytest

from answering import Answer, Asked, answering
from collecting import TOKEN, FakeClock, content, on_reddit, posts, run
from corpus.errors import SourceError
from corpus.post import Post, State
from corpus.store import Store
from ingest.collect import collect, plan
from ingest.reddit_lists import MORE_RESULTS
from ingest.source import Start, Walk
from replay import FAULTS, Replay, each, expected, needs_recordings, replaying

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

THREAD = "3hahrw"
WHOLE = "reddit_TestCommentForest.test_replace__all"


@pytest.fixture(scope="module")
def server() -> Iterator[Replay]:
    with replaying() as running:
        yield running


def plain(text: str) -> str:
    """Undo the escaping of the source, and the entities that its markdown would show."""
    return html.unescape(html.unescape(text))


def assert_equal(found: dict[str, Post], facts: list[dict[str, Any]]) -> None:
    assert set(found) == {fact["fullname"] for fact in facts}
    for fact in facts:
        post = found[fact["fullname"]]
        assert (post.conversation_id, post.reply_to, post.author, post.score) == (
            fact["root"], fact["parent"], fact["author"], fact["score"],
        )  # fmt: skip
        assert (post.created_at and f"{post.created_at:%Y-%m-%dT%H:%M:%SZ}") == fact["created_utc"]
        assert (post.title or "", post.community) == (plain(fact.get("title") or ""), f"r/{fact['community']}")
        is_deleted = bool(fact.get("deleted"))
        assert (post.state == State.DELETED) == is_deleted
        assert post.text == ("" if is_deleted else plain(fact["text"]))


@needs_recordings
def test_the_recorded_thread_equals_its_facts_row_by_row(server: Replay, tmp_path: Path) -> None:
    server.reset()
    run(on_reddit(server.url, submissions=(THREAD,)), tmp_path / "c.db")
    assert_equal(posts(tmp_path / "c.db"), expected(WHOLE))
    with Store.open(tmp_path / "c.db", readonly=True) as store:
        (row,) = store.summary().coverage
    assert (row.claimed, row.fetched, row.deleted) == (543, 541, 6)
    assert dict(row.gaps) == {"named by Reddit, but not given": 2}
    paths = [entry["path"] for entry in server.log()]
    assert paths.count("/api/v1/access_token") == 1
    assert sum("/_/" in path for path in paths) == 6  # "continue this thread"


@needs_recordings
def test_a_small_recorded_thread_by_its_address(server: Replay, tmp_path: Path) -> None:
    address = "https://www.reddit.com/r/redditdev/comments/2gmzqe/praw_https_enabled_praw_testing_needed/"
    run(on_reddit(server.url, submissions=(address,)), tmp_path / "c.db")
    assert_equal(posts(tmp_path / "c.db"), expected("reddit_TestSubmission.test_comments"))


@needs_recordings
def test_a_recorded_search_equals_its_facts(server: Replay, tmp_path: Path) -> None:
    source = on_reddit(server.url, queries=("praw oauth search",))
    (walk,) = source.seeds()
    with closing(source), Store.open(tmp_path / "c.db") as store:
        (page,) = source.pages(walk, Start())
        store.add(page.items)
    facts = expected("reddit_TestSubreddit.test_search")
    assert_equal(posts(tmp_path / "c.db"), facts)
    assert {found.about for found in page.found} == {fact["id"] for fact in facts}
    assert {found.depth for found in page.found} == {1}


@needs_recordings
def test_a_recorded_list_equals_its_facts(server: Replay, tmp_path: Path) -> None:
    source = on_reddit(server.url, newest=("r/askreddit",))
    (walk,) = source.seeds()
    with closing(source), Store.open(tmp_path / "c.db") as store:
        page = next(source.pages(walk, Start()))
        store.add(page.items)
    facts = expected("reddit_TestSubredditListings.test_new")
    assert_equal(posts(tmp_path / "c.db"), facts)
    assert page.mark == repr(max(post.created_at.timestamp() for post, _ in page.items if post.created_at))
    assert '"after": "t3_48f6io"' in str(page.cursor)


PLACES = ("/comments/3hahrw/?", "/api/morechildren", "/comments/3hahrw/_/", "/api/v1/access_token")


@needs_recordings
@each([*FAULTS, {"kind": "status", "status": 401}])
def test_each_fault_heals(server: Replay, tmp_path: Path, fault: dict[str, Any]) -> None:
    server.reset()
    server.faults(*({"match": place, **fault} for place in PLACES[: 3 if fault.get("status") == 401 else 4]))
    clock = FakeClock()
    run(on_reddit(server.url, clock, submissions=(THREAD,)), tmp_path / "c.db", clock)
    server.reset()
    assert_equal(posts(tmp_path / "c.db"), expected(WHOLE))
    assert clock.waits
    if "retry_after" in fault:
        assert clock.waits[0] == pytest.approx(8)


@needs_recordings
def test_a_slow_answer_is_given_up_and_asked_for_again(server: Replay, tmp_path: Path) -> None:
    server.reset()
    server.faults({"match": "/comments/2gmzqe", "kind": "slow", "delay": 2})
    clock = FakeClock()
    run(on_reddit(server.url, clock, submissions=("2gmzqe",), timeout=0.5), tmp_path / "c.db", clock)
    server.reset()
    assert_equal(posts(tmp_path / "c.db"), expected("reddit_TestSubmission.test_comments"))
    assert clock.waits


@needs_recordings
@pytest.mark.parametrize("place", ["/api/morechildren", "/comments/3hahrw/_/", "/"])
def test_what_does_not_heal_stops_resumably_and_loses_nothing(server: Replay, tmp_path: Path, place: str) -> None:
    server.reset()
    after = 5 if place == "/" else 2
    server.faults({"match": place, "kind": "status", "status": 500, "after": after, "times": -1})
    with pytest.raises(SourceError, match=r"HTTP 500.*run the same command again"):
        run(on_reddit(server.url, submissions=(THREAD,)), tmp_path / "c.db")
    assert 0 < len(posts(tmp_path / "c.db")) < 542
    server.reset()
    run(on_reddit(server.url, submissions=(THREAD,)), tmp_path / "c.db")
    assert_equal(posts(tmp_path / "c.db"), expected(WHOLE))
    run(on_reddit(server.url, submissions=(THREAD,)), tmp_path / "whole.db")
    assert content(tmp_path / "c.db") == content(tmp_path / "whole.db")


@needs_recordings
def test_stopped_after_any_page_it_goes_on_to_the_same_corpus(server: Replay, tmp_path: Path) -> None:
    run(on_reddit(server.url, submissions=(THREAD,)), tmp_path / "whole.db")
    for pages in (1, 4, 9, 15):
        path = tmp_path / f"{pages}.db"
        with closing(on_reddit(server.url, submissions=(THREAD,))) as source, Store.open(path) as store:
            steps = collect(source, store, clock=FakeClock().clock)
            for _ in range(pages):
                next(steps)
            steps.close()
        run(on_reddit(server.url, submissions=(THREAD,)), path)
        assert content(path) == content(tmp_path / "whole.db")


# ---- By the documentation of the API: no recording holds these.

TOKEN_ANSWER = {"access_token": "aToken", "token_type": "bearer", "expires_in": 86_400, "scope": "*"}


def comment(key: str, parent: str, replies: Any = "", **more: Any) -> dict[str, Any]:
    data = {"id": key, "name": f"t1_{key}", "parent_id": parent, "link_id": "t3_a", "body": f"text {key}"}
    base = {"author": "ann", "created_utc": 1_673_700_000.0, "subreddit": "ml", "score": 1, "replies": replies}
    return {"kind": "t1", "data": data | base | more}


def more(parent: str, *children: str, count: int | None = None) -> dict[str, Any]:
    key = children[0] if children else "_"
    data = {"id": key, "name": f"t1_{key}", "parent_id": parent, "children": list(children)}
    return {"kind": "more", "data": {**data, "count": len(children) if count is None else count}}


def submission(key: str = "a", **more: Any) -> dict[str, Any]:
    base = {"id": key, "name": f"t3_{key}", "title": f"title {key}", "selftext": "", "author": "ann"}
    facts = {"subreddit": "ml", "created_utc": 1_673_700_000.0, "num_comments": 5, "url": "https://a.example/"}
    return {"kind": "t3", "data": base | facts | more}


def listing(*children: dict[str, Any], after: str | None = None) -> dict[str, Any]:
    return {"kind": "Listing", "data": {"children": list(children), "after": after}}


def thread(*children: dict[str, Any]) -> list[dict[str, Any]]:
    return [listing(submission()), listing(*children)]


def expanded(*things: dict[str, Any]) -> dict[str, Any]:
    return {"json": {"errors": [], "data": {"things": list(things)}}}


def signed_in(answer: Callable[[Asked], Any]) -> Callable[[Asked], Any]:
    return lambda asked: TOKEN_ANSWER if asked.path.endswith("access_token") else answer(asked)


def gaps(path: Path) -> dict[str, int]:
    with Store.open(path, readonly=True) as store:
        return {reason: count for row in store.summary().coverage for reason, count in row.gaps}


def test_branches_within_branches_are_followed_and_the_lost_are_counted(tmp_path: Path) -> None:
    def site(asked: Asked) -> Any:
        if asked.path == "/comments/a/":
            return thread(comment("b", "t3_a"), more("t3_a", "c", "lost", "info", count=9), more("t1_b"))
        if asked.path == "/comments/a/_/b":
            return thread(comment("b", "t3_a", listing(comment("d", "t1_b", listing(more("t1_d"))))))
        if asked.path == "/comments/a/_/d":
            return Answer({"error": 500}, 403)
        if asked.path == "/api/info/":
            return listing(comment("info", "t3_a", body="[removed]"))
        form = parse_qs(asked.body)
        assert form["link_id"] == ["t3_a"]
        if form["children"] == ["c,lost,info"]:
            return expanded(comment("c", "t3_a"), more("t1_c", "e"))
        return expanded(comment("e", "t1_c"))

    with answering(signed_in(site)) as server:
        run(on_reddit(server.url, submissions=("a",)), tmp_path / "c.db")
    found = posts(tmp_path / "c.db")
    assert {key: post.reply_to for key, post in found.items()} == {
        "t3_a": None, "t1_b": "t3_a", "t1_c": "t3_a", "t1_d": "t1_b", "t1_e": "t1_c", "t1_info": "t3_a",
    }  # fmt: skip
    assert (found["t1_info"].state, found["t1_info"].text) == (State.REMOVED, "")
    refused = "branch not expanded: Reddit: /comments/a/_/d is refused (HTTP 403)"
    assert gaps(tmp_path / "c.db") == {"named by Reddit, but not given": 1, refused: 1}


def test_one_branch_that_never_comes_costs_no_other_and_fails_the_walk(tmp_path: Path) -> None:
    def site(asked: Asked) -> Any:
        if asked.path == "/comments/a/":
            return thread(more("t3_a", "bad", count=4), more("t3_a", "c"), more("t3_a", "d"))
        key = parse_qs(asked.body)["children"][0]
        return Answer({}, 500) if key == "bad" else expanded(comment(key, "t3_a"))

    path = tmp_path / "c.db"
    with answering(signed_in(site)) as server:
        step = run(on_reddit(server.url, submissions=("a",)), path)
    assert set(posts(path)) == {"t3_a", "t1_c", "t1_d"}
    assert "does not give all comments of a" in step.failures[0][1]
    assert gaps(path) == {"branch not expanded": 4}


def test_a_last_branch_that_fails_is_tried_in_a_second_run_and_then_given_up(tmp_path: Path) -> None:
    site = signed_in(lambda asked: thread(more("t3_a")) if asked.path == "/comments/a/" else Answer({}, 500))
    bad = signed_in(lambda asked: thread(more("t3_a", "b")) if asked.path == "/comments/a/" else Answer({}, 500))
    for name, answer in (("continued", site), ("more", bad)):
        with answering(answer) as server:
            with pytest.raises(SourceError, match="HTTP 500"):
                run(on_reddit(server.url, submissions=("a",)), tmp_path / name)
            step = run(on_reddit(server.url, submissions=("a",)), tmp_path / name)
        assert len(step.failures) == 1
        assert gaps(tmp_path / name) == {"branch not expanded": 1}


def test_a_branch_that_leads_in_a_circle_ends(tmp_path: Path) -> None:
    def site(asked: Asked) -> Any:
        circle = more("t3_a", "c")
        return thread(circle) if asked.path == "/comments/a/" else expanded(circle)

    with answering(signed_in(site)) as server:
        run(on_reddit(server.url, submissions=("a",)), tmp_path / "c.db")
        assert len(server.asked) < 6
    assert sum(gaps(tmp_path / "c.db").values()) == 1


def test_more_than_a_hundred_ids_are_asked_for_in_batches(tmp_path: Path) -> None:
    keys = [f"c{n}" for n in range(250)]

    def site(asked: Asked) -> Any:
        if asked.path == "/comments/a/":
            return thread(more("t3_a", *keys))
        asked_for = parse_qs(asked.body)["children"][0].split(",")
        assert len(asked_for) <= 100
        return expanded(*(comment(key, "t3_a") for key in asked_for))

    with answering(signed_in(site)) as server:
        run(on_reddit(server.url, submissions=("a",)), tmp_path / "c.db")
    assert set(posts(tmp_path / "c.db")) == {"t3_a", *(f"t1_{key}" for key in keys)}


ARTICLE = "why-tensorflow-for-python-is-dying-a-slow-death"


def test_an_address_and_queries_find_submissions_site_wide_and_in_subreddits(tmp_path: Path) -> None:
    address = f"https://medium.example/{ARTICLE}"

    def site(asked: Asked) -> Any:
        if asked.path == "/api/info/":
            return listing(submission("u", url=address))
        if asked.query.get("q", "").startswith("url:"):
            return listing(submission("v", url=f"{address}?x=1"), submission("alike"))
        if asked.path == "/r/ml/search/":
            return listing(submission("q"))
        if asked.path == "/r/all/search/":
            return listing(submission("r"))
        key = asked.path.split("/")[2]
        return [listing(submission(key, num_comments=0)), listing()]

    seeds: dict[str, Any] = {"urls": (address,), "queries": ("pytorch",), "subreddits": ("r/ml",)}
    with answering(signed_in(site)) as server:
        run(on_reddit(server.url, **seeds), tmp_path / "c.db")
        searches = [asked.query for asked in server.asked if asked.path.endswith("/search/")]
        with closing(on_reddit(server.url, **seeds)) as source:
            planned = {walk.about: estimate for walk, estimate in plan(source)}
    assert set(posts(tmp_path / "c.db")) == {"t3_u", "t3_v", "t3_q", "t3_r"}
    assert [query["restrict_sr"] for query in searches] == ["False", "False", "True"]
    assert searches[0]["q"] == f'url:"medium.example/{ARTICLE}"'
    assert {"v", "q", "r"} <= set(planned)


def test_a_search_that_is_cut_is_asked_in_other_orders_and_says_so(tmp_path: Path) -> None:
    def site(asked: Asked) -> Any:
        if "search" not in asked.path:
            return [listing(submission(asked.path.split("/")[2])), listing()]
        start = int((asked.query.get("after") or "t3_0").removeprefix("t3_"))
        if asked.query["sort"] != "new":
            return listing(submission(f"{asked.query['sort']}{asked.query['t']}"))
        return listing(
            *(submission(f"{n}") for n in range(start, start + 100)), after=f"t3_{start + 100}" if start < 200 else None
        )

    with answering(signed_in(site)) as server, closing(on_reddit(server.url, queries=("pytorch",))) as source:
        pages = list(source.pages(Walk("query", "pytorch"), Start()))
        resumed = list(source.pages(Walk("query", "pytorch"), Start(cursor=pages[4].cursor)))
    assert sum(len(page.items) for page in pages) == 300 + 12
    assert [page.items for page in resumed] == [page.items for page in pages[5:]]
    assert [gap.reason for page in pages for gap in page.gaps] == [MORE_RESULTS]
    assert pages[-1].cursor is None


def test_new_only_leaves_out_what_is_older_than_the_mark() -> None:
    def site(asked: Asked) -> Any:
        assert "after" not in asked.query
        return listing(submission("new", created_utc=20.0), submission("old", created_utc=10.0), after="t3_old")

    with answering(signed_in(site)) as server, closing(on_reddit(server.url)) as source:
        (page,) = source.pages(Walk("newest", "ml"), Start(mark="10.0"))
    assert [post.id for post, _ in page.items] == ["t3_new"]
    assert (page.mark, page.cursor, page.gaps) == ("20.0", None, ())


def test_look_up_tells_the_gone_from_the_living_and_calls_nothing_gone_that_is_absent() -> None:
    def site(asked: Asked) -> Any:
        assert asked.path == "/api/info/"
        return listing(
            comment("live", "t3_a"),
            comment("gone", "t3_a", body="[deleted]", author="[deleted]"),
            submission("taken", removed_by_category="moderator", selftext="[removed]"),
        )

    ids = ["t1_live", "t1_gone", "t3_taken", "t1_absent"]
    with answering(signed_in(site)) as server, closing(on_reddit(server.url)) as source:
        (page,) = source.look_up(ids, Start())
        assert server.asked[-1].query["id"] == ",".join(ids)
    assert [post.id for post, _ in page.items] == ["t1_live"]
    assert set(page.gone) == {("t1_gone", State.DELETED), ("t3_taken", State.REMOVED)}
    assert [gap.post for gap in page.gaps] == ["t1_absent"]


def test_a_rate_limit_that_is_used_up_is_waited_for(tmp_path: Path) -> None:
    headers = {"x-ratelimit-remaining": "0.0", "x-ratelimit-used": "100", "x-ratelimit-reset": "42.5"}
    clock = FakeClock()
    site = signed_in(lambda asked: Answer(thread(more("t3_a")) if "_" not in asked.path else thread(), 200, headers))
    with answering(site) as server:
        run(on_reddit(server.url, clock, submissions=("a",)), tmp_path / "c.db", clock)
    assert clock.waits
    assert max(clock.waits) == pytest.approx(43.5)


@pytest.mark.parametrize("answer", [Answer({}, 401), Answer({"error": "invalid_grant"})])
def test_keys_that_are_not_accepted_are_named_and_never_shown(
    tmp_path: Path, answer: Answer, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    with answering(lambda _: answer) as server, pytest.raises(SourceError) as caught:
        run(on_reddit(server.url, submissions=("a",)), tmp_path / "c.db")
    assert "STANCEMAP_REDDIT_CLIENT_SECRET" in str(caught.value)
    assert "\n" not in str(caught.value)
    assert TOKEN not in str(caught.value) + caplog.text
    assert TOKEN.encode() not in (tmp_path / "c.db").read_bytes()


def test_a_token_that_is_never_accepted_stops(tmp_path: Path) -> None:
    with answering(signed_in(lambda _: Answer({}, 401))) as server, pytest.raises(SourceError, match="HTTP 401"):
        run(on_reddit(server.url, submissions=("a",)), tmp_path / "c.db")


@pytest.mark.parametrize(
    ("answer", "message"),
    [
        (Answer({"reason": "private"}, 403), "refused (HTTP 403: private)"),
        (Answer({}, 404), "is not there (HTTP 404)"),
        (Answer("", 302, {"Location": "/subreddits/search"}), "check how the subreddit is spelled"),
    ],
)
def test_what_is_refused_fails_alone(tmp_path: Path, answer: Answer, message: str) -> None:
    site = signed_in(lambda asked: answer if "/secret/" in asked.path else thread())
    with answering(site) as server:
        step = run(on_reddit(server.url, submissions=("secret", "a")), tmp_path / "c.db")
    assert set(posts(tmp_path / "c.db")) == {"t3_a"}
    ((walk, reason),) = step.failures
    assert walk.about == "secret"
    assert message in reason


def test_neither_a_file_nor_the_environment_changes_where_it_asks(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "praw.ini").write_text("[DEFAULT]\noauth_url=http://127.0.0.1:9\ncomment_kind=t9\n", "utf-8")
    monkeypatch.setenv("praw_username", "somebody")
    monkeypatch.setenv("praw_password", "secret")
    monkeypatch.setenv("praw_site", "elsewhere")
    with answering(signed_in(lambda _: thread())) as server:
        run(on_reddit(server.url, submissions=("a",)), tmp_path / "c.db")
        assert parse_qs(server.asked[0].body) == {"grant_type": ["client_credentials"]}
    assert set(posts(tmp_path / "c.db")) == {"t3_a"}


def test_a_full_search_that_was_interrupted_goes_on_in_its_orders_whatever_the_mark() -> None:
    site = signed_in(lambda asked: listing(submission(asked.query["sort"] + asked.query["t"])))
    cursor = '{"order": 3, "after": null, "seen": 300}'
    with answering(site) as server, closing(on_reddit(server.url, queries=("pytorch",))) as source:
        pages = list(source.pages(Walk("query", "pytorch"), Start(cursor=cursor, mark="1900000000.0")))
    assert len(pages) == 10
    assert all(page.items for page in pages)
    assert pages[-1].cursor is None


def test_a_post_that_cannot_be_read_is_a_gap_and_costs_no_other(tmp_path: Path) -> None:
    odd = {"score": {"a": 1}}

    def site(asked: Asked) -> Any:
        if asked.path == "/r/ml/new":
            return listing(
                submission("a", num_comments="many"), submission("b", **odd), submission("c", name=None, id=[])
            )
        if asked.path == "/api/morechildren/":
            return expanded(comment("e", "t3_a", **odd), comment("f", "t3_a"))
        return thread(
            comment("d", "t3_a", **odd), more("t3_a", "e", "f"), more("t3_a", count=3) | {"data": {"count": []}}
        )

    path = tmp_path / "c.db"
    with answering(signed_in(site)) as server:
        step = run(on_reddit(server.url, newest=("ml",)), path)
        assert not step.failures
        with closing(on_reddit(server.url)) as source, pytest.raises(StopIteration):
            next(source.look_up([], Start()))
    assert set(posts(path)) == {"t3_a", "t1_f"}
    assert sum(gaps(path).values()) == 3  # d, e, and the branch that says nothing of itself


def test_of_posts_looked_up_one_that_cannot_be_read_is_told_once() -> None:
    site = signed_in(lambda _: listing(comment("a", "t3_s"), comment("b", "t3_s", score=[])))
    with answering(site) as server, closing(on_reddit(server.url)) as source:
        (page,) = source.look_up(["t1_a", "t1_b"], Start())
    assert [post.id for post, _ in page.items] == ["t1_a"]
    assert [(gap.post, "cannot be read" in gap.reason) for gap in page.gaps] == [("t1_b", True)]
