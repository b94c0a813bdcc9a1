"""What an answer of X holds: posts, claims, gaps, and what is gone. Nothing is asked for here."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from corpus.post import State
from corpus.walk import Claim, Gap
from ingest import x
from ingest.fields import count, objects, readable, required, string
from ingest.items import read

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from ingest.items import Items

BEGIN = datetime(2006, 3, 21, tzinfo=UTC)  # the day of the first post of all
FIRST_SNOWFLAKE = 29_700_859_247
Answer = dict[str, Any]


def items(answer: Answer, thread: str = "") -> tuple[Items, tuple[Gap, ...]]:
    """Read the posts of an answer and what it says could not be shown."""
    hidden = (
        Gap(thread=thread, reason=reason(error), post=readable(error, "resource_id", "value") or "")
        for error in objects(answer, "errors")
        if error.get("parameter") not in ("id", "ids")
    )
    found, unread = read(x.flatten(answer), "x", x.post, key="id", thread=thread, kept=_lean)
    return found, (*hidden, *unread)


def own(answer: Answer) -> list[dict[str, Any]]:
    """Give the posts that an answer is about, but for those without an id that can be read."""
    return [tweet for tweet in objects(answer, "data") if (readable(tweet, "id") or "").isdecimal()]


def _lean(flat: Mapping[str, Any]) -> dict[str, Any]:
    """Leave out the texts of posts that it answers or quotes: they are stored, and wiped, under their own ids."""
    targets = objects(flat, "referenced_tweets")
    kept = [
        target if target.get("type") == "retweeted" else {k: target.get(k) for k in ("type", "id")}
        for target in targets
    ]
    return {**flat, "referenced_tweets": kept} if targets else dict(flat)


def claims(root: Mapping[str, Any], *, with_quotes: bool) -> Iterator[Claim]:
    """Read how many replies (and quotes) X counts of a post that begins a conversation."""
    replies = counted(root, "reply_count")
    if replies is not None and readable(root, "conversation_id") in (None, root["id"]):
        quotes = counted(root, "quote_count") if with_quotes else None
        yield Claim(thread=required(root, "id"), posts=replies, quotes=quotes)


def counted(tweet: Mapping[str, Any], name: str) -> int | None:
    """Read one of the numbers that X counts of a post."""
    counts = tweet.get("public_metrics")
    return count(counts, name) if isinstance(counts, dict) else None


def own_errors(answer: Answer) -> list[Mapping[str, Any]]:
    """Give the errors about the posts that were asked for themselves."""
    return [error for error in objects(answer, "errors") if error.get("parameter") in ("id", "ids")]


def gone(answer: Answer, asked: Sequence[str]) -> Iterator[tuple[str, State]]:
    """Name the posts asked for that X does not show (any more)."""
    for error in own_errors(answer):
        key = readable(error, "resource_id", "value")
        if key is not None and key in asked:
            yield key, State.DELETED if "not-found" in str(error.get("type")) else State.REMOVED


def superseded(answer: Answer) -> tuple[tuple[str, State], ...]:
    """Name the earlier versions of edited posts: each has an id of its own, and only the last one counts."""
    return tuple(
        (str(earlier), State.DELETED)
        for tweet in own(answer)
        if isinstance(history := tweet.get("edit_history_tweet_ids"), list)
        for earlier in history
        if str(earlier) != required(tweet, "id")
    )


def reason(error: Mapping[str, Any]) -> str:
    """Name an error."""
    name = string(error, "title") or string(error, "message") or "unnamed error"
    kind = string(error, "resource_type")
    return f"{kind}: {name}" if kind else name


def newest(answer: Answer) -> str | None:
    """Give the newest post of an answer."""
    return max((required(tweet, "id") for tweet in own(answer)), key=int, default=None)


def oldest(answer: Answer) -> str | None:
    """Give the oldest post of an answer."""
    return min((required(tweet, "id") for tweet in own(answer)), key=int, default=None)


def is_past(tweet: Mapping[str, Any], mark: str | None) -> bool:
    """Say whether a post is newer than a mark."""
    return mark is None or int(required(tweet, "id")) > int(mark)


def time_of(key: str) -> datetime:
    """Read from an id when the post was made; ids from before November 2010 do not tell."""
    if not key.isdigit() or int(key) < FIRST_SNOWFLAKE:
        return BEGIN
    return datetime.fromtimestamp(((int(key) >> 22) + 1_288_834_974_657) // 1000, UTC)
