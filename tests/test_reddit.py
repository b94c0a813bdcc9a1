"""Reddit: archive rows and recorded API answers against facts that were computed without any client library."""

from __future__ import annotations

import html
import json
from datetime import UTC, datetime
from pathlib import Path

import pytest

from corpus.post import State
from ingest import reddit

WIRE = Path(__file__).resolve().parents[1].parent / "shared" / "wire"
recorded = pytest.mark.skipif(not WIRE.is_dir(), reason="the recorded traffic (shared/wire) is not there")
PLACEHOLDERS = {"[deleted]": State.DELETED, "[removed]": State.REMOVED}


def rows(path):
    return [json.loads(line) for line in (WIRE / path).read_bytes().splitlines()]


def answers(name):
    exchanges = json.loads((WIRE / "reddit/praw" / f"{name}.json").read_text("utf-8"))["exchanges"]
    return [exchange["response"]["json"] for exchange in exchanges if "token" not in exchange["request"]["path"]]


def read(thing):
    return (reddit.comment if thing.kind == "t1" else reddit.submission)(thing.data)


def listed(answer):
    return [thing for listing in (answer if isinstance(answer, list) else [answer]) for thing in reddit.things(listing)]


def check_against(fact, post):
    assert (post.platform, post.id, post.reply_to) == ("reddit", fact["fullname"], fact["parent"])
    assert (post.conversation_id, post.community) == (fact["root"], "r/" + fact["community"])
    assert (post.author, post.score) == (fact["author"], fact["score"])
    assert post.created_at == datetime.fromisoformat(fact["created_utc"].replace("Z", "+00:00"))
    assert post.title == (html.unescape(fact["title"]) if "title" in fact else None)
    state = PLACEHOLDERS.get(fact["text"], State.LIVE)
    assert post.state == state
    assert post.text == ("" if state != State.LIVE else html.unescape(html.unescape(fact["text"])))
    if "deleted" in fact:
        assert (state == State.DELETED, state == State.REMOVED) == (fact["deleted"], fact["removed"])
    address = fact.get("url") or (fact["permalink"] and reddit.SITE + fact["permalink"])
    assert post.url == (address or f"https://www.reddit.com/comments/{fact['root'][3:]}/_/{fact['id']}/")


def check_all(facts, posts):
    assert [post.id for post in posts] == [fact["fullname"] for fact in facts]
    for fact, post in zip(facts, posts, strict=True):
        check_against(fact, post)


@recorded
@pytest.mark.parametrize(("kind", "parse"), [("comments", reddit.comment), ("submissions", reddit.submission)])
def test_archives_of_twenty_years(kind, parse):
    wires = rows(f"archives/pushshift/{kind}_2005-2024.jsonl")
    check_all(rows(f"expected/archive_pushshift_{kind}_2005-2024.jsonl"), [parse(wire) for wire in wires])
    seen = [wire.get("retrieved_on") or wire.get("retrieved_utc") for wire in wires]
    assert [post.seen_at and int(post.seen_at.timestamp()) for post in map(parse, wires)] == seen


@recorded
def test_states_of_api_rows():
    posts = [reddit.submission(row) for row in rows("archives/pushshift/api_submissions.jsonl")]
    states = [post.state for post in posts]
    assert (states.count(State.REMOVED), states.count(State.DELETED), states.count(State.LIVE)) == (112, 12, 276)
    assert not any("&amp;" in (post.title or "") for post in posts)


@recorded
@pytest.mark.parametrize("case", ["TestSubreddit.test_search", "TestSubredditListings.test_new"])
def test_listing(case):
    [answer] = answers(case)
    check_all(rows(f"expected/reddit_{case}.jsonl"), [read(thing) for thing in listed(answer)])


@recorded
def test_thread_with_nested_replies():
    [answer] = answers("TestSubmission.test_comments")
    check_all(rows("expected/reddit_TestSubmission.test_comments.jsonl"), [read(thing) for thing in listed(answer)])


