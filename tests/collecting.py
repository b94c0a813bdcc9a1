"""Collect in-process: a clock that does not wait, and runs that can be killed."""

from __future__ import annotations

import sqlite3
from collections import deque
from contextlib import closing
from itertools import islice
from typing import TYPE_CHECKING, Any

from corpus.store import Store
from ingest.bluesky_api import Bluesky, BlueskySettings
from ingest.bluesky_client import BlueskyKeys
from ingest.collect import collect
from ingest.hackernews_api import HackerNews, HackerNewsSettings
from ingest.http import HttpSettings
from ingest.mastodon_api import Mastodon, MastodonSettings
from ingest.mastodon_client import MastodonKeys
from ingest.reddit_api import Reddit, RedditSettings
from ingest.reddit_client import RedditKeys
from ingest.retry import Clock
from ingest.source import Seeds
from ingest.x_api import X, XSettings
from ingest.x_client import XKeys

if TYPE_CHECKING:
    from collections.abc import Callable
    from multiprocessing.connection import Connection
    from pathlib import Path

    from corpus.post import Post
    from ingest.collect import Step
    from ingest.source import Source

TOKEN = "AAAAsecretBearerToken"


class FakeClock:
    """Time that passes only by sleeping; remembers waits and what was told."""

    def __init__(self, now: float = 1_800_000_000.0) -> None:
        self.time = now
        self.waits: list[float] = []
        self.told: list[str] = []

    def sleep(self, seconds: float) -> None:
        self.waits.append(seconds)
        self.time += seconds

    @property
    def clock(self) -> Clock:
        return Clock(now=lambda: self.time, sleep=self.sleep, tell=self.told.append)


def hacker_news(
    url: str, clock: FakeClock | None = None, *, urls: Any = (), queries: Any = (), **more: Any
) -> HackerNews:
    settings = HackerNewsSettings(algolia_url=url, firebase_url=url, **more)
    seeds = Seeds(urls=tuple(urls), queries=tuple(queries))
    return HackerNews(settings, seeds, http=HttpSettings(timeout=5), clock=(clock or FakeClock()).clock)


def on_bluesky(
    url: str, clock: FakeClock | None = None, *, urls: Any = (), queries: Any = (), login: bool = False, **more: Any
) -> Bluesky:
    keys = BlueskyKeys(handle="me.example.org", app_password=TOKEN) if login else None
    settings = BlueskySettings(appview_url=url, service_url=f"{url}/pds", **more)
    seeds = Seeds(urls=tuple(urls), queries=tuple(queries))
    return Bluesky(settings, seeds, keys, http=HttpSettings(timeout=5), clock=(clock or FakeClock()).clock)


def on_mastodon(
    url: str, clock: FakeClock | None = None, *, urls: Any = (), queries: Any = (), token: bool = False, **more: Any
) -> Mastodon:
    keys = MastodonKeys(access_token=TOKEN) if token else None
    settings, seeds = MastodonSettings(instance_url=url, **more), Seeds(urls=tuple(urls), queries=tuple(queries))
    return Mastodon(settings, seeds, keys, http=HttpSettings(timeout=5), clock=(clock or FakeClock()).clock)


def on_x(url: str, clock: FakeClock | None = None, **settings: Any) -> X:
    values: dict[str, Any] = {"tweets": (), "budget_dollars": 1e6, "budget_posts": 10**9, **settings}
    keys = XKeys(bearer_token=TOKEN)
    return X(XSettings(api_url=url, **values), keys, http=HttpSettings(timeout=5), clock=(clock or FakeClock()).clock)


def on_reddit(
    url: str, clock: FakeClock | None = None, *, urls: Any = (), queries: Any = (), timeout: float = 5, **more: Any
) -> Reddit:
    settings = RedditSettings(oauth_url=url, reddit_url=url, **more)
    keys = RedditKeys(client_id="anId", client_secret=TOKEN)
    seeds = Seeds(urls=tuple(urls), queries=tuple(queries))
    return Reddit(settings, seeds, keys, http=HttpSettings(timeout=timeout), clock=(clock or FakeClock()).clock)


def run(source: Source, path: Path, clock: FakeClock | None = None, **options: Any) -> Step:
    """Collect to the end."""
    with closing(source), Store.open(path) as store:
        *_, step = collect(source, store, clock=(clock or FakeClock()).clock, **options)
    return step


def interrupted(source: Source, path: Path, steps: int | None) -> bool:
    """Collect so many steps (None: to the end) and stop, as if killed; say whether the collection has ended."""
    with closing(source), Store.open(path) as store:
        deque(islice(collect(source, store, clock=FakeClock().clock), steps), maxlen=0)
        return any(row.ended_at for row in store.summary().rounds)


def stopped_anywhere(opened: Callable[[], Source], folder: Path) -> int:
    """Stop a collection after each step in turn and go on: the corpus is that of an undisturbed one. Count steps."""
    interrupted(opened(), folder / "whole.db", None)
    whole, steps = content(folder / "whole.db"), 0
    while not interrupted(opened(), path := folder / f"{steps}.db", steps):
        interrupted(opened(), path, None)
        assert content(path) == whole, f"stopped after {steps} steps"
        steps += 1
    return steps


def posts(path: Path) -> dict[str, Post]:
    with Store.open(path, readonly=True) as store:
        return {post.id: post for post in store.posts()}


def run_telling(kind: str, url: str, path: str, told: Connection) -> None:
    """Collect, telling of each step; to be run in a process that may be killed."""
    told.send("started")
    with closing(RECORDED[kind](url)) as source, Store.open(path) as store:
        for _ in collect(source, store):
            told.send("step")
    told.send("ended")


HONG_KONG = "#standwithhongkong -is:retweet -is:reply -is:quote"
RECORDED: dict[str, Callable[[str], Source]] = {
    "hn": lambda url: hacker_news(url, stories=(8394339,)),
    "x": lambda url: on_x(url, queries=(HONG_KONG,), seconds_between=0),
    "reddit": lambda url: on_reddit(url, submissions=("3hahrw",)),
}
CONTENT = (
    (
        "SELECT platform, id, conversation_id, reply_to, quoted, reposted, community, author, created_at, language, "
        "url, score, state, title, text FROM posts ORDER BY platform, id"
    ),
    "SELECT posts.id, format, body FROM payloads JOIN posts ON posts.key = post ORDER BY 1",
    "SELECT platform, kind, about, depth, state, cursor, newest, mark FROM walks ORDER BY 1, 2, 3",
    (
        "SELECT posts.id, walks.kind, walks.about FROM sightings JOIN posts ON posts.key = post "
        "JOIN walks ON walks.key = walk ORDER BY 1, 2, 3"
    ),
    "SELECT platform, thread, posts FROM claims ORDER BY 1, 2",
    "SELECT thread, reason, post, posts FROM gaps ORDER BY 1, 2, 3",
)


def content(path: Path) -> list[list[tuple[object, ...]]]:
    """All that a collection stored, but for when it did so."""
    with closing(sqlite3.connect(path)) as plain:
        return [plain.execute(query).fetchall() for query in CONTENT]
