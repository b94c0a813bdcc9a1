"""Hacker News, live: Algolia finds stories and gives whole trees, Firebase adds what Algolia lacks.

Algolia leaves out dead comments and lags behind edits and deletions; Firebase answers one item at a time, knows every
state, lists children in the order of their rank, and answers `null` for an item that it does not have.
"""

from __future__ import annotations

import json
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from corpus.errors import WalkError
from corpus.post import State
from corpus.walk import Claim, Gap, Page, Walk
from ingest import hackernews
from ingest.fields import count, flag, identifier, objects
from ingest.http import HttpSettings, json_api
from ingest.items import read
from ingest.retry import Clock
from ingest.source import Estimate, Finding, Level, Seeds, Start

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

STORY, URL, QUERY = "story", "url", "query"
BATCH = 64  # Firebase items a page
NULL_TRIES = 3  # a new item is null for a moment
HIGHEST_CLIMB = 500
MOST_HITS = 1_000  # that Algolia gives for one query
NO_LONGER = "no longer given by Firebase"
NOT_THERE = "null at Firebase and unknown to Algolia"
Items = dict[str, dict[str, Any] | None]


@dataclass(frozen=True, slots=True, kw_only=True)
class HackerNewsSettings:
    """Where Hacker News is, and which stories are collected beside those that are found."""

    stories: tuple[int, ...] = ()
    algolia_url: str = "https://hn.algolia.com"
    firebase_url: str = "https://hacker-news.firebaseio.com"
    at_once: int = 8  # requests to Firebase


class HackerNews:
    """Hacker News as a source: stories by address, by phrase and by id, each with its whole tree."""

    platform = hackernews.PLATFORM

    def __init__(
        self,
        settings: HackerNewsSettings,
        seeds: Seeds,
        *,
        http: HttpSettings | None = None,
        clock: Clock | None = None,
    ) -> None:
        http, clock = http or HttpSettings(), clock or Clock()
        self._settings = settings
        self._seeds = seeds
        self._clock = clock
        self._algolia = json_api("Hacker News (Algolia)", settings.algolia_url, settings=http, clock=clock, headers={})
        self._firebase = json_api(
            "Hacker News (Firebase)", settings.firebase_url, settings=http, clock=clock, headers={}
        )

    def seeds(self) -> Iterator[Walk]:
        """Name stories, addresses and phrases."""
        yield from (Walk(STORY, str(story)) for story in self._settings.stories)
        yield from (Walk(URL, url) for url in self._seeds.urls)
        yield from (Walk(QUERY, query) for query in self._seeds.queries)

    def pages(self, walk: Walk, start: Start) -> Iterator[Page]:
        """Fetch a story's tree, or a search."""
        return self._story(walk.about, start) if walk.kind == STORY else self._search(walk, start)

    def look_up(self, ids: Sequence[str], start: Start) -> Iterator[Page]:  # noqa: ARG002 - costs nothing
        """Fetch single items."""
        for batch in _batches(list(ids)):
            items = self._items(batch)
            found = [item for item in items.values() if item]
            gone = [(key, State.DELETED) for key, item in items.items() if item and flag(item, "deleted")]
            kept = [item for item in found if not flag(item, "deleted")]
            gaps = (Gap(reason=NO_LONGER, post=key) for key, item in items.items() if item is None)
            posts, unread = read(kept, "hn-item", hackernews.firebase, key="id")
            yield Page(items=posts, gone=tuple(gone), gaps=(*unread, *gaps))

    def estimate(self, walk: Walk) -> Estimate:
        """Count a story's comments, or a search's stories."""
        if walk.kind == STORY:
            root = self._item(walk.about)
            if root is None:
                raise WalkError(f"Hacker News has no story {walk.about}")
            return Estimate(posts=1 + (count(root, "descendants") or 0), remark=str(root.get("title") or ""))
        page = _found(walk, objects(self._hits(walk, None, None), "hits"))
        return Estimate(posts=len(page.found), found=page.found, remark="stories found")

    def check(self) -> Iterator[Finding]:
        """Ask each of the two APIs once."""
        yield Finding(Level.NOTE, "about to ask Algolia for one story and Firebase for the newest number: free")
        self._algolia.get("/api/v1/search", {"tags": "story", "hitsPerPage": "1"})
        self._firebase.get("/v0/maxitem.json", expect=int)
        yield Finding(Level.OK, "Algolia and Firebase answer; no key is needed")

    def close(self) -> None:
        """Close the connections."""
        self._algolia.close()
        self._firebase.close()

    def _story(self, about: str, start: Start) -> Iterator[Page]:
        """Fetch Algolia's tree, then every item from Firebase, in the order of rank, a batch a page.

        The cursor holds the story and the items that are left to be asked for.
        """
        if start.cursor is None:
            story = self._root(about)
            yield self._tree(story)
            todo = [story]
        else:
            state = json.loads(start.cursor)
            story, todo = state["story"], list(state["todo"])
        while todo:
            batch, todo = todo[:BATCH], todo[BATCH:]
            items = self._items(batch)
            todo = [*todo, *(child for item in items.values() if item for child in _children(item))]
            yield self._level(story, items, todo)

    def _tree(self, story: str) -> Page:
        cursor = _cursor(story, [story])
        try:
            nodes = list(hackernews.walk(self._algolia.get(f"/api/v1/items/{story}")))
        except (WalkError, ValueError):  # Algolia lacks some stories, or has them broken: Firebase has them whole
            return Page(cursor=cursor)
        items, gaps = read(nodes, "hn-algolia-item", hackernews.algolia_item, key="id", thread=story)
        return Page(items=items, gaps=gaps, cursor=cursor)

    def _level(self, story: str, items: Items, todo: list[str]) -> Page:
        found = [{**item, "story_id": int(story)} for item in items.values() if item]
        root = items.get(story)
        replies = count(root, "descendants") if root else None
        posts, unread = read(found, "hn-item", hackernews.firebase, key="id", thread=story)
        absent = (Gap(thread=story, reason=NOT_THERE, post=key) for key, item in items.items() if item is None)
        return Page(
            items=posts,
            cursor=_cursor(story, todo) if todo else None,
            claims=() if replies is None else (Claim(thread=story, posts=replies),),
            gaps=(*unread, *absent),
        )

    def _root(self, about: str) -> str:
        """Climb from a comment to its story."""
        key = about
        for _ in range(HIGHEST_CLIMB):
            item = self._item(key)
            try:
                above = identifier(item, "parent", "poll") if item else None
            except ValueError as error:
                raise WalkError(f"Hacker News item {key} cannot be read: {error}") from error
            if item is None or above is None:
                if item is None and not self._is_known_to_algolia(key):
                    raise WalkError(f"Hacker News has no item {about}: check the number")
                return key
            key = above
        raise WalkError(f"Hacker News item {about} leads to no story")

    def _is_known_to_algolia(self, key: str) -> bool:
        try:
            return bool(self._algolia.get(f"/api/v1/items/{key}"))
        except WalkError:
            return False

    def _search(self, walk: Walk, start: Start) -> Iterator[Page]:
        """Fetch the stories that a search finds, newest first, in windows that end where the last one began.

        Algolia gives no more than 1,000 hits a query; the next window begins with the oldest second seen, so that
        stories of the same second are not missed.
        """
        until = None if start.cursor is None else int(start.cursor)
        while True:
            answer = self._hits(walk, until, start.mark)
            hits = objects(answer, "hits")
            times = [time for hit in hits if (time := count(hit, "created_at_i"))]
            is_last = len(hits) < MOST_HITS or not times
            oldest = min(times, default=0)
            if not is_last and oldest == until:
                oldest -= 1  # a thousand stories in one second cannot be told apart
            yield replace(
                _found(walk, hits),
                cursor=None if is_last else str(oldest),
                mark=str(max(times)) if times and until is None else None,
            )
            if is_last:
                return
            until = oldest

    def _hits(self, walk: Walk, until: int | None, mark: str | None) -> dict[str, Any]:
        filters = [f"created_at_i<={until}"] if until is not None else []
        filters += [f"created_at_i>{mark}"] if mark is not None else []
        by_url = {"query": walk.about, "restrictSearchableAttributes": "url"}
        phrase = {"query": f'"{walk.about}"', "advancedSyntax": "true"}
        params = {
            **(by_url if walk.kind == URL else phrase),
            "tags": "(story,poll)",
            "typoTolerance": "false",
            "hitsPerPage": str(MOST_HITS),
            **({"numericFilters": ",".join(filters)} if filters else {}),
        }
        answer: dict[str, Any] = self._algolia.get("/api/v1/search_by_date", params)
        return answer

    def _items(self, keys: Sequence[str]) -> Items:
        """Fetch items, several at once, in the order asked for."""
        with ThreadPoolExecutor(max_workers=self._settings.at_once) as pool:
            return dict(zip(keys, pool.map(self._item, keys), strict=True))

    def _item(self, key: str) -> dict[str, Any] | None:
        """Fetch an item; `null` is asked for again, for it may be a moment's mood."""
        for _ in range(NULL_TRIES):
            item: dict[str, Any] | None = self._firebase.get(f"/v0/item/{key}.json", expect=(dict, type(None)))
            if item is not None:
                return item
        return None


