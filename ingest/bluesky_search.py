"""Searches of Bluesky: their parameters, the windows they go through, and which hits are what was searched for."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

from corpus.walk import Walk
from ingest import bluesky
from ingest.fields import inner, string
from ingest.phrases import is_said, words

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping


@dataclass(slots=True)
class Window:
    """Where a search is: in a window that ends before `until`, at a cursor; `oldest` is the oldest time seen in it."""

    until: str | None = None
    cursor: str | None = None
    oldest: str | None = None

    def next(self) -> Window | None:
        """Give the window that follows; None where this one brought nothing older than the one before."""
        if self.oldest is None:
            return None
        until = written(datetime.fromisoformat(self.oldest) + timedelta(milliseconds=1))
        return None if until == self.until else Window(until=until)


def params(walk: Walk, at: Window, since: str) -> dict[str, str]:
    """Ask for a whole address by its own parameter, and for anything else as a phrase."""
    asked = {"q": "*", "url": walk.about} if "://" in walk.about else {"q": f'"{words(walk.about)}"'}
    known = {"since": since, "until": at.until, "cursor": at.cursor}
    return asked | {key: value for key, value in known.items() if value}


def threads(walk: Walk, views: Iterable[Mapping[str, Any]], kind: str) -> tuple[Walk, ...]:
    """Name the threads of hits, each once."""
    roots = dict.fromkeys(bluesky.root(view) for view in views)
    return tuple(Walk(kind, root, walk.depth + 1) for root in roots)


def fits(walk: Walk, view: Mapping[str, Any]) -> bool:
    """Say whether a hit is what was searched for; Bluesky also gives what is like it."""
    record = inner(view, "record")
    bare = walk.about.lower().partition("://")[2] or walk.about.lower()
    if any(bare.rstrip("/") in link.lower() for link in bluesky.links(record)):
        return True
    card = inner(inner(view, "embed"), "external")
    said = " ".join(string(part, key) or "" for part, key in ((record, "text"), (card, "title"), (card, "uri")))
    return is_said(walk.about, said)


def time(view: Mapping[str, Any]) -> str | None:
    """Read when a post was made; None where it does not say."""
    try:
        created = bluesky.post(view).created_at
    except ValueError:
        return None
    return written(created) if created else None


def written(moment: datetime) -> str:
    """Write a time as Bluesky wants it, to the millisecond; as text it sorts."""
    return moment.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
