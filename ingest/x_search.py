"""How X is searched: what is asked for, and where a search is."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from ingest.x_answers import Answer, time_of

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from corpus.walk import Walk
    from ingest.x_client import XClient

CONVERSATION, REPLIES, QUERY = "conversation", "replies", "query"
SEARCHES = {CONVERSATION: "conversation_id:{}", REPLIES: "in_reply_to_tweet_id:{}", QUERY: "{}"}
LARGEST_ARCHIVE_PAGE, LARGEST_PAGE, SMALLEST_PAGE = 500, 100, 10
FIELDS: Mapping[str, Any] = {
    "expansions": "author_id,referenced_tweets.id,referenced_tweets.id.author_id",
    "tweet_fields": "id,text,author_id,conversation_id,created_at,edit_history_tweet_ids,entities,"
    "in_reply_to_user_id,lang,note_tweet,public_metrics,referenced_tweets,withheld",
    "user_fields": "id,username",
}


@dataclass(slots=True)
class Place:
    """Where a search is: it goes on by token, or, where the token is too old, from the oldest post on."""

    token: str | None = None
    oldest: str | None = None
    recent: bool = False
    dry: int = 0

    @classmethod
    def at(cls, cursor: str | None) -> Place:
        """Read a cursor."""
        return cls(**json.loads(cursor or "{}"))

    @property
    def cursor(self) -> str:
        """Write a cursor."""
        known = {"token": self.token, "oldest": self.oldest, "recent": self.recent, "dry": self.dry}
        return json.dumps({key: value for key, value in known.items() if value}, separators=(",", ":"))


def ask(client: XClient, walk: Walk, at: Place, *, since: datetime, mark: str | None, size: int) -> Answer:
    """Ask for a page of a search, newest first: past `mark`, or else all that there is."""
    query = text(walk)
    if at.recent:
        recent: Answer = client.search_recent_tweets(query, max_results=size, next_token=at.token, **FIELDS)
        return recent
    end = None if at.token or not at.oldest else time_of(at.oldest) + timedelta(seconds=1)
    answer: Answer = client.search_all_tweets(
        query,
        start_time=time_of(mark) if mark else begin(walk, since),
        end_time=end,
        max_results=size,
        next_token=at.token,
        **FIELDS,
    )
    return answer


def text(walk: Walk) -> str:
    """Write a search in X's own syntax."""
    return SEARCHES[walk.kind].format(walk.about)


def begin(walk: Walk, since: datetime) -> datetime:
    """Say when what is searched for may begin; without it only the last 30 days are searched."""
    return since if walk.kind == QUERY else time_of(walk.about)
