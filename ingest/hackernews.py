"""Hacker News: items of the Firebase API, trees and hits of Algolia's search, and rows of the BigQuery table."""

from __future__ import annotations

from contextlib import suppress
from itertools import islice
from typing import TYPE_CHECKING, Any

from corpus.post import Post, State
from ingest.fields import flag, identifier, moment, number, objects, readable, required, string
from ingest.markup import plain, unescape

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping
    from datetime import datetime

PLATFORM = "hackernews"
COMMUNITY = "Hacker News"
_PARENTS = ("parent", "poll", "in_reply_to_id")  # the last of Mastodon, whose archives say as little
_PLACEHOLDERS = {"[deleted]": State.DELETED, "[dead]": State.REMOVED, "[flagged]": State.REMOVED}


def firebase(item: Mapping[str, Any]) -> Post:
    """Read an item of the Firebase API.

    An item names its parent, not its story. `story_id`, which `Threads` adds where it can, is then the conversation;
    without it a comment stands as its own conversation.
    """
    return _post(
        item,
        reply_to=identifier(item, "parent", "poll"),
        author=string(item, "by"),
        created_at=moment(item, "time", "timestamp"),
        html=string(item, "text"),
        score=number(item, "score"),
    )


def bigquery(row: Mapping[str, Any]) -> Post:
    """Read a row of the public BigQuery table: an item again, though its numbers may be text."""
    return firebase(row)


def algolia_item(node: Mapping[str, Any]) -> Post:
    """Read one node of an Algolia item tree (see `walk`)."""
    author, html = string(node, "author"), string(node, "text")
    bare = author is None and html is None and not string(node, "title")
    return _post(
        node,
        reply_to=identifier(node, "parent_id"),
        author=author,
        created_at=moment(node, "created_at_i", "created_at"),
        html="[deleted]" if bare else html,
        score=number(node, "points"),
    )


def algolia_hit(hit: Mapping[str, Any]) -> Post:
    """Read one hit of an Algolia search."""
    return _post(
        hit,
        reply_to=identifier(hit, "parent_id"),
        author=string(hit, "author"),
        created_at=moment(hit, "created_at_i", "created_at"),
        html=string(hit, "comment_text") or string(hit, "story_text") or string(hit, "text"),
        score=number(hit, "points"),
    )


def walk(tree: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    """Give every node of an Algolia item tree, parents first, without its children.

    Older trees do not say the story on each node: it is added, and the parent too.
    """
    story = identifier(tree, "story_id") or (None if identifier(tree, "parent_id") else identifier(tree, "id"))
    stack: list[tuple[Mapping[str, Any], str | None]] = [(tree, identifier(tree, "parent_id"))]
    while stack:
        node, parent = stack.pop()
        own = {key: value for key, value in node.items() if key != "children"}
        yield own | {"parent_id": own.get("parent_id") or parent, "story_id": own.get("story_id") or story}
        children = objects(node, "children")
        stack.extend((child, readable(node, "id")) for child in reversed(children))


class Threads:
    """Finds the story of each comment by following parents, for sources that name only the parent.

    Remembers the newest `limit` items, so that memory stays flat; a comment whose ancestors are not among them, or
    come in a later page, is left without a story.
    """

    def __init__(self, limit: int = 200_000) -> None:
        self._parents: dict[str, str | None] = {}
        self._limit = limit

    def join(self, items: Iterable[Mapping[str, Any]]) -> list[Mapping[str, Any]]:
        """Add `story_id` to those items of one page whose story is known.

        An item whose ids cannot be read stays as it is: its parser says what is wrong with it.
        """
        items = list(items)
        for item in items:
            with suppress(ValueError):
                if key := identifier(item, "id"):
                    self._parents[key] = identifier(item, *_PARENTS)
        joined = [self._with_story(item) for item in items]
        for key in list(islice(self._parents, max(0, len(self._parents) - self._limit))):
            del self._parents[key]
        return joined

    def _with_story(self, item: Mapping[str, Any]) -> Mapping[str, Any]:
        key, seen = readable(item, *_PARENTS), set[str]()
        if key is None or item.get("story_id"):
            return item
        while key not in seen and (parent := self._parents.get(key)):
            seen.add(key)
            key = parent
        return {**item, "story_id": key} if key in self._parents and key not in seen else item


def _post(
    wire: Mapping[str, Any],
    *,
    reply_to: str | None,
    author: str | None,
    created_at: datetime | None,
    html: str | None,
    score: int | None,
) -> Post:
    key = required(wire, "id", "objectID")
    gone = _PLACEHOLDERS.get(html or "")
    title = string(wire, "title")
    return Post(
        platform=PLATFORM,
        id=key,
        conversation_id=identifier(wire, "story_id") or key,
        reply_to=reply_to,
        community=COMMUNITY,
        author=author,
        created_at=created_at,
        title=unescape(title) if title else None,
        text="" if gone or not html else plain(html),
        url=f"https://news.ycombinator.com/item?id={key}",
        score=score,
        state=_state(wire, gone),
    )


def _state(wire: Mapping[str, Any], gone: State | None) -> State:
    """Judge the state; a killed post keeps the text that is there, but counts as removed."""
    if flag(wire, "deleted"):
        return State.DELETED
    return State.REMOVED if flag(wire, "dead") else gone or State.LIVE
