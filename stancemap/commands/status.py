"""`stancemap status`: say what the corpus holds."""

from __future__ import annotations

from collections import Counter
from dataclasses import asdict
from typing import TYPE_CHECKING

import click

from stancemap import console
from stancemap.commands.options import json_option, with_config

if TYPE_CHECKING:
    from corpus.summary import Summary
    from corpus.walk import Coverage
    from stancemap.config import Config

_SHOWN = 20  # communities


@click.command("status", short_help="Say what the corpus holds.")
@with_config
@json_option
def command(config: Config, *, as_json: bool) -> None:
    """Say what the corpus holds: posts by platform and community, their state, label sets.

    \b
    Examples:
      stancemap status
      stancemap status --json | jq .posts
    """
    from corpus.store import Store

    with Store.open(config.corpus, readonly=True) as store:
        summary = store.summary()
    if as_json:
        console.as_json({"corpus": str(config.corpus), "posts": summary.posts, **asdict(summary)})
    else:
        for line in lines(str(config.corpus), summary):
            console.say(line)


def lines(name: str, summary: Summary) -> list[str]:
    """Write a summary for people."""
    states, places = Counter[str](), Counter[tuple[str, str]]()
    for row in summary.counts:
        states[str(row.state)] += row.posts
        places[row.platform, row.community or "-"] += row.posts
    size = f"{summary.file_bytes / 1e6:.1f} MB ({summary.payload_bytes / 1e6:.1f} MB of it payloads)"
    days = f"{summary.first:%Y-%m-%d} to {summary.last:%Y-%m-%d}" if summary.first and summary.last else "no dates"
    posts, authors = console.count(summary.posts, "post"), console.count(summary.authors, "author")
    written = [
        f"{name}: {posts} by {authors} in {console.count(summary.threads, 'thread')}, {size}",
        f"  {days}",
        "  " + ", ".join(f"{number:,} {state}" for state, number in states.most_common()),
        f"  {console.count(summary.orphans, 'reply', 'replies')} to posts that are not in the corpus",
        "",
    ]
    written += [f"  {number:>9,}  {platform:<12} {place}" for (platform, place), number in places.most_common(_SHOWN)]
    if len(places) > _SHOWN:
        written.append(f"             and {console.count(len(places) - _SHOWN, 'more community', 'more communities')}")
    written += [*_collected(summary), *_checked(summary)]
    written.append("")
    if not summary.label_sets:
        return [*written, "  no labels yet: run `stancemap label`"]
    return written + [
        f"  label set {row.label_set.name}: {console.count(row.posts, 'post')} read, {row.abstained:,} abstained, "
        f"model {row.label_set.model} {row.label_set.revision}"
        for row in summary.label_sets
    ]


def _collected(summary: Summary) -> list[str]:
    """Write how the last collection of each platform went, and what of each thread is there."""
    if not summary.rounds:
        return []
    written = ["", "  collected live:"]
    for row in summary.rounds:
        ended = (
            f"ended {row.ended_at:%Y-%m-%d %H:%M}" if row.ended_at else "NOT ENDED: the same command goes on with it"
        )
        cost = f", ${row.spent.dollars:,.2f} spent" if row.spent.dollars else ""
        written.append(
            f"  {row.platform:<12} {row.done:,} walked, {row.open:,} open, {len(row.failures):,} failed, {ended}{cost}"
        )
        written += [f"               failed: {name}: {reason}" for name, reason in row.failures[:_SHOWN]]
    written += ["", "  replies      of   gone  thread"]
    written += [line for row in summary.coverage[:_SHOWN] for line in _covered(row)]
    if len(summary.coverage) > _SHOWN:
        written.append(f"             and {console.count(len(summary.coverage) - _SHOWN, 'more thread')} (see --json)")
    return written


def _covered(row: Coverage) -> list[str]:
    claimed = "?" if row.claimed is None else f"{row.claimed:,}"
    title = " ".join((row.title or "").split())[:60]
    parts = {
        "deleted": row.deleted, "removed": row.removed, "withheld": row.withheld, "truncated": row.truncated,
        "unreachable": row.unreachable,
    }  # fmt: skip
    lost = ", ".join(f"{posts:,} {what}" for what, posts in parts.items() if posts)
    of = "" if row.quotes_claimed is None else f" of {row.quotes_claimed:,}"
    below = [
        *([lost] if lost else []),
        *(f"unreachable: {posts:,} × {reason}" if posts else reason for reason, posts in row.gaps),
        *([f"{row.quotes:,}{of} quotes of it"] if of or row.quotes else []),
    ]
    name = f"{row.platform} {row.thread or '(no thread)'} {title}".rstrip()
    return [
        f"  {row.fetched:>7,} {claimed:>7} {row.gone:>6,}  {name}",
        *(f"{'':26}{line}" for line in below),
    ]


def _checked(summary: Summary) -> list[str]:
    """Write how the last check for deletions of each platform went."""
    written = ["", "  checked for deletions:"] if summary.checks else []
    for row in summary.checks:
        when = f"{row.started_at:%Y-%m-%d %H:%M}" + ("" if row.ended_at else ", NOT ENDED: run it again")
        unclear = f", {row.unclear:,} unclear" if row.unclear else ""
        cost = f", ${row.spent.dollars:,.2f} spent" if row.spent.dollars else ""
        done = f"{row.living:,} there, {row.wiped:,} wiped{unclear}"
        written.append(f"  {row.platform:<12} {console.count(row.posts, 'post')}: {done}, {when}{cost}")
    return written
