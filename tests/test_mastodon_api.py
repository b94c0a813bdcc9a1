"""Mastodon live, against a small instance made by docs.joinmastodon.org, as no recording holds it."""

from __future__ import annotations

import random
from contextlib import closing
from typing import TYPE_CHECKING, Any

import pytest

from answering import FAULTS, Answer, answering, faulty
from collecting import TOKEN, FakeClock, on_mastodon, posts, run, stopped_anywhere
from corpus.errors import InputError, SourceError
from corpus.post import State
from corpus.store import Store
from ingest.collect import plan
from ingest.source import Start
from mastodon_site import Said, Site, number

if TYPE_CHECKING:
    from pathlib import Path

    from corpus.walk import Coverage


def discussion(size: int = 100, **options: Any) -> Site:
    """A thread of so many statuses, deeper and longer than is given at a time to those without a token.

    No status has more than 60 below it beside those that answer it alone: others could not be reached at all.
    """
    chance = random.Random(4)
    said = [Said(0, likes=9), *(Said(n, parent=n - 1 if n < 50 else chance.randrange(40, n)) for n in range(1, size))]
    return Site(*said, Said(900), Said(901, parent=900), **options)


def coverage(path: Path, key: int = 0) -> Coverage:
    with Store.open(path, readonly=True) as store:
        (row,) = [row for row in store.summary().coverage if row.thread == number(key)]
    return row


@pytest.mark.parametrize("token", [False, True])
def test_a_long_thread_comes_out_whole_wherever_it_is_named(tmp_path: Path, token: bool) -> None:
    site = discussion()
    with answering(site) as server:
        run(on_mastodon(server.url, token=token, statuses=(number(45),)), tmp_path / "c.db")
    found = posts(tmp_path / "c.db")
    assert set(found) == {number(n) for n in range(100)}
    for key in range(100):
        post, parent = found[number(key)], site.said[key].parent
        assert post.reply_to == (None if parent is None else number(parent))
        assert (post.conversation_id, post.text, post.author) == (number(0), f"text {key}", f"u{key}@a.example")
    row = coverage(tmp_path / "c.db")
    assert (row.claimed, row.fetched, row.gaps) == (99, 99, ())


def test_what_is_counted_and_not_given_is_a_gap(tmp_path: Path) -> None:
    site = Site(Said(0), *(Said(n, parent=0) for n in range(1, 101)), Said(200, parent=1), Said(201, parent=1))
    site.lost = {201}
    with answering(site) as server:
        run(on_mastodon(server.url, statuses=(number(0),)), tmp_path / "c.db")
    row = coverage(tmp_path / "c.db")
    assert (row.fetched, row.claimed) == (60, 102)
    assert dict(row.gaps) == {"counted by the instance, but not given": 42}  # 41 beyond the 60, and the lost one
    with answering(site) as server:
        run(on_mastodon(server.url, token=True, statuses=(number(0),)), tmp_path / "d.db")
    row = coverage(tmp_path / "d.db")
    assert (row.fetched, row.claimed, dict(row.gaps)) == (101, 102, {"counted by the instance, but not given": 1})


def test_what_only_a_token_shows_is_not_stored(tmp_path: Path) -> None:
    hidden = {"visibility": "private"}
    site = Site(Said(0), Said(1, parent=0, html="<p>a secret</p>", wire=hidden), Said(2, parent=1))
    with answering(site) as server:
        run(on_mastodon(server.url, token=True, statuses=(number(0),)), tmp_path / "c.db")
    assert set(posts(tmp_path / "c.db")) == {number(0), number(2)}
    assert dict(coverage(tmp_path / "c.db").gaps) == {"not public": 1}
    assert not any(b"a secret" in path.read_bytes() for path in tmp_path.iterdir())


def test_addresses_of_other_instances_are_asked_for(tmp_path: Path) -> None:
    site = discussion(5)
    site.remote = {"https://b.example/@ann/777": 3}
    with answering(site) as server:
        own = f"{server.url}/@u901/{number(901)}"
        named = ("https://b.example/@ann/777", "https://b.example/@ann/778", own, number(77))
        step = run(on_mastodon(server.url, statuses=named), tmp_path / "c.db")
        searches = [one.query for one in server.asked if one.path.endswith("search")]
    assert set(posts(tmp_path / "c.db")) == {number(n) for n in (0, 1, 2, 3, 4, 900, 901)}
    ((walk, reason),) = step.failures
    assert walk.about == "https://b.example/@ann/778"
    assert "STANCEMAP_MASTODON_ACCESS_TOKEN" in reason
    assert "instance_url be https://b.example" in reason
    assert not any("resolve" in query for query in searches)
    assert dict(coverage(tmp_path / "c.db", 77).gaps) == {"not found: deleted, or never public": 1}


