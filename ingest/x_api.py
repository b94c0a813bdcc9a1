"""X, live: a post, all that answers it, all that quotes it, and what answers the quotes."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import TYPE_CHECKING, Any

from corpus.errors import SourceError, WalkError
from corpus.payload import Payload
from corpus.post import State
from corpus.walk import Claim, Gap, Page, Spending, Walk
from ingest import x
from ingest.addresses import identity
from ingest.fields import identifier, inner, number, objects, required, string
from ingest.http import HttpSettings
from ingest.retry import Clock, Transient
from ingest.source import Estimate, Start
from ingest.x_budget import Prices, Purse
from ingest.x_client import NoArchiveError, StaleTokenError, XClient, XKeys

if TYPE_CHECKING:
    from collections.abc import Callable, Generator, Iterator, Mapping, Sequence

    from corpus.post import Post

POST, CONVERSATION, REPLIES, QUOTES, QUERY = "post", "conversation", "replies", "quotes", "query"
SEARCHES = {CONVERSATION: "conversation_id:{}", REPLIES: "in_reply_to_tweet_id:{}", QUERY: "{}"}
LARGEST_ARCHIVE_PAGE, LARGEST_PAGE, SMALLEST_PAGE = 500, 100, 10
DRY_PAGES = 3  # of quotes without a new one, after which there are no more
MOST_COUNT_PAGES = 60  # of 31 days
BEGIN = datetime(2006, 3, 21, tzinfo=UTC)  # the first post of all
FIRST_SNOWFLAKE = 29_700_859_247
RECENT_ONLY = "the full archive is refused: only the last 7 days were searched"
FIELDS: Mapping[str, Any] = {
    "expansions": "author_id,referenced_tweets.id,referenced_tweets.id.author_id",
    "tweet_fields": "id,text,author_id,conversation_id,created_at,edit_history_tweet_ids,entities,"
    "in_reply_to_user_id,lang,note_tweet,public_metrics,referenced_tweets,withheld",
    "user_fields": "id,username",
}
Answer = dict[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class XSettings:
    """Which posts and searches are collected, how far from them, and what that may cost.

    `queries` are in X's own syntax and cost like everything else. `quote_depth` 0 leaves quotes unanswered, 1 collects
    the replies to quotes, 2 also the quotes of quotes and their replies, and so on.
    """

    tweets: tuple[str, ...] = ("1614186881171742720",)
    queries: tuple[str, ...] = ()
    since: str = "2023-01-01"  # for queries; a thread is searched from its first post on
    quote_depth: int = 1
    archive: str = "all"  # or "recent": the last 7 days
    budget_dollars: float = 5.0
    budget_posts: int = 10_000
    price_post: float = 0.005
    price_user: float = 0.010
    price_count: float = 0.005
    seconds_between: float = 1.0  # searches of the archive
    api_url: str = "https://api.x.com"

    def purse(self) -> Purse:
        """Give a full purse."""
        prices = Prices(post=self.price_post, user=self.price_user, count=self.price_count)
        return Purse(prices=prices, dollars=self.budget_dollars, posts=self.budget_posts)


@dataclass(slots=True)
class _Search:
    """Where a search is: it goes on by token, or, where the token is too old, from the oldest post on."""

    token: str | None = None
    oldest: str | None = None
    recent: bool = False
    dry: int = 0

    @classmethod
    def at(cls, cursor: str | None) -> _Search:
        return cls(**json.loads(cursor or "{}"))

    @property
    def cursor(self) -> str:
        known = {"token": self.token, "oldest": self.oldest, "recent": self.recent, "dry": self.dry}
        return json.dumps({key: value for key, value in known.items() if value}, separators=(",", ":"))


class X:
    """X as a source."""

    platform = x.PLATFORM

    def __init__(
        self, settings: XSettings, keys: XKeys, *, http: HttpSettings | None = None, clock: Clock | None = None
    ) -> None:
        self._settings = settings
        self._clock = clock or Clock()
        self._client = XClient(
            keys,
            base=settings.api_url,
            seconds_between=settings.seconds_between,
            http=http or HttpSettings(),
            clock=self._clock,
        )
        self._purse = settings.purse()
        self._has_archive = settings.archive != "recent"
        self._quote_counts: dict[str, int] = {}

    def seeds(self) -> Iterator[Walk]:
        """Name posts and queries."""
        yield from (Walk(POST, identity(x.PLATFORM, tweet)) for tweet in self._settings.tweets)
        yield from (Walk(QUERY, query) for query in self._settings.queries)

    def pages(self, walk: Walk, start: Start) -> Iterator[Page]:
        """Fetch a post, a search or the quotes of a post."""
        self._purse = self._purse.spend(start.spent - self._purse.spent)
        if walk.kind == POST:
            return self._post(walk, start)
        return self._quotes(walk, start) if walk.kind == QUOTES else self._search(walk, start)

    def look_up(self, ids: Sequence[str], start: Start) -> Iterator[Page]:
        """Fetch posts as they are now; X names those that are gone, and answers for all others."""
        self._purse = self._purse.spend(start.spent - self._purse.spent)
        left = list(ids)
        while left:
            asked: list[str] = []
            answer, cost = yield from self._read(
                partial(self._tweets, asked, left), most=LARGEST_PAGE, least=1, cursor="{}"
            )
            left = left[len(asked) :]
            items, gaps = _items(answer)
            yield Page(items=items, gaps=gaps, gone=(*_gone(answer, asked), *_superseded(answer)), spent=cost)

    def estimate(self, walk: Walk) -> Estimate:
        """Count what a walk would bring: by the counts endpoint for searches, by the post's own numbers for quotes."""
        if walk.kind == POST:
            return self._estimate_post(walk)
        if walk.kind == QUOTES:
            return self._priced(self._quote_counts.get(walk.about), "")
        return self._estimate_search(walk)

    def close(self) -> None:
        """Close the connections."""
        self._client.session.close()

    def _post(self, walk: Walk, start: Start) -> Iterator[Page]:
        """Look the post up, for a conversation search leaves its first post out."""
        answer, cost = yield from self._read(
            lambda _: self._client.get_tweets([walk.about], **FIELDS),
            most=1,
            least=1,
            cursor=start.cursor or "{}",
        )
        items, gaps = _items(answer, walk.about)
        root = next(iter(objects(answer, "data")), {"id": walk.about})
        lost = tuple(Gap(thread=walk.about, reason=_reason(error), post=walk.about) for error in _own_errors(answer))
        yield Page(
            items=items,
            found=tuple(self._beside(root, walk.depth)),
            claims=tuple(_claims(root)),
            gaps=(*gaps, *lost),
            gone=(*_gone(answer, [walk.about]), *_superseded(answer)),
            spent=cost,
        )

    def _beside(self, root: Mapping[str, Any], depth: int) -> Iterator[Walk]:
        """Name what belongs to a post of the configuration: its conversation and its quotes."""
        key = required(root, "id")
        yield Walk(CONVERSATION, identifier(root, "conversation_id") or key, depth)
        yield Walk(QUOTES, key, depth)

    def _search(self, walk: Walk, start: Start) -> Iterator[Page]:
        """Fetch all that a search finds, newest first."""
        at = _Search.at(start.cursor)
        thread = walk.about if walk.kind == CONVERSATION else ""
        is_first, stale = at.token is None and at.oldest is None, None
        while True:
            at.recent = at.recent or not self._has_archive
            try:
                answer, cost = yield from self._read(
                    partial(self._ask, walk, at, start.mark),
                    most=LARGEST_PAGE if at.recent else LARGEST_ARCHIVE_PAGE,
                    least=SMALLEST_PAGE,
                    cursor=at.cursor,
                )
            except NoArchiveError as error:
                self._has_archive = False
                self._clock.tell(f"{error}: searching the last 7 days only; older replies are NOT collected")
                at = _Search(recent=True)
                continue
            except StaleTokenError:
                if at.token in (None, stale):
                    raise
                at.token, stale = None, at.token
                continue
            items, gaps = _items(answer, thread)
            meta = inner(answer, "meta")
            token, newest = identifier(meta, "next_token"), _newest(answer)
            is_over = token is None or token == at.token
            at.token, at.oldest = token, _oldest(answer) or at.oldest
            if at.recent:
                gaps = (*gaps, Gap(thread=thread, reason=RECENT_ONLY, posts=0))
            yield Page(
                items=items,
                cursor=None if is_over else at.cursor,
                # After a search of the last days the archive is still to be read, so the mark stays where it was.
                mark=newest if is_first and not at.recent else None,
                gaps=gaps,
                gone=_superseded(answer),
                spent=cost,
            )
            is_first = False
            if is_over:
                return

    def _quotes(self, walk: Walk, start: Start) -> Iterator[Page]:
        """Fetch the quotes of a post, newest first, until pages bring nothing new."""
        at, known = _Search.at(start.cursor), set[str]()
        is_first, stale = at.token is None, None
        while True:
            try:
                answer, cost = yield from self._read(
                    partial(self._ask_quotes, walk, at),
                    most=LARGEST_PAGE,
                    least=SMALLEST_PAGE,
                    cursor=at.cursor,
                )
            except StaleTokenError:
                if at.token in (None, stale):
                    raise
                at, stale = _Search(), at.token
                continue
            items, gaps = _items(answer)
            quotes = objects(answer, "data")
            fresh = [quote for quote in quotes if required(quote, "id") not in known and _is_past(quote, start.mark)]
            known |= {required(quote, "id") for quote in quotes}
            token = identifier(inner(answer, "meta"), "next_token")
            at.dry = 0 if fresh else at.dry + 1
            is_over = token is None or at.dry >= DRY_PAGES or (start.mark is not None and not fresh)
            at.token = token
            yield Page(
                items=items,
                cursor=None if is_over else at.cursor,
                mark=_newest(answer) if is_first else None,
                found=tuple(found for quote in fresh for found in self._around(quote, walk.depth + 1)),
                claims=tuple(claim for quote in fresh for claim in _claims(quote) if claim.posts),
                gaps=gaps,
                gone=_superseded(answer),
                spent=cost,
            )
            is_first = False
            if is_over:
                return

    def _around(self, quote: Mapping[str, Any], level: int) -> Iterator[Walk]:
        """Name what belongs to a quote: its replies, and further out its own quotes."""
        key, counts = required(quote, "id"), inner(quote, "public_metrics")
        if level > self._settings.quote_depth:
            return
        if number(counts, "reply_count") != 0:
            is_root = identifier(quote, "conversation_id") in (None, key)
            # A quote that is itself a reply stands in somebody else's conversation: only what answers it is fetched.
            yield Walk(CONVERSATION if is_root else REPLIES, key, level)
        if level < self._settings.quote_depth and number(counts, "quote_count") != 0:
            yield Walk(QUOTES, key, level)

    def _ask(self, walk: Walk, at: _Search, mark: str | None, size: int) -> Answer:
        query = SEARCHES[walk.kind].format(walk.about)
        if at.recent:
            recent: Answer = self._client.search_recent_tweets(query, max_results=size, next_token=at.token, **FIELDS)
            return recent
        begin = _time_of(mark) if mark else self._begin(walk)
        end = None if at.token or not at.oldest else _time_of(at.oldest) + timedelta(seconds=1)
        answer: Answer = self._client.search_all_tweets(
            query, start_time=begin, end_time=end, max_results=size, next_token=at.token, **FIELDS
        )
        return answer

    def _ask_quotes(self, walk: Walk, at: _Search, size: int) -> Answer:
        answer: Answer = self._client.get_quote_tweets(
            walk.about, max_results=size, pagination_token=at.token, **FIELDS
        )
        return answer

    def _begin(self, walk: Walk) -> datetime:
        """Say when what is searched for may begin; without it only the last 30 days are searched."""
        if walk.kind == QUERY:
            return datetime.fromisoformat(self._settings.since).replace(tzinfo=UTC)
        return _time_of(walk.about)

    def _tweets(self, asked: list[str], ids: Sequence[str], size: int) -> Answer:
        asked[:] = ids[:size]
        answer: Answer = self._client.get_tweets(asked, **FIELDS)
        return answer

    def _read(
        self, ask: Callable[[int], Answer], *, most: int, least: int, cursor: str
    ) -> Generator[Page, None, tuple[Answer, Spending]]:
        """Make one request within the budget: enter its largest cost before, and give the correction after."""
        size = self._purse.size(most)
        if size < least:
            raise SourceError(
                f"X: the budget does not reach for another page (spent {self._purse}): raise budget_dollars and "
                "budget_posts in [x], or give --budget, and run the same command again, it goes on where it stopped"
            )
        reserved = self._purse.largest(size)
        self._purse = self._purse.spend(reserved)
        yield Page(cursor=cursor, spent=reserved)
        try:
            answer = ask(size)
        except SourceError as error:
            if not isinstance(error.__cause__, Transient):  # refused, so not charged
                self._purse = self._purse.spend(-reserved)
                yield Page(cursor=cursor, spent=-reserved)
            raise
        cost, self._purse = self._purse.price(answer, now=self._clock.now())
        self._purse = self._purse.spend(cost - reserved)
        return answer, cost - reserved

    def _estimate_post(self, walk: Walk) -> Estimate:
        if self._purse.size(1) < 1:
            raise SourceError("X: the budget does not reach for asking about the post: raise budget_dollars in [x]")
        answer = self._client.get_tweets([walk.about], **FIELDS)
        cost, self._purse = self._purse.price(answer, now=self._clock.now())
        self._purse = self._purse.spend(cost)
        root = next(iter(objects(answer, "data")), None)
        if root is None:
            found = tuple(self._beside({"id": walk.about}, walk.depth))
            return Estimate(posts=0, found=found, remark="X does not show this post (any more)")
        counts = inner(root, "public_metrics")
        replies, quotes = number(counts, "reply_count") or 0, number(counts, "quote_count") or 0
        self._quote_counts[walk.about] = quotes
        remark = f"{replies:,} direct replies, {quotes:,} quotes; asking cost ${cost.dollars:.3f}"
        return Estimate(posts=1, dollars=self._each(), found=tuple(self._beside(root, walk.depth)), remark=remark)

    def _estimate_search(self, walk: Walk) -> Estimate:
        query, total, token, asked = SEARCHES[walk.kind].format(walk.about), 0, None, 0
        while True:
            try:
                answer = self._count(query, walk, token)
            except WalkError:
                return self._priced(None, "X gives no count")
            asked += 1
            total += number(inner(answer, "meta"), "total_tweet_count") or 0
            token = identifier(inner(answer, "meta"), "next_token")
            if token is None or asked >= MOST_COUNT_PAGES:
                return self._priced(total, f"asking cost ${asked * self._settings.price_count:.3f}")

    def _count(self, query: str, walk: Walk, token: str | None) -> Answer:
        if not self._has_archive:
            recent: Answer = self._client.get_recent_tweets_count(query, granularity="day")
            return recent
        begin = self._begin(walk)
        answer: Answer = self._client.get_all_tweets_count(query, start_time=begin, granularity="day", next_token=token)
        return answer

    def _priced(self, posts: int | None, remark: str) -> Estimate:
        return Estimate(posts=posts, dollars=(posts or 0) * self._each(), remark=remark)

    def _each(self) -> float:
        """Price a post with its author."""
        return self._settings.price_post + self._settings.price_user


