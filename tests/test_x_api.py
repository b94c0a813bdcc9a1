"""X live: recorded pages against their facts, faults, and what is documented but not recorded."""

from __future__ import annotations

import logging
from contextlib import closing
from typing import TYPE_CHECKING, Any

import pytest

from answering import Answer, Asked, answering
from collecting import HONG_KONG, TOKEN, FakeClock, content, on_x, posts, run
from corpus.errors import InputError, SourceError
from corpus.post import Post, State
from corpus.store import Store
from ingest.collect import plan
from ingest.source import Start
from ingest.x_api import Walk
from ingest.x_settings import XSettings
from replay import FAULTS, Replay, each, expected, needs_recordings, replaying

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


@pytest.fixture(scope="module")
def server() -> Iterator[Replay]:
    with replaying() as running:
        yield running


def assert_equal(found: dict[str, Post], facts: list[dict[str, Any]]) -> None:
    assert {fact["id"] for fact in facts} <= set(found)
    for fact in facts:
        post = found[fact["id"]]
        assert (post.author, post.conversation_id, post.reply_to, post.quoted, post.reposted) == (
            fact["author"], fact["conversation"], fact["parent"], fact["quoted"], fact["retweeted"],
        )  # fmt: skip
        assert (post.created_at and f"{post.created_at:%Y-%m-%dT%H:%M:%SZ}") == fact["created_utc"]
        assert fact["retweeted"] or post.text == fact["text"]
        assert (post.score, post.seen_at is not None) == (fact["likes"], True)


@needs_recordings
def test_recorded_pages_equal_their_facts_row_by_row(server: Replay, tmp_path: Path) -> None:
    run(on_x(server.url, queries=(HONG_KONG,)), tmp_path / "c.db")
    facts = expected("twitter_pages_hk")
    found = posts(tmp_path / "c.db")
    assert len(found) == len(facts) == 1628
    assert_equal(found, facts)


@needs_recordings
def test_a_recorded_page_with_replies_equals_its_facts(tmp_path: Path) -> None:
    with replaying("--only", "search__all-f90923") as one:
        run(on_x(one.url, queries=("(to:kfc)",)), tmp_path / "c.db")
    assert_equal(posts(tmp_path / "c.db"), expected("twitter_search_all_to_kfc"))


X_FAULTS = [{"kind": "status", "status": 429, "reset_in": 30}, *FAULTS[1:], {"kind": "dup"}]


