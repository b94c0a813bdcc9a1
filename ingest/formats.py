"""Recognise what a record is by what it contains, split it into posts, and know the parser of each."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, NamedTuple

from corpus.errors import InputError
from ingest import bluesky, hackernews, mastodon, reddit, table, x
from ingest.fields import inner, objects

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from corpus.post import Post
    from ingest.table import ColumnMap

Wire = dict[str, Any]

PARSERS: Mapping[str, Callable[[Mapping[str, Any]], Post]] = {
    "x": x.post,
    "x-v1": x.classic,
    "reddit-submission": reddit.submission,
    "reddit-comment": reddit.comment,
    "hn-item": hackernews.firebase,
    "hn-bigquery": hackernews.bigquery,
    "hn-algolia-item": hackernews.algolia_item,
    "hn-algolia-hit": hackernews.algolia_hit,
    "bluesky": bluesky.post,
    "mastodon": mastodon.status,
    "table": table.post,
}
TWEET_PARTS = ("public_metrics", "referenced_tweets", "edit_history_tweet_ids")  # lists and objects of X alone
WITHOUT_STORY = ("hn-item", "hn-bigquery", "mastodon")  # name their parent only: see hackernews.Threads


class Record(NamedTuple):
    """What one parser takes, and that parser's name."""

    parser: str
    data: Mapping[str, Any]


class Note(NamedTuple):
    """Something that a file says it does not hold; "{s}" in `about` is for the plural."""

    about: str
    detail: str = ""
    times: int = 1


@dataclass(frozen=True, slots=True)
class Format:
    """A way of writing posts: `key` for the command line, `name` for people."""

    key: str
    name: str
    fits: Callable[[Wire], bool]
    split: Callable[[Wire], Iterator[Record | Note]]


def replay(format: str, body: bytes) -> Post:  # noqa: A002 - as Payload calls it
    """Read a stored payload again."""
    if format not in PARSERS:
        raise InputError(f"no parser for the stored format {format!r}: it comes from a newer version of this program")
    return PARSERS[format](json.loads(body))


def recognise(value: Wire, *, is_cells: bool = False) -> Format | None:
    """Find the format that a record, or a row of cells that hold none of X's lists and objects, is written in."""
    if "platform" in value:  # no platform says so itself, but our exports do
        return None
    found = next((format_ for format_ in FORMATS if format_.fits(value)), None)
    return None if is_cells and found and found.key == "x-posts" else found  # many a table has an id and an author_id


def table_format(columns: ColumnMap, platform: str | None) -> Format:
    """Make the format of rows under a column map."""

    def fits(value: Wire) -> bool:
        return "text" in table.resolve(columns, tuple(value))

    def split(value: Wire) -> Iterator[Record]:
        yield Record("table", table.rename(value, columns, platform))

    return Format("table", "table of posts", fits, split)


def _first(value: Wire, key: str) -> Wire:
    member = value.get(key)
    if isinstance(member, list):
        member = next((one for one in member if one is not None), None)
    return member if isinstance(member, dict) else {}


def _is_tweet(value: Wire) -> bool:
    return _may_be_tweet(value) and any(mark in value for mark in ("author_id", *TWEET_PARTS, "possibly_sensitive"))


def _may_be_tweet(value: Wire) -> bool:
    return str(value.get("id")).isdigit() and ("text" in value or "withheld" in value)


def _is_tweet_row(value: Wire) -> bool:
    return _may_be_tweet(value) and (
        any(key.startswith(("public_metrics.", "referenced_tweets.")) for key in value)
        or any(isinstance(value.get(part), str) for part in TWEET_PARTS)
    )


def _is_tweet_page(value: Wire) -> bool:
    if value.get("data"):
        return _may_be_tweet(_first(value, "data"))
    meta, error = value.get("meta"), _first(value, "errors")
    is_empty = isinstance(meta, dict) and "result_count" in meta
    return is_empty or "/2/problems/" in f"{value.get('type')} {error.get('type')}" or "resource_type" in error


def _split_tweet_page(value: Wire) -> Iterator[Record | Note]:
    yield from (Note("error{s} in API pages", title) for title in x.problems(value))
    yield from (Record("x", flat) for flat in x.flatten(value))


def _is_archived(value: Wire) -> bool:
    return _is_archived_row(value) or _is_archived_row(_first(value, "data"))


def _is_archived_row(value: Wire) -> bool:
    if "body" in value:
        return "link_id" in value
    return "title" in value and "subreddit" in value and ("selftext" in value or "domain" in value)


def _split_archived(value: Wire) -> Iterator[Record]:
    for row in objects(value, "data") if isinstance(value.get("data"), list) else [value]:
        yield Record("reddit-comment" if "body" in row else "reddit-submission", row)


def _is_listing(value: Wire) -> bool:
    if isinstance(value.get("data"), dict):
        return value.get("kind") in ("Listing", "t1", "t3", "more")
    return isinstance(value.get("json"), dict) and "things" in _first(value["json"], "data")


