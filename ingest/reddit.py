"""Reddit: rows of the Pushshift and Arctic Shift archives, and what the Reddit API lists."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, NamedTuple

from corpus.post import Post, State
from ingest.fields import count, identifier, inner, moment, number, objects, required, string
from ingest.markup import unescape

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

PLATFORM = "reddit"
SITE = "https://www.reddit.com"
_DIGITS = "0123456789abcdefghijklmnopqrstuvwxyz"
_PLACEHOLDERS = {
    "[deleted]": State.DELETED,
    "[deleted by user]": State.DELETED,
    "[removed]": State.REMOVED,
    "[removed by reddit]": State.REMOVED,
}
_BY_AUTHOR = ("deleted", "author")  # every other `removed_by_category` is somebody else
_NUMBERS = (int, float)
_BARE_AMPERSAND = re.compile(r"&(?!amp;|lt;|gt;)")


def submission(wire: Mapping[str, Any]) -> Post:
    """Read a submission. A crosspost quotes the submission it passes on."""
    key = _full_name(wire, "t3_")
    title, body = _text(wire, "title"), _text(wire, "selftext")
    gone = _placeholder(body) or _placeholder(title)
    return Post(
        platform=PLATFORM,
        id=key,
        conversation_id=key,
        quoted=identifier(wire, "crosspost_parent"),
        community=_community(wire),
        author=_author(wire),
        created_at=moment(wire, "created_utc"),
        title=None if _placeholder(title) else title or None,
        text="" if _placeholder(body) else body,
        url=_address(wire) or f"{SITE}/comments/{key.removeprefix('t3_')}/",
        score=number(wire, "score"),
        state=_removal(wire) or gone or State.LIVE,
        seen_at=moment(wire, "retrieved_on", "retrieved_utc"),
    )


def comment(wire: Mapping[str, Any]) -> Post:
    """Read a comment."""
    key = _full_name(wire, "t1_")
    link = _link(wire)
    body = _text(wire, "body")
    gone = _placeholder(body)
    return Post(
        platform=PLATFORM,
        id=key,
        conversation_id=link,
        reply_to=_parent(wire, link),
        community=_community(wire),
        author=_author(wire),
        created_at=moment(wire, "created_utc"),
        text="" if gone else body,
        url=_address(wire) or f"{SITE}/comments/{link.removeprefix('t3_')}/_/{key.removeprefix('t1_')}/",
        score=number(wire, "score"),
        state=gone or State.LIVE,
        seen_at=moment(wire, "retrieved_on", "retrieved_utc"),
    )


class Thing(NamedTuple):
    """One member of a listing: `kind` is "t1", "t3" or "more", as the API names them."""

    kind: str
    data: dict[str, Any]


def things(listing: Mapping[str, Any]) -> Iterator[Thing]:
    """Give what a listing, or an answer of `morechildren`, holds, in reading order and without nested replies."""
    stack: list[Mapping[str, Any]] = [listing]
    while stack:
        thing = stack.pop()
        if "json" in thing:
            stack.extend(reversed(objects(inner(inner(thing, "json"), "data"), "things")))
            continue
        kind, data = string(thing, "kind"), dict(inner(thing, "data"))
        if kind == "Listing":
            stack.extend(reversed(objects(data, "children")))
        elif kind in ("t1", "t3", "more"):
            replies = data.pop("replies", None)
            yield Thing(kind, data)
            stack.extend([replies] if isinstance(replies, dict) else [])


def not_fetched(more: Mapping[str, Any]) -> int:
    """Count the comments that a "more" stands for; 0 means "continue this thread", which hides at least one."""
    return count(more, "count") or 1


def _full_name(wire: Mapping[str, Any], kind: str) -> str:
    return identifier(wire, "name") or kind + required(wire, "id").removeprefix(kind)


def _link(wire: Mapping[str, Any]) -> str:
    name = _numbered(wire.get("link_id"))
    return f"t3_{name}" if name else _prefixed(required(wire, "link_id"), "t3_")


def _parent(wire: Mapping[str, Any], link: str) -> str:
    """Read the parent's full name; the 2022 API writes base-10 numbers, and null for the submission."""
    if name := _numbered(wire.get("parent_id")):
        return link if f"t3_{name}" == link else f"t1_{name}"
    return _prefixed(identifier(wire, "parent_id") or link, "t1_")


def _numbered(value: object) -> str | None:
    """Write a base-10 id in base 36, as Reddit does; None where it is no number."""
    if not isinstance(value, _NUMBERS) or isinstance(value, bool) or value != value:
        return None
    if not 0 < value < 2**63:
        raise ValueError(f"{value} is no id")
    rest, digits = int(value), ""
    while rest:
        rest, digit = divmod(rest, 36)
        digits = _DIGITS[digit] + digits
    return digits


def _prefixed(name: str, kind: str) -> str:
    return name if name.startswith(("t1_", "t3_")) else kind + name


def _text(wire: Mapping[str, Any], key: str) -> str:
    """Read text, undoing the source's escaping and then the entities that Reddit's own markdown would show.

    Some sources escape &, < and >, some do not, and none says so; but an escaped text has no other ampersand.
    """
    text = string(wire, key) or ""
    if "&" not in text:
        return text
    if not _BARE_AMPERSAND.search(text):
        text = text.replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&")
    return unescape(text)


def _placeholder(text: str) -> State | None:
    if not text.startswith("["):
        return None
    bare = text.lower().replace("[ ", "[").replace(" ]", "]")
    return State.REMOVED if bare.startswith("[removed by reddit") else _PLACEHOLDERS.get(bare)


def _removal(wire: Mapping[str, Any]) -> State | None:
    category = string(wire, "removed_by_category")
    if category is None:
        return None
    return State.DELETED if category in _BY_AUTHOR else State.REMOVED


def _author(wire: Mapping[str, Any]) -> str | None:
    author = string(wire, "author")
    return None if author in ("[deleted]", "[removed]") else author


def _community(wire: Mapping[str, Any]) -> str | None:
    name = string(wire, "subreddit")
    return f"r/{name}" if name else None


def _address(wire: Mapping[str, Any]) -> str | None:
    path = string(wire, "permalink")
    if path is None:
        return string(wire, "full_link")
    return path if path.startswith("http") else SITE + path
