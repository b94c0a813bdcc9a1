"""Whole files into a real corpus: recognised, paged, counted, and nothing lost on the way."""

from __future__ import annotations

import gzip
import json
import random
from contextlib import suppress
from pathlib import Path

import pytest
import zstandard

from corpus.errors import InputError
from corpus.post import State
from corpus.store import Store
from ingest import importer
from ingest.formats import FORMATS, PARSERS, Note, Record, recognise, replay
from ingest.importer import ImportOptions, import_file

WIRE = Path(__file__).resolve().parents[1].parent / "shared" / "wire"
recorded = pytest.mark.skipif(not WIRE.is_dir(), reason="the recorded traffic (shared/wire) is not there")

ARCHIVES = {
    "hn_bigquery/hn-comments-1000-sample": ("Hacker News BigQuery rows", 1000),
    "pushshift/api_submissions": ("Reddit archive (Pushshift / Arctic Shift)", 400),
    "pushshift/comments_2005-2024": ("Reddit archive (Pushshift / Arctic Shift)", 27),
    "pushshift/submissions_2005-2024": ("Reddit archive (Pushshift / Arctic Shift)", 25),
    "twarc2/2sets": ("X API v2 pages (twarc2)", 276),
    "twarc2/edited_after": ("X API v2 pages (twarc2)", 2),
    "twarc2/edited_before": ("X API v2 pages (twarc2)", 2),
    "twarc2/flat": ("X API v2 posts, flattened", 164),
    "twarc2/kpop": ("X API v2 pages (twarc2)", 121),
    "twarc2/many_urls": ("X API v2 pages (twarc2)", 2),
    "twarc2/noflat": ("X API v2 pages (twarc2)", 164),
    "twarc2/quoted_edit": ("X API v2 pages (twarc2)", 3),
}


@pytest.fixture
def store(tmp_path):
    with Store.open(tmp_path / "corpus.db") as store:
        yield store


@pytest.fixture
def file(tmp_path):
    def write(*records, data=b""):
        path = tmp_path / "input"
        path.write_bytes(data or b"\n".join(json.dumps(record).encode() for record in records))
        return path

    return write


def load(store, path, **options):
    *_, last = import_file(path, store, options=ImportOptions(**options))
    assert last.read == last.total
    return last.so_far


def comment(number, **fields):
    known = {"id": f"c{number}", "link_id": "t3_s", "parent_id": "t3_s", "subreddit": "jax", "body": f"body {number}"}
    return known | {"author": "ada", "created_utc": 1673697600 + number, "score": number} | fields


SUBMISSION = {"id": "s", "title": "t", "selftext": "", "subreddit": "jax", "created_utc": 1, "author": "ada"}
TWEET = {"id": "1", "text": "x", "author_id": "7", "conversation_id": "1"}
ITEM = {"id": 1, "type": "story", "title": "t", "by": "a", "time": 1}
NODE = {"id": 1, "title": "t", "author": "a", "points": 1, "created_at_i": 1, "children": []}
HIT = {"objectID": "1", "title": "t", "author": "a", "points": None, "created_at_i": 1, "_tags": ["story"]}
VIEW = {
    "uri": "at://did:plc:a/app.bsky.feed.post/1",
    "author": {"handle": "a.org"},
    "record": {"text": "x", "facets": [{"index": {"byteStart": 0, "byteEnd": 1}, "features": [{"uri": "u"}]}]},
    "embed": {"record": {"uri": "at://did:plc:b/app.bsky.feed.post/2", "value": {"text": "y"}, "author": {}}},
    "indexedAt": "2024-01-01T00:00:00Z",
    "likeCount": 1,
}
STATUS = {"id": "1", "content": "<p>x</p>", "account": {"acct": "a"}, "visibility": "public", "in_reply_to_id": "2"}
THREAD = [
    {"kind": "Listing", "data": {"children": [{"kind": "t3", "data": SUBMISSION}]}},
    {
        "kind": "Listing",
        "data": {
            "children": [
                {"kind": "t1", "data": comment(1, replies={"kind": "Listing", "data": {"children": []}})},
                {"kind": "more", "data": {"count": 33, "children": ["c2"]}},
            ]
        },
    },
]


