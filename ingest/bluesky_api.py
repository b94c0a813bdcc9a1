"""Bluesky, live: posts by address, by link and by phrase, each with its whole thread and its quotes."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass, replace
from typing import TYPE_CHECKING, Any

from corpus.errors import WalkError
from corpus.post import Post, State
from corpus.walk import Gap, Page, Walk
from ingest import bluesky
from ingest.bluesky_client import MOST_POSTS, NO_SEARCH, BlueskyClient, BlueskyKeys, NoSearchError
from ingest.bluesky_search import Window, fits, params, threads, time, written
from ingest.branches import Branch, Branches, Node
from ingest.fields import flag, inner, number, objects, required, string
from ingest.http import HttpSettings
from ingest.items import read
from ingest.retry import Clock
from ingest.source import Estimate, Finding, Level, Seeds, Start
from ingest.times import begin

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from ingest.items import Items

THREAD, REPLIES, QUOTES, URL, QUERY = "thread", "replies", "quotes", "url", "query"
HIGHEST = 1_000  # posts above a post that are asked for
NOT_FOUND = "not found: deleted, or its account is gone"
HIDDEN = "hidden: its author and the one it answers have blocked each other"
NOT_GIVEN = "counted by Bluesky, but not given"
NO_POST = "at://bsky.app/app.bsky.feed.post/3jui7kd2zzzzz"
Answer = dict[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class BlueskySettings:
    """Where Bluesky is, and what is collected beside what addresses and queries find.

    `quote_depth` 0 collects the quotes of the posts named; 1 also the replies to those, and the quotes of what was
    found; and so on.
    """

    posts: tuple[str, ...] = ()
    since: str = "2023-01-01"  # for searches
    quote_depth: int = 1
    appview_url: str = "https://public.api.bsky.app"
    service_url: str = "https://bsky.social"  # where the account of the app password is


class Bluesky:
    """Bluesky as a source."""

    platform = bluesky.PLATFORM

    def __init__(
        self,
        settings: BlueskySettings,
        seeds: Seeds,
        keys: BlueskyKeys | None = None,
        *,
        http: HttpSettings | None = None,
        clock: Clock | None = None,
    ) -> None:
        self._settings = settings
        self._seeds = seeds
        since = begin(settings.since, where="[bluesky]")
        self._since = written(since) if since else ""
        self._client = BlueskyClient(
            keys,
            appview_url=settings.appview_url,
            service_url=settings.service_url,
            http=http or HttpSettings(),
            clock=clock or Clock(),
        )

    def seeds(self) -> Iterator[Walk]:
        """Name posts, addresses and phrases."""
        yield from (Walk(THREAD, bluesky.at_uri(post)) for post in self._settings.posts)
        yield from (Walk(URL, url) for url in self._seeds.urls)
        yield from (Walk(QUERY, query) for query in self._seeds.queries)

    def pages(self, walk: Walk, start: Start) -> Iterator[Page]:
        """Fetch a thread, what answers a post, what quotes it, or a search."""
        if walk.kind in (THREAD, REPLIES):
            return self._thread(walk, start)
        return self._quotes(walk, start) if walk.kind == QUOTES else self._search(walk, start)

    def look_up(self, ids: Sequence[str], start: Start) -> Iterator[Page]:  # noqa: ARG002 - costs nothing
        """Fetch single posts; each that is left out is asked for once more, alone, before it counts as gone."""
        for at in range(0, len(ids), MOST_POSTS):
            batch = ids[at : at + MOST_POSTS]
            views = objects(self._client.posts(batch), "posts")
            nodes = {key: self._client.thread(key, depth=0) for key in {*batch} - {view.get("uri") for view in views}}
            views += [node["post"] for node in nodes.values() if node.get("post")]
            items, gaps = _items(map(bluesky.alone, views))
            gone = tuple((key, State.DELETED) for key, node in nodes.items() if not node)
            hidden = tuple(Gap(reason=HIDDEN, post=key) for key, node in nodes.items() if flag(node, "blocked"))
            yield Page(items=items, gone=gone, gaps=(*gaps, *hidden))

    def estimate(self, walk: Walk) -> Estimate:
        """Count the direct replies and quotes of a post, or the posts on the first page of a search."""
        if walk.kind in (URL, QUERY):
            return self._estimate_search(walk)
        if walk.kind != THREAD:
            return Estimate()
        post = inner(self._client.thread(walk.about, depth=0), "post")
        if not post:
            raise WalkError(f"Bluesky has no post {walk.about}: check its address")
        counted = (number(post, "replyCount") or 0) + (number(post, "quoteCount") or 0)
        return Estimate(posts=1 + counted, remark="direct replies and quotes")

    def check(self) -> Iterator[Finding]:
        """Search once where there is a login, else ask for a post that cannot be there."""
        if self._client.has_login:
            yield Finding(Level.NOTE, "about to log in to Bluesky and search once: free")
            self._client.search({"q": "pytorch", "limit": 1})
            yield Finding(Level.OK, "the app password is accepted, and posts can be searched")
        else:
            yield Finding(Level.NOTE, "about to ask Bluesky for one post: free")
            self._client.thread(NO_POST, depth=0)
            yield Finding(Level.OK, f"threads and quotes can be read; {NO_SEARCH}")

    def close(self) -> None:
        """Close the connections."""
        self._client.close()

    # ---- A thread

    def _thread(self, walk: Walk, start: Start) -> Iterator[Page]:
        """Fetch a post, what is above it and below it, and on from every post whose replies are not all there."""
        branches = Branches.at(walk.about, start.cursor)
        while branches.todo:
            branch = branches.todo.pop()
            is_first = branch.replies is None
            node = self._client.thread(branch.id, height=HIGHEST if is_first and walk.kind == THREAD else 0)
            if "post" in node:
                yield self._piece(walk, branches, branch, node)
            else:
                hidden = Gap(thread=walk.about, reason=HIDDEN if node else NOT_FOUND, post=branch.id)
                gone = () if node else ((branch.id, State.DELETED),)
                yield Page(gaps=(hidden,), gone=gone, cursor=branches.cursor)

    def _piece(self, walk: Walk, branches: Branches, branch: Branch, top: Mapping[str, Any]) -> Page:
        post = inner(top, "post")
        uri = required(post, "uri")
        root = bluesky.root(post)
        is_first = branch.replies is None
        above, below = bluesky.above(top), list(bluesky.below(top))
        if is_first and walk.kind == THREAD and uri == root:
            branches.thread, branches.quotes = root, number(post, "quoteCount")
        piece = branches.take(branch._replace(id=uri), (_node(*pair) for pair in below))
        new = [pair for pair in below if bluesky.node_uri(pair[0]) in piece.new]
        page = _page([*above, *new] if is_first else new, root)
        lost = (Gap(thread=root, reason=NOT_GIVEN, post=uri, posts=piece.missing),) if piece.missing else ()
        return replace(
            page,
            cursor=branches.cursor,
            gaps=(*page.gaps, *lost),
            found=tuple(self._around(walk, post)) if is_first else (),
            claims=branches.claims,
        )

    def _around(self, walk: Walk, post: Mapping[str, Any]) -> Iterator[Walk]:
        """Name what belongs to a post: the thread that it stands in, and its quotes."""
        uri, root = required(post, "uri"), bluesky.root(post)
        if walk.kind == THREAD and root != uri:
            yield Walk(THREAD, root, walk.depth)
        if walk.depth <= self._settings.quote_depth and number(post, "quoteCount") != 0:
            yield Walk(QUOTES, uri, walk.depth)

    # ---- Quotes and searches

    def _quotes(self, walk: Walk, start: Start) -> Iterator[Page]:
        """Fetch the quotes of a post, newest first."""
        cursor = start.cursor
        while True:
            answer = self._client.quotes(walk.about, cursor)
            views = objects(answer, "posts")
            items, gaps = _items(views)
            newest = max((when for view in views if (when := time(view))), default=None)
            before, cursor = cursor, string(answer, "cursor") if views else None
            if cursor == before or (start.mark and newest and newest <= start.mark):
                cursor = None
            yield Page(
                items=items,
                gaps=gaps,
                cursor=cursor,
                mark=newest if before is None else None,
                found=tuple(self._answers(views, walk)),
            )
            if cursor is None:
                return

    def _answers(self, quotes: Iterable[Mapping[str, Any]], walk: Walk) -> Iterator[Walk]:
        """Name what answers quotes; one that is itself a reply stands in somebody else's thread, which is left out."""
        if walk.depth >= self._settings.quote_depth:
            return
        for quote in quotes:
            if number(quote, "replyCount") != 0 or number(quote, "quoteCount") != 0:
                uri = required(quote, "uri")
                yield Walk(THREAD if bluesky.root(quote) == uri else REPLIES, uri, walk.depth + 1)

    def _search(self, walk: Walk, start: Start) -> Iterator[Page]:
        """Fetch what a search finds, newest first, in windows that end where the last one began.

        A cursor leads only so deep into a search (10,000 posts); the next window begins with the oldest time seen, so
        that posts of the same moment are not missed.
        """
        at: Window | None = Window(**json.loads(start.cursor or "{}"))
        while at:
            try:
                answer = self._client.search(params(walk, at, start.mark or self._since))
            except NoSearchError as error:
                yield Page(gaps=(Gap(reason=str(error), posts=0),))
                return
            is_first = at == Window()
            views = objects(answer, "posts")
            hits = [view for view in views if fits(walk, view)]
            items, gaps = _items(hits)
            times = [when for view in views if (when := time(view))]
            at.oldest = min([*times, *filter(None, [at.oldest])], default=None)
            at.cursor = string(answer, "cursor") if views else None
            at = at if at.cursor else at.next()
            yield Page(
                items=items,
                gaps=gaps,
                cursor=json.dumps(asdict(at)) if at else None,
                mark=max(times, default=None) if is_first else None,
                found=threads(walk, hits, THREAD),
            )

    def _estimate_search(self, walk: Walk) -> Estimate:
        try:
            answer = self._client.search(params(walk, Window(), self._since))
        except NoSearchError:
            return Estimate(posts=0, remark=NO_SEARCH)
        hits = [view for view in objects(answer, "posts") if fits(walk, view)]
        more = " on the first page" if string(answer, "cursor") else ""
        return Estimate(posts=len(hits), found=threads(walk, hits, THREAD), remark=f"posts found{more}")


