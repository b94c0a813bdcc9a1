"""Bluesky: post views of the AppView, alone, in threads, lists and feeds, and the records of posts."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from corpus.errors import InputError
from corpus.post import Post
from ingest.fields import identifier, inner, moment, number, objects, required, string

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from datetime import datetime

PLATFORM = "bluesky"
COMMUNITY = "Bluesky"
POSTS = "app.bsky.feed.post"
_WEB = re.compile(r"https?://bsky\.app/profile/([^/\s]+)/post/([^/?#\s]+)")
_URI = re.compile(rf"at://[^/\s]+/{re.escape(POSTS)}/[^/\s]+")
_SCHEME = re.compile(r"^(?:https?://)?(?:www\.)?")
_NOBODY = "handle.invalid"  # what the AppView writes for a handle that does not lead back to its account
_LEFT_OUT = ("viewer", "labels", "embed", "threadgate")  # of the asking account, or of other posts


def post(view: Mapping[str, Any]) -> Post:
    """Read a post view.

    Texts show links shortened: the whole address takes the place of what is shown, and that of a link card follows the
    text that does not show it. The time is the earlier of what the author's program and the network say, as Bluesky
    itself sorts.
    """
    uri, record, author = required(view, "uri"), inner(view, "record"), inner(view, "author")
    if not _URI.fullmatch(uri) or not record:
        raise ValueError("no uri and record of a post")
    name, reply = author_name(author) or _authority(uri), inner(record, "reply")
    return Post(
        platform=PLATFORM,
        id=uri,
        conversation_id=root(view),
        reply_to=identifier(inner(reply, "parent"), "uri"),
        quoted=_quoted(inner(record, "embed")),
        community=COMMUNITY,
        author=name,
        created_at=_created(record, view),
        text=_text(record),
        language=next(iter(_languages(record)), None),
        url=f"https://bsky.app/profile/{name}/post/{uri.rpartition('/')[2]}",
        score=number(view, "likeCount"),
    )


def author_name(author: Mapping[str, Any]) -> str | None:
    """Read an account's handle, or its DID where the handle does not hold."""
    handle = string(author, "handle")
    return handle if handle and handle != _NOBODY else identifier(author, "did")


def at_uri(named: str) -> str:
    """Read the at:// uri of a post from the uri or the web address; InputError for anything else."""
    if found := _WEB.match(named):
        return f"at://{found[1]}/{POSTS}/{found[2]}"
    if _URI.fullmatch(named):
        return named
    raise InputError(f"{named!r} is not a post on Bluesky: copy its address from the browser")


def alone(view: Mapping[str, Any]) -> dict[str, Any]:
    """Give a post view without what belongs to the asking account or to other posts."""
    return {key: value for key, value in view.items() if key not in _LEFT_OUT}


def with_quoted(view: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    """Give the post that a post view quotes and shows, then itself."""
    embed = inner(view, "embed")
    shown = inner(embed, "record")
    shown = shown if "uri" in shown or "record" not in shown else inner(shown, "record")  # beside media: one deeper
    if "value" in shown and _URI.fullmatch(str(shown.get("uri"))):
        yield alone({("record" if key == "value" else key): value for key, value in shown.items() if key != "$type"})
    yield alone(view)


def above(node: Mapping[str, Any]) -> list[tuple[dict[str, Any], str | None]]:
    """Give the nodes above a node of a thread, the first post first, each with the uri that it replies to.

    A node holds a `post`, or says that its `uri` is `notFound` or `blocked`; neighbours are left out.
    """
    found = []
    while node := inner(node, "parent"):
        found.append((_bare(node), node_uri(inner(node, "parent"))))
    return found[::-1]


def below(node: Mapping[str, Any]) -> Iterator[tuple[dict[str, Any], str | None]]:
    """Give a node of a thread and those below it, in the same form as `above`."""
    stack: list[tuple[Mapping[str, Any], str | None]] = [(node, node_uri(inner(node, "parent")))]
    while stack:
        found, parent = stack.pop()
        yield _bare(found), parent
        stack += [(reply, node_uri(found)) for reply in reversed(objects(found, "replies"))]


def node_uri(node: Mapping[str, Any]) -> str | None:
    """Read the uri of a node of a thread."""
    return identifier(inner(node, "post"), "uri") or identifier(node, "uri")


def root(view: Mapping[str, Any]) -> str:
    """Read the uri of the first post of a post's thread."""
    reply = inner(inner(view, "record"), "reply")
    return identifier(inner(reply, "root"), "uri") or required(view, "uri")


def links(record: Mapping[str, Any]) -> Iterator[str]:
    """Give the addresses that a record of a post links to."""
    for facet in objects(record, "facets"):
        yield from (uri for feature in objects(facet, "features") if (uri := string(feature, "uri")))
    if card := _card(inner(record, "embed")):
        yield card


def _bare(node: Mapping[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in node.items() if key not in ("parent", "replies")}


def _authority(uri: str) -> str:
    return uri.removeprefix("at://").partition("/")[0]


def _quoted(embed: Mapping[str, Any]) -> str | None:
    """Read the uri of the post that is quoted, also beside pictures; lists and feeds may be embedded the same way."""
    record = inner(embed, "record")
    uri = identifier(record, "uri") or identifier(inner(record, "record"), "uri")
    return uri if uri and _URI.fullmatch(uri) else None


def _created(record: Mapping[str, Any], view: Mapping[str, Any]) -> datetime | None:
    try:
        said = moment(record, "createdAt")
    except ValueError:  # it is the word of any program that can write a record
        said = None
    known = moment(view, "indexedAt")
    return min((time for time in (said, known) if time), default=None)


def _languages(record: Mapping[str, Any]) -> list[str]:
    tags = record.get("langs")
    return [tag for tag in tags if isinstance(tag, str) and tag] if isinstance(tags, list) else []


def _text(record: Mapping[str, Any]) -> str:
    text = _whole_links((string(record, "text") or "").encode(errors="replace"), objects(record, "facets"))
    card = _card(inner(record, "embed"))
    return "\n\n".join(part for part in (text, card) if part) if card and card not in text else text


def _whole_links(text: bytes, facets: list[dict[str, Any]]) -> str:
    """Put whole addresses where the text shows (parts of) them; facets count bytes."""
    spans = []
    for facet in facets:
        place = inner(facet, "index")
        start, end = number(place, "byteStart"), number(place, "byteEnd")
        uri = next((uri for feature in objects(facet, "features") if (uri := string(feature, "uri"))), None)
        if uri and start is not None and end is not None and 0 <= start < end <= len(text):
            spans.append((start, end, uri))
    for start, end, uri in sorted(spans, reverse=True):
        shown = text[start:end].decode(errors="replace")
        text = text[:start] + _link(uri, shown).encode() + text[end:]
    return text.decode(errors="replace")


def _link(uri: str, shown: str) -> str:
    """Write the address alone where the text shows (the beginning of) it, else both."""
    return uri if _SCHEME.sub("", uri).startswith(_SCHEME.sub("", shown).rstrip(".…")) else f"{shown} ({uri})"


def _card(embed: Mapping[str, Any]) -> str | None:
    """Read the address of a link card, also beside a quoted post."""
    return string(inner(embed, "external"), "uri") or string(inner(inner(embed, "media"), "external"), "uri")
