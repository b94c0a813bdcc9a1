"""Mastodon, small: statuses and the endpoints that answer with them, by docs.joinmastodon.org."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

from answering import Answer
from collecting import TOKEN

if TYPE_CHECKING:
    from collections.abc import Iterator

    from answering import Asked

ABOVE, BELOW, DEEPEST = 40, 60, 20  # what is given to those without a token


@dataclass
class Said:
    """A status of the site: what it answers and quotes, and its HTML; ids are `first` and the key."""

    key: int
    parent: int | None = None
    quotes: int | None = None
    html: str = ""
    likes: int = 0
    wire: dict[str, Any] = field(default_factory=dict)


def number(key: int) -> str:
    return str(110_000_000_000_000_000 + key)


class Site:
    """An instance; `old` as before version 4.3, `closed` to those without a token."""

    def __init__(self, *said: Said, old: bool = False, closed: bool = False) -> None:
        self.said = {one.key: one for one in said}
        self.old = old
        self.closed = closed
        self.lost: set[int] = set()  # counted, but given nowhere
        self.remote: dict[str, int] = {}

    def __call__(self, asked: Asked) -> Any:
        has_token = asked.headers.get("Authorization") == f"Bearer {TOKEN}"
        if ("Authorization" in asked.headers or self.closed) and not has_token:
            return Answer({"error": "The access token is invalid"}, 401)
        parts = asked.path.strip("/").split("/")[2:]
        if parts[0] == "timelines":
            return self.tag(asked)
        if parts[0] == "search":
            return self.search(asked, has_token=has_token)
        if len(parts) == 1:
            found = [self.status(int(key[-6:])) for key in asked.every["id[]"] if int(key[-6:]) in self.said]
            return Answer({"error": "Not Found"}, 404) if self.old else found
        key = int(parts[1][-6:])
        if key not in self.said or (self.said[key].wire.get("visibility") == "private" and not has_token):
            return Answer({"error": "Record not found"}, 404)
        return self.context(key, has_token=has_token) if parts[2:] else self.status(key)

    def status(self, key: int, *, alone: bool = False) -> dict[str, Any]:
        said = self.said[key]
        parent = said.parent if said.parent in self.said else None
        quote = None
        if said.quotes is not None and not alone:
            quote = {"state": "accepted", "quoted_status": self.status(said.quotes, alone=True)}
        return {
            "id": number(key), "created_at": f"2024-11-10T12:{key // 60 % 60:02}:{key % 60:02}.000Z", "reblog": None,
            "in_reply_to_id": None if parent is None else number(parent), "sensitive": False, "spoiler_text": "",
            "visibility": "public", "language": "en", "uri": f"https://a.example/users/u{key}/statuses/{number(key)}",
            "url": f"https://a.example/@u{key}/{number(key)}", "favourites_count": said.likes, "reblogs_count": 0,
            "replies_count": sum(one.parent == key for one in self.said.values()), "edited_at": None, "quote": quote,
            "content": said.html or f"<p>text {key}</p>", "favourited": True, "mentions": [], "tags": [], "card": None,
            "account": {"id": str(key), "acct": f"u{key}@a.example", "username": f"u{key}", "note": "<p>about me</p>"},
        } | said.wire  # fmt: skip

    def below(self, key: int, depth: int) -> Iterator[int]:
        for one in self.said.values():
            if one.parent == key and one.key not in self.lost and depth:
                yield one.key
                yield from self.below(one.key, depth - 1)

    def context(self, key: int, *, has_token: bool) -> dict[str, Any]:
        above, at = list[int](), self.said[key].parent
        while at is not None and at in self.said:
            above.insert(0, at)
            at = self.said[at].parent
        below = list(self.below(key, 99_999 if has_token else DEEPEST))
        below = [one for one in below if has_token or self.said[one].wire.get("visibility") != "private"]
        if not has_token:
            above, below = above[-ABOVE:], below[:BELOW]
        return {"ancestors": [self.status(one) for one in above], "descendants": [self.status(one) for one in below]}

    def tag(self, asked: Asked) -> Any:
        wanted = f"#{asked.path.rpartition('/')[2]}<"
        found = [one.key for one in sorted(self.said.values(), key=lambda one: -one.key) if wanted in one.html]
        found = [key for key in found if number(key) < asked.query.get("max_id", "9")]
        found = [key for key in found if number(key) > asked.query.get("since_id", "0")][:5]
        links = {}
        if found:
            more = urlencode({"limit": asked.query["limit"], "max_id": number(found[-1])})
            links = {"Link": f'<https://elsewhere.invalid{asked.path}?{more}>; rel="next", <https://x>; rel="prev"'}
        return Answer([self.status(key) for key in found], headers=links)

    def search(self, asked: Asked, *, has_token: bool) -> Any:
        query = asked.query["q"].strip('"')
        if "://" in query:
            found = [self.remote[query]] if query in self.remote else []
        else:
            assert has_token
            found = [
                one.key for one in sorted(self.said.values(), key=lambda one: -one.key) if self.matches(one, query)
            ]
            found = [key for key in found if number(key) > asked.query.get("min_id", "0")]
            found = found[int(asked.query["offset"]) :][: int(asked.query["limit"])]
        return {"accounts": [], "statuses": [self.status(key) for key in found], "hashtags": []}

    def matches(self, one: Said, query: str) -> bool:
        return all(word in one.html.lower() for word in query.split())
