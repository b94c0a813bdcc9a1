"""What X charges, and a hard cap on it: a request is made only where its largest cost is still there."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

from corpus.walk import Spending
from ingest.fields import inner, objects

if TYPE_CHECKING:
    from collections.abc import Mapping

POSTS_EACH = 3  # a post, and the posts that it answers and quotes
USERS_EACH = 3  # their authors
CENT = 1e-9  # below what is charged


@dataclass(frozen=True, slots=True, kw_only=True)
class Prices:
    """Dollars a post read and a user read."""

    post: float = 0.005
    user: float = 0.010

    def of(self, posts: int, users: int) -> Spending:
        """Price a reading."""
        return Spending(posts=posts, users=users, dollars=posts * self.post + users * self.user)


@dataclass(frozen=True, slots=True, kw_only=True)
class Purse:
    """What may be spent and what was; spending leaves a new purse.

    X charges for every post and user that an answer holds, those joined to it included, but once a UTC day for each:
    `read` are those that were charged on `day`.
    """

    prices: Prices = field(default_factory=Prices)
    dollars: float = 5.0
    posts: int = 10_000
    spent: Spending = field(default_factory=Spending)
    day: int = 0
    read: frozenset[str] = frozenset()

    @property
    def left(self) -> float:
        """Give the dollars that are left."""
        return self.dollars - self.spent.dollars

    def size(self, most: int) -> int:
        """Count the posts that the next page may have, so that the dearest page is still within the budget."""
        each = self.largest(1).dollars
        by_dollars = most if each <= 0 else int((self.left + CENT) / each)
        return max(0, min(most, by_dollars, (self.posts - self.spent.posts) // POSTS_EACH))

    def largest(self, posts: int) -> Spending:
        """Price the dearest page of so many posts."""
        return self.prices.of(posts * POSTS_EACH, posts * USERS_EACH)

    def spend(self, spending: Spending) -> Purse:
        """Take out what was spent."""
        return replace(self, spent=self.spent + spending)

    def price(self, answer: Mapping[str, Any], *, now: float) -> tuple[Spending, Purse]:
        """Price an answer, and give the purse that remembers what was read today."""
        today = int(now // 86_400)
        before = self.read if today == self.day else frozenset[str]()
        includes = inner(answer, "includes")
        posts = {f"post {post.get('id')}" for post in [*objects(answer, "data"), *objects(includes, "tweets")]}
        users = {f"user {user.get('id')}" for user in objects(includes, "users")}
        spending = self.prices.of(len(posts - before), len(users - before))
        return spending, replace(self, day=today, read=before | posts | users)

    def __str__(self) -> str:
        return f"${self.spent.dollars:.2f} of ${self.dollars:.2f}, {self.spent.posts:,} of {self.posts:,} posts"
