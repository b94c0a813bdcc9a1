"""From the address of a post to its platform and id."""

from __future__ import annotations

import re

from corpus.errors import InputError

_FORMS = (
    ("x", re.compile(r"(?:twitter|x)\.com/(?:i/web|[^/]+)/status(?:es)?/(\d+)"), ""),
    ("reddit", re.compile(r"reddit\.com/(?:r/[^/]+/)?comments/([0-9a-z]+)", re.IGNORECASE), "t3_"),
    ("reddit", re.compile(r"redd\.it/([0-9a-z]+)", re.IGNORECASE), "t3_"),
    ("hackernews", re.compile(r"news\.ycombinator\.com/item\?id=(\d+)"), ""),
    # Addresses of these two do not hold the id: the address itself stands for the post.
    (
        "bluesky",
        re.compile(r"(https://bsky\.app/profile/[^/\s]+/post/\w+)|^(at://[^/\s]+/app\.bsky\.feed\.post/\w+)$"),
        "",
    ),
    ("mastodon", re.compile(r"(https://[^/\s]+/@[^/\s]+/\d+)"), ""),
)


def post_named_by(address: str) -> tuple[str, str]:
    """Read platform and id (or address) from a post's address, or from "platform:id"; InputError for anything else."""
    for platform, form, prefix in _FORMS:
        found = form.search(address)
        if found:
            return platform, prefix + found[found.lastindex or 1]
    platform, colon, identity = address.partition(":")
    if colon and identity and "/" not in address:
        return platform, identity
    raise InputError(
        f"{address!r} is not the address of a post on X, Reddit, Hacker News, Bluesky or Mastodon: copy it from the "
        "browser, or write PLATFORM:ID"
    )


def identity(platform: str, named: str) -> str:
    """Read the id of a post on one platform, given as it is or by its address."""
    if ":" not in named and "/" not in named:
        return named
    found, key = post_named_by(named)
    if found != platform:
        raise InputError(f"{named!r} is not a post on {platform}")
    return key
