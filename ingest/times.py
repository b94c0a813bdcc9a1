"""Times of the configuration."""

from __future__ import annotations

from datetime import UTC, datetime

from corpus.errors import InputError


def begin(since: str, *, where: str) -> datetime | None:
    """Read a day or a time, in UTC where it does not say; "" is None."""
    try:
        time = datetime.fromisoformat(since) if since else None
    except ValueError:
        raise InputError(f"{where} since = {since!r} should be a day or a time: 2023-01-14") from None
    return time.replace(tzinfo=UTC) if time and time.tzinfo is None else time