def _items(answer: Answer, thread: str = "") -> tuple[tuple[tuple[Post, Payload | None], ...], tuple[Gap, ...]]:
    """Read the posts of an answer and what it says could not be shown."""
    items: list[tuple[Post, Payload | None]] = []
    gaps = [
        Gap(thread=thread, reason=_reason(error), post=identifier(error, "resource_id", "value") or "")
        for error in objects(answer, "errors")
        if error.get("parameter") not in ("id", "ids")
    ]
    for flat in x.flatten(answer):
        try:
            items.append((x.post(flat), Payload("x", json.dumps(_lean(flat), separators=(",", ":")).encode())))
        except ValueError as error:
            gaps.append(Gap(thread=thread, reason=f"unreadable: {error}", post=str(flat.get("id"))))
    return tuple(items), tuple(gaps)


def _lean(flat: Mapping[str, Any]) -> dict[str, Any]:
    """Leave out the texts of posts that it answers or quotes: they are stored, and wiped, under their own ids."""
    targets = objects(flat, "referenced_tweets")
    kept = [
        target if target.get("type") == "retweeted" else {k: target.get(k) for k in ("type", "id")}
        for target in targets
    ]
    return {**flat, "referenced_tweets": kept} if targets else dict(flat)


def _claims(root: Mapping[str, Any]) -> Iterator[Claim]:
    replies = number(inner(root, "public_metrics"), "reply_count")
    if replies is not None and identifier(root, "conversation_id") in (None, root["id"]):
        yield Claim(thread=required(root, "id"), posts=replies)