def _page(pairs: Iterable[tuple[Answer, str | None]], root: str) -> Page:
    """Make a page of nodes of a thread: deleted posts keep their place in it, hidden ones are gaps."""
    views, tombs, hidden = list[Answer](), list[Post](), list[Gap]()
    for node, parent in pairs:
        if "post" in node:
            views.append(node["post"])
        elif flag(node, "notFound"):
            tombs.append(_tombstone(required(node, "uri"), parent, root))
        else:
            hidden.append(Gap(thread=root, reason=HIDDEN, post=required(node, "uri")))
    items, gaps = _items(views, root)
    gone = tuple((tomb.id, tomb.state) for tomb in tombs)
    return Page(items=(*items, *((tomb, None) for tomb in tombs)), gaps=(*gaps, *hidden), gone=gone)


def _tombstone(uri: str, parent: str | None, root: str) -> Post:
    return Post(
        platform=bluesky.PLATFORM,
        id=uri,
        conversation_id=root,
        reply_to=parent,
        community=bluesky.COMMUNITY,
        state=State.DELETED,
    )


def _items(views: Iterable[Mapping[str, Any]], thread: str = "") -> tuple[Items, tuple[Gap, ...]]:
    each = (one for view in views for one in bluesky.with_quoted(view))
    return read(each, "bluesky", bluesky.post, key="uri", thread=thread)


def _node(node: Mapping[str, Any], parent: str | None) -> Node:
    return Node(bluesky.node_uri(node) or "", parent, number(inner(node, "post"), "replyCount") or 0)