@recorded
@pytest.mark.parametrize("name", ARCHIVES)
def test_archives_import_once_and_replay(name, store, tmp_path):
    path = WIRE / "archives" / f"{name}.jsonl"
    result = load(store, path)
    assert (result.format, result.new, result.bad, result.truncated) == (*ARCHIVES[name], 0, None)
    assert store.count() == result.new
    again = load(store, path)
    assert (again.new, again.updated, again.unchanged) == (0, 0, result.posts)
    replayed = [(replay(format_, body), post) for format_, body, post in store.payloads()]
    assert len(replayed) == result.new
    assert all(parsed == post for parsed, post in replayed)


@recorded
@pytest.mark.parametrize("pack", [gzip.compress, zstandard.ZstdCompressor().compress], ids=["gz", "zst"])
def test_packed_archive_gives_the_same(store, tmp_path, pack):
    path = WIRE / "archives/pushshift/comments_2005-2024.jsonl"
    load(store, path)
    packed = tmp_path / "packed"
    packed.write_bytes(pack(path.read_bytes()))
    assert load(store, packed).unchanged == 27


@pytest.mark.parametrize(
    ("record", "name", "posts"),
    [
        ({"data": [TWEET], "includes": {}}, "X API v2 pages (twarc2)", 1),
        ({"data": {"id": "1", "text": "x"}}, "X API v2 pages (twarc2)", 1),
        ({"meta": {"result_count": 0}}, "X API v2 pages (twarc2)", 0),
        ({"errors": [{"title": "Not Found Error", "resource_type": "tweet"}]}, "X API v2 pages (twarc2)", 0),
        ({"errors": [{}], "type": "https://api.x.com/2/problems/invalid-request"}, "X API v2 pages (twarc2)", 0),
        (TWEET, "X API v2 posts, flattened", 1),
        ({"id_str": "1", "text": "x", "user": {"screen_name": "ada"}}, "X API v1.1 posts", 1),
        (comment(1), "Reddit archive (Pushshift / Arctic Shift)", 1),
        ({"data": [SUBMISSION, SUBMISSION | {"id": "s2"}]}, "Reddit archive (Pushshift / Arctic Shift)", 2),
        (THREAD, "Reddit API listing", 2),
        (THREAD[1]["data"]["children"][0], "Reddit API listing", 1),
        ({"json": {"data": {"things": [{"kind": "t1", "data": comment(1)}]}}}, "Reddit API listing", 1),
        (ITEM, "Hacker News Firebase items", 1),
        ({"id": "2", "by": "a", "time": "1160418111", "text": "x", "parent": "1"}, "Hacker News BigQuery rows", 1),
        (NODE, "Hacker News Algolia tree", 1),
        ({"hits": [HIT], "nbHits": 1}, "Hacker News Algolia search page", 1),
        (HIT, "Hacker News Algolia hits", 1),
        ({"id": 1, "text": "x"}, "table of posts", 1),
        (TWEET | {"platform": "x"}, "table of posts", 1),
    ],
)
@pytest.mark.parametrize("indent", [None, 2], ids=["line", "document"])
def test_recognised_by_content(file, store, record, name, posts, indent):
    path = file(data=json.dumps(record, indent=indent).encode())
    result = load(store, path)
    assert (result.format, result.new, result.bad) == (name, posts, 0)


def test_mixed_kinds_in_one_file(file, store):
    result = load(store, file(SUBMISSION, comment(1), None, comment(2), TWEET))
    assert result.format == "Reddit archive (Pushshift / Arctic Shift) and X API v2 posts, flattened"
    assert (result.new, result.notes) == (4, ("1 null record",))


def test_notes(file, store):
    errors = [{"title": title, "resource_type": "tweet"} for title in ["Not Found"] * 9 + ["Forbidden"] * 3]
    result = load(store, file(THREAD, {"data": [TWEET], "errors": errors}))
    assert result.notes == (
        "33 comments behind unexpanded 'more' links",
        "12 errors in API pages: 9 Not Found, 3 Forbidden",
    )


def test_stories_of_items_are_found_and_replayed(file, store):
    load(store, file({"id": 3, "type": "comment", "parent": 2, "by": "b", "text": "x"}, ITEM | {"id": 2}))
    assert store.get("hackernews", "3").conversation_id == "2"
    assert all(replay(format_, body) == post for format_, body, post in store.payloads())


