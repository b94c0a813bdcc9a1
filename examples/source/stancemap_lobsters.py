"""Lobsters (lobste.rs) as a source of Stancemap: stories by id and by tag, each with all its comments.

A comment's id is made of its story's and its own ("ab12cd/xyz789"), so that a comment can be looked up by its story.
"""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Any

from corpus.errors import InputError
from corpus.post import Post, State
from ingest.http import RefusedError, json_api
from ingest.source import Claim, Estimate, Opening, Page, Start, Walk

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

STORY, TAG = "story", "tag"
FULL_PAGE = 25  # stories
DEFAULTS: dict[str, Any] = {"url": "https://lobste.rs", "stories": [], "tags": [], "pages": 4}


class Lobsters:
    """What `stancemap ingest lobsters` collects from; the table [sources.lobsters] sets it."""

    platform = "lobsters"

    def __init__(self, opening: Opening) -> None:
        if unknown := set(opening.settings) - set(DEFAULTS):
            raise InputError(f"[sources.lobsters]: unknown key {min(unknown)!r}: known here: {', '.join(DEFAULTS)}")
        self._set = DEFAULTS | dict(opening.settings)
        self._api = json_api("Lobsters", self._set["url"], settings=opening.http, clock=opening.clock, headers={})

    def seeds(self) -> Iterator[Walk]:
        """Name stories and tags, without a request."""
        yield from (Walk(STORY, story) for story in self._set["stories"])
        yield from (Walk(TAG, tag) for tag in self._set["tags"])

    def pages(self, walk: Walk, start: Start) -> Iterator[Page]:
        """Give a story whole in one page, or the stories of a tag, page by page; the cursor is the page's number."""
        if walk.kind == STORY:
            story = self._api.get(f"/s/{walk.about}.json")
            claim = Claim(thread=walk.about, posts=story["comment_count"])
            yield Page(items=tuple((post, None) for post in posts(story)), claims=(claim,))
            return
        number: int | None = int(start.cursor or 1)
        while number:
            found = self._tagged(walk, number)
            number = number + 1 if len(found) == FULL_PAGE and number < self._set["pages"] else None
            yield Page(found=found, cursor=str(number) if number else None)

    def look_up(self, ids: Sequence[str], start: Start) -> Iterator[Page]:  # noqa: ARG002 - costs nothing
        """Give posts as they are now, a story a page; a story that is gone takes its comments with it."""
        for story in dict.fromkeys(key.partition("/")[0] for key in ids):
            wanted = {key for key in ids if key.partition("/")[0] == story}
            try:
                found = {post.id: post for post in posts(self._api.get(f"/s/{story}.json"))}
            except RefusedError as error:
                if error.status != 404:
                    raise
                found = {}
            kept = tuple((found[key], None) for key in wanted if key in found and found[key].state == State.LIVE)
            gone = tuple((key, found[key].state if key in found else State.DELETED) for key in wanted)
            yield Page(items=kept, gone=tuple((key, state) for key, state in gone if state != State.LIVE))

    def estimate(self, walk: Walk) -> Estimate:
        """Count the comments of a story, or the stories on the first page of a tag, for --dry-run."""
        if walk.kind == STORY:
            story = self._api.get(f"/s/{walk.about}.json")
            return Estimate(posts=1 + story["comment_count"], remark=story["title"])
        found = self._tagged(walk, 1)
        return Estimate(posts=len(found), found=found, remark="stories on the first page")

    def close(self) -> None:
        """Close the connections."""
        self._api.close()

    def _tagged(self, walk: Walk, number: int) -> tuple[Walk, ...]:
        stories = self._api.get(f"/t/{walk.about}.json", {"page": number}, expect=list)
        return tuple(Walk(STORY, story["short_id"], walk.depth + 1) for story in stories)


def posts(story: dict[str, Any]) -> Iterator[Post]:
    """Read a story and its comments; the only place that knows how Lobsters writes them."""
    root, when = story["short_id"], datetime.fromisoformat
    place = {"platform": Lobsters.platform, "conversation_id": root, "community": "Lobsters"}
    yield Post(
        **place, id=root, title=story["title"], text=story["description_plain"] or story["url"],
        url=story["short_id_url"], author=story["submitter_user"], created_at=when(story["created_at"]),
        score=story["score"],
    )  # fmt: skip
    for comment in story["comments"]:
        parent, is_gone = comment["parent_comment"], comment["is_deleted"] or comment["is_moderated"]
        state = State.REMOVED if comment["is_moderated"] else State.DELETED if is_gone else State.LIVE
        yield Post(
            **place, id=f"{root}/{comment['short_id']}", reply_to=f"{root}/{parent}" if parent else root, state=state,
            text="" if is_gone else comment["comment_plain"], author=None if is_gone else comment["commenting_user"],
            created_at=when(comment["created_at"]), score=comment["score"], url=comment["url"],
        )  # fmt: skip
