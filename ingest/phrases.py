"""Phrases, compared word by word: case, punctuation and spaces do not count."""

import re

_WORD = re.compile(r"\w+")


def words(text: str) -> str:
    """Give the words of a text, in lower case, one space between them."""
    return " ".join(_WORD.findall(text.lower()))


def is_said(phrase: str, text: str) -> bool:
    """Say whether a text holds the words of a phrase, in their order."""
    return f" {words(phrase)} " in f" {words(text)} "