def test_what_is_no_status_is_named() -> None:
    for wrong in ("Gargron", "https://mastodon.social/@Gargron", "12x"):
        with closing(on_mastodon("http://127.0.0.1:9", statuses=(wrong,))) as source:  # noqa: SIM117 - closes it
            with pytest.raises(InputError, match="not a status on Mastodon"):
                list(source.seeds())
    with pytest.raises(InputError, match=r"\[mastodon\] since = 'soon' should be a day or a time"):
        on_mastodon("http://127.0.0.1:9", since="soon")


def test_an_instance_that_is_closed_says_what_to_do(tmp_path: Path) -> None:
    with answering(discussion(3, closed=True)) as server:
        step = run(on_mastodon(server.url, statuses=(number(0),), tags=("jax",)), tmp_path / "c.db")
        assert all("set STANCEMAP_MASTODON_ACCESS_TOKEN" in reason for _, reason in step.failures)
        assert len(step.failures) == 2
        run(on_mastodon(server.url, token=True, statuses=(number(0),)), tmp_path / "c.db")
    assert len(posts(tmp_path / "c.db")) == 3
    refusing = Answer({"error": "The access token is invalid"}, 401)
    with answering(lambda _: refusing) as server, pytest.raises(SourceError, match="does not accept") as caught:
        run(on_mastodon(server.url, token=True, statuses=(number(0),)), tmp_path / "c.db")
    assert TOKEN not in str(caught.value)


# ---- Later runs


def test_a_later_run_learns_of_replies_edits_scores_and_deletions(tmp_path: Path) -> None:
    site, path = discussion(30), tmp_path / "c.db"
    with answering(site) as server:
        run(on_mastodon(server.url, statuses=(number(0),)), path)
        site.said[500] = Said(500, parent=5)
        site.said[3].likes = 50
        site.said[4].html, site.said[4].wire = "<p>edited</p>", {"edited_at": "2024-11-11T00:00:00Z"}
        del site.said[29]
        clock = FakeClock(1_800_000_100)
        step = run(on_mastodon(server.url, clock, statuses=(number(0),)), path, clock)
    found = posts(path)
    assert (step.new, step.updated, step.gone) == (1, 2, 1)
    assert (found[number(500)].reply_to, found[number(3)].score, found[number(4)].text) == (number(5), 50, "edited")
    assert (found[number(29)].state, found[number(29)].text, found[number(29)].author) == (State.DELETED, "", None)


@pytest.mark.parametrize("old", [False, True])
def test_looking_up_tells_what_is_gone(old: bool) -> None:
    site = discussion(50, old=old)
    site.said[7].wire = {"visibility": "private"}
    with answering(site) as server, closing(on_mastodon(server.url, token=True)) as source:
        pages = list(source.look_up([number(key) for key in (*range(50), 77, 78)], Start()))
        requests = len(server.asked)
    assert {post.id for page in pages for post, _ in page.items} == {number(n) for n in range(50) if n != 7}
    gone = {number(7), number(77), number(78)}
    assert {key for page in pages for key, state in page.gone if state == State.DELETED} == gone
    assert requests == (53 if old else 5)


def test_where_the_instance_fails_nothing_is_called_gone() -> None:
    with answering(lambda _: Answer({}, 502)) as server, closing(on_mastodon(server.url)) as source:  # noqa: SIM117
        with pytest.raises(SourceError, match="HTTP 502"):
            list(source.look_up([number(1)], Start()))


# ---- Tags and searches


def tagged(size: int = 17) -> Site:
    jax = '<p>on <a class="mention hashtag" href="x">#jax</a></p>'
    said = [Said(n, html=jax) for n in range(size)]
    said += [Said(300, parent=3), Said(301, parent=302, html=jax), Said(302), Said(303, html="<p>no</p>")]
    return Site(*said)


