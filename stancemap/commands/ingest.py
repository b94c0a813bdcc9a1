"""`stancemap ingest`: collect discussions from the platforms themselves."""

from __future__ import annotations

from collections import Counter
from contextlib import ExitStack
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

import click

from corpus.errors import InputError, SourceError
from stancemap import console
from stancemap.commands.options import json_option, with_config

if TYPE_CHECKING:
    from corpus.store import Store
    from corpus.walk import Coverage, Walk
    from ingest.collect import Step
    from ingest.source import Estimate, Source
    from stancemap.config import Config

ALL = "all"


@click.command("ingest", short_help="Collect whole discussions from X, Reddit, Hacker News, Bluesky, Mastodon.")
@click.argument("platforms", metavar="[PLATFORM]...", nargs=-1)
@click.option("--dry-run", is_flag=True, help="Say what would be fetched, with counts and prices, and store nothing.")
@click.option(
    "--new-only", is_flag=True, help="Fetch only what is newer than the last whole collection (cheaper on X)."
)
@click.option("--restart", is_flag=True, help="Begin again instead of going on where the last run was interrupted.")
@click.option("--budget", type=float, metavar="DOLLARS", help="The most that X may cost (default: [x] budget_dollars).")
@with_config
@json_option
def command(
    config: Config,
    *,
    platforms: tuple[str, ...],
    dry_run: bool,
    new_only: bool,
    restart: bool,
    budget: float | None,
    as_json: bool,
) -> None:
    """Collect what the configuration names from x, reddit, hn, bluesky, mastodon, or all (the default).

    Another package can add a source under the entry point group `stancemap.sources`: see docs/sources.md.

    Every page is stored with the place where it goes on: interrupted at any moment, the same command goes on there. A
    run after a whole one fetches everything again and so learns of new replies, edits, scores and deletions. Keys come
    from environment variables: STANCEMAP_X_BEARER_TOKEN, STANCEMAP_REDDIT_CLIENT_ID, STANCEMAP_REDDIT_CLIENT_SECRET,
    and for searches STANCEMAP_BLUESKY_HANDLE, STANCEMAP_BLUESKY_APP_PASSWORD and STANCEMAP_MASTODON_ACCESS_TOKEN.

    \b
    Examples:
      stancemap ingest --dry-run
      stancemap ingest hn reddit
      stancemap ingest x --budget 20
    """
    from ingest.retry import Clock

    clock = Clock(tell=console.note)
    opened, skipped = open_platforms(platforms, config, clock, budget)
    with ExitStack() as stack:
        for _, source in opened:
            stack.callback(source.close)
        if dry_run:
            results = [_plan(name, source, quiet=as_json) for name, source in opened]
        else:
            results = _collect(config, opened, new_only=new_only, restart=restart, quiet=as_json)
    if as_json:
        console.as_json({"corpus": str(config.corpus), "platforms": results, "skipped": skipped})
    if any(result["error"] or result["failures"] for result in results):
        raise SystemExit(1)


def open_platforms(
    platforms: tuple[str, ...], config: Config, clock: Any, budget: float | None
) -> tuple[list[tuple[str, Source]], dict[str, str]]:
    """Open the platforms; of "all" those that lack a key are left out, and named."""
    from stancemap import sources

    wants_all = not platforms or ALL in platforms
    opened, skipped = list[tuple[str, "Source"]](), dict[str, str]()
    for name in sources.names() if wants_all else dict.fromkeys(platforms):
        try:
            opened.append((name, sources.open_source(name, config, clock, budget=budget)))
        except sources.NoKeyError as error:
            if not wants_all or name in platforms:
                raise
            skipped[name] = str(error)
            console.warn(f"{name} is left out: {error}")
    if not opened:
        raise InputError("no platform can be asked: set a key, or name one that needs none, such as hn")
    return opened, skipped


