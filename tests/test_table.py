"""Tables of posts: columns by their usual names or named, whatever the file, our own exports among them."""

from __future__ import annotations

import csv
import json
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pyarrow as pa
import pytest
from pyarrow import parquet

from corpus.errors import InputError
from corpus.export import export
from corpus.post import Post, State
from corpus.store import Store
from ingest import table, x
from ingest.formats import replay
from ingest.importer import ImportOptions, import_file
from ingest.table import ColumnMap

SHARED = Path(__file__).resolve().parents[1].parent / "shared"
NOON = datetime(2023, 1, 14, 12, tzinfo=UTC)


@pytest.fixture
def store(tmp_path):
    with Store.open(tmp_path / "corpus.db") as store:
        yield store


def load(store, path, **options):
    *_, last = import_file(path, store, options=ImportOptions(**options))
    return last.so_far


def write_csv(path, rows):
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.DictWriter(file, rows[0])
        writer.writeheader()
        writer.writerows(rows)
    return path


def read(row, **columns):
    return table.post(table.rename(row, ColumnMap(**columns)))


@pytest.mark.parametrize("name", ["id", "post_id", "Tweet_ID", "comment_id"])
def test_usual_names_in_any_case(name):
    post = read({name: 7, "Body": "b", "Username": "ada", "likes": 3, "lang": "en", "Subject": "s", "parent_id": "6"})
    assert (post.id, post.text, post.author, post.score, post.language) == ("7", "b", "ada", 3, "en")
    assert (post.title, post.reply_to, post.platform, post.conversation_id) == ("s", "6", "other", "7")


def test_named_columns_win_and_the_rest_is_kept():
    row = {"text": "machine translated", "original": "Urtext", "nr": "1", "mood": "sad"}
    renamed = table.rename(row, ColumnMap(text="original", id="nr"), "forum")
    assert renamed == {"text": "Urtext", "id": "1", "mood": "sad", "platform": "forum"}


@pytest.mark.parametrize(
    "time",
    [
        "1673697600",
        "1673697600.0",
        1673697600,
        1673697600000,
        "2023-01-14T12:00:00Z",
        "2023-01-14 12:00:00",
        "2023-01-14T13:00:00+01:00",
        "2023-01-14 12:00:00 UTC",
        datetime(2023, 1, 14, 12),  # as Parquet gives it
        NOON,
    ],
)
def test_times(time):
    assert read({"text": "x", "date": time}).created_at == NOON


@pytest.mark.parametrize("time", ["20230114", 20230114, "2023-01-14"])
def test_days(time):
    assert read({"text": "x", "date": time}).created_at == datetime(2023, 1, 14, tzinfo=UTC)


@pytest.mark.parametrize(
    "time", ["9999-12-31", "9999-12-31T23:59:59-05:00", "0001-01-01", "0", 0, -1, 2023, "1970-01-01", "99991231"]
)
def test_times_before_and_after_all_that_could_be_are_unknown(time):
    assert read({"text": "x", "date": time}).created_at is None


@pytest.mark.parametrize("time", ["14/01/2023", True, "1e400", [1], "2023", "20231301", "1673697"])
def test_what_is_no_time(time):
    with pytest.raises(ValueError, match=r"created_at .* is neither epoch seconds nor an ISO 8601 time"):
        read({"text": "x", "date": time})


@pytest.mark.parametrize("score", ["many", "n/a", "1,234", True, 1e300, "inf", 2**70, [1], b"\xff"])
def test_what_is_no_score_costs_no_post(score):
    assert read({"text": "x", "score": score}).score is None


def test_columns_of_our_exports_mean_something_else_in_other_tables():
    row = {"id": "1", "text": "x", "quoted": False, "reposted": "yes", "state": "deleted", "seen_at": "in May"}
    post = read(row)
    assert (post.quoted, post.reposted, post.state, post.seen_at) == (None, None, State.LIVE, None)
    own = read(row | {"conversation_id": "1", "label_set": None, "seen_at": NOON})
    assert (own.quoted, own.reposted, own.state, own.seen_at) == (None, "yes", State.DELETED, NOON)
    with pytest.raises(ValueError, match="no text"):
        read({"id": "1", "text": "", "state": "Bavaria"})