@needs_recordings
def test_all_faults_at_once_heal_and_lose_nothing(server: Replay, tmp_path: Path) -> None:
    server.reset()
    run(on_x(server.url, queries=(HONG_KONG,)), tmp_path / "undisturbed.db")
    server.faults(*({"match": "search/all", "after": n // 3, **fault} for n, fault in enumerate(X_FAULTS)))
    clock = FakeClock()
    run(on_x(server.url, clock, queries=(HONG_KONG,)), tmp_path / "disturbed.db", clock)
    server.reset()
    assert content(tmp_path / "disturbed.db") == content(tmp_path / "undisturbed.db")
    assert len(clock.waits) >= 9


@needs_recordings
@each(X_FAULTS)
def test_each_fault_heals(server: Replay, fault: dict[str, Any]) -> None:
    known = "1266852099163291650"
    server.reset()
    server.faults({"match": "/2/tweets", **fault})
    clock = FakeClock()
    with closing(on_x(server.url, clock)) as source:
        *_, page = source.look_up([known], Start())
    assert known in {post.id for post, _ in page.items}
    assert fault["kind"] == "dup" or clock.waits
    if "reset_in" in fault:
        assert clock.waits[0] > 0
    server.reset()


# ---- By the published documentation of API v2: no recording holds these.

ROOT = "1614186881171742720"  # made on 2023-01-14


def tweet(key: str, *, text: str = "", author: str = "1", conversation: str = ROOT, **more: Any) -> dict[str, Any]:
    counts = {"like_count": 1, "reply_count": 0, "quote_count": 0, "retweet_count": 0}
    return {
        "id": key, "text": text or f"text {key}", "author_id": author, "conversation_id": conversation,
        "created_at": "2023-01-14T12:00:00.000Z", "edit_history_tweet_ids": [key], "lang": "en",
        "public_metrics": counts | more.pop("counts", {}), **more,
    }  # fmt: skip


def page(tweets: list[dict[str, Any]], token: str | None = None, **more: Any) -> dict[str, Any]:
    meta = {"result_count": len(tweets), **({"next_token": token} if token else {})}
    users = {t["author_id"]: {"id": t["author_id"], "username": f"user{t['author_id']}"} for t in tweets}
    return {
        **({"data": tweets, "includes": {"users": list(users.values())}} if tweets else {}), "meta": meta, **more,
    }  # fmt: skip


class Api:
    """Answers by path and token; what is not named is an empty page."""

    def __init__(self, answers: dict[tuple[str, str], Any]) -> None:
        self.answers = answers

    def __call__(self, asked: Asked) -> Any:
        token = asked.query.get("next_token") or asked.query.get("pagination_token") or ""
        about = asked.query.get("query") or asked.query.get("ids") or ""
        name = asked.path.removeprefix("/2/tweets").strip("/")
        return self.answers.get((f"{name} {about}".strip(), token), page([]))


def reply(key: str, to: str, **more: Any) -> dict[str, Any]:
    return tweet(key, referenced_tweets=[{"type": "replied_to", "id": to}], in_reply_to_user_id="1", **more)


def quote(key: str, of: str, **more: Any) -> dict[str, Any]:
    return tweet(key, conversation=key, referenced_tweets=[{"type": "quoted", "id": of}], **more)


def discussion() -> dict[tuple[str, str], Any]:
    """A post, replies on two pages (one short, one empty with a token), quotes, and a reply to a quote."""
    missing = {
        "value": "999", "detail": "Could not find tweet", "title": "Not Found Error", "resource_type": "tweet",
        "parameter": "referenced_tweets.id", "resource_id": "999",
        "type": "https://api.twitter.com/2/problems/resource-not-found",
    }  # fmt: skip
    search = f"search/all conversation_id:{ROOT}"
    fourth = "1614300000000000004"
    return {
        (ROOT, ""): {},
        (f"{ROOT}", ""): {},
        (f" {ROOT}".strip(), ""): page([tweet(ROOT, counts={"reply_count": 3, "quote_count": 2})]),
        (search, ""): page([reply("1614200000000000003", "999", text="three &amp; more")], "a", errors=[missing]),
        (search, "a"): page([], "b"),
        (search, "b"): page([reply("1614200000000000002", ROOT, text="short…", note_tweet={"text": "the long text"})]),
        (f"{ROOT}/quote_tweets", ""): page([quote(fourth, ROOT, counts={"reply_count": 1, "quote_count": 1})], "q"),
        (f"{ROOT}/quote_tweets", "q"): page([], "q2"),
        (f"{ROOT}/quote_tweets", "q2"): page([quote(fourth, ROOT, counts={"reply_count": 1})], "q3"),
        (f"{ROOT}/quote_tweets", "q3"): page([], "q4"),
        (f"{ROOT}/quote_tweets", "q4"): page([quote("1614300000000000001", ROOT)], "never asked for"),
        (f"search/all conversation_id:{fourth}", ""): page([reply("1614400000000000001", fourth, conversation=fourth)]),
    }


def test_a_whole_discussion(tmp_path: Path) -> None:
    with answering(Api(discussion())) as api:
        step = run(on_x(api.url, tweets=(ROOT,)), tmp_path / "c.db")
    found = posts(tmp_path / "c.db")
    assert set(found) == {
        ROOT, "1614200000000000003", "1614200000000000002", "1614300000000000004", "1614400000000000001",
    }  # fmt: skip
    assert found["1614200000000000002"].text == "the long text"
    assert found["1614200000000000003"].text == "three & more"
    assert found["1614300000000000004"].quoted == ROOT
    assert found["1614400000000000001"].conversation_id == "1614300000000000004"
    searches = [asked for asked in api.asked if asked.path == "/2/tweets/search/all"]
    assert searches[0].query["start_time"].startswith("2023-01-14T")
    assert {asked.headers["Authorization"] for asked in api.asked} == {f"Bearer {TOKEN}"}
    assert "q4" not in {asked.query.get("pagination_token") for asked in api.asked}  # three pages brought nothing new
    with Store.open(tmp_path / "c.db", readonly=True) as store:
        coverage = {row.thread: row for row in store.summary().coverage}
        spent = store.summary().rounds[0].spent
    assert (coverage[ROOT].claimed, coverage[ROOT].fetched) == (3, 2)
    assert coverage[ROOT].gaps == (("tweet: Not Found Error", 1),)
    assert spent == step.spent
    assert (spent.posts, spent.users, round(spent.dollars, 4)) == (5, 1, 0.035)


def test_the_depth_of_quotes_is_a_choice(tmp_path: Path) -> None:
    deep = "1614500000000000001"
    further = {(f"{'1614300000000000004'}/quote_tweets", ""): page([quote(deep, "1614300000000000004")])}
    for depth, has_reply, has_quote in ((0, False, False), (1, True, False), (2, True, True)):
        with answering(Api(discussion() | further)) as api:
            run(on_x(api.url, tweets=(ROOT,), quote_depth=depth), tmp_path / f"{depth}.db")
        found = posts(tmp_path / f"{depth}.db")
        assert ("1614400000000000001" in found, deep in found) == (has_reply, has_quote)


def test_a_later_run_wipes_what_is_gone_and_learns_what_changed(tmp_path: Path) -> None:
    path, search = tmp_path / "c.db", f"search/all conversation_id:{ROOT}"
    with answering(Api(discussion())) as api:
        run(on_x(api.url, tweets=(ROOT,)), path)
    edited = tweet(
        "1614200000000000009", text="edited", edit_history_tweet_ids=["1614200000000000002", "1614200000000000009"]
    )
    gone = {
        "value": "1614200000000000003", "title": "Not Found Error", "resource_type": "tweet", "parameter": "ids",
        "resource_id": "1614200000000000003", "type": "https://api.twitter.com/2/problems/resource-not-found",
    }  # fmt: skip
    later = discussion() | {(search, ""): page([edited]), ("1614200000000000003", ""): {"errors": [gone]}}
    with answering(Api(later)) as api:
        step = run(on_x(api.url, tweets=(ROOT,)), path, FakeClock(1_800_000_100))
    found = posts(path)
    assert (step.new, step.gone) == (1, 2)
    assert (found["1614200000000000003"].state, found["1614200000000000003"].text) == (State.DELETED, "")
    assert found["1614200000000000002"].text == ""  # an earlier version
    assert found["1614200000000000009"].text == "edited"


def test_new_only_asks_from_the_newest_on(tmp_path: Path) -> None:
    path = tmp_path / "c.db"
    for options in ({}, {"new_only": True}):
        with answering(Api(discussion())) as api:
            run(on_x(api.url, tweets=(ROOT,)), path, **options)
    begins = [a.query["start_time"] for a in api.asked if a.query.get("query") == f"conversation_id:{ROOT}"]
    assert begins[0] > "2023-01-14T09:30"  # the newest reply, not the first post
    assert sum(a.path.endswith(f"{ROOT}/quote_tweets") for a in api.asked) == 1


def test_the_budget_is_a_hard_cap_and_the_run_goes_on_with_more(tmp_path: Path) -> None:
    search = f"search/all conversation_id:{ROOT}"
    answers = discussion()
    answers[search, "a"] = page([reply(f"16142000000000001{n:02}", ROOT, author=str(n)) for n in range(10)], "b")
    path = tmp_path / "c.db"
    with answering(Api(answers)) as api:
        with pytest.raises(SourceError, match=r"budget.*--budget.*goes on where it stopped"):
            run(on_x(api.url, tweets=(ROOT,), budget_dollars=0.52), path)
        with Store.open(path, readonly=True) as store:
            spent = store.summary().rounds[0].spent
        assert 0 < spent.dollars <= 0.52
        asked = len(api.asked)
        run(on_x(api.url, tweets=(ROOT,), budget_dollars=5), path)
        assert sum(a.query.get("ids") == ROOT for a in api.asked[asked:]) == 0  # not asked for, and paid, again
        run(on_x(api.url, tweets=(ROOT,), budget_dollars=5), tmp_path / "whole.db")
    assert content(path) == content(tmp_path / "whole.db")
    with answering(Api(answers)) as api, pytest.raises(SourceError, match="budget"):
        run(on_x(api.url, tweets=(ROOT,), budget_posts=20), tmp_path / "posts.db")
    with Store.open(tmp_path / "posts.db", readonly=True) as store:
        assert store.summary().rounds[0].spent.posts <= 20


@pytest.mark.parametrize(
    ("status", "body", "message"),
    [
        (401, {"title": "Unauthorized"}, "STANCEMAP_X_BEARER_TOKEN"),
        (402, {"title": "CreditsDepleted"}, "credit is used up"),
        (403, {"detail": "attached to a Project", "reason": "client-not-enrolled"}, "attached to a Project.*project"),
        (429, {"title": "UsageCapExceeded", "period": "Monthly"}, "this month's cap"),
    ],
)
def test_refusals_say_what_to_do_stop_and_resume(tmp_path: Path, status: int, body: Any, message: str) -> None:
    path, refuses = tmp_path / "c.db", True
    answers = Api(discussion())

    def answer(asked: Asked) -> Any:
        is_refused = (refuses and asked.query.get("next_token") == "b") or (
            status == 403 and refuses and "ids" in asked.query
        )
        return Answer(body, status) if is_refused else answers(asked)

    with answering(answer) as api:
        with pytest.raises(SourceError, match=message) as caught:
            run(on_x(api.url, tweets=(ROOT,)), path)
        assert "run the same command again" in str(caught.value)
        assert TOKEN not in str(caught.value)
        assert "\n" not in str(caught.value)
        refuses = False
        run(on_x(api.url, tweets=(ROOT,)), path)
        run(on_x(api.url, tweets=(ROOT,)), tmp_path / "whole.db")
    assert content(path) == content(tmp_path / "whole.db")


def test_rate_limits_wait_as_the_header_says_or_sanely(tmp_path: Path) -> None:
    clock = FakeClock()
    limits = [
        Answer({}, 429, {"x-rate-limit-reset": str(int(clock.time) + 600)}),
        Answer({}, 429),
        Answer({}, 429, {"x-rate-limit-reset": "soon"}),
    ]
    answers = Api(discussion())
    with answering(lambda asked: limits.pop(0) if limits else answers(asked)) as api:
        run(on_x(api.url, clock, tweets=(ROOT,)), tmp_path / "c.db", clock)
    assert clock.waits[:3] == pytest.approx([601, 15, 30])
    assert [told for told in clock.told if "waiting 601 s" in told]


def test_without_the_archive_the_last_days_are_searched_and_it_is_said(tmp_path: Path) -> None:
    path, answers = tmp_path / "c.db", Api(discussion())
    recent = {"1614200000000000003"}

    def answer(asked: Asked) -> Any:
        if asked.path.endswith("search/all"):
            return Answer({"title": "Forbidden", "detail": "a higher level of access"}, 403)
        if asked.path.endswith("search/recent"):
            assert "start_time" not in asked.query
            return page([reply(key, ROOT) for key in recent]) if ROOT in asked.query["query"] else page([])
        return answers(asked)

    clock = FakeClock()
    with answering(answer) as api:
        run(on_x(api.url, clock, tweets=(ROOT,)), path, clock)
    assert any("a higher level of access" in told and "NOT collected" in told for told in clock.told)
    assert recent < set(posts(path))
    with Store.open(path, readonly=True) as store:
        coverage = {row.thread: row for row in store.summary().coverage}
    assert "the full archive is refused: only the last 7 days were searched" in dict(coverage[ROOT].gaps)
    with answering(answers) as api:
        run(on_x(api.url, tweets=(ROOT,)), path, new_only=True)
    assert "1614200000000000002" in posts(path)  # the mark did not move past what the archive holds


def test_a_token_too_old_is_replaced_by_the_time_of_the_oldest_post(tmp_path: Path) -> None:
    walk, answers = Walk("conversation", ROOT), Api(discussion())

    def answer(asked: Asked) -> Any:
        if asked.query.get("next_token") == "a":
            return Answer({"errors": [{"message": "Invalid next_token"}]}, 400)
        if "end_time" in asked.query:
            return page([reply("1614200000000000003", ROOT)], "b")
        return answers(asked)

    cursor = '{"token":"a","oldest":"1614200000000000003"}'
    with answering(answer) as api, closing(on_x(api.url)) as source:
        pages = list(source.pages(walk, Start(cursor=cursor)))
    assert "1614200000000000002" in {post.id for found in pages for post, _ in found.items}
    assert api.asked[1].query["end_time"] == "2023-01-14T09:57:26Z"


def test_a_dry_run_counts_and_prices(tmp_path: Path) -> None:
    count = f"counts/all conversation_id:{ROOT}"
    answers = discussion() | {
        (count, ""): {"data": [], "meta": {"total_tweet_count": 30, "next_token": "c"}},
        (count, "c"): {"data": [], "meta": {"total_tweet_count": 12}},
    }
    with answering(Api(answers)) as api, closing(on_x(api.url, tweets=(ROOT,))) as source:
        planned = {walk.kind: estimate for walk, estimate in plan(source)}
    assert {kind: estimate.posts for kind, estimate in planned.items()} == {"post": 1, "conversation": 42, "quotes": 2}  # type: ignore[union-attr]
    assert planned["conversation"].dollars == pytest.approx(42 * 0.015)  # type: ignore[union-attr]
    assert not any("search" in asked.path for asked in api.asked)


def test_the_token_is_nowhere_but_in_the_request(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    with answering(Api(discussion())) as api, closing(on_x(api.url)) as source:
        list(source.look_up([ROOT], Start()))
        assert api.asked[0].headers["Authorization"] == f"Bearer {TOKEN}"
        shown = repr(source.__dict__.get("_settings")) + repr(source) + caplog.text
    assert TOKEN not in shown


def test_a_post_that_cannot_be_read_is_a_gap_and_costs_no_other(tmp_path: Path) -> None:
    """Nor does one without an id make the posts of its edit history count as gone."""
    good, other = "1614200000000000002", "1614200000000000003"
    nameless = {**reply("5", ROOT, edit_history_tweet_ids=[good]), "id": None}
    odd = reply(other, ROOT) | {"created_at": "noon", "public_metrics": [], "edit_history_tweet_ids": 5}
    answers = {
        (f"search/all conversation_id:{ROOT}", ""): page([reply(good, ROOT), nameless, odd]),
        (f"{ROOT}/quote_tweets", ""): page([{**quote("6", ROOT), "id": {}}, quote(other, ROOT, public_metrics=[])]),
    }
    path = tmp_path / "c.db"
    with answering(Api(answers)) as api:
        step = run(on_x(api.url, tweets=(ROOT,)), path)
    found = posts(path)
    assert set(found) == {good}
    assert found[good].text == f"text {good}"
    assert not step.failures


def test_of_posts_looked_up_those_that_they_answer_are_not_counted(tmp_path: Path) -> None:
    asked = reply("1614200000000000002", ROOT)
    lost = {"resource_id": "999", "parameter": "referenced_tweets.id", "title": "Not Found Error"}
    answer = page([asked], errors=[lost])
    answer["includes"]["tweets"] = [tweet(ROOT)]
    with answering(lambda _: answer) as api, closing(on_x(api.url)) as source:
        *_, last = source.look_up([asked["id"]], Start())
    assert [post.id for post, _ in last.items] == [asked["id"]]
    assert last.gaps == ()


@pytest.mark.parametrize(
    ("since", "asked"),
    [
        ("2023-01-14T01:00:00+02:00", "2023-01-13T23:00:00Z"),
        ("2023-01-14", "2023-01-14T00:00:00Z"),
        ("", "2006-03-21T00:00:00Z"),
    ],
)
def test_queries_begin_where_the_configuration_says(tmp_path: Path, since: str, asked: str) -> None:
    with answering(Api({})) as api:
        run(on_x(api.url, queries=("jax",), since=since), tmp_path / "c.db")
    assert api.asked[0].query["start_time"] == asked


def test_a_since_that_is_no_time_is_refused_in_a_line() -> None:
    with pytest.raises(InputError, match=r"\[x\] since = '14.1.2023' should be a day or a time"):
        on_x("http://127.0.0.1:9", since="14.1.2023")


@pytest.mark.parametrize("name", ["budget_dollars", "price_post", "price_user", "price_count"])
@pytest.mark.parametrize("value", [float("inf"), float("nan"), -1.0, pytest.param(10**400, id="huge")])
def test_what_is_no_sum_of_money_is_refused_in_a_line(name: str, value: float) -> None:
    with pytest.raises(InputError, match=rf"\[x\] {name}.* should be a number of dollars"):
        XSettings(**{name: value})
