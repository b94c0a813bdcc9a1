"""Things of Reddit as posts, and single things by their names."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ingest import reddit
from ingest.items import read

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from corpus.walk import Gap
    from ingest.items import Items
    from ingest.reddit_client import RedditClient

BATCH = 100  # ids a request
PARSERS = {"t1": ("reddit-comment", reddit.comment), "t3": ("reddit-submission", reddit.submission)}


def as_posts(things: Iterable[reddit.Thing], thread: str = "") -> tuple[Items, tuple[Gap, ...]]:
    """Read comments and submissions; those that cannot be read are gaps of the thread."""
    posts = (thing for thing in things if thing.kind in PARSERS)
    found = [read([post.data], *PARSERS[post.kind], key="name", thread=thread) for post in posts]
    return tuple(item for items, _ in found for item in items), tuple(gap for _, gaps in found for gap in gaps)


def batches(keys: Sequence[str]) -> Iterator[list[str]]:
    """Part ids into as many as a request may name."""
    for at in range(0, len(keys), BATCH):
        yield list(keys[at : at + BATCH])


def info(client: RedditClient, names: Sequence[str], thread: str = "") -> tuple[Items, tuple[Gap, ...]]:
    """Fetch posts by their full names."""
    listing = client.get("/api/info/", {"id": ",".join(names)}, expect=dict)
    return as_posts(reddit.things(listing), thread)
