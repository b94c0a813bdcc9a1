"""Mastodon: statuses, as every instance of it (and of programs that answer alike) writes them.

Ids are those of the instance that is asked: the same status has another id on another instance. A corpus is therefore
collected through one instance.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from corpus.post import Post
from ingest.fields import identifier, inner, moment, number, objects, required, string
from ingest.mastodon_text import plain

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

PLATFORM = "mastodon"
COMMUNITY = "Mastodon"
PUBLIC = ("public", "unlisted")
_KEPT = (
    "id", "created_at", "edited_at", "in_reply_to_id", "spoiler_text", "visibility", "language", "uri", "url",
    "content", "replies_count", "reblogs_count", "favourites_count", "quotes_count", "story_id",
)  # fmt: skip


def status(wire: Mapping[str, Any]) -> Post:
    """Read a status; a content warning is its title.

    A status names its parent, not its thread. `story_id`, which is added where it is known, is then the conversation.
    """
    key, content, quote = required(wire, "id"), wire.get("content"), inner(wire, "quote")
    if not isinstance(content, str):
        raise ValueError("no content")
    return Post(
        platform=PLATFORM,
        id=key,
        conversation_id=identifier(wire, "story_id") or key,
        reply_to=identifier(wire, "in_reply_to_id"),
        quoted=identifier(inner(quote, "quoted_status"), "id") or identifier(quote, "quoted_status_id"),
        community=COMMUNITY,
        author=string(inner(wire, "account"), "acct"),
        created_at=moment(wire, "created_at"),
        title=string(wire, "spoiler_text"),
        text=plain(content),
        language=string(wire, "language"),
        url=string(wire, "url") or string(wire, "uri"),
        score=number(wire, "favourites_count"),
    )


def is_public(wire: Mapping[str, Any]) -> bool:
    """Say whether everybody may read a status; a token shows its owner more."""
    return wire.get("visibility", "public") in PUBLIC


def alone(wire: Mapping[str, Any]) -> dict[str, Any]:
    """Give a status without what belongs to the asking account, to other statuses, or to its author's profile."""
    account, quote = inner(wire, "account"), inner(wire, "quote")
    quoted = identifier(inner(quote, "quoted_status"), "id") or identifier(quote, "quoted_status_id")
    kept = {key: wire[key] for key in _KEPT if key in wire}
    kept["account"] = {key: account[key] for key in ("id", "acct", "url") if key in account}
    return kept | ({"quote": {"state": quote.get("state"), "quoted_status_id": quoted}} if quoted else {})


def with_quoted(wire: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    """Give the public status that a status quotes and shows, then itself."""
    shown = inner(inner(wire, "quote"), "quoted_status")
    if "content" in shown and is_public(shown):
        yield alone(shown)
    yield alone(wire)


def context(answer: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    """Give the statuses of a saved context, each with the first status of the thread.

    The status that was asked for is not among them: what answers it first names it.
    """
    above, below = objects(answer, "ancestors"), objects(answer, "descendants")
    first = identifier(above[0], "id") if above else identifier(below[0], "in_reply_to_id") if below else None
    yield from in_thread((*above, *below), first)


def in_thread(wires: Iterable[Mapping[str, Any]], first: str | None) -> Iterator[Mapping[str, Any]]:
    """Say of statuses which is the first of their thread."""
    for wire in wires:
        yield {**wire, "story_id": first}
