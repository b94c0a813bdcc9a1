"""What is collected from X, and what it may cost."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from corpus.errors import InputError
from ingest.times import begin
from ingest.x_answers import BEGIN
from ingest.x_budget import Prices, Purse

if TYPE_CHECKING:
    from datetime import datetime

MOST_DOLLARS = 1e9


@dataclass(frozen=True, slots=True, kw_only=True)
class XSettings:
    """Which posts and searches are collected, how far from them, and what that may cost.

    `queries` are in X's own syntax and cost like everything else. `quote_depth` 0 leaves quotes unanswered, 1 collects
    the replies to quotes, 2 also the quotes of quotes and their replies, and so on.
    """

    tweets: tuple[str, ...] = ("1614186881171742720",)
    queries: tuple[str, ...] = ()
    since: str = "2023-01-01"  # for queries ("": from X's first day on); a thread is searched from its first post on
    quote_depth: int = 1
    archive: str = "all"  # or "recent": the last 7 days
    budget_dollars: float = 5.0
    budget_posts: int = 10_000
    price_post: float = 0.005
    price_user: float = 0.010
    price_count: float = 0.010  # a request for counts
    seconds_between: float = 1.0  # searches of the archive
    api_url: str = "https://api.x.com"

    def __post_init__(self) -> None:
        for name in ("budget_dollars", "price_post", "price_user", "price_count"):
            value = getattr(self, name)
            if not 0 <= value < MOST_DOLLARS:  # true of "not a number" as well
                shown = "budget_dollars (--budget)" if name == "budget_dollars" else name
                raise InputError(f"[x] {shown} = {value!r:.40} should be a number of dollars, 0 or more")

    def begin(self) -> datetime:
        """Say from when on queries are searched; InputError where `since` is no time."""
        return begin(self.since, where="[x]") or BEGIN

    def purse(self) -> Purse:
        """Give a full purse."""
        prices = Prices(post=self.price_post, user=self.price_user)
        return Purse(prices=prices, dollars=self.budget_dollars, posts=self.budget_posts)
