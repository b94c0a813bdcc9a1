"""What a collection from X would bring and cost, asked as cheaply as can be."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from corpus.errors import SourceError, WalkError
from corpus.walk import Spending, Walk
from ingest.fields import identifier, inner, number, readable, required
from ingest.source import Estimate
from ingest.x_answers import counted, own
from ingest.x_search import CONVERSATION, FIELDS, begin, text

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from ingest.retry import Clock
    from ingest.x_answers import Answer
    from ingest.x_client import XClient
    from ingest.x_settings import XSettings

POST, QUOTES = "post", "quotes"
MOST_COUNT_PAGES = 60  # of 31 days


class XEstimates:
    """Estimates one walk after the other, within the budget."""

    def __init__(self, client: XClient, settings: XSettings, clock: Clock) -> None:
        self._client = client
        self._clock = clock
        self._settings = settings
        self._since = settings.begin()
        self._purse = settings.purse()
        self._quote_counts: dict[str, int] = {}

    def of(self, walk: Walk) -> Estimate:
        """Estimate a walk."""
        if walk.kind == POST:
            return self._post(walk)
        if walk.kind == QUOTES:
            return self._priced(self._quote_counts.get(walk.about), "")
        return self._search(walk)

    def _post(self, walk: Walk) -> Estimate:
        if self._purse.size(1) < 1:
            raise SourceError("X: the budget does not reach for asking about the post: raise budget_dollars in [x]")
        answer = self._client.get_tweets([walk.about], **FIELDS)
        cost, self._purse = self._purse.price(answer, now=self._clock.now())
        self._purse = self._purse.spend(cost)
        root = next(iter(own(answer)), None)
        if root is None:
            found = tuple(beside({"id": walk.about}, walk.depth))
            return Estimate(posts=0, found=found, remark="X does not show this post (any more)")
        replies, quotes = counted(root, "reply_count") or 0, counted(root, "quote_count") or 0
        self._quote_counts[walk.about] = quotes
        remark = f"{replies:,} direct replies, {quotes:,} quotes; asking cost ${cost.dollars:.3f}"
        return Estimate(posts=1, dollars=self._each(), found=tuple(beside(root, walk.depth)), remark=remark)

    def _search(self, walk: Walk) -> Estimate:
        price, total, token, asked = Spending(dollars=self._settings.price_count), 0, None, 0
        while True:
            if self._purse.left < price.dollars:
                return self._priced(total if asked else None, "the budget does not reach for the rest of the counts")
            try:
                answer = self._count(walk, token)
            except WalkError:
                return self._priced(None, "X gives no count")
            asked, self._purse = asked + 1, self._purse.spend(price)
            total += number(inner(answer, "meta"), "total_tweet_count") or 0
            token = identifier(inner(answer, "meta"), "next_token")
            if token is None or asked >= MOST_COUNT_PAGES:
                return self._priced(total, f"asking cost ${asked * price.dollars:.3f}")

    def _count(self, walk: Walk, token: str | None) -> Answer:
        if self._settings.archive == "recent":
            recent: Answer = self._client.get_recent_tweets_count(text(walk), granularity="day")
            return recent
        answer: Answer = self._client.get_all_tweets_count(
            text(walk), start_time=begin(walk, self._since), granularity="day", next_token=token
        )
        return answer

    def _priced(self, posts: int | None, remark: str) -> Estimate:
        return Estimate(posts=posts, dollars=(posts or 0) * self._each(), remark=remark)

    def _each(self) -> float:
        """Price a post with its author."""
        return self._settings.price_post + self._settings.price_user


def beside(root: Mapping[str, Any], depth: int) -> Iterator[Walk]:
    """Name what belongs to a post of the configuration: its conversation and its quotes."""
    key = required(root, "id")
    yield Walk(CONVERSATION, readable(root, "conversation_id") or key, depth)
    yield Walk(QUOTES, key, depth)