def _own_errors(answer: Answer) -> list[Mapping[str, Any]]:
    return [error for error in objects(answer, "errors") if error.get("parameter") in ("id", "ids")]


def _gone(answer: Answer, asked: Sequence[str]) -> Iterator[tuple[str, State]]:
    """Name the posts asked for that X does not show (any more)."""
    for error in _own_errors(answer):
        key = identifier(error, "resource_id", "value")
        if key is not None and key in asked:
            yield key, State.DELETED if "not-found" in str(error.get("type")) else State.REMOVED


def _superseded(answer: Answer) -> tuple[tuple[str, State], ...]:
    """Name the earlier versions of edited posts: each has an id of its own, and only the last one counts."""
    return tuple(
        (str(earlier), State.DELETED)
        for tweet in objects(answer, "data")
        for earlier in tweet.get("edit_history_tweet_ids") or []
        if str(earlier) != tweet.get("id")
    )


def _reason(error: Mapping[str, Any]) -> str:
    name = string(error, "title") or string(error, "message") or "unnamed error"
    kind = string(error, "resource_type")
    return f"{kind}: {name}" if kind else name


def _newest(answer: Answer) -> str | None:
    return max((required(tweet, "id") for tweet in objects(answer, "data")), key=int, default=None)


def _oldest(answer: Answer) -> str | None:
    return min((required(tweet, "id") for tweet in objects(answer, "data")), key=int, default=None)


def _is_past(tweet: Mapping[str, Any], mark: str | None) -> bool:
    return mark is None or int(required(tweet, "id")) > int(mark)


def _time_of(key: str) -> datetime:
    """Read from an id when the post was made; ids from before November 2010 do not tell."""
    if not key.isdigit() or int(key) < FIRST_SNOWFLAKE:
        return BEGIN
    return datetime.fromtimestamp(((int(key) >> 22) + 1_288_834_974_657) // 1000, UTC)
