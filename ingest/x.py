"""X (Twitter): posts of API v2, in pages or flattened as twarc2 does it, and of API v1.1."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from corpus.post import Post, State
from ingest.fields import count, identifier, inner, moment, number, objects, readable, required, string
from ingest.markup import unescape

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    Wire = Mapping[str, Any]

PLATFORM = "x"
COMMUNITY = "X"
_REPOST = re.compile(r"RT @\w+: ")
_WITHHELD = re.compile(r"(?:This (?:Tweet|Post|account)|@\w+).{0,80}\bwithheld\b", re.DOTALL)
_NO_LANGUAGE = re.compile(r"und|mul|zxx|art|q[a-t][a-z]")  # "qme": only media, "qst": a short text, ...
_V1_TIME = "%a %b %d %H:%M:%S %z %Y"


def post(flat: Mapping[str, Any]) -> Post:
    """Read a flattened post of API v2: its author and the posts it refers to are joined into it.

    A repost's own text is cut after 140 characters: where the original is there, its text is taken. The author is the
    handle, or the number where the handle is unknown.
    """
    key = required(flat, "id")
    targets = {str(target.get("type")): target for target in objects(flat, "referenced_tweets")}
    reply_to, quoted, reposted = (_target(targets, kind) for kind in ("replied_to", "quoted", "retweeted"))
    text, state = _text(flat, targets.get("retweeted"))
    handle = string(inner(flat, "author"), "username")
    return Post(
        platform=PLATFORM,
        id=key,
        conversation_id=identifier(flat, "conversation_id") or key,
        reply_to=reply_to,
        quoted=quoted,
        reposted=reposted,
        community=COMMUNITY,
        author=handle or identifier(flat, "author_id"),
        created_at=moment(flat, "created_at"),
        text=text,
        language=_language(flat),
        url=f"https://x.com/{handle or 'i'}/status/{key}",
        score=number(inner(flat, "public_metrics"), "like_count"),
        state=state,
        seen_at=moment(inner(flat, "__twarc"), "retrieved_at"),
    )


def classic(wire: Mapping[str, Any]) -> Post:
    """Read a post of API v1.1."""
    return post(_modern(wire))


def flatten(page: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    """Join a page's `includes` into its posts, and give them: first the posts referred to, each once, then the page's.

    The posts referred to are posts in their own right: a reply cannot be read without them. A post that cannot be read
    is given as it is: its parser says what is wrong with it.
    """
    includes = inner(page, "includes")
    users, found, own = (_by_id(objects(*of)) for of in ((includes, "users"), (includes, "tweets"), (page, "data")))
    origin, known = {"__twarc": page["__twarc"]} if page.get("__twarc") else {}, own | found
    for key, tweet in [*((key, tweet) for key, tweet in found.items() if key not in own), *own.items()]:
        try:
            yield _joined({**found.get(key, {}), **tweet}, known, users) | origin
        except ValueError:
            yield {**tweet, **origin}


def from_cells(row: Mapping[str, Any]) -> dict[str, Any]:
    """Write a row of a table as a flattened post: twarc-csv names its columns after the fields, joined by points."""
    targets = [
        {"type": kind, "id": key}
        for kind in ("replied_to", "quoted", "retweeted")
        if (key := readable(row, f"referenced_tweets.{kind}.id"))
    ]
    given, long = row.get("referenced_tweets"), row.get("note_tweet.text")
    return {
        **{name: value for name, value in row.items() if name not in ("note_tweet", "note_post")},
        "note_tweet": {"text": long} if long else {},
        "author": {"username": row.get("author.username")},
        "public_metrics": {"like_count": count(row, "public_metrics.like_count")},
        "referenced_tweets": targets or (given if isinstance(given, list) else []),
        "withheld": row.get("withheld.country_codes") or row.get("withheld.scope"),
        "entities": {},
        "__twarc": {"retrieved_at": row.get("__twarc.retrieved_at")},
    }


def with_targets(flat: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    """Give the posts that a flattened post carries within, then itself."""
    origin = {"__twarc": flat["__twarc"]} if flat.get("__twarc") else {}
    for target in objects(flat, "referenced_tweets"):
        if "text" in target:
            yield {key: value for key, value in target.items() if key != "type"} | origin
    yield flat


def with_classic_targets(wire: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    """Give the posts that a v1.1 post carries within, then itself."""
    for key in ("retweeted_status", "quoted_status"):
        if target := inner(wire, key):
            yield from with_classic_targets(target)
    yield wire


def problems(page: Mapping[str, Any]) -> Iterator[str]:
    """Name the partial errors of a page: what could not be shown beside what could."""
    for error in objects(page, "errors"):
        yield string(error, "title") or string(error, "message") or "unnamed"


def _by_id(wires: Iterable[Wire]) -> dict[str | int, Wire]:
    """Find wire dicts by their ids; those without one that can be read stand alone."""
    return {readable(wire, "id") or id(wire): wire for wire in wires}


def _joined(tweet: Wire, tweets: Mapping[str | int, Wire], users: Mapping[str | int, Wire]) -> dict[str, Any]:
    joined = _with_author(tweet, users)
    if "referenced_tweets" in tweet:
        targets = objects(tweet, "referenced_tweets")
        joined["referenced_tweets"] = [
            target | _with_author(tweets.get(str(target.get("id")), {}), users) for target in targets
        ]
    return joined


def _with_author(tweet: Wire, users: Mapping[str | int, Wire]) -> dict[str, Any]:
    user = users.get(readable(tweet, "author_id") or "")
    return {**tweet, "author": user} if user else dict(tweet)


def _target(targets: Mapping[str, Mapping[str, Any]], kind: str) -> str | None:
    return identifier(targets[kind], "id") if kind in targets else None


def _text(flat: Mapping[str, Any], original: Mapping[str, Any] | None) -> tuple[str, State]:
    """Read the text and whether it is whole."""
    text = _own_text(flat)
    if flat.get("withheld") and (not text or _WITHHELD.match(text)):
        return "", State.WITHHELD
    if text is None:
        raise ValueError("no text")
    marker = _REPOST.match(text)
    if original and marker and (whole := _own_text(original)):
        return marker[0] + whole, _wholeness(original, whole)
    return text, State.TRUNCATED if marker and text.endswith("…") else _wholeness(flat, text)


def _own_text(flat: Mapping[str, Any]) -> str | None:
    """Read a post's own text: the long one where there is one."""
    for key in ("note_tweet", "note_post"):
        if long := string(inner(flat, key), "text"):
            return unescape(long)
    return unescape(string(flat, "text") or "") if "text" in flat else None


