"""Hacker News: items, rows, trees and hits against facts that were computed without any client library."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path

import pytest

from corpus.post import State
from ingest import hackernews
from ingest.markup import plain, unescape

WIRE = Path(__file__).resolve().parents[1].parent / "shared" / "wire"
recorded = pytest.mark.skipif(not WIRE.is_dir(), reason="the recorded traffic (shared/wire) is not there")


def rows(path):
    return [json.loads(line) for line in (WIRE / path).read_bytes().splitlines()]


def check_against(fact, post):
    assert (post.platform, post.id, post.community) == ("hackernews", str(fact["id"]), "Hacker News")
    assert post.reply_to == (fact["parent"] and str(fact["parent"]))
    assert post.author == fact["author"]
    assert post.created_at == datetime.fromisoformat(fact["created_utc"].replace("Z", "+00:00"))
    assert post.text == (fact["text"] or "").rstrip()
    assert post.title == fact.get("title")
    assert post.score == fact.get("score")
    assert post.url == f"https://news.ycombinator.com/item?id={fact['id']}"
    assert (post.state == State.DELETED) == fact.get("deleted", False)
    assert (post.state == State.REMOVED) == (fact.get("dead", False) and not fact["deleted"])


@recorded
def test_firebase_thread():
    facts = rows("expected/hn_firebase_8394339.jsonl")
    items = [json.loads(path.read_text("utf-8")) for path in (WIRE / "hn/firebase/item").glob("*.json")]
    joined = hackernews.Threads().join([item for item in items if item])
    posts = [post for post in map(hackernews.firebase, joined) if post.conversation_id == "8394339"]
    assert sorted(post.id for post in posts) == sorted(str(fact["id"]) for fact in facts)
    by_id = {post.id: post for post in posts}
    for fact in facts:
        check_against(fact, by_id[str(fact["id"])])


@recorded
def test_bigquery_rows():
    facts = rows("expected/archive_hn_bigquery.jsonl")
    posts = [hackernews.bigquery(row) for row in rows("archives/hn_bigquery/hn-comments-1000-sample.jsonl")]
    assert [post.id for post in posts] == [str(fact["id"]) for fact in facts]
    for fact, post in zip(facts, posts, strict=True):
        check_against(fact, post)
        assert post.conversation_id == post.id  # only the parent is known, not the story


@recorded
def test_algolia_recordings():
    recording = json.loads((WIRE / "hn/algolia/node-hacker-news-api.json").read_text("utf-8"))["exchanges"]
    pages = [exchange["response"]["json"] for exchange in recording]
    posts = [hackernews.algolia_hit(hit) for page in pages for hit in page.get("hits", [])]
    assert len(posts) == sum(len(page.get("hits", [])) for page in pages) > 10
    reply = next(post for post in posts if post.id == "7919431")
    assert (reply.conversation_id, reply.reply_to, reply.author) == ("7919207", "7919207", "gohrt")
    assert "https://hn.algolia.com/?q=Fibonacci+Flim-Flam#!/all/forever/0/Fibonacci%20Flim-Flam\n\n" in reply.text
    assert all(post.created_at for post in posts)
    [tree] = [page for page in pages if "children" in page]
    thread = [hackernews.algolia_item(node) for node in hackernews.walk(tree)]
    assert thread[0].id == "17"
    assert {post.conversation_id for post in thread} == {"1"}  # its root is a reply to a reply
    assert {post.reply_to for post in thread[1:]} <= {post.id for post in thread}


def test_tree_order_story_and_null_nodes():
    tree = {
        "id": 1,
        "type": "story",
        "title": "R&amp;D",
        "author": "a",
        "points": 5,
        "created_at_i": 0,
        "children": [
            {"id": 2, "author": "b", "text": "x", "created_at_i": 1, "children": [{"id": 3, "author": None}]},
            None,
            {"id": 4, "author": "c", "text": "y", "points": None, "created_at": "2007-01-01T00:00:02.000Z"},
        ],
    }
    posts = [hackernews.algolia_item(node) for node in hackernews.walk(tree)]
    assert [(post.id, post.reply_to) for post in posts] == [("1", None), ("2", "1"), ("3", "2"), ("4", "1")]
    assert {post.conversation_id for post in posts} == {"1"}
    assert (posts[0].title, posts[0].score) == ("R&D", 5)
    assert posts[2].state == State.DELETED
    assert posts[3].created_at == datetime(2007, 1, 1, 0, 0, 2, tzinfo=UTC)


def test_tree_deeper_than_the_recursion_limit():
    tree = node = {"id": 1, "title": "t", "children": []}
    for number in range(2, 5000):
        child = {"id": number, "text": "x", "children": []}
        node["children"].append(child)
        node = child
    assert sum(1 for _ in hackernews.walk(tree)) == 4999


def test_subtree_keeps_its_story():
    comment = {"id": 9, "parent_id": 8, "story_id": 1, "text": "x", "children": [{"id": 10, "text": "y"}]}
    posts = [hackernews.algolia_item(node) for node in hackernews.walk(comment)]
    assert [(post.id, post.reply_to, post.conversation_id) for post in posts] == [("9", "8", "1"), ("10", "9", "1")]


def test_bigquery_row_of_text():
    row = {"id": "7", "by": "a", "timestamp": "2022-10-16 14:12:24 UTC", "text": "x", "parent": "6", "dead": "false"}
    post = hackernews.bigquery(row | {"deleted": "", "score": "3"})
    assert (post.state, post.score, post.reply_to) == (State.LIVE, 3, "6")
    assert post.created_at == datetime(2022, 10, 16, 14, 12, 24, tzinfo=UTC)


def item(key, parent=None, **fields):
    return {"id": key, "type": "comment" if parent else "story", "parent": parent, **fields}


def stories(items):
    return {post.id: post.conversation_id for post in map(hackernews.firebase, items)}


def test_threads_find_the_story_whatever_the_order():
    threads = hackernews.Threads()
    assert stories(threads.join([item(3, 2), item(2, 1), item(1)])) == {"1": "1", "2": "1", "3": "1"}
    assert stories(threads.join([item(4, 3), item(6, 5)])) == {"4": "1", "6": "6"}


def test_threads_survive_a_circle_and_forget_the_oldest():
    assert stories(hackernews.Threads().join([item(1, 2), item(2, 1)])) == {"1": "1", "2": "2"}
    threads = hackernews.Threads(limit=2)
    threads.join([item(1), item(2, 1), item(3, 2)])
    assert stories(threads.join([item(4, 3)])) == {"4": "4"}


def test_dead_keeps_its_text_and_is_removed():
    post = hackernews.firebase(item(5, 1, by="a", text="spam", dead=True))
    assert (post.state, post.text, post.author) == (State.REMOVED, "spam", "a")
    assert hackernews.firebase(item(5, 1, text="[flagged]")).state == State.REMOVED


def test_poll_option_belongs_to_its_poll():
    assert hackernews.firebase({"id": 2, "type": "pollopt", "poll": 1, "text": "yes"}).reply_to == "1"


@pytest.mark.parametrize(
    ("marked", "text"),
    [
        ("one<p>two", "one\n\ntwo"),
        ("<p>one</p><p>two</p>", "one\n\ntwo"),
        ("&gt; quoted<p>R&amp;D &#x27;ok&#x27;", "> quoted\n\nR&D 'ok'"),
        (
            '<a href="https:&#x2F;&#x2F;a.b&#x2F;long" rel="nofollow">https:&#x2F;&#x2F;a.b&#x2F;lo...</a>.',
            "https://a.b/long.",
        ),
        ('<a href="https://a.b">here</a>', "here (https://a.b)"),
        ('<a href="https://a.b">https://a.b', "https://a.b"),
        (
            "so:<p><pre><code>  if x:\n      y &lt; z\n</code></pre>\nand <i>then</i>",
            "so:\n\n  if x:\n      y < z\n\nand then",
        ),
        (
            '<i>&gt; said before</i><p>See <a href="https://a.b/c_d">https://a.b/c_d</a>:<p><pre><code>  a\n\n\n    b',
            "> said before\n\nSee https://a.b/c_d:\n\n  a\n\n\n    b",
        ),
        ("one<pre><code>x = 1\n\nif y:\n  z\n</code></pre>two", "one\n\n  x = 1\n\n  if y:\n    z\ntwo"),
        ("<pre><code></code></pre>", ""),
        ("a < b and List<String> stay", "a < b and List<String> stay"),
        ("nul\0 gone", "nul gone"),
        ("", ""),
    ],
)
def test_plain(marked, text):
    assert plain(marked) == text


def test_unescape_once_and_only_whole_entities():
    assert unescape("&amp;lt; ?a=1&copy=2 &notanentity;") == "&lt; ?a=1&copy=2 &notanentity;"