def test_pages_are_stored_as_they_come(file, store, monkeypatch):
    monkeypatch.setattr(importer, "PAGE", 10)
    steps = [(step.so_far.new, store.count()) for step in import_file(file(*map(comment, range(25))), store)]
    assert steps == [(10, 10), (20, 20), (25, 25)]


def test_bad_lines_are_counted_and_shown(file, store):
    good = [json.dumps(comment(number)).encode() for number in range(50)]
    bad = [b'{"id": "half', b'{"body": "caf\xe9"}', b"42", b'{"what": 1}', b'{"body":"b","link_id":"t3_s","id":{}}']
    result = load(store, file(data=b"\n".join([*good, *bad, *[b"{"] * 30])))
    assert (result.new, result.bad, len(result.bad_lines)) == (50, 35, 20)
    assert [bad.line for bad in result.bad_lines[:3]] == [51, 52, 53]
    assert sorted(str(bad) for bad in result.bad_lines if bad.line < 56) == [
        'line 51: not JSON: Unterminated string starting at at 8: {"id": "half',
        'line 52: not UTF-8: byte 0xe9 at 14 (Latin-1, perhaps): {"body": "caf�"}',
        "line 53: no known format: a bare value: 42",
        'line 54: no known format: a record with the fields what: {"what": 1}',
        'line 55: id is an object where text belongs: {"body":"b","link_id":"t3_s","id":{}}',
    ]


@pytest.mark.parametrize("bad", [b'{"id": "half', b'{"body":"b","link_id":"t3_s","id":{}}'], ids=["line", "record"])
def test_strict_stops_at_the_first_and_keeps_what_came_before(file, store, bad):
    lines = [json.dumps(comment(number)).encode() for number in range(9)]
    path = file(data=b"\n".join([*lines[:5], bad, *lines[5:]]))
    with pytest.raises(InputError, match="input, line 6: "):
        load(store, path, strict=True)
    assert store.count() == 5
    assert load(store, path).new == 4


def test_cut_file_is_imported_up_to_the_cut(file, store):
    letters = random.Random(1)
    rows = [json.dumps(comment(n, body=letters.randbytes(100).hex())).encode() for n in range(3000)]
    packed = zstandard.ZstdCompressor().compress(b"\n".join(rows))
    path = file(data=packed[: len(packed) * 2 // 3])
    result = load(store, path)
    assert "in the middle of a zstd frame" in result.truncated
    assert 1500 < result.new < 2500
    assert result.bad <= 1  # the line that the cut goes through
    with pytest.raises(InputError):
        load(store, path, strict=True)


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (b"", "is empty"),
        (b'{"what": 1, "ever": 2}', r"no known format \(a record with the fields what, ever\). Known are Reddit API"),
        (b"{broken", "no known format .*line 1: not JSON"),
        (b"null", "no known format"),
        (b"\n".join([b'{"what": 1}'] * 1000), "no known format"),
        (b"just a letter\nto a friend", r"no known format \(a record with the fields just a letter\)"),
        (b"nothing,but\n", r"no known format \(a header without rows\)"),
    ],
)
def test_unknown_format(file, store, data, message):
    path = file(data=data)
    path.write_bytes(data)
    with pytest.raises(InputError, match=message):
        load(store, path)


def test_forced_format(file, store):
    path = file({"id": "5", "text": "minimal"})
    assert load(store, path, format="x-posts").format == "X API v2 posts, flattened"
    assert store.get("x", "5").text == "minimal"
    with pytest.raises(InputError, match=r"no format 'x-post'; the formats are reddit-listing, x-pages"):
        load(store, path, format="x-post")
    assert load(store, file(comment(1)), format="x-pages").records == 1


def test_gone_posts_do_not_lose_what_is_stored(file, store):
    load(store, file(comment(1, retrieved_on=10)))
    load(store, file(comment(1, body="[deleted]", author="[deleted]", retrieved_on=20)))
    assert store.get("reddit", "t1_c1").state == State.DELETED
    assert load(store, file(comment(1, retrieved_on=10))).unchanged == 1


