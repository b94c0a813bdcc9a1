"""Reddit, live: submissions by id, by address and by query, each with its whole tree of comments."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass, replace
from typing import TYPE_CHECKING, Any

from corpus.errors import WalkError
from corpus.payload import Payload
from corpus.post import State
from corpus.walk import Claim, Gap, Page, Walk
from ingest import reddit
from ingest.addresses import identity
from ingest.fields import identifier, inner, number, required, string
from ingest.http import HttpSettings
from ingest.reddit_client import ExhaustedError, RedditClient, RedditKeys
from ingest.retry import Clock
from ingest.source import Estimate, Seeds, Start

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from corpus.post import Post

SUBMISSION, URL, QUERY, NEWEST = "submission", "url", "query", "newest"
BATCH = 100  # ids a request
PASSES = 3  # a branch that fails is put off to the end, this often
MOST_FAILURES = 3  # in a row: then it is Reddit that fails, not a branch
DEEPEST = 200  # answers that lead to further branches
ORDER = {"sort": "confidence"}
WHOLE = {**ORDER, "limit": "2048"}

SEARCHES = (
    ("new", "all"),
    *((sort, window) for sort in ("relevance", "top", "comments") for window in ("all", "year", "month", "week")),
)
CUT_SEARCH = 200  # results: a search that ends after fewer is whole; Reddit ends one at about 250
CUT_LISTING = 900  # and a listing at 1,000
MORE_RESULTS = "Reddit lists only the first results of a search, whatever the order"
MORE_NEWEST = "Reddit lists only the newest 1,000 submissions of a subreddit"
NOT_GIVEN = "named by Reddit, but not given"
NOT_EXPANDED = "branch not expanded"
NO_LONGER = "no longer given by Reddit"


@dataclass(frozen=True, slots=True, kw_only=True)
class RedditSettings:
    """Where Reddit is, and what is collected beside what addresses and queries find."""

    submissions: tuple[str, ...] = ()
    subreddits: tuple[str, ...] = ()  # where queries are asked beside the whole site
    newest: tuple[str, ...] = ()  # subreddits whose newest submissions are all collected
    oauth_url: str = "https://oauth.reddit.com"
    reddit_url: str = "https://www.reddit.com"
    user_agent: str = "python:stancemap (by an anonymous researcher)"


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


class Reddit:
    """Reddit as a source."""

    platform = reddit.PLATFORM

    def __init__(
        self,
        settings: RedditSettings,
        seeds: Seeds,
        keys: RedditKeys,
        *,
        http: HttpSettings | None = None,
        clock: Clock | None = None,
    ) -> None:
        self._settings = settings
        self._seeds = seeds
        self._client = RedditClient(
            keys,
            oauth_url=settings.oauth_url,
            reddit_url=settings.reddit_url,
            user_agent=settings.user_agent,
            http=http or HttpSettings(),
            clock=clock or Clock(),
        )

    def seeds(self) -> Iterator[Walk]:
        """Name submissions, addresses, queries (site-wide and in each subreddit) and subreddits."""
        subreddits = [name.removeprefix("/").removeprefix("r/") for name in self._settings.subreddits]
        for named in self._settings.submissions:
            yield Walk(SUBMISSION, identity(self.platform, named).removeprefix("t3_"))
        yield from (Walk(URL, url) for url in self._seeds.urls)
        for query in self._seeds.queries:
            yield Walk(QUERY, query)
            yield from (Walk(f"{QUERY} r/{name}", query) for name in subreddits)
        yield from (Walk(NEWEST, name.removeprefix("/").removeprefix("r/")) for name in self._settings.newest)

    def pages(self, walk: Walk, start: Start) -> Iterator[Page]:
        """Fetch a submission's tree, or a list of submissions."""
        return self._tree(walk.about, start) if walk.kind == SUBMISSION else self._list(walk, start)

    def look_up(self, ids: Sequence[str], start: Start) -> Iterator[Page]:  # noqa: ARG002 - costs nothing
        """Fetch single posts; what their authors or moderators took down is gone."""
        for batch in _batches(ids):
            items = self._info(batch)
            gone = [(post.id, post.state) for post, _ in items if post.state in (State.DELETED, State.REMOVED)]
            kept = [item for item in items if item[0].state not in (State.DELETED, State.REMOVED)]
            absent = set(batch) - {post.id for post, _ in items}
            gaps = tuple(Gap(reason=NO_LONGER, post=key) for key in sorted(absent))
            yield Page(items=tuple(kept), gone=tuple(gone), gaps=gaps)

    def estimate(self, walk: Walk) -> Estimate:
        """Count a submission's comments, or the submissions on the first page of a list."""
        if walk.kind == SUBMISSION:
            answer = self._client.get(f"/comments/{walk.about}/", {**ORDER, "limit": "1"}, expect=list)
            root = _root(_things(answer), walk.about)
            return Estimate(posts=1 + (number(root, "num_comments") or 0), remark=string(root, "title") or "")
        listing = self._results(walk, *SEARCHES[0], None)
        found = _found(walk, _hits(walk, listing))
        more = " on the first page" if string(inner(listing, "data"), "after") else ""
        return Estimate(posts=len(found), found=found, remark=f"submissions found{more}")

    def close(self) -> None:
        """Close the connections."""
        self._client.close()

    # ---- A submission and its comments

    def _tree(self, about: str, start: Start) -> Iterator[Page]:
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

    def _top(self, about: str) -> tuple[Page, list[Branch]]:
        things = _things(self._client.get(f"/comments/{about}/", WHOLE, expect=list))
        replies = number(_root(things, about), "num_comments")
        todo, gaps = _branches(things, f"t3_{about}", depth=0)
        claims = () if replies is None else (Claim(thread=f"t3_{about}", posts=replies),)
        cursor = _cursor(todo) if todo else None
        return Page(items=_items(things), cursor=cursor, claims=claims, gaps=gaps), todo

    def _expand(self, thread: str, branch: Branch) -> tuple[Page, list[Branch]]:
        """Fetch a branch; what it leads to is followed only where it brought something."""
        try:
            things = self._under(thread, branch) if branch.under else self._children(thread, branch)
        except WalkError as error:
            return Page(gaps=(_gap(thread, branch, f"{NOT_EXPANDED}: {error}"),)), []
        items = _items(things)
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
            found = self._info(names)
        except WalkError:
            found = ()
        had = {post.id for post, _ in found}
        return found, [name for name in names if name not in had]

    def _info(self, names: Sequence[str]) -> tuple[tuple[Post, Payload], ...]:
        listing = self._client.get("/api/info/", {"id": ",".join(names)}, expect=dict)
        return _items(reddit.things(listing))

    # ---- Lists of submissions

    def _list(self, walk: Walk, start: Start) -> Iterator[Page]:
        """Fetch a search or the newest submissions, page by page, the newest first.

        Reddit searches by no time, and cuts every list: a search that was cut is asked again in other orders and for
        the windows that there are, and what may be left is counted as a gap.
        """
        state: dict[str, Any] = json.loads(start.cursor or "{}") or {"order": 0, "after": None, "seen": 0}
        order, after, seen = int(state["order"]), state["after"], int(state["seen"])
        limit = CUT_LISTING if walk.kind == NEWEST else CUT_SEARCH
        orders = SEARCHES[:1] if walk.kind == NEWEST or start.mark else SEARCHES
        if start.cursor is None and walk.kind == URL and "://" in walk.about:
            listing = self._client.get("/api/info/", {"url": walk.about}, expect=dict)
            yield _listed(walk, _submissions(listing), json.dumps(state))
        while True:
            listing = self._results(walk, *orders[order], after)
            everything, is_first = _submissions(listing), order == 0 and after is None
            hits = [hit for hit in _hits(walk, listing) if not start.mark or _created(hit) > float(start.mark)]
            seen += len(everything) if order == 0 else 0
            onward = string(inner(listing, "data"), "after")
            is_known = any(_created(each) <= float(start.mark) for each in everything) if start.mark else False
            after = onward if everything and onward != after and not is_known else None
            order += after is None
            is_last = after is None and (order == len(orders) or seen < limit)
            is_cut = is_last and seen >= limit and not is_known
            cursor = None if is_last else json.dumps({"order": order, "after": after, "seen": seen})
            newest = max(map(_created, everything), default=0.0) if is_first else 0.0
            page = _listed(walk, hits, cursor)
            reason = MORE_NEWEST if walk.kind == NEWEST else MORE_RESULTS
            yield replace(page, mark=repr(newest) if newest else None, gaps=(Gap(reason=reason),) if is_cut else ())
            if is_last:
                return

    def _results(self, walk: Walk, sort: str, window: str, after: str | None) -> Any:
        paging = {"limit": "100", **({"after": after} if after else {})}
        if walk.kind == NEWEST:
            return self._client.get(f"/r/{walk.about}/new", paging, expect=dict)
        subreddit = walk.kind.partition(" r/")[2]
        query = f'url:"{_bare(walk.about)}"' if walk.kind == URL else walk.about
        where = {"restrict_sr": str(bool(subreddit))}
        params = {"q": query, "sort": sort, "t": window, **where, **paging}
        return self._client.get(f"/r/{subreddit or 'all'}/search/", params, expect=dict)


