"""Bluesky, small: posts and the endpoints that answer with them, by the published lexicons (app.bsky.feed.*)."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from answering import Answer

if TYPE_CHECKING:
    from answering import Asked

DEEPEST = 10  # levels below a post that the AppView gives, whatever is asked for
SESSION = "aSession"


def uri(key: str) -> str:
    return f"at://did:plc:{key}/app.bsky.feed.post/3k{key}"


def ref(key: str) -> dict[str, str]:
    return {"uri": uri(key), "cid": f"cid{key}"}


def web(key: str) -> str:
    return f"https://bsky.app/profile/{key}.example.org/post/3k{key}"


@dataclass
class Said:
    """A post of the site: what it answers and quotes, and its text; `second` counts from noon."""

    key: str
    parent: str | None = None
    quotes: str | None = None
    text: str = ""
    second: int = 0
    likes: int = 0
    record: dict[str, Any] = field(default_factory=dict)


class Site:
    """The AppView, and under /pds the server of an account."""

    def __init__(
        self, *said: Said, widest: int = 1_000, open_search: bool = False, deepest_cursor: int = 10_000
    ) -> None:
        self.said = {one.key: one for one in said}
        self.blocked: set[str] = set()
        self.lost: set[str] = set()  # counted, but given nowhere
        self.widest = widest
        self.open_search = open_search
        self.deepest_cursor = deepest_cursor
        self.session = SESSION

    def __call__(self, asked: Asked) -> Any:
        name = asked.path.rpartition("/")[2].rpartition(".")[2]
        return {
            "getPostThread": self.thread,
            "getPosts": self.posts,
            "getQuotes": self.quotes,
            "searchPosts": self.search,
            "createSession": self.log_in,
        }[name](asked)

    def key_of(self, at: str) -> str:
        return at.rpartition("/3k")[2]

    def root(self, key: str) -> str:
        while (parent := self.said[key].parent) in self.said:
            key = parent
        return parent or key

    def view(self, key: str, *, alone: bool = False) -> dict[str, Any]:
        said = self.said[key]
        time = f"2024-11-10T12:{said.second // 60 % 60:02}:{said.second % 60:02}.000Z"
        record = {"$type": "app.bsky.feed.post", "text": said.text or f"text {key}", "createdAt": time, "langs": ["en"]}
        if said.parent:
            record["reply"] = {"root": ref(self.root(key)), "parent": ref(said.parent)}
        embed = {}
        if said.quotes:
            record["embed"] = {"$type": "app.bsky.embed.record", "record": ref(said.quotes)}
            if said.quotes in self.said and not alone:
                shown = self.view(said.quotes, alone=True)
                shown = {**shown, "value": shown.pop("record"), "$type": "app.bsky.embed.record#viewRecord"}
                embed = {"embed": {"$type": "app.bsky.embed.record#view", "record": shown}}
        replies = [one for one in self.said.values() if one.parent == key]
        return {
            "uri": uri(key), "cid": f"cid{key}", "author": {"did": f"did:plc:{key}", "handle": f"{key}.example.org"},
            "record": record | said.record, "replyCount": len(replies), "repostCount": 0, "likeCount": said.likes,
            "quoteCount": sum(one.quotes == key for one in self.said.values()), "indexedAt": time, "labels": [],
        } | embed  # fmt: skip

    def node(self, key: str, depth: int) -> dict[str, Any]:
        if key not in self.said:
            return {"$type": "app.bsky.feed.defs#notFoundPost", "uri": uri(key), "notFound": True}
        if key in self.blocked:
            return {
                "$type": "app.bsky.feed.defs#blockedPost",
                "uri": uri(key),
                "blocked": True,
                "author": {"did": "did:x"},
            }
        node: dict[str, Any] = {"$type": "app.bsky.feed.defs#threadViewPost", "post": self.view(key)}
        replies = [one.key for one in self.said.values() if one.parent == key and one.key not in self.lost]
        if depth and replies:
            node["replies"] = [self.node(reply, depth - 1) for reply in replies[: self.widest]]
        return node

    def thread(self, asked: Asked) -> Any:
        key = self.key_of(asked.query["uri"])
        if key not in self.said:
            return Answer({"error": "NotFound", "message": f"Post not found: {asked.query['uri']}"}, 400)
        node = top = self.node(key, min(DEEPEST, int(asked.query["depth"])))
        for _ in range(int(asked.query["parentHeight"])):
            parent = self.said[key].parent if key in self.said and key not in self.blocked else None
            if parent is None:
                break
            node["parent"] = node = self.node(parent, 0)
            key = parent
        return {"thread": top}

    def posts(self, asked: Asked) -> Any:
        keys = [self.key_of(at) for at in asked.every["uris"]]
        assert len(keys) <= 25
        return {"posts": [self.view(key) for key in keys if key in self.said]}

    def quotes(self, asked: Asked) -> Any:
        at = asked.query["uri"]
        found = sorted(
            (one for one in self.said.values() if one.quotes and uri(one.quotes) == at), key=lambda one: -one.second
        )
        return {"uri": at, **self.listed([one.key for one in found], asked, size=2)}

    def search(self, asked: Asked) -> Any:
        if not asked.path.startswith("/pds") and (not self.open_search or "cursor" in asked.query):
            return Answer({"error": "AuthMissing", "message": "Authentication Required"}, 403)
        if asked.path.startswith("/pds") and asked.headers.get("Authorization") != f"Bearer {self.session}":
            return Answer({"error": "ExpiredToken", "message": "Token has expired"}, 400)
        assert asked.query["sort"] == "latest"
        views = sorted((self.view(key) for key in self.said), key=lambda view: view["indexedAt"], reverse=True)
        views = [view for view in views if view["indexedAt"] >= asked.query.get("since", "")]
        views = [view for view in views if view["indexedAt"] < asked.query.get("until", "9")]
        words = asked.query["q"].strip('"').split()
        found = [view for view in views if words == ["*"] or all(word in str(view["record"]).lower() for word in words)]
        return self.listed([self.key_of(view["uri"]) for view in found][: self.deepest_cursor], asked, size=3)

    def listed(self, keys: list[str], asked: Asked, *, size: int) -> dict[str, Any]:
        at = int(asked.query.get("cursor", 0))
        page = {"posts": [self.view(key) for key in keys[at : at + size]]}
        return page | ({"cursor": str(at + size)} if at + size < len(keys) else {})

    def log_in(self, asked: Asked) -> Any:
        if "aSecret" not in asked.body and "AAAAsecret" not in asked.body:
            return Answer({"error": "AuthenticationRequired", "message": "Invalid identifier or password"}, 401)
        return {"accessJwt": self.session, "refreshJwt": "r", "handle": "me", "did": "did:plc:me"}
