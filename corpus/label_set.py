"""A label set: what one model, in one configuration, says of the posts."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from datetime import datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class LabelSet:
    """One named set of labels; `key` is its number in the corpus."""

    key: int
    name: str
    model: str
    revision: str
    config_hash: str
    created_at: datetime
