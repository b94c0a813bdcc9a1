"""X: recorded pages and archives against facts that were computed without any client library.

Payloads written here follow the published API documentation, where none was recorded: long posts, withheld ones, v1.1.
"""

from __future__ import annotations

import html
import json
from datetime import UTC, datetime
from pathlib import Path

import pytest

from corpus.post import State
from ingest import x

WIRE = Path(__file__).resolve().parents[1].parent / "shared" / "wire"
recorded = pytest.mark.skipif(not WIRE.is_dir(), reason="the recorded traffic (shared/wire) is not there")


def facts(case):
    return [json.loads(line) for line in (WIRE / "expected" / f"{case}.jsonl").read_bytes().splitlines()]


def archive(name):
    return [json.loads(line) for line in (WIRE / "archives/twarc2" / f"{name}.jsonl").read_bytes().splitlines()]


def recording(name):
    exchanges = json.loads((WIRE / "twitter" / name).read_text("utf-8"))["exchanges"]
    return [exchange["response"]["json"] for exchange in exchanges]


PAGES = {
    "archive_twarc_kpop": lambda: archive("kpop"),
    "archive_twarc_noflat": lambda: archive("noflat"),
    "archive_twarc_2sets": lambda: archive("2sets"),
    "archive_twarc_quoted_edit": lambda: archive("quoted_edit"),
    "twitter_pages_hk": lambda: recording("academictwitteR_pages/hk.json"),
    "twitter_search_all_to_kfc": lambda: recording("academictwitteR/tweets__search__all-f90923.json"),
}


def utc(text):
    return datetime.fromisoformat(text.replace("Z", "+00:00"))


def check_against(fact, post, originals):
    assert (post.platform, post.id, post.community) == ("x", fact["id"], "X")
    assert post.author == fact["author"]
    assert post.created_at == utc(fact["created_utc"])
    assert post.conversation_id == fact["conversation"]
    assert post.reply_to == fact["parent"]
    if post.reposted in originals:
        assert post.text == f"{fact['text'].split(': ')[0]}: {originals[post.reposted]}"
        assert post.text.startswith(fact["text"].removesuffix("…"))
        assert post.state == State.LIVE
    else:
        assert post.text == fact["text"]
    if "likes" in fact:  # the flattened archive's facts are fewer
        assert (post.quoted, post.reposted, post.score) == (fact["quoted"], fact["retweeted"], fact["likes"])
        assert post.language == (None if fact["lang"] in ("und", "qme", "qst") else fact["lang"])
        assert post.url == fact["url"].replace("twitter.com", "x.com")


@recorded
@pytest.mark.parametrize("case", PAGES)
def test_pages(case):
    pages = PAGES[case]()
    own = [tweet["id"] for page in pages for tweet in page.get("data", [])]
    included = {t["id"]: html.unescape(t["text"]) for page in pages for t in page["includes"].get("tweets", [])}
    for page in pages:  # within a page nothing is doubled
        ids = [flat["id"] for flat in x.flatten(page)]
        assert len(ids) == len(set(ids))
    posts = {post.id: post for page in pages for post in map(x.post, x.flatten(page))}
    assert posts.keys() == {*own, *included}
    rows = facts(case)
    assert {fact["id"] for fact in rows} == set(own)
    for fact in rows:
        check_against(fact, posts[fact["id"]], included)
        if fact["parent_available"]:
            assert posts[fact["parent"]].text == included[fact["parent"]]


@recorded
def test_flattened_archive_gives_the_same_as_its_pages():
    rows, flat = facts("archive_twarc_flat"), archive("flat")
    originals = {t["id"]: html.unescape(t["text"]) for f in flat for t in f.get("referenced_tweets", []) if "text" in t}
    posts = [x.post(tweet) for tweet in flat]
    assert [post.id for post in posts] == [fact["id"] for fact in rows]
    for fact, post in zip(rows, posts, strict=True):
        check_against(fact, post, originals)
    within = {post.id: post for tweet in flat for post in map(x.post, x.with_targets(tweet))}
    from_pages = {post.id: post for page in archive("noflat") for post in map(x.post, x.flatten(page))}
    assert within == from_pages


@recorded
def test_both_versions_of_an_edited_post_are_kept():
    posts = {post.id: post for page in archive("edited_after") for post in map(x.post, x.flatten(page))}
    assert posts.keys() == {"1576994746135764992", "1576994789110992896"}
    assert all(post.seen_at == datetime(2022, 10, 3, 18, 1, 17, tzinfo=UTC) for post in posts.values())


def tweet(**fields):
    return {
        "id": "2",
        "text": "x",
        "author_id": "7",
        "conversation_id": "1",
        "created_at": "2023-01-14T10:00:00.000Z",
        **fields,
    }