def _split_listing(value: Wire) -> Iterator[Record | Note]:
    for thing in reddit.things(value):
        if thing.kind == "more":
            yield Note("comment{s} behind unexpanded 'more' links", times=reddit.not_fetched(thing.data))
        else:
            yield Record("reddit-comment" if thing.kind == "t1" else "reddit-submission", thing.data)


def _is_hit_page(value: Wire) -> bool:
    return isinstance(value.get("hits"), list) and ("nbHits" in value or "objectID" in _first(value, "hits"))


def _is_hit(value: Wire) -> bool:
    return "objectID" in value and ("_tags" in value or "created_at_i" in value)


def _is_tree(value: Wire) -> bool:
    return "created_at_i" in value and "id" in value and ("children" in value or "points" in value)


def _is_item(value: Wire) -> bool:
    kinds = ("story", "comment", "job", "poll", "pollopt")
    return value.get("type") in kinds and "id" in value and ("time" in value or "by" in value or "deleted" in value)


def _is_bigquery(value: Wire) -> bool:
    dated = "time" in value or "timestamp" in value
    return "id" in value and "by" in value and dated and ("text" in value or "title" in value)


def _is_classic(value: Wire) -> bool:
    return "id_str" in value and isinstance(value.get("user"), dict)


def _is_bluesky(value: Wire) -> bool:
    if isinstance(value.get("record"), dict) or "notFound" in value or "blocked" in value:
        return str(value.get("uri")).startswith("at://")
    within = [found for key in ("post", "thread", "posts", "feed") if (found := _first(value, key))]
    is_empty = value.get("posts") == [] and set(value) <= {"posts", "cursor", "hitsTotal", "uri", "cid"}
    return is_empty or any(map(_is_bluesky, within))


def _split_bluesky(value: Wire) -> Iterator[Record | Note]:
    """Split posts, threads and lists of either; of a feed's item also what it replies to."""
    for member in (*objects(value, "posts"), *objects(value, "feed")):
        yield from _split_bluesky(member)
    thread = inner(value, "thread") or (value if "post" in value else {})
    nodes = [node for node, _ in (*bluesky.above(thread), *bluesky.below(thread))] if thread else []
    reply = inner(value, "reply")
    for view in (inner(reply, "root"), inner(reply, "parent"), value, *(inner(node, "post") for node in nodes)):
        yield from (Record("bluesky", one) for one in (bluesky.with_quoted(view) if "record" in view else ()))
    for node in nodes:
        if "post" not in node:
            yield Note("post{s} in threads that are not shown", "blocked" if node.get("blocked") else "not found")


def _is_mastodon(value: Wire) -> bool:
    if isinstance(value.get("account"), dict):
        return "content" in value and "acct" in value["account"]
    lists = {"ancestors", "descendants"} <= set(value) or {"statuses", "hashtags"} <= set(value)
    return lists and all(isinstance(member, list) for member in value.values())


def _split_mastodon(value: Wire) -> Iterator[Record | Note]:
    """Split statuses, contexts and search results."""
    whole = [value] if "account" in value else []
    for wire in (*whole, *objects(value, "statuses"), *mastodon.context(value)):
        if wire.get("reblog"):
            yield Note("boost{s} of other posts left out")
        elif mastodon.is_public(wire):
            yield from (Record("mastodon", one) for one in mastodon.with_quoted(wire))
        else:
            yield Note("post{s} left out that are not public")


FORMATS: tuple[Format, ...] = (
    Format("reddit-listing", "Reddit API listing", _is_listing, _split_listing),
    Format("x-pages", "X API v2 pages (twarc2)", _is_tweet_page, _split_tweet_page),
    Format("reddit-archive", "Reddit archive (Pushshift / Arctic Shift)", _is_archived, _split_archived),
    Format(
        "hn-hits",
        "Hacker News Algolia search page",
        _is_hit_page,
        lambda page: (Record("hn-algolia-hit", hit) for hit in objects(page, "hits")),
    ),
    Format("hn-hit", "Hacker News Algolia hits", _is_hit, lambda hit: iter([Record("hn-algolia-hit", hit)])),
    Format(
        "hn-tree",
        "Hacker News Algolia tree",
        _is_tree,
        lambda tree: (Record("hn-algolia-item", node) for node in hackernews.walk(tree)),
    ),
    Format("mastodon", "Mastodon statuses", _is_mastodon, _split_mastodon),
    Format("bluesky", "Bluesky posts and threads", _is_bluesky, _split_bluesky),
    Format("hn-item", "Hacker News Firebase items", _is_item, lambda item: iter([Record("hn-item", item)])),
    Format("hn-bigquery", "Hacker News BigQuery rows", _is_bigquery, lambda row: iter([Record("hn-bigquery", row)])),
    Format("x-table", "X API v2 table (twarc-csv)", _is_tweet_row, lambda row: iter([Record("x", x.from_cells(row))])),
    Format(
        "x-posts",
        "X API v2 posts, flattened",
        _is_tweet,
        lambda flat: (Record("x", tweet) for tweet in x.with_targets(flat)),
    ),
    Format(
        "x-v1",
        "X API v1.1 posts",
        _is_classic,
        lambda wire: (Record("x-v1", tweet) for tweet in x.with_classic_targets(wire)),
    ),
)
