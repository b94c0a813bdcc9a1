"""How a text is prepared for the encoder. The recipe is stored with the weights that were trained on it."""

from __future__ import annotations

import html
import re
import unicodedata
from dataclasses import dataclass
from typing import TYPE_CHECKING

from corpus.errors import ModelError

if TYPE_CHECKING:
    from collections.abc import Callable

_URL = re.compile(r"(?:https?://|www\.)\S+")
# A dotted name is a handle of Bluesky only with one of these endings: @functools.cache and "thanks @bob.Then" are none.
_ENDINGS = (
    "social|team|com|org|net|edu|gov|info|dev|app|xyz|blog|tech|cloud|space|site|online|pub|io|ai|me|co|ac|gg|eu|uk|ie|"
    "de|ch|fr|nl|es|pt|se|dk|fi|pl|cz|ca|br|mx|ar|au|nz|jp|kr|za"
)
_HANDLE = re.compile(
    r"(?<![\w/@.])@("
    r"\w[\w.-]*@[\w-]+(?:\.[\w-]+)+"  # the Fediverse: @name@host
    rf"|[\w-]+(?:\.[\w-]+)*\.(?:{_ENDINGS})(?![\w(-]|\.\w)"  # Bluesky: @name.host
    r"|\w{1,30})"
)
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

    def __post_init__(self) -> None:
        if self.version != 1:
            raise ModelError(f"text recipe {self.version} is unknown here: update Stancemap, or use another model")


def clean(text: str, *, keep_handle: Callable[[str], bool]) -> str:
    """Turn a post's text into one line as the encoder was trained on it.

    Addresses become "http" and handles "@user" (except those for which `keep_handle` is true, such as a target's own),
    as in TweetEval (Barbieri et al. 2020); entities are decoded; runs of a sign are cut to three.
    """
    text = _URL.sub("http", plain(html.unescape(text)))
    text = _HANDLE.sub(lambda m: m[0] if keep_handle(m[1]) else "@user", text)
    text = _LEADING_HANDLES.sub("@user ", text)
    return _SPACE.sub(" ", _REPEATED.sub(r"\1\1\1", text)).strip()


def plain(text: str) -> str:
    """Write in one way what can be written in several: apostrophes, and letters with their accents (NFC)."""
    return unicodedata.normalize("NFC", text.replace("’", "'").replace("\u200d", ""))