def test_pages_with_only_errors_or_nothing():
    gone = {"errors": [{"title": "Not Found Error", "resource_type": "tweet", "resource_id": "1"}]}
    assert list(x.flatten(gone)) == []
    assert list(x.problems(gone)) == ["Not Found Error"]
    assert list(x.flatten({"meta": {"result_count": 0}})) == []
    assert list(x.flatten({"data": None})) == []


def test_single_lookup():
    [flat] = x.flatten({"data": tweet(), "includes": {"users": [{"id": "7", "username": "ada"}]}})
    post = x.post(flat)
    assert (post.author, post.url) == ("ada", "https://x.com/ada/status/2")


def test_author_missing_from_includes():
    post = x.post(tweet())
    assert (post.author, post.url) == ("7", "https://x.com/i/status/2")


@pytest.mark.parametrize("field", ["note_tweet", "note_post"])
def test_long_text(field):
    long = "a &lt;b&gt; &amp; " + "long " * 100
    post = x.post(tweet(text="a &lt;b&gt; &amp; lo…", **{field: {"text": long}}))
    assert post.text == "a <b> & " + "long " * 100
    assert post.state == State.LIVE


def test_repost_takes_the_long_text_of_its_original():
    original = tweet(id="1", text="cut…", note_tweet={"text": "w" * 400})
    post = x.post(tweet(text="RT @ada: ww…", referenced_tweets=[{"type": "retweeted", **original}]))
    assert (post.text, post.reposted, post.state) == ("RT @ada: " + "w" * 400, "1", State.LIVE)


def test_cut_repost_without_its_original_is_truncated():
    post = x.post(tweet(text="RT @ada: the beginning…", referenced_tweets=[{"type": "retweeted", "id": "1"}]))
    assert (post.text, post.state) == ("RT @ada: the beginning…", State.TRUNCATED)


def test_long_post_without_its_long_text_is_truncated():
    link = {"urls": [{"url": "https://t.co/a", "expanded_url": "https://twitter.com/i/web/status/2"}]}
    assert x.post(tweet(text="w" * 250 + "… https://t.co/a", entities=link)).state == State.TRUNCATED
    assert x.post(tweet(text="well… https://t.co/a")).state == State.LIVE


@pytest.mark.parametrize(
    ("fields", "state", "text"),
    [
        ({"text": "still here"}, State.LIVE, "still here"),
        ({"text": "This Tweet from @ada has been withheld in Germany"}, State.WITHHELD, ""),
        ({"text": ""}, State.WITHHELD, ""),
        ({"text": None}, State.WITHHELD, ""),
    ],
)
def test_withheld(fields, state, text):
    post = x.post(tweet(**fields, withheld={"copyright": False, "country_codes": ["DE"]}))
    assert (post.state, post.text) == (state, text)


def test_mention_is_no_reply():
    post = x.post(tweet(conversation_id="2", in_reply_to_user_id="9"))
    assert (post.reply_to, post.conversation_id) == (None, "2")


def test_reply_that_quotes():
    both = [{"type": "quoted", "id": "5"}, {"type": "replied_to", "id": "1"}]
    post = x.post(tweet(referenced_tweets=both))
    assert (post.reply_to, post.quoted, post.reposted) == ("1", "5", None)


@pytest.mark.parametrize("tag", ["und", "qme", "qst", "qht", "zxx", "art", None])
def test_no_language(tag):
    assert x.post(tweet(lang=tag)).language is None


def test_a_post_without_text_is_an_error():
    bare = tweet()
    del bare["text"]
    with pytest.raises(ValueError, match="no text"):
        x.post(bare)


def test_classic():
    wire = {
        "id": 12,
        "id_str": "12",
        "full_text": "RT @bo: TensorFlow &amp; me, a lo…",
        "created_at": "Wed Oct 10 20:19:24 +0000 2018",
        "user": {"id_str": "7", "screen_name": "ada"},
        "favorite_count": 3,
        "lang": "en",
        "retweeted_status": {
            "id_str": "11",
            "text": "cut…",
            "truncated": True,
            "extended_tweet": {"full_text": "TensorFlow &amp; me, a long story"},
            "created_at": "Wed Oct 10 20:00:00 +0000 2018",
            "user": {"id_str": "8", "screen_name": "bo"},
            "in_reply_to_status_id_str": "10",
        },
    }
    original, repost = map(x.classic, x.with_classic_targets(wire))
    assert (original.id, original.author, original.reply_to) == ("11", "bo", "10")
    assert original.text == "TensorFlow & me, a long story"
    assert (repost.reposted, repost.author, repost.score) == ("11", "ada", 3)
    assert repost.text == "RT @bo: TensorFlow & me, a long story"
    assert repost.created_at == datetime(2018, 10, 10, 20, 19, 24, tzinfo=UTC)
