"""`stancemap sync-deletions`: forget what was deleted at the source."""

from __future__ import annotations

from contextlib import ExitStack
from dataclasses import asdict, replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import click

from corpus.errors import SourceError
from stancemap import console
from stancemap.commands.ingest import open_platforms
from stancemap.commands.options import json_option, with_config

if TYPE_CHECKING:
    from corpus.store import Store
    from corpus.walk import DeletionCheck
    from ingest.source import Source
    from stancemap.config import Config


@click.command("sync-deletions", short_help="Wipe the posts that were deleted at the source.")
@click.argument("platforms", metavar="[PLATFORM]...", nargs=-1)
@click.option("--budget", type=float, metavar="DOLLARS", help="The most that X may cost (default: [x] budget_dollars).")
@with_config
@json_option
def command(config: Config, *, platforms: tuple[str, ...], budget: float | None, as_json: bool) -> None:
    """Look up every stored post of the platforms named (default: all), and wipe those deleted at the source.

    Of a post that is gone, text, title, author, payload, labels and annotations go; its id stays, so that the replies
    keep their place. Posts that live are brought up to date. A post that the platform says nothing about is kept. X
    takes its price for every post that is looked up: it is entered in the corpus, and `stancemap status` shows it. An
    interrupted check begins again.

    \b
    Examples:
      stancemap sync-deletions reddit hn
      stancemap sync-deletions x --budget 20
    """
    from corpus.store import Store
    from ingest.retry import Clock

    Store.open(config.corpus, readonly=True).close()  # a corpus that is not there is not made
    opened, skipped = open_platforms(platforms, config, Clock(tell=console.note), budget)
    results = list[dict[str, Any]]()
    with ExitStack() as stack:
        for _, source in opened:
            stack.callback(source.close)
        store = stack.enter_context(Store.open(config.corpus))
        for name, source in opened:
            checked, error = _check(name, source, store)
            results.append({**asdict(checked), "platform": name, "error": error})
            if not as_json:
                console.say(_told(name, checked))
    if as_json:
        console.as_json({"corpus": str(config.corpus), "platforms": results, "skipped": skipped})
    if any(result["error"] for result in results):
        raise SystemExit(1)


def _check(name: str, source: Source, store: Store) -> tuple[DeletionCheck, str | None]:
    """Look all posts of a platform up; what was found stays stored where the platform stops."""
    from ingest.source import Start

    ids, error, checked = store.readable_ids(source.platform), None, 0
    key = store.begin_check(source.platform, len(ids))
    try:
        with console.progress(name, len(ids)) as bar:
            for page in source.look_up(ids, Start()) if ids else ():
                now = datetime.now(UTC)
                items = tuple((replace(post, seen_at=now), payload) for post, payload in page.items)
                store.add_checked(key, source.platform, replace(page, items=items))
                checked += len(page.items) + len(page.gone) + len(page.gaps)
                bar(checked)
        store.end_check(key)
    except SourceError as stopped:
        error = str(stopped)
        console.fail(error)
    return store.check(key), error


def _told(name: str, checked: DeletionCheck) -> str:
    unclear = f", {checked.unclear:,} that the platform says nothing about" if checked.unclear else ""
    cost = f", ${checked.spent.dollars:,.2f} spent" if checked.spent.dollars else ""
    posts = console.count(checked.posts, "post")
    return f"{name}: {posts} to check, {checked.living:,} still there, {checked.wiped:,} wiped{unclear}{cost}"
