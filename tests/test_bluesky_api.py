"""Bluesky live, against a small Bluesky made by the published lexicons, as no recording holds it."""

from __future__ import annotations

import json
import random
from contextlib import closing
from typing import TYPE_CHECKING, Any

import pytest

from answering import FAULTS, Answer, answering, faulty
from bluesky_site import SESSION, Said, Site, uri, web
from collecting import TOKEN, FakeClock, on_bluesky, posts, run, stopped_anywhere
from corpus.errors import InputError, SourceError
from corpus.post import Post, State
from corpus.store import Store
from ingest.collect import plan
from ingest.source import Start

if TYPE_CHECKING:
    from pathlib import Path

    from corpus.walk import Coverage

SLUG = "why-tensorflow-for-python-is-dying-a-slow-death"


def discussion(number: int = 120, **options: Any) -> Site:
    """A thread of so many posts, deeper than the AppView gives at a time, and three quotes of its first post."""
    chance, said = random.Random(4), [Said("0", second=0, likes=9)]
    for n in range(1, number):
        parent = str(n - 1) if n < 30 else str(chance.randrange(n))  # the first are one chain
        said.append(Said(str(n), parent=parent, second=n, likes=n % 5))
    said += [
        Said("q1", quotes="0", second=700),
        Said("q1a", parent="q1", second=710),
        Said("q2", quotes="0", second=720),
        Said("q3", quotes="0", parent="other", second=730),  # in somebody else's thread
        Said("q3a", parent="q3", second=740),
        Said("other", second=1),
        Said("otherreply", parent="other", second=2),
    ]
    return Site(*said, **options)


MET = {*map(str, range(120)), "q1", "q1a", "q2", "q3", "q3a"}


def coverage(path: Path, key: str = "0") -> Coverage:
    with Store.open(path, readonly=True) as store:
        (row,) = [row for row in store.summary().coverage if row.thread == uri(key)]
    return row


def test_a_deep_thread_and_its_quotes_come_out_whole(tmp_path: Path) -> None:
    site = discussion()
    with answering(site) as server:
        step = run(on_bluesky(server.url, posts=(web("0"),)), tmp_path / "c.db")
    found = posts(tmp_path / "c.db")
    assert set(found) == {uri(key) for key in MET}
    for key in MET:
        said, post = site.said[key], found[uri(key)]
        assert post.reply_to == (uri(said.parent) if said.parent else None)
        assert post.conversation_id == uri(site.root(key))
        assert post.quoted == (uri(said.quotes) if said.quotes else None)
        assert (post.text, post.score, post.author) == (f"text {key}", said.likes, f"{key}.example.org")
        assert post.created_at is not None
        assert (post.created_at.minute * 60 + post.created_at.second) == said.second
    row = coverage(tmp_path / "c.db")
    assert (row.claimed, row.fetched, row.gaps, row.quotes_claimed, row.quotes) == (119, 119, (), 3, 3)
    assert (step.new, step.failures) == (len(MET), ())


def test_what_is_cut_or_not_given_is_asked_for_and_then_counted(tmp_path: Path) -> None:
    site = Site(*(Said(str(n), parent="0" if n else None) for n in range(9)), Said("s", parent="1"), widest=5)
    site.lost, site.blocked = {"s"}, {"2"}
    with answering(site) as server:
        run(on_bluesky(server.url, posts=(uri("0"),)), tmp_path / "c.db")
    row = coverage(tmp_path / "c.db")
    assert set(posts(tmp_path / "c.db")) == {uri(key) for key in "01345"}
    assert (row.claimed, row.fetched) == (9, 4)
    assert dict(row.gaps) == {
        "counted by Bluesky, but not given": 4,  # three beside the widest five, and s
        "hidden: its author and the one it answers have blocked each other": 1,
    }


def test_a_reply_leads_to_its_thread_and_deleted_posts_keep_their_place(tmp_path: Path) -> None:
    site = Site(Said("0"), Said("1", parent="0"), Said("2", parent="1"), Said("3", parent="gone"))
    with answering(site) as server:
        run(on_bluesky(server.url, posts=(web("2"), web("3"))), tmp_path / "c.db")
    found = posts(tmp_path / "c.db")
    assert set(found) == {uri(key) for key in ("0", "1", "2", "3", "gone")}
    tomb = found[uri("gone")]
    assert (tomb.state, tomb.text, found[uri("3")].reply_to) == (State.DELETED, "", tomb.id)


def test_a_post_that_is_not_there_is_said(tmp_path: Path) -> None:
    with answering(Site()) as server:
        step = run(on_bluesky(server.url, posts=(uri("7"),)), tmp_path / "c.db")
        with closing(on_bluesky(server.url, posts=(uri("7"),))) as source:
            (planned,) = dict(plan(source)).values()
    assert dict(coverage(tmp_path / "c.db", "7").gaps) == {"not found: deleted, or its account is gone": 1}
    assert step.failures == ()
    assert planned == f"Bluesky has no post {uri('7')}: check its address"