def _wholeness(flat: Mapping[str, Any], text: str) -> State:
    """Say whether a text is whole: where the long text of a post is missing, it ends in "…" and a link to itself."""
    if flat.get("note_tweet") or flat.get("note_post") or "…" not in text[-30:]:
        return State.LIVE
    itself = f"/i/web/status/{identifier(flat, 'id')}"
    links = objects(inner(flat, "entities"), "urls")
    return State.TRUNCATED if any(str(link.get("expanded_url")).endswith(itself) for link in links) else State.LIVE


def _language(flat: Mapping[str, Any]) -> str | None:
    tag = string(flat, "lang")
    return None if tag is None or _NO_LANGUAGE.fullmatch(tag) else tag


def _modern(wire: Mapping[str, Any]) -> dict[str, Any]:
    """Write a v1.1 post as v2 would."""
    extended = inner(wire, "extended_tweet")
    user = inner(wire, "user")
    reply_to = identifier(wire, "in_reply_to_status_id_str", "in_reply_to_status_id")
    modern: dict[str, Any] = {
        "id": required(wire, "id_str", "id"),
        "author_id": identifier(user, "id_str", "id"),
        "author": {"username": user.get("screen_name")},
        "created_at": _v1_time(wire),
        "lang": wire.get("lang"),
        "public_metrics": {"like_count": wire.get("favorite_count")},
        "referenced_tweets": list(_v1_targets(wire, reply_to)),
        "withheld": wire.get("withheld_copyright") or wire.get("withheld_in_countries"),
        "entities": extended.get("entities") or wire.get("entities"),
    }
    text = string(extended, "full_text") or string(wire, "full_text") or string(wire, "text")
    return modern if text is None else modern | {"text": text}


def _v1_targets(wire: Mapping[str, Any], reply_to: str | None) -> Iterable[dict[str, Any]]:
    if reply_to:
        yield {"type": "replied_to", "id": reply_to}
    if quoted := identifier(wire, "quoted_status_id_str", "quoted_status_id"):
        yield {"type": "quoted", "id": quoted}
    if original := inner(wire, "retweeted_status"):
        yield {"type": "retweeted", **_modern(original)}


def _v1_time(wire: Mapping[str, Any]) -> datetime | None:
    text = string(wire, "created_at")
    if text is None:
        return None
    try:
        return datetime.strptime(text, _V1_TIME).astimezone(UTC)
    except ValueError:
        return moment(wire, "created_at")
