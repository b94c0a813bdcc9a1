"""Things of Reddit as posts, and single things by their names."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from corpus.payload import Payload
from ingest import reddit

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from corpus.post import Post
    from ingest.reddit_client import RedditClient

BATCH = 100  # ids a request


def as_posts(things: Iterable[reddit.Thing]) -> tuple[tuple[Post, Payload], ...]:
    """Read comments and submissions."""
    return tuple(_item(thing) for thing in things if thing.kind in ("t1", "t3"))


def _item(thing: reddit.Thing) -> tuple[Post, Payload]:
    parser, parse = (
        ("reddit-comment", reddit.comment) if thing.kind == "t1" else ("reddit-submission", reddit.submission)
    )
    return parse(thing.data), Payload(parser, json.dumps(thing.data, separators=(",", ":")).encode())


def batches(keys: Sequence[str]) -> Iterator[list[str]]:
    """Part ids into as many as a request may name."""
    for at in range(0, len(keys), BATCH):
        yield list(keys[at : at + BATCH])


def info(client: RedditClient, names: Sequence[str]) -> tuple[tuple[Post, Payload], ...]:
    """Fetch posts by their full names."""
    listing = client.get("/api/info/", {"id": ",".join(names)}, expect=dict)
    return as_posts(reddit.things(listing))