# ---- Later runs


def test_a_later_run_learns_of_replies_edits_scores_and_deletions(tmp_path: Path) -> None:
    site, path = discussion(40), tmp_path / "c.db"
    with answering(site) as server:
        run(on_bluesky(server.url, posts=(web("0"),)), path)
        site.said["new"] = Said("new", parent="5", second=900)
        site.said["3"].likes = 50
        del site.said["q2"]
        del site.said["39"]
        clock = FakeClock(1_800_000_100)
        step = run(on_bluesky(server.url, clock, posts=(web("0"),)), path, clock)
    found = posts(path)
    assert (step.new, step.gone) == (1, 2)
    assert (found[uri("new")].reply_to, found[uri("3")].score) == (uri("5"), 50)
    for key in ("q2", "39"):
        assert (found[uri(key)].state, found[uri(key)].text, found[uri(key)].author) == (State.DELETED, "", None)
    assert sum(post.state == State.LIVE for post in found.values()) == len(found) - 2


def test_looking_up_tells_the_deleted_from_the_hidden(tmp_path: Path) -> None:
    site = Site(*(Said(str(n), parent="0" if n else None) for n in range(60)))
    with answering(site) as server, closing(on_bluesky(server.url)) as source:
        site.blocked = {"8"}
        pages = list(source.look_up([uri(key) for key in ("x", "8", *map(str, range(40)), "y")], Start()))
        assert {post.id for page in pages for post, _ in page.items} == {uri(str(n)) for n in range(40)}
        assert dict(gone for page in pages for gone in page.gone) == {uri("x"): State.DELETED, uri("y"): State.DELETED}
        del site.said["8"]
        site.posts = lambda _: {"posts": []}  # type: ignore[method-assign, assignment]
        (page,) = source.look_up([uri("7"), uri("8")], Start())
    assert ([post.id for post, _ in page.items], page.gone) == ([uri("7")], ((uri("8"), State.DELETED),))


def test_where_bluesky_fails_nothing_is_called_gone() -> None:
    with answering(lambda _: Answer({}, 502)) as server, closing(on_bluesky(server.url)) as source:  # noqa: SIM117
        with pytest.raises(SourceError, match="HTTP 502"):
            list(source.look_up([uri("1")], Start()))


# ---- Searches


