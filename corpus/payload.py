"""What a source sent for one post, kept so that a mended parser can read it again."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Payload:
    """The bytes of one post as they came (JSON), and the name of the format that reads them."""

    format: str
    body: bytes
