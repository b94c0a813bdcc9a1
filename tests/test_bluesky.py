"""Posts of Bluesky, and archives of its answers; written by the published lexicons, as no recording holds them."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import pytest

from bluesky_site import Said, Site, uri, web
from corpus.errors import InputError
from corpus.store import Store
from ingest import bluesky
from ingest.addresses import post_named_by
from ingest.importer import import_file

if TYPE_CHECKING:
    from pathlib import Path

    from ingest.importer import Imported

LONG = "https://levelup.gitconnected.com/why-tensorflow-for-python-is-dying-a-slow-death-ba4dafcb37e6"


def view(**record: Any) -> dict[str, Any]:
    made = Site(Said("a", likes=7)).view("a")
    return made | {"record": made["record"] | record}


def link(text: str, shown: str, address: str) -> dict[str, Any]:
    start = len(text[: text.index(shown)].encode())
    place = {"byteStart": start, "byteEnd": start + len(shown.encode())}
    return {"index": place, "features": [{"$type": "app.bsky.richtext.facet#link", "uri": address}]}


def test_a_post_view() -> None:
    post = bluesky.post(view(text="Jax ≠ dead", langs=["pt-BR", "en"]))
    assert (post.platform, post.id, post.conversation_id, post.reply_to) == ("bluesky", uri("a"), uri("a"), None)
    assert (post.author, post.text, post.language, post.score) == ("a.example.org", "Jax ≠ dead", "pt-BR", 7)
    assert post.url == "https://bsky.app/profile/a.example.org/post/3ka"
    assert post.created_at == datetime(2024, 11, 10, 12, tzinfo=UTC)


def test_a_reply_and_a_quote_beside_pictures() -> None:
    record = {"$type": "app.bsky.embed.record", "record": {"uri": uri("q"), "cid": "c"}}
    reply = {"root": {"uri": uri("r")}, "parent": {"uri": uri("p")}}
    post = bluesky.post(view(reply=reply, embed={"record": record, "media": {"images": []}}))
    assert (post.conversation_id, post.reply_to, post.quoted) == (uri("r"), uri("p"), uri("q"))
    feed = {"record": {"uri": "at://did:plc:a/app.bsky.feed.generator/x"}}
    assert bluesky.post(view(embed=feed)).quoted is None


def test_the_post_that_a_quote_shows_is_a_post_too_also_beside_pictures() -> None:
    quote = site().view("b")
    beside = quote | {"embed": {"media": {"images": []}, "record": quote["embed"]}}
    for shown in (quote, beside):
        assert [view["uri"] for view in bluesky.with_quoted(shown)] == [uri("q"), uri("b")]
    for hidden in (
        {"uri": uri("q"), "notFound": True},
        {"uri": "at://did:plc:a/app.bsky.feed.generator/x", "value": {}},
    ):
        assert [view["uri"] for view in bluesky.with_quoted(quote | {"embed": {"record": hidden}})] == [uri("b")]


def test_links_are_whole_whatever_stands_before_them() -> None:
    text = "Ünïcode 🔥 levelup.gitconnected.com/why-tens... and here, via @b.example.org"
    facets = [
        link(text, "levelup.gitconnected.com/why-tens...", LONG),
        link(text, "here", "https://pytorch.org/?a=1&b=2"),
        {"index": {"byteStart": 70, "byteEnd": 9_000}, "features": [{"uri": "https://out.of.text"}]},
        {"index": {"byteStart": 60, "byteEnd": 70}, "features": [{"did": "did:plc:b"}]},
    ]
    written = bluesky.post(view(text=text, facets=facets)).text
    assert written == f"Ünïcode 🔥 {LONG} and here (https://pytorch.org/?a=1&b=2), via @b.example.org"


def test_a_link_card_follows_the_text_that_does_not_show_it() -> None:
    card = {"$type": "app.bsky.embed.external", "external": {"uri": LONG, "title": "Why", "description": ""}}
    assert bluesky.post(view(text="So true", embed=card)).text == f"So true\n\n{LONG}"
    assert bluesky.post(view(text="", embed={"media": card, "record": {"record": {"uri": uri("q")}}})).text == LONG
    shown = bluesky.post(view(text="gh.io/x", embed=card, facets=[link("gh.io/x", "gh.io/x", LONG)]))
    assert shown.text == f"gh.io/x ({LONG})"


def test_times_and_names_that_do_not_hold() -> None:
    assert bluesky.post(view(createdAt="2031-01-01T00:00:00Z")).created_at == datetime(2024, 11, 10, 12, tzinfo=UTC)
    assert bluesky.post(view(createdAt="yesterday")).created_at == datetime(2024, 11, 10, 12, tzinfo=UTC)
    assert bluesky.post(view(createdAt="2023-05-01T10:00:00.123456+02:00")).created_at == datetime(
        2023, 5, 1, 8, 0, 0, 123456, tzinfo=UTC
    )
    nameless = view() | {"author": {"did": "did:plc:a", "handle": "handle.invalid"}}
    post = bluesky.post(nameless)
    assert (post.author, post.url) == ("did:plc:a", "https://bsky.app/profile/did:plc:a/post/3ka")
    assert bluesky.post(view(langs="en")).language is None


@pytest.mark.parametrize("wire", [{}, {"uri": 5}, {"uri": uri("a"), "record": []}, view(text=5), view(reply="x")])
def test_what_is_no_post_view_is_refused(wire: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match=r"uri|record|text|reply"):
        bluesky.post(wire)


def test_addresses() -> None:
    assert bluesky.at_uri("https://bsky.app/profile/a.example.org/post/3ka?x=1") == (
        "at://a.example.org/app.bsky.feed.post/3ka"
    )
    assert bluesky.at_uri(uri("a")) == uri("a")
    for wrong in ("https://x.com/a/status/1", "3ka", "https://bsky.app/profile/a.example.org"):
        with pytest.raises(InputError, match="not a post on Bluesky"):
            bluesky.at_uri(wrong)


# ---- Archives


def site() -> Site:
    return Site(Said("q", text="quoted"), Said("a"), Said("b", parent="a", quotes="q"), Said("c", parent="b"))


def imported(tmp_path: Path, *documents: Any) -> tuple[Imported, dict[str, Any]]:
    path = tmp_path / "archive.jsonl"
    path.write_text("".join(json.dumps(document) + "\n" for document in documents), "utf-8")
    with Store.open(tmp_path / "c.db") as store:
        *_, last = import_file(path, store)
        return last.so_far, {post.id: post for post in store.posts()}


def archives() -> dict[str, Any]:
    views = [site().view(key) for key in "abc"]
    return {
        "post views": views,
        "a thread": [{"thread": site().node("a", 9)}],
        "the node of a thread": [site().node("a", 9)],
        "a list of posts": [{"posts": [], "cursor": "0"}, {"posts": views, "cursor": "3"}],
        "a feed": [{"feed": [{"post": views[2], "reply": {"root": views[0], "parent": views[1]}}], "cursor": "1"}],
    }


@pytest.mark.parametrize("name", archives())
def test_archives_hold_every_post_and_what_it_quotes(tmp_path: Path, name: str) -> None:
    so_far, posts = imported(tmp_path, *archives()[name])
    assert so_far.format == "Bluesky posts and threads"
    assert set(posts) == {uri(key) for key in "abcq"}
    assert {post.conversation_id for key, post in posts.items() if key != uri("q")} == {uri("a")}
    assert (posts[uri("b")].quoted, posts[uri("q")].text, posts[uri("q")].author) == (
        uri("q"),
        "quoted",
        "q.example.org",
    )
    assert (so_far.bad, so_far.notes) == (0, ())


def test_what_a_thread_does_not_show_is_said(tmp_path: Path) -> None:
    node = site().node("b", 9) | {"parent": {"uri": uri("a"), "notFound": True}}
    node["replies"].append({"uri": uri("x"), "blocked": True, "author": {"did": "did:x"}})
    so_far, posts = imported(tmp_path, {"thread": node})
    assert set(posts) == {uri("b"), uri("c"), uri("q")}
    assert so_far.notes == ("2 posts in threads that are not shown: 1 not found, 1 blocked",)


def test_a_stored_payload_holds_no_other_post_and_nothing_of_who_asked(tmp_path: Path) -> None:
    mine = site().view("b") | {"viewer": {"like": "at://did:me/like/1"}, "labels": [{"val": "spam"}]}
    imported(tmp_path, {"posts": [mine]})
    with Store.open(tmp_path / "c.db", readonly=True) as store:
        bodies = {found.id: body for _, body, found in store.payloads()}
    assert set(bodies) == {uri("b"), uri("q")}
    assert not any(word in bodies[uri("b")] for word in (b"did:me", b"spam", b"quoted"))


def test_a_conversation_is_named_by_the_address_of_any_of_its_posts(tmp_path: Path) -> None:
    imported(tmp_path, {"thread": site().node("a", 9)})
    with Store.open(tmp_path / "c.db", readonly=True) as store:
        for named in (web("b"), uri("a"), uri("c")):
            assert store.conversations([post_named_by(named)]) == {("bluesky", uri("a"))}
        assert store.conversations([post_named_by(web("x"))]) == frozenset()