def _found(walk: Walk, hits: Sequence[Mapping[str, Any]]) -> Page:
    """Read the stories among the hits of a search that are what was searched for."""
    fitting = (hit for hit in hits if _fits(walk, hit))
    items, gaps = read(fitting, "hn-algolia-hit", hackernews.algolia_hit, key="objectID")
    return Page(items=items, gaps=gaps, found=tuple(Walk(STORY, post.id, walk.depth + 1) for post, _ in items))


def _children(item: Mapping[str, Any]) -> list[str]:
    lists = (item.get(key) for key in ("parts", "kids"))
    return [str(child) for children in lists if isinstance(children, list) for child in children]


def _cursor(story: str, todo: list[str]) -> str:
    return json.dumps({"story": story, "todo": todo}, separators=(",", ":"))


def _fits(walk: Walk, hit: Mapping[str, Any]) -> bool:
    """Say whether a hit is what was searched for; Algolia also gives what is like it."""
    if walk.kind == URL:
        return _bare(walk.about) in _bare(str(hit.get("url") or ""))
    words = " ".join(str(hit.get(key) or "") for key in ("title", "story_text", "url"))
    return " ".join(walk.about.lower().split()) in " ".join(words.lower().split())


def _bare(url: str) -> str:
    return url.lower().partition("://")[2].rstrip("/") if "://" in url else url.lower().rstrip("/")


def _batches(keys: list[str]) -> Iterator[list[str]]:
    for at in range(0, len(keys), BATCH):
        yield keys[at : at + BATCH]
