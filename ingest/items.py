"""From the wire to what a page holds: posts with their payloads, and gaps for those that cannot be read."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from corpus.payload import Payload
from corpus.walk import Gap

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from corpus.post import Post

Items = tuple[tuple["Post", Payload | None], ...]


def read(
    wires: Iterable[Mapping[str, Any]],
    form: str,
    parse: Callable[[Mapping[str, Any]], Post],
    *,
    key: str,
    thread: str = "",
    kept: Callable[[Mapping[str, Any]], Mapping[str, Any]] = dict,
) -> tuple[Items, tuple[Gap, ...]]:
    """Parse wire dicts; what the parser refuses becomes a gap of the thread, named by the field `key`.

    `kept` says what of a wire dict is stored with its post.
    """
    items, gaps = list[tuple["Post", Payload | None]](), list[Gap]()
    for wire in wires:
        try:
            items.append((parse(wire), Payload(form, json.dumps(kept(wire), separators=(",", ":")).encode())))
        except ValueError as error:
            gaps.append(Gap(thread=thread, reason=f"cannot be read: {error}", post=str(wire.get(key) or "")))
    return tuple(items), tuple(gaps)