def test_parquet_of_binary_columns(tmp_path, store):
    rows = [
        {"id": b"1", "text": "é".encode(), "picture": b"\xff\xd8"},
        {"id": b"2", "text": b"\xff", "picture": None},
        {"id": b"3", "text": b"tea", "picture": b""},
    ]
    path = tmp_path / "posts.parquet"
    parquet.write_table(pa.Table.from_pylist(rows), path)
    result = load(store, path)
    assert [(post.id, post.text) for post in store.posts()] == [("1", "é"), ("3", "tea")]
    assert [(bad.line, bad.reason) for bad in result.bad_lines] == [(2, "text is not UTF-8 where text belongs")]


def test_unknown_is_none():
    post = read({"text": "x", "author": "", "score": float("nan"), "date": None, "title": ""})
    assert (post.author, post.score, post.created_at, post.title) == (None, None, None, None)


def test_made_ids_are_stable_and_tell_posts_apart():
    first, same, other = (read({"text": text, "author": "ada"}).id for text in ("x", "x", "y"))
    assert first == same == "row-885418f8806df6c21b2f"
    assert first != other


def test_a_row_without_text_is_an_error():
    with pytest.raises(ValueError, match="no text"):
        read({"text": "", "author": "ada"})


@pytest.mark.parametrize("kind", ["csv", "jsonl", "parquet"])
def test_each_kind_of_file(tmp_path, store, kind):
    rows = [{"id": f"{n}", "text": f"text {n}\nb", "date": "2023-01-14T12:00:00Z", "likes": n} for n in range(3)]
    path = tmp_path / "posts"
    if kind == "csv":
        write_csv(path, rows)
    elif kind == "jsonl":
        path.write_text("\n".join(map(json.dumps, rows)), "utf-8")
    else:
        parquet.write_table(pa.Table.from_pylist(rows), path)
    result = load(store, path, platform="forum")
    assert (result.format, result.new, result.bad, result.records) == ("table of posts", 3, 0, 3)
    assert store.get("forum", "2") == Post(
        platform="forum", id="2", conversation_id="2", text="text 2\nb", created_at=NOON, score=2
    )
    assert load(store, path, platform="forum").unchanged == 3


@pytest.mark.parametrize("kind", ["csv", "parquet"])
def test_no_text_column(tmp_path, store, kind):
    path = tmp_path / "posts"
    rows = [{"nr": "1", "said": "x"}]
    write_csv(path, rows) if kind == "csv" else parquet.write_table(pa.Table.from_pylist(rows), path)
    with pytest.raises(InputError, match=r"no text column among nr, said; name it with --column text=NAME"):
        load(store, path)
    assert load(store, path, columns=ColumnMap(text="said", id="nr")).new == 1


def test_misspelt_columns(tmp_path, store):
    path = write_csv(tmp_path / "posts.csv", [{"text": "x", "who": "ada"}])
    with pytest.raises(InputError, match=r"no column 'whom' for author; its columns are text, who"):
        load(store, path, columns=ColumnMap(author="whom"))
    lines = tmp_path / "posts.jsonl"
    lines.write_text('{"text": "x", "who": "ada"}', "utf-8")
    assert load(store, lines, columns=ColumnMap(author="whom")).notes == ("1 column that is in no row, 'whom'",)
    assert load(store, lines, columns=ColumnMap(author="who")).notes == ()


def test_rows_of_a_platform_in_a_table(tmp_path, store):
    row = {"id": "kod0bkd", "link_id": "t3_1afjd7n", "parent_id": "t3_1afjd7n", "body": "b", "subreddit": "jax"}
    path = write_csv(tmp_path / "comments.csv", [row | {"created_utc": "1706745600", "author": "", "score": "2"}])
    assert load(store, path).format == "Reddit archive (Pushshift / Arctic Shift)"
    assert store.get("reddit", "t1_kod0bkd").community == "r/jax"


def test_a_table_with_ids_of_authors_is_not_of_x(tmp_path, store):
    rows = [{"id": "1", "text": "x", "author_id": "7", "tags": ["a"]}, {"id": "2", "text": "y", "author_id": "8"}]
    write_csv(tmp_path / "forum.csv", [row | {"tags": ""} for row in rows])
    parquet.write_table(pa.Table.from_pylist(rows), tmp_path / "forum.parquet")
    for name in ("forum.csv", "forum.parquet"):
        result = load(store, tmp_path / name, platform="forum")
        assert (result.format, result.posts) == ("table of posts", 2)
    assert {(post.platform, post.url) for post in store.posts()} == {("forum", None)}


