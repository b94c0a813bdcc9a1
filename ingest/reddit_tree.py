"""A submission on Reddit with its whole tree of comments: what is shown at once, then branch after branch."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass, replace
from typing import TYPE_CHECKING, Any

from corpus.errors import WalkError
from corpus.walk import Claim, Gap, Page
from ingest import reddit
from ingest.fields import count, readable
from ingest.reddit_client import ExhaustedError
from ingest.reddit_things import as_posts, batches, info

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from ingest.items import Items
    from ingest.reddit_client import RedditClient
    from ingest.source import Start

PASSES = 3  # a branch that fails is put off to the end, this often
MOST_FAILURES = 3  # in a row: then it is Reddit that fails, not a branch
DEEPEST = 200  # answers that lead to further branches
ORDER = {"sort": "confidence"}
WHOLE = {**ORDER, "limit": "2048"}
NOT_GIVEN = "named by Reddit, but not given"
NOT_EXPANDED = "branch not expanded"


@dataclass(frozen=True, slots=True, kw_only=True)
class Branch:
    """Comments that are still to be fetched: some by their ids, or the replies under one comment.

    `depth` counts the answers that led here, `tries` the failures.
    """

    ids: tuple[str, ...] = ()
    under: str = ""
    posts: int = 1
    depth: int = 0
    tries: int = 0


class Tree:
    """Walks through the comments of submissions."""

    def __init__(self, client: RedditClient) -> None:
        self._client = client

    def pages(self, about: str, start: Start) -> Iterator[Page]:
        """Fetch what Reddit shows at once, then branch after branch; the cursor holds those that are left.

        A branch that fails again and again is put off to the end; one that never comes is counted as a gap, and the
        walk ends as failed, so that the next run tries it again.
        """
        thread = f"t3_{about}"
        failures, failed = 0, ""
        if start.cursor is None:
            page, todo = self._top(about)
            yield page
        else:
            state = json.loads(start.cursor)
            todo, failed = [Branch(**{**row, "ids": tuple(row["ids"])}) for row in state["todo"]], state["failed"]
        while todo:
            branch, *todo = todo
            try:
                page, further = self._expand(thread, branch)
            except ExhaustedError as error:
                failures += 1
                is_put_off = branch.tries < PASSES
                todo += [replace(branch, tries=branch.tries + 1)] if is_put_off else []
                failed = failed if is_put_off else str(error)
                gaps = () if is_put_off else (_gap(thread, branch, NOT_EXPANDED),)
                yield Page(cursor=_cursor(todo, failed), gaps=gaps)
                if failures >= MOST_FAILURES and is_put_off:
                    raise
                continue
            failures, todo = 0, [*todo, *further]
            yield replace(page, cursor=_cursor(todo, failed) if todo or failed else None)
        if failed:
            raise WalkError(f"Reddit does not give all comments of {about}: {failed}")

    def first(self, about: str) -> dict[str, Any]:
        """Fetch a submission alone."""
        answer = self._client.get(f"/comments/{about}/", {**ORDER, "limit": "1"}, expect=list)
        return _root(_things(answer), about)

    def _top(self, about: str) -> tuple[Page, list[Branch]]:
        things = _things(self._client.get(f"/comments/{about}/", WHOLE, expect=list))
        thread, replies = f"t3_{about}", count(_root(things, about), "num_comments")
        todo, gaps = _branches(things, thread, depth=0)
        claims = () if replies is None else (Claim(thread=thread, posts=replies),)
        cursor = _cursor(todo) if todo else None
        items, unread = as_posts(things, thread)
        return Page(items=items, cursor=cursor, claims=claims, gaps=(*gaps, *unread)), todo

    def _expand(self, thread: str, branch: Branch) -> tuple[Page, list[Branch]]:
        """Fetch a branch; what it leads to is followed only where it brought something."""
        try:
            things = self._under(thread, branch) if branch.under else self._children(thread, branch)
        except WalkError as error:
            return Page(gaps=(_gap(thread, branch, f"{NOT_EXPANDED}: {error}"),)), []
        items, unread = as_posts(things, thread)
        further, gaps = _branches(things, thread, depth=branch.depth + 1)
        if not (items or unread):
            gaps, further = (*gaps, *(_gap(thread, each, NOT_EXPANDED) for each in further)), []
            gaps = gaps or ((_gap(thread, branch, NOT_GIVEN),) if branch.under else ())
        if branch.ids:
            given = {post.id for post, _ in items} | {gap.post for gap in unread}
            named = given | {f"t1_{key}" for each in further for key in each.ids}
            asked = [f"t1_{key}" for key in branch.ids]
            found, lost = self._missing(thread, [name for name in asked if name not in named])
            known = {gap.post for gap in gaps}
            items, gaps = (*items, *found), (*gaps, *(gap for gap in lost if gap.post not in known))
        return Page(items=items, gaps=(*gaps, *unread)), further

    def _children(self, thread: str, branch: Branch) -> list[reddit.Thing]:
        form = {"children": ",".join(branch.ids), "link_id": thread, **ORDER}
        answer = self._client.post("/api/morechildren/", form, expect=dict)
        return list(reddit.things(answer))

    def _under(self, thread: str, branch: Branch) -> list[reddit.Thing]:
        path = f"/comments/{thread.removeprefix('t3_')}/_/{branch.under}"
        things = _things(self._client.get(path, WHOLE, expect=list))
        return [thing for thing in things if thing.kind != "t3" and readable(thing.data, "id") != branch.under]

    def _missing(self, thread: str, names: Sequence[str]) -> tuple[Items, tuple[Gap, ...]]:
        """Ask by their names for comments that were not given; say which are not had so either."""
        if not names:
            return (), ()
        try:
            found, unread = info(self._client, names, thread)
        except WalkError:
            found, unread = (), ()
        had = {post.id for post, _ in found} | {gap.post for gap in unread}
        lost = (Gap(thread=thread, reason=NOT_GIVEN, post=name) for name in names if name not in had)
        return found, (*unread, *lost)


def _things(answer: Iterable[Any]) -> list[reddit.Thing]:
    return [thing for listing in answer if isinstance(listing, dict) for thing in reddit.things(listing)]


def _root(things: Iterable[reddit.Thing], about: str) -> dict[str, Any]:
    for thing in things:
        if thing.kind == "t3":
            return thing.data
    raise WalkError(f"Reddit has no submission {about}: check the id")


def _branches(things: Iterable[reddit.Thing], thread: str, *, depth: int) -> tuple[list[Branch], tuple[Gap, ...]]:
    """Read what is still to be fetched; what lies too deep to be followed is a gap."""
    found, lost = list[Branch](), list[Gap]()
    for thing in things:
        if thing.kind != "more":
            continue
        children, above = thing.data.get("children"), readable(thing.data, "parent_id")
        ids = [str(child) for child in children] if isinstance(children, list) else []
        posts = reddit.not_fetched(thing.data)
        if not ids and above:
            found.append(Branch(under=above.removeprefix("t1_"), posts=posts, depth=depth))
        elif not ids:
            lost.append(Gap(thread=thread, reason=NOT_EXPANDED, posts=posts))
        for batch in batches(ids):
            found.append(Branch(ids=tuple(batch), posts=posts if len(batch) == len(ids) else len(batch), depth=depth))
    if depth > DEEPEST:
        return [], (*lost, *(_gap(thread, branch, NOT_EXPANDED) for branch in found))
    return found, tuple(lost)


def _gap(thread: str, branch: Branch, reason: str) -> Gap:
    return Gap(thread=thread, reason=reason, post=f"t1_{branch.under or branch.ids[0]}", posts=branch.posts)


def _cursor(todo: Iterable[Branch], failed: str = "") -> str:
    return json.dumps({"todo": [asdict(branch) for branch in todo], "failed": failed}, separators=(",", ":"))