KNOWN = {
    "x": TWEET | {"referenced_tweets": [{"type": "retweeted", "id": "2", "text": "y"}], "note_tweet": {"text": "z"}},
    "x-v1": {
        "id_str": "1",
        "text": "x",
        "user": {"id": 1},
        "created_at": "2023-01-14T10:00:00Z",
        "retweeted_status": {"id": 1, "text": "y"},
    },
    "reddit-submission": SUBMISSION | {"removed_by_category": "x", "permalink": "/r", "crosspost_parent": "t3_x"},
    "reddit-comment": comment(1, retrieved_on=1, permalink="/r", name="t1_c1"),
    "hn-item": ITEM | {"parent": 1, "text": "x", "score": 1, "dead": False, "story_id": 1},
    "hn-bigquery": ITEM | {"timestamp": 1},
    "hn-algolia-item": NODE | {"parent_id": 1, "text": "x", "story_id": 1},
    "hn-algolia-hit": HIT | {"comment_text": "x", "parent_id": 1},
    "bluesky": VIEW,
    "mastodon": STATUS | {"story_id": "1", "quote": {"quoted_status_id": "2"}, "spoiler_text": "x", "url": "u"},
    "table": {"platform": "x", "id": 1, "text": "x", "created_at": 1, "score": 1, "state": "live", "title": "t"},
}
JUNK = [None, "", "?", 0, -1, 1.5, 1e308, float("nan"), True, [], [1], [[]], {}, {"a": 1}, [None], "\ud800", 10**30]


@pytest.mark.parametrize("parser", PARSERS)
def test_junk_in_any_field_is_a_bad_line_at_worst(parser):
    read = 0
    for key in KNOWN[parser]:
        for junk in JUNK:
            with suppress(ValueError):
                PARSERS[parser](KNOWN[parser] | {key: junk})
                read += 1
    assert read > len(KNOWN[parser])


@pytest.mark.parametrize("format_", FORMATS, ids=lambda format_: format_.key)
def test_junk_in_any_record_is_a_bad_line_at_worst(format_):
    records = [*KNOWN.values(), *THREAD, {"data": [TWEET], "includes": {"users": [{}], "tweets": [TWEET]}}, HIT, NODE]
    records += [
        {"thread": {"post": VIEW, "replies": [{"post": VIEW}]}},
        {"posts": [VIEW], "cursor": "1"},
        {"post": VIEW},
    ]
    records += [{"ancestors": [STATUS], "descendants": [STATUS]}, {"statuses": [STATUS], "hashtags": []}]
    for record in records:
        for key in record:
            for junk in JUNK:
                recognise(record | {key: junk})
                with suppress(ValueError):
                    assert all(isinstance(found, Record | Note) for found in format_.split(record | {key: junk}))


JAM = "\u0000"


@pytest.mark.parametrize(
    "bad",
    [
        {"id": 5, "type": "comment", "by": "b", "time": 1, "text": "x", "parent": {"a": 1}},
        {"id": [1], "type": "comment", "by": "b", "time": 1, "text": "x", "parent": 2},
        {"id": 5, "type": "comment", "by": "b", "time": 1, "text": "x", "parent": True},
        {"id": f"5{JAM}", "type": "comment", "by": "b", "time": 1, "text": "x", "parent": 2},
        STATUS | {"id": "5", "in_reply_to_id": {"a": 1}},
    ],
)
def test_an_item_whose_parent_cannot_be_read_is_a_bad_line_and_loses_no_other(file, store, bad):
    reply = {"id": 3, "type": "comment", "parent": 2, "by": "b", "text": "x"}
    result = load(store, file(reply, bad, ITEM | {"id": 2}))
    assert (result.new, result.bad, result.bad_lines[0].line) == (2, 1, 2)
    assert store.get("hackernews", "3").conversation_id == "2"


def test_one_unreadable_post_of_a_page_loses_no_other(file, store):
    nameless = {"text": "who?", "author_id": "7"}
    odd = TWEET | {"id": "3", "referenced_tweets": "none"}
    result = load(store, file({"data": [TWEET, nameless, odd], "includes": {"users": [{"id": [1]}], "tweets": [{}]}}))
    assert (result.new, result.bad) == (1, 3)
    assert store.get("x", "1").text == "x"
