"""How a text is prepared for the encoder. The recipe is stored with the weights that were trained on it."""

from __future__ import annotations

import html
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

_URL = re.compile(r"(?:https?://|www\.)\S+")
_HANDLE = re.compile(r"(?<![\w/@.])@(\w{1,30})")
_LEADING_HANDLES = re.compile(r"^(?:@user\s+){2,}")
_REPEATED = re.compile(r"([^\w\s])\1{3,}")
_SPACE = re.compile(r"\s+")


@dataclass(frozen=True, slots=True, kw_only=True)
class Recipe:
    """Limits in tokens: of one window in all, of the context (the post answered), and how far windows overlap."""

    version: int = 1
    window: int = 256
    context: int = 72
    overlap: int = 32


def clean(text: str, *, keep_handle: Callable[[str], bool]) -> str:
    """Turn a post's text into one line as the encoder was trained on it.

    Addresses become "http" and handles "@user" (except those for which `keep_handle` is true, such as a target's own),
    as in TweetEval (Barbieri et al. 2020); entities are decoded; runs of a sign are cut to three.
    """
    text = html.unescape(text).replace("’", "'").replace("\u200d", "")
    text = _URL.sub("http", text)
    text = _HANDLE.sub(lambda m: m[0] if keep_handle(m[1]) else "@user", text)
    text = _LEADING_HANDLES.sub("@user ", text)
    return _SPACE.sub(" ", _REPEATED.sub(r"\1\1\1", text)).strip()
