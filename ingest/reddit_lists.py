"""Lists of submissions on Reddit: searches, and the newest of a subreddit."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from corpus.walk import Gap, Page, Walk
from ingest import reddit
from ingest.fields import inner, string
from ingest.reddit_things import as_posts
from ingest.source import Estimate

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from ingest.reddit_client import RedditClient
    from ingest.source import Start

SUBMISSION, URL, QUERY, NEWEST = "submission", "url", "query", "newest"
SEARCHES = (
    ("new", "all"),
    *((sort, window) for sort in ("relevance", "top", "comments") for window in ("all", "year", "month", "week")),
)
CUT_SEARCH = 200  # results: a search that ends after fewer is whole; Reddit ends one at about 250
CUT_LISTING = 900  # and a listing at 1,000
MORE_RESULTS = "Reddit lists only the first results of a search, whatever the order"
MORE_NEWEST = "Reddit lists only the newest 1,000 submissions of a subreddit"


class Lists:
    """Walks through lists of submissions."""

    def __init__(self, client: RedditClient) -> None:
        self._client = client

    def estimate(self, walk: Walk) -> Estimate:
        """Count the submissions on the first page of a list."""
        listing = self._results(walk, *SEARCHES[0], None)
        found = _listed(walk, _hits(walk, listing), None).found
        more = " on the first page" if string(inner(listing, "data"), "after") else ""
        return Estimate(posts=len(found), found=found, remark=f"submissions found{more}")

    def pages(self, walk: Walk, start: Start) -> Iterator[Page]:
        """Fetch a search or the newest submissions, page by page, the newest first.

        Reddit searches by no time, and cuts every list: a search that was cut is asked again in other orders and for
        the windows that there are, and what may be left is counted as a gap.
        """
        state: dict[str, Any] = json.loads(start.cursor or "{}") or {"order": 0, "after": None, "seen": 0}
        order, after, seen = int(state["order"]), state["after"], int(state["seen"])
        limit = CUT_LISTING if walk.kind == NEWEST else CUT_SEARCH
        mark = None if order else start.mark  # only a walk through everything comes to another order
        orders = SEARCHES[:1] if walk.kind == NEWEST or mark else SEARCHES
        if start.cursor is None and walk.kind == URL and "://" in walk.about:
            listing = self._client.get("/api/info/", {"url": walk.about}, expect=dict)
            yield _listed(walk, _submissions(listing), json.dumps(state))
        while True:
            listing = self._results(walk, *orders[order], after)
            everything, is_first = _submissions(listing), order == 0 and after is None
            hits = [hit for hit in _hits(walk, listing) if not mark or _created(hit) > float(mark)]
            seen += len(everything) if order == 0 else 0
            onward = string(inner(listing, "data"), "after")
            is_known = any(_created(each) <= float(mark) for each in everything) if mark else False
            after = onward if everything and onward != after and not is_known else None
            order += after is None
            is_last = after is None and (order == len(orders) or seen < limit)
            is_cut = is_last and seen >= limit and not is_known
            cursor = None if is_last else json.dumps({"order": order, "after": after, "seen": seen})
            newest = max(map(_created, everything), default=0.0) if is_first else 0.0
            page = _listed(walk, hits, cursor)
            reason = MORE_NEWEST if walk.kind == NEWEST else MORE_RESULTS
            gaps = (*page.gaps, Gap(reason=reason)) if is_cut else page.gaps
            yield replace(page, mark=repr(newest) if newest else None, gaps=gaps)
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


def _submissions(listing: Mapping[str, Any]) -> list[dict[str, Any]]:
    return [thing.data for thing in reddit.things(listing) if thing.kind == "t3"]


def _hits(walk: Walk, listing: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Give what was searched for: of an address, only the submissions that hold it."""
    found = _submissions(listing)
    if walk.kind != URL:
        return found
    wanted = _bare(walk.about)
    return [hit for hit in found if any(wanted in str(hit.get(key)).lower() for key in ("url", "selftext"))]


def _listed(walk: Walk, hits: Sequence[dict[str, Any]], cursor: str | None) -> Page:
    items, gaps = as_posts(reddit.Thing("t3", hit) for hit in hits)
    found = tuple(Walk(SUBMISSION, post.id.removeprefix("t3_"), walk.depth + 1) for post, _ in items)
    return Page(items=items, cursor=cursor, found=found, gaps=gaps)


def _created(hit: Mapping[str, Any]) -> float:
    value = hit.get("created_utc")
    return float(value) if isinstance(value, int | float) else 0.0


def _bare(url: str) -> str:
    return url.lower().partition("://")[2].rstrip("/") if "://" in url else url.lower().rstrip("/")