def _things(answer: Iterable[Any]) -> list[reddit.Thing]:
    return [thing for listing in answer if isinstance(listing, dict) for thing in reddit.things(listing)]


def _root(things: Iterable[reddit.Thing], about: str) -> dict[str, Any]:
    for thing in things:
        if thing.kind == "t3":
            return thing.data
    raise WalkError(f"Reddit has no submission {about}: check the id")


def _items(things: Iterable[reddit.Thing]) -> tuple[tuple[Post, Payload], ...]:
    return tuple(_item(thing) for thing in things if thing.kind in ("t1", "t3"))


def _item(thing: reddit.Thing) -> tuple[Post, Payload]:
    parser, parse = (
        ("reddit-comment", reddit.comment) if thing.kind == "t1" else ("reddit-submission", reddit.submission)
    )
    return parse(thing.data), Payload(parser, json.dumps(thing.data, separators=(",", ":")).encode())


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
        for batch in _batches(ids):
            found.append(Branch(ids=tuple(batch), posts=posts if len(batch) == len(ids) else len(batch), depth=depth))
    if depth > DEEPEST:
        return [], tuple(_gap(thread, branch, NOT_EXPANDED) for branch in found)
    return found, ()


def _gap(thread: str, branch: Branch, reason: str) -> Gap:
    return Gap(thread=thread, reason=reason, post=f"t1_{branch.under or branch.ids[0]}", posts=branch.posts)


