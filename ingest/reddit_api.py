"""Reddit, live: submissions by id, by address and by query, each with its whole tree of comments."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from corpus.post import State
from corpus.walk import Gap, Page, Walk
from ingest import reddit
from ingest.addresses import identity
from ingest.fields import count
from ingest.http import HttpSettings
from ingest.reddit_client import RedditClient, RedditKeys
from ingest.reddit_lists import NEWEST, QUERY, SUBMISSION, URL, Lists
from ingest.reddit_things import batches, info
from ingest.reddit_tree import Tree
from ingest.retry import Clock
from ingest.source import Estimate, Finding, Level, Seeds, Start

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

NO_LONGER = "no longer given by Reddit"
ANY = "askreddit"  # a subreddit that is always there


@dataclass(frozen=True, slots=True, kw_only=True)
class RedditSettings:
    """Where Reddit is, and what is collected beside what addresses and queries find."""

    submissions: tuple[str, ...] = ()
    subreddits: tuple[str, ...] = ()  # where queries are asked beside the whole site
    newest: tuple[str, ...] = ()  # subreddits whose newest submissions are all collected
    oauth_url: str = "https://oauth.reddit.com"
    reddit_url: str = "https://www.reddit.com"
    user_agent: str = "python:stancemap (by an anonymous researcher)"


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
        self._tree = Tree(self._client)
        self._lists = Lists(self._client)

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
        return self._tree.pages(walk.about, start) if walk.kind == SUBMISSION else self._lists.pages(walk, start)

    def look_up(self, ids: Sequence[str], start: Start) -> Iterator[Page]:  # noqa: ARG002 - costs nothing
        """Fetch single posts; what their authors or moderators took down is gone."""
        for batch in batches(ids):
            items, unread = info(self._client, batch)
            gone = [(post.id, post.state) for post, _ in items if post.state in (State.DELETED, State.REMOVED)]
            kept = [item for item in items if item[0].state not in (State.DELETED, State.REMOVED)]
            absent = set(batch) - {post.id for post, _ in items} - {gap.post for gap in unread}
            gaps = (Gap(reason=NO_LONGER, post=key) for key in sorted(absent))
            yield Page(items=tuple(kept), gone=tuple(gone), gaps=(*unread, *gaps))

    def estimate(self, walk: Walk) -> Estimate:
        """Count a submission's comments, or the submissions on the first page of a list."""
        if walk.kind != SUBMISSION:
            return self._lists.estimate(walk)
        root = self._tree.first(walk.about)
        return Estimate(posts=1 + (count(root, "num_comments") or 0), remark=str(root.get("title") or ""))

    def check(self) -> Iterator[Finding]:
        """Sign in and ask for one submission."""
        yield Finding(Level.NOTE, f"about to sign in and ask GET /r/{ANY}/new for one submission: free")
        self._client.get(f"/r/{ANY}/new", {"limit": "1"}, expect=dict)
        yield Finding(Level.OK, "the app's keys are accepted, and posts can be read")

    def close(self) -> None:
        """Close the connections."""
        self._client.close()
