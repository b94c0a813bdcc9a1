"""A submission on Reddit with its whole tree of comments: what is shown at once, then branch after branch."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass, replace
from typing import TYPE_CHECKING, Any

from corpus.errors import WalkError
from corpus.walk import Claim, Gap, Page
from ingest import reddit
from ingest.fields import identifier, number, required
from ingest.reddit_client import ExhaustedError
from ingest.reddit_things import as_posts, batches, info

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from corpus.payload import Payload
    from corpus.post import Post
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
        replies = number(_root(things, about), "num_comments")
        todo, gaps = _branches(things, f"t3_{about}", depth=0)
        claims = () if replies is None else (Claim(thread=f"t3_{about}", posts=replies),)
        cursor = _cursor(todo) if todo else None
        return Page(items=as_posts(things), cursor=cursor, claims=claims, gaps=gaps), todo

    def _expand(self, thread: str, branch: Branch) -> tuple[Page, list[Branch]]:
        """Fetch a branch; what it leads to is followed only where it brought something."""
        try:
            things = self._under(thread, branch) if branch.under else self._children(thread, branch)
        except WalkError as error:
            return Page(gaps=(_gap(thread, branch, f"{NOT_EXPANDED}: {error}"),)), []
        items = as_posts(things)
        further, gaps = _branches(things, thread, depth=branch.depth + 1)
        if not items:
            gaps, further = (*gaps, *(_gap(thread, each, NOT_EXPANDED) for each in further)), []
            gaps = gaps or ((_gap(thread, branch, NOT_GIVEN),) if branch.under else ())
        if branch.ids:
            named = {post.id.removeprefix("t1_") for post, _ in items} | {key for each in further for key in each.ids}
            found, missing = self._missing([f"t1_{key}" for key in branch.ids if key not in named])
            items = (*items, *found)
            known = {gap.post for gap in gaps}
            gaps = (*gaps, *(Gap(thread=thread, reason=NOT_GIVEN, post=key) for key in missing if key not in known))
        return Page(items=items, gaps=gaps), further

    def _children(self, thread: str, branch: Branch) -> list[reddit.Thing]:
        form = {"children": ",".join(branch.ids), "link_id": thread, **ORDER}
        answer = self._client.post("/api/morechildren/", form, expect=dict)
        return list(reddit.things(answer))

    def _under(self, thread: str, branch: Branch) -> list[reddit.Thing]:
        path = f"/comments/{thread.removeprefix('t3_')}/_/{branch.under}"
        things = _things(self._client.get(path, WHOLE, expect=list))
        return [thing for thing in things if thing.kind != "t3" and identifier(thing.data, "id") != branch.under]

    def _missing(self, names: Sequence[str]) -> tuple[tuple[tuple[Post, Payload], ...], list[str]]:
        """Ask by their names for comments that were not given; say which are not had so either."""
        if not names:
            return (), []
        try:
            found = info(self._client, names)
        except WalkError:
            found = ()
        had = {post.id for post, _ in found}
        return found, [name for name in names if name not in had]


def _things(answer: Iterable[Any]) -> list[reddit.Thing]:
    return [thing for listing in answer if isinstance(listing, dict) for thing in reddit.things(listing)]


def _root(things: Iterable[reddit.Thing], about: str) -> dict[str, Any]:
    for thing in things:
        if thing.kind == "t3":
            return thing.data
    raise WalkError(f"Reddit has no submission {about}: check the id")


def _branches(things: Iterable[reddit.Thing], thread: str, *, depth: int) -> tuple[list[Branch], tuple[Gap, ...]]:
    """Read what is still to be fetched; what lies too deep to be followed is a gap."""
    found: list[Branch] = []
    for thing in things:
        if thing.kind != "more":
            continue
        ids = [str(child) for child in thing.data.get("children") or []]
        posts = reddit.not_fetched(thing.data)
        if not ids:
            found.append(Branch(under=required(thing.data, "parent_id").removeprefix("t1_"), posts=posts, depth=depth))
        for batch in batches(ids):
            found.append(Branch(ids=tuple(batch), posts=posts if len(batch) == len(ids) else len(batch), depth=depth))
    if depth > DEEPEST:
        return [], tuple(_gap(thread, branch, NOT_EXPANDED) for branch in found)
    return found, ()


def _gap(thread: str, branch: Branch, reason: str) -> Gap:
    return Gap(thread=thread, reason=reason, post=f"t1_{branch.under or branch.ids[0]}", posts=branch.posts)


def _cursor(todo: Iterable[Branch], failed: str = "") -> str:
    return json.dumps({"todo": [asdict(branch) for branch in todo], "failed": failed}, separators=(",", ":"))