def _cursor(todo: Iterable[Branch], failed: str = "") -> str:
    return json.dumps({"todo": [asdict(branch) for branch in todo], "failed": failed}, separators=(",", ":"))


def _submissions(listing: Mapping[str, Any]) -> list[dict[str, Any]]:
    return [thing.data for thing in reddit.things(listing) if thing.kind == "t3"]


def _hits(walk: Walk, listing: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Give what was searched for: of an address, only the submissions that hold it."""
    found = _submissions(listing)
    if walk.kind != URL:
        return found
    wanted = _bare(walk.about)
    return [hit for hit in found if any(wanted in (string(hit, key) or "").lower() for key in ("url", "selftext"))]


def _listed(walk: Walk, hits: Sequence[dict[str, Any]], cursor: str | None) -> Page:
    items = _items(reddit.Thing("t3", hit) for hit in hits)
    return Page(items=items, cursor=cursor, found=_found(walk, hits))


def _found(walk: Walk, hits: Iterable[Mapping[str, Any]]) -> tuple[Walk, ...]:
    return tuple(Walk(SUBMISSION, required(hit, "id").removeprefix("t3_"), walk.depth + 1) for hit in hits)


def _created(hit: Mapping[str, Any]) -> float:
    value = hit.get("created_utc")
    return float(value) if isinstance(value, int | float) else 0.0


def _bare(url: str) -> str:
    return url.lower().partition("://")[2].rstrip("/") if "://" in url else url.lower().rstrip("/")


def _batches(keys: Sequence[str]) -> Iterator[list[str]]:
    for at in range(0, len(keys), BATCH):
        yield list(keys[at : at + BATCH])