def debate(number: int = 25) -> Site:
    said = [
        Said(f"s{n}", text=f"PyTorch vs. TensorFlow, part {n}", second=n // 2, parent="s0" if n == 7 else None)
        for n in range(number)
    ]
    said += [
        Said("other", text="TensorFlow, pytorch: vs nothing", second=300),
        Said("card", text="look", second=301, record={"embed": {"external": {"uri": f"https://a.org/{SLUG}-ba4"}}}),
        Said("told", text="Why TensorFlow for Python is Dying a Slow Death", second=302),
        Said("answer", parent="s3", text="no", second=303),
    ]
    return Site(*said, deepest_cursor=9)


def searched(site: Site, path: Path, **options: Any) -> dict[str, Post]:
    with answering(site) as server:
        run(on_bluesky(server.url, login=True, since="2023-01-01", **options), path)
    return posts(path)


def test_a_search_goes_past_the_end_of_the_cursor_and_loses_no_post_of_a_shared_second(tmp_path: Path) -> None:
    found = searched(debate(), tmp_path / "c.db", queries=("pytorch vs tensorflow",))
    assert set(found) == {uri(f"s{n}") for n in range(25)} | {uri("answer")}
    assert found[uri("answer")].conversation_id == uri("s3")


def test_an_address_is_found_in_cards_and_titles(tmp_path: Path) -> None:
    found = searched(debate(), tmp_path / "c.db", urls=(SLUG,))
    assert set(found) == {uri("card"), uri("told")}
    whole = debate()
    with answering(whole) as server:
        run(on_bluesky(server.url, login=True, urls=(f"https://a.org/{SLUG}",)), tmp_path / "d.db")
        asked = [one for one in server.asked if one.path.endswith("searchPosts")]
    assert set(posts(tmp_path / "d.db")) == {uri("card")}
    assert (asked[0].query["url"], asked[0].query["since"]) == (f"https://a.org/{SLUG}", "2023-01-01T00:00:00.000Z")


def test_the_newest_alone(tmp_path: Path) -> None:
    site, path = debate(), tmp_path / "c.db"
    with answering(site) as server:
        run(on_bluesky(server.url, login=True, queries=("pytorch vs tensorflow",)), path, new_only=True)
        site.said["later"] = Said("later", text="PyTorch vs TensorFlow again", second=1_000)
        server.asked.clear()
        step = run(on_bluesky(server.url, login=True, queries=("pytorch vs tensorflow",)), path, new_only=True)
        asked = [one.query for one in server.asked if one.path.endswith("searchPosts")]
    assert step.new == 1
    assert {query["since"] for query in asked} == {"2024-11-10T12:05:00.000Z"}


def test_without_a_login_searches_are_said_to_be_missing_and_the_rest_goes_on(tmp_path: Path) -> None:
    with answering(debate()) as server:
        step = run(on_bluesky(server.url, posts=(uri("s3"),), queries=("pytorch vs tensorflow",)), tmp_path / "c.db")
        with closing(on_bluesky(server.url, queries=("a",))) as source:
            assert "STANCEMAP_BLUESKY_APP_PASSWORD" in next(iter(dict(plan(source)).values())).remark  # type: ignore[union-attr]
    assert (step.failures, set(posts(tmp_path / "c.db"))) == ((), {uri("s3"), uri("answer")})
    with Store.open(tmp_path / "c.db", readonly=True) as store:
        (row,) = [row for row in store.summary().coverage if not row.thread]
    assert [reason for reason, _ in row.gaps if "STANCEMAP_BLUESKY_HANDLE" in reason]
    site = debate()
    site.open_search = True  # the first page, as it was for a while
    with answering(site) as server:
        run(on_bluesky(server.url, queries=("pytorch vs tensorflow",)), tmp_path / "d.db")
    assert set(posts(tmp_path / "d.db")) == {uri("s24"), uri("s22")}


def test_a_session_that_has_grown_old_is_made_anew_and_the_password_is_nowhere(tmp_path: Path) -> None:
    site, count = debate(), 0

    def ageing(asked: Any) -> Any:
        nonlocal count
        count += asked.path.endswith("searchPosts")
        site.session = f"{SESSION}{count // 3}"
        return site(asked)

    with answering(ageing) as server:
        run(on_bluesky(server.url, login=True, queries=("pytorch vs tensorflow",)), tmp_path / "c.db")
        logins = [json.loads(one.body) for one in server.asked if one.path.endswith("createSession")]
        anonymous = [one for one in server.asked if one.path.endswith("getPostThread")]
    assert len(posts(tmp_path / "c.db")) == 26
    assert len(logins) > 1
    assert logins[0] == {"identifier": "me.example.org", "password": TOKEN}
    assert anonymous
    assert not any("Authorization" in one.headers for one in anonymous)
    for path in tmp_path.iterdir():
        assert not any(secret.encode() in path.read_bytes() for secret in (TOKEN, SESSION, "me.example.org"))


def test_a_password_that_is_wrong_is_said_in_one_line(tmp_path: Path) -> None:
    site = debate()
    site.log_in = lambda _: Answer({"error": "AuthenticationRequired"}, 401)  # type: ignore[method-assign]
    with answering(site) as server, pytest.raises(SourceError, match="make an app password under Settings") as caught:
        run(on_bluesky(server.url, login=True, queries=("a",)), tmp_path / "c.db")
    assert TOKEN not in str(caught.value)
    assert "\n" not in str(caught.value)


def test_a_time_that_is_none_is_named() -> None:
    with pytest.raises(InputError, match=r"\[bluesky\] since = 'soon' should be a day or a time"):
        on_bluesky("http://127.0.0.1:9", since="soon")


def test_a_dry_run_counts(tmp_path: Path) -> None:
    with (
        answering(debate()) as server,
        closing(on_bluesky(server.url, login=True, queries=("vs tensorflow",))) as source,
    ):
        planned = {walk.about: estimate for walk, estimate in plan(source)}
    assert planned["vs tensorflow"].posts == 2  # type: ignore[union-attr]
    assert planned["vs tensorflow"].remark == "posts found on the first page"  # type: ignore[union-attr]
    assert planned[uri("s24")].posts == 1  # type: ignore[union-attr]


# ---- Faults and interruptions


def test_every_fault_heals_and_loses_nothing(tmp_path: Path) -> None:
    clock = FakeClock()
    with answering(faulty(discussion(), *FAULTS)) as server:
        run(on_bluesky(server.url, clock, posts=(web("0"),)), tmp_path / "c.db", clock)
    assert set(posts(tmp_path / "c.db")) == {uri(key) for key in MET}
    assert len(clock.waits) == len(FAULTS)
    assert clock.waits[0] == pytest.approx(61)


def test_what_does_not_heal_stops_resumably(tmp_path: Path) -> None:
    site, path = discussion(), tmp_path / "c.db"
    with answering(faulty(site, *[Answer({}, 500)] * 99, every=1)) as server:
        with pytest.raises(SourceError, match="HTTP 500"):
            run(on_bluesky(server.url, posts=(web("0"),)), path)
        assert posts(path) == {}
    with answering(site) as server:
        run(on_bluesky(server.url, posts=(web("0"),)), path)
    assert set(posts(path)) == {uri(key) for key in MET}


def test_stopped_after_any_page_it_ends_as_if_undisturbed(tmp_path: Path) -> None:
    site = discussion(16)
    options: dict[str, Any] = {"posts": (web("0"), web("q3a")), "queries": ("text 15",), "login": True}
    with answering(site) as server:
        steps = stopped_anywhere(lambda: on_bluesky(server.url, **options), tmp_path)
    assert steps > 10