def test_posts_of_x_in_parquet_with_its_own_objects(tmp_path, store):
    row = {"id": "1", "text": "x", "author_id": "7", "public_metrics": {"like_count": 3}}
    parquet.write_table(pa.Table.from_pylist([row]), tmp_path / "x.parquet")
    assert load(store, tmp_path / "x.parquet").format == "X API v2 posts, flattened"
    assert store.get("x", "1").score == 3


def cells(tweet):
    """Write a flattened post as twarc-csv does."""
    targets = {target["type"]: target["id"] for target in tweet.get("referenced_tweets", [])}
    row = {f"referenced_tweets.{kind}.id": targets.get(kind, "") for kind in ("replied_to", "quoted", "retweeted")}
    row |= {name: tweet.get(name, "") for name in ("id", "conversation_id", "author_id", "created_at", "text", "lang")}
    row["edit_history_tweet_ids"] = json.dumps(tweet.get("edit_history_tweet_ids", []))
    row["public_metrics.like_count"] = tweet["public_metrics"]["like_count"]
    row["author.username"] = tweet["author"]["username"]
    return row | {"__twarc.retrieved_at": tweet["__twarc"]["retrieved_at"]}


@pytest.mark.skipif(not (SHARED / "wire").is_dir(), reason="the recorded traffic (shared/wire) is not there")
def test_twarc_csv_is_read_as_the_posts_it_was_made_of(tmp_path, store):
    lines = (SHARED / "wire/archives/twarc2/flat.jsonl").read_text("utf-8").splitlines()
    tweets = [json.loads(line) for line in lines]
    result = load(store, write_csv(tmp_path / "x.csv", list(map(cells, tweets))))
    assert (result.format, result.bad) == ("X API v2 table (twarc-csv)", 0)
    for tweet in tweets:
        stored, whole = store.get("x", tweet["id"]), x.post(tweet)
        if whole.reposted:  # a table holds no text of what was reposted
            whole = replace(whole, text=stored.text, state=stored.state)
        assert stored == whole
    assert any(post.reply_to for post in store.posts())
    assert all(replay(format_, body) == post for format_, body, post in store.payloads())


POSTS = [
    Post(
        platform="x",
        id="1",
        conversation_id="0",
        reply_to="0",
        quoted="9",
        community="X",
        author="ada",
        created_at=NOON,
        text='=SUM("a", b)\nand more',
        language="en",
        url="https://x.com/ada/status/1",
        score=-3,
        seen_at=NOON,
    ),
    Post(platform="reddit", id="t3_a", conversation_id="t3_a", title="- why?", text="", created_at=NOON),
    Post(platform="reddit", id="t1_b", conversation_id="t3_a", reply_to="t3_a", state=State.DELETED),
]


@pytest.mark.parametrize("kind", ["jsonl", "csv", "parquet"])
def test_exports_come_back_as_they_were(tmp_path, store, kind):
    store.add((post, None) for post in POSTS)
    export(store, tmp_path / f"out.{kind}")
    with Store.open(tmp_path / "second.db") as second:
        assert load(second, tmp_path / f"out.{kind}").new == 3
        assert [second.get(post.platform, post.id) for post in POSTS] == POSTS
    load(store, tmp_path / f"out.{kind}")  # adds what the posts came without: payloads
    assert load(store, tmp_path / f"out.{kind}").unchanged == 3
    assert list(store.posts()) == POSTS


@pytest.mark.skipif(not SHARED.is_dir(), reason="the real posts (shared/data) are not there")
def test_framework_posts_as_they_are(store):
    path = SHARED / "data/framework_posts/posts.jsonl"
    result = load(store, path)
    assert (result.new, result.bad, result.notes) == (433, 0, ())
    for line in path.read_bytes().splitlines():
        row = json.loads(line)
        expected = Post(
            platform="reddit",
            id=row["id"],
            conversation_id=row["conversation_id"],
            reply_to=row["reply_to"],
            community=row["community"],
            author=row["author"],
            created_at=row["created_at"] and datetime.fromtimestamp(float(row["created_at"]), UTC),
            score=row["score"],
            text=row["text"].replace("\0", ""),
        )
        stored = store.get("reddit", row["id"])
        assert replace(stored, conversation_id=expected.conversation_id) == expected
        assert stored.conversation_id == (row["conversation_id"] or row["id"])