def _plan(name: str, source: Source, *, quiet: bool) -> dict[str, Any]:
    from ingest.collect import plan

    rows, failures, error = list[dict[str, Any]](), list[str](), None
    try:
        for walk, estimate in plan(source):
            if isinstance(estimate, str):
                failures.append(estimate)
                console.warn(f"{name}: {estimate}")
                continue
            rows.append({"walk": walk.kind, "about": walk.about, "depth": walk.depth, **_numbers(estimate)})
            if not quiet:
                console.say(_planned(name, walk, estimate))
    except SourceError as stopped:
        error = str(stopped)
        console.fail(error)
    posts, dollars = sum(row["posts"] or 0 for row in rows), sum(row["dollars"] for row in rows)
    if not quiet:
        price = f", about ${dollars:,.2f}" if dollars else ""
        console.say(f"{name}: {console.count(posts, 'post')} at least{price}; nothing was stored")
    return {"platform": name, "walks": rows, "posts": posts, "dollars": dollars, "failures": failures, "error": error}


def _numbers(estimate: Estimate) -> dict[str, Any]:
    return {"posts": estimate.posts, "dollars": estimate.dollars, "remark": estimate.remark}


def _planned(name: str, walk: Walk, estimate: Estimate) -> str:
    posts = "an unknown number of posts" if estimate.posts is None else console.count(estimate.posts, "post")
    price = f", ${estimate.dollars:,.2f}" if estimate.dollars else ""
    remark = f" ({estimate.remark})" if estimate.remark else ""
    return f"{name}: {'  ' * walk.depth}{walk.kind} {walk.about}: {posts}{price}{remark}"


def _collect(
    config: Config, opened: list[tuple[str, Source]], *, new_only: bool, restart: bool, quiet: bool
) -> list[dict[str, Any]]:
    from corpus.store import Store

    results = []
    with Store.open(config.corpus) as store:
        for name, source in opened:
            step, error = _run(name, source, store, new_only=new_only, restart=restart)
            coverage = [row for row in store.summary().coverage if row.platform == source.platform]
            results.append(_result(name, step, error, coverage))
            _tell(name, step, coverage, error, quiet=quiet)
        if not quiet:
            console.say(f"{config.corpus} now holds {console.count(store.count(), 'post')}.")
    return results


def _run(name: str, source: Source, store: Store, *, new_only: bool, restart: bool) -> tuple[Step | None, str | None]:
    """Collect from one platform; the others go on where it stops."""
    from ingest.collect import collect

    step = None
    with console.progress(name, None) as bar:
        try:
            for step in collect(source, store, new_only=new_only, restart=restart):
                bar(step.walks, note=f"{console.count(step.posts, 'post')}, {step.walk.kind} {step.walk.about[:40]}")
        except SourceError as stopped:
            return step, str(stopped)
    return step, None


def _result(name: str, step: Step | None, error: str | None, coverage: list[Coverage]) -> dict[str, Any]:
    done = (
        {} if step is None else {key: value for key, value in asdict(step).items() if key not in ("walk", "failures")}
    )
    failures = [] if step is None else [reason for _, reason in step.failures]
    return {
        "platform": name, **done, "failures": failures, "error": error, "coverage": [asdict(row) for row in coverage],
    }  # fmt: skip


def _tell(name: str, step: Step | None, coverage: list[Coverage], error: str | None, *, quiet: bool) -> None:
    if step is not None and not quiet:
        parts = [f"{step.new:,} new", f"{step.updated:,} changed", f"{step.unchanged:,} as before"]
        parts += [f"{step.gone:,} gone"] if step.gone else []
        cost = f", ${step.spent.dollars:,.2f} spent" if step.spent.dollars else ""
        console.say(f"{name}: {console.count(step.posts, 'post')} ({', '.join(parts)}){cost}")
        for line in missing(coverage):
            console.say(f"{name}: not got: {line}")
    for walk, reason in step.failures if step else ():
        console.warn(f"{name}: {walk.kind} {walk.about} failed: {reason}")
    if error:
        console.fail(error)


def missing(coverage: list[Coverage]) -> list[str]:
    """Write what could not be had, by reason."""
    reasons = Counter[str]()
    for row in coverage:
        reasons.update(dict(row.gaps))
    return [f"{posts:,} × {reason}" if posts else reason for reason, posts in reasons.items()]
