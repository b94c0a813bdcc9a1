"""Keeping people who are no public figures unnamed: handles within a text, and addresses and places that hold one."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING
from urllib.parse import unquote

from reports.plain import LONGEST, one_line, plain

if TYPE_CHECKING:
    from corpus.opinion import Opinion

NAMED = re.compile(
    r"""
    (?P<code>
        `(?![^`]*\.(?:social|com|org|net|dev|io|ai|app|me|xyz)`)@[\w.]+(?:\([^`\n]*\))?`  # no domain, between backticks
        | ^(?:@[\w.]+(?:\(.*\))?\n)+(?=(?:async\ )?(?:def|class)\ \w+\ ?[(:])  # decorators above what they decorate
        | (?<![\w@])@(?:tf|jax|nn|torch(?:\.jit)?|numba|functools)
          \.(?:function|compile|compact|jit|njit|vmap|pmap|grad|no_grad|inference_mode|script|partial|cache|lru_cache)\b
          (?![.@-]\w)
    )
    | (?P<mail>(?<![\w.+-])[\w.+-]+@[\w-]+(?:\.[\w-]+)+)
    | (?P<profile>(?i:
        \b(?:x|twitter)\.com/
        | \.[a-z]{2,}(?::\d+)?/(?:(?:u|users?|profile)/|r/u_|user\?id=)  # below a host, so that no path in code is one
    ))(?:\d+/)?[\w.:-]+
    | (?<![\w-])[\w-]+(?i:\.bsky\.social)\b
    | (?<!\w)[@＠]+\w+(?:[.-]\w+)*(?:@[\w-]+(?:\.[\w-]+)*)?
    | (?<![\w/])/?(?:u/|(?i:r/u_)|U/(?=[\w-]{3}))[\w-]+  # U/V may be meant
    """,
    re.VERBOSE | re.MULTILINE,
)
PROFILE = re.compile(r"/@|/(?:users?|u|profile)/(?!did:)|/r/u_|/user\?id=|\.bsky\.social", re.IGNORECASE)

PROFILES = "Reddit profiles"


def place_of(community: str | None, platform: str) -> str:
    """Name where a post stands; all profiles of Reddit are one place, since theirs are their owners' handles."""
    if not community:
        return platform
    return PROFILES if community.lower().startswith("r/u_") else community


def unnamed(text: str) -> str:
    """Make a text plain and leave handles and mail addresses out; decorators stay where they plainly are code."""
    lines = "\n".join(map(one_line, text[:LONGEST].splitlines()))  # before: a hidden character may split a handle
    return plain(NAMED.sub(_hidden, lines))


def _hidden(found: re.Match[str]) -> str:
    if found["code"]:
        return found[0]
    return "…@…" if found["mail"] else f"{found['profile'] or ''}@…"


def address(post: Opinion) -> str | None:
    """Give an address of a post that does not tell its author's handle; None where there is none."""
    if not post.url:
        return None
    if post.platform == "x":
        return f"https://x.com/i/status/{post.id}"
    if post.platform == "bluesky":
        repository, _, key = post.id.removeprefix("at://").partition("/app.bsky.feed.post/")
        return f"https://bsky.app/profile/{repository}/post/{key}" if repository.startswith("did:") and key else None
    return None if _tells(unquote(post.url), post.author) else post.url


def _tells(url: str, author: str | None) -> bool:
    name = (author or "").lstrip("@").partition("@")[0]
    own = re.search(rf"(?<![^\W_]){re.escape(name)}(?![^\W_])", url, re.IGNORECASE) if name else None
    return bool(own or PROFILE.search(url))