def test_a_tag_is_followed_page_by_page_on_the_instance_alone(tmp_path: Path) -> None:
    site, path = tagged(), tmp_path / "c.db"
    with answering(site) as server:
        run(on_mastodon(server.url, tags=("#jax",)), path, new_only=True)
        assert set(posts(path)) == {number(n) for n in (*range(17), 300, 301, 302)}
        site.said[400] = Said(400, html='<p><a href="x" class="hashtag">#jax<')
        server.asked.clear()
        assert run(on_mastodon(server.url, tags=("jax",)), path, new_only=True).new == 1
        (first, *_) = [one.query for one in server.asked if "/tag/" in one.path]
    assert first == {"limit": "40", "since_id": number(301)}
    with answering(tagged()) as server:
        run(on_mastodon(server.url, tags=("jax",), since="2024-11-10T12:00:12"), tmp_path / "d.db")
        pages = [one for one in server.asked if "/tag/" in one.path]
    assert number(11) not in posts(tmp_path / "d.db")
    assert number(12) in posts(tmp_path / "d.db")
    assert len(pages) == 2


def searched() -> Site:
    said = [Said(n, html=f"<p>PyTorch vs. TensorFlow, {n}</p>") for n in range(90)]
    said += [Said(300, parent=3), Said(301, html="<p>tensorflow vs all: pytorch</p>")]
    return Site(*said, Said(302, html='<p><a href="https://a.org/why-tf-is-dying-ba4">why tf is dying</a>'))


def test_a_search_wants_a_token_and_takes_what_fits(tmp_path: Path) -> None:
    site, options = searched(), {"queries": ("pytorch vs tensorflow",), "urls": ("why-tf-is-dying",)}
    with answering(site) as server:
        run(on_mastodon(server.url, token=True, **options), tmp_path / "c.db")
        assert set(posts(tmp_path / "c.db")) == {number(n) for n in (*range(90), 300, 302)}
        server.asked.clear()
        step = run(on_mastodon(server.url, **options), tmp_path / "d.db")
        with closing(on_mastodon(server.url, **options)) as source:
            assert {estimate.posts for estimate in dict(plan(source)).values()} == {0}  # type: ignore[union-attr]
        assert server.asked == []
    assert step.failures == ()
    with Store.open(tmp_path / "d.db", readonly=True) as store:
        (row,) = store.summary().coverage
    assert "set STANCEMAP_MASTODON_ACCESS_TOKEN" in row.gaps[0][0]
    for path in tmp_path.iterdir():
        assert TOKEN.encode() not in path.read_bytes()


def test_a_dry_run_counts() -> None:
    with answering(searched()) as server:
        source = on_mastodon(server.url, token=True, statuses=(number(3), number(9_999)), queries=("vs",))
        with closing(source):
            planned = {walk.about: estimate for walk, estimate in plan(source)}
    assert planned[number(3)].posts == 2  # type: ignore[union-attr]
    assert planned["vs"].posts == 40  # type: ignore[union-attr]
    assert "check its address" in str(planned[number(9_999)])


# ---- Faults and interruptions


def test_every_fault_heals_and_loses_nothing(tmp_path: Path) -> None:
    clock, limit = FakeClock(), {"X-RateLimit-Reset": "2027-01-15T08:05:00Z"}
    reset = Answer({"error": "Too many requests"}, 429, limit)
    with answering(faulty(discussion(), reset, *FAULTS, every=2)) as server:
        run(on_mastodon(server.url, clock, statuses=(number(0), number(901))), tmp_path / "c.db", clock)
    assert set(posts(tmp_path / "c.db")) == {number(n) for n in (*range(100), 900, 901)}
    assert clock.waits[0] == pytest.approx(301)
    assert len(clock.waits) >= 5


def test_stopped_after_any_page_it_ends_as_if_undisturbed(tmp_path: Path) -> None:
    site = discussion(70)
    for key in (5, 901):
        site.said[key].html = '<p><a class="hashtag">#jax</a></p>'
    options: dict[str, Any] = {"statuses": (number(20),), "tags": ("jax",), "queries": ("#jax",), "token": False}
    with answering(site) as server:
        steps = stopped_anywhere(lambda: on_mastodon(server.url, **options), tmp_path)
    assert steps > 8