@recorded
def test_large_thread_with_morechildren():
    things = [thing for answer in answers("TestCommentForest.test_replace__all") for thing in listed(answer)]
    posts = {post.id: post for post in map(read, (thing for thing in things if thing.kind != "more"))}
    facts = rows("expected/reddit_TestCommentForest.test_replace__all.jsonl")
    assert posts.keys() == {fact["fullname"] for fact in facts}
    for fact in facts[1:]:  # the submission's score differs from one answer to the next
        check_against(fact, posts[fact["fullname"]])
    first = listed(answers("TestCommentForest.test_replace__all")[0])
    hidden = [reddit.not_fetched(thing.data) for thing in first if thing.kind == "more"]
    assert (len(hidden), sum(hidden)) == (18, 61 + hidden_threads(first))
    assert not any("replies" in thing.data for thing in things)


def hidden_threads(things):
    return sum(thing.kind == "more" and thing.data["count"] == 0 for thing in things)


def comment(**fields):
    return reddit.comment(
        {"id": "kod0bkd", "link_id": "t3_1afjd7n", "body": "b", "subreddit": "jax", "created_utc": 1} | fields
    )


@pytest.mark.parametrize(
    ("parent", "name"),
    [
        ("t1_kod0bkc", "t1_kod0bkc"),
        ("t3_1afjd7n", "t3_1afjd7n"),
        (None, "t3_1afjd7n"),
        (int("kod0bkc", 36), "t1_kod0bkc"),
        (float(int("kod0bkc", 36)), "t1_kod0bkc"),
        (int("1afjd7n", 36), "t3_1afjd7n"),
    ],
)
def test_parents(parent, name):
    assert comment(parent_id=parent).reply_to == name


@pytest.mark.parametrize("time", [1251763200, "1251763200", 1251763200.0, "1251763200.0"])
def test_times(time):
    assert comment(created_utc=time).created_at == datetime(2009, 9, 1, tzinfo=UTC)


@pytest.mark.parametrize(
    ("source", "text"),
    [
        ("&gt; quoted\n\nR&amp;D &lt;3", "> quoted\n\nR&D <3"),
        ("see http://a.b/?x=1&copy=2", "see http://a.b/?x=1&copy=2"),
        ("R&D said &gt;", "R&D said >"),
        ("one&amp;#x200B;two", "one\u200btwo"),
        ("trailing\0", "trailing"),
    ],
)
def test_escapes(source, text):
    assert comment(body=source).text == text


def test_author_gone_but_text_there():
    post = comment(author="[deleted]", body="PyTorch won")
    assert (post.author, post.text, post.state) == (None, "PyTorch won", State.LIVE)


@pytest.mark.parametrize(
    ("fields", "state", "text"),
    [
        ({"selftext": "[removed]"}, State.REMOVED, ""),
        ({"selftext": "[ Removed by Reddit ]"}, State.REMOVED, ""),
        ({"selftext": "[deleted]", "removed_by_category": "deleted"}, State.DELETED, ""),
        ({"selftext": "kept", "removed_by_category": "moderator"}, State.REMOVED, "kept"),
        ({"selftext": "", "title": "[deleted by user]"}, State.DELETED, ""),
        ({"selftext": None}, State.LIVE, ""),
    ],
)
def test_submission_states(fields, state, text):
    post = reddit.submission({"id": "a", "title": "t", "subreddit": "u_me", "created_utc": 1} | fields)
    assert (post.state, post.text, post.community) == (state, text, "r/u_me")
    assert post.title == (None if fields.get("title") else "t")


def test_arctic_shift_row():
    """Written after the Arctic Shift documentation: `retrieved_on`, `_meta`, a crosspost."""
    wire = {
        "id": "zz9",
        "name": "t3_zz9",
        "title": "t",
        "selftext": "",
        "subreddit": "Python",
        "created_utc": 1700000000,
        "retrieved_on": 1700000020,
        "_meta": {"is_edited": False},
        "crosspost_parent": "t3_yy1",
        "permalink": "/r/Python/comments/zz9/t/",
    }
    post = reddit.submission(wire)
    assert (post.id, post.conversation_id, post.quoted) == ("t3_zz9", "t3_zz9", "t3_yy1")
    assert post.seen_at == datetime(2023, 11, 14, 22, 13, 40, tzinfo=UTC)
    assert post.url == "https://www.reddit.com/r/Python/comments/zz9/t/"
