"""`stancemap sync-deletions`: forget what was deleted at the source."""

from __future__ import annotations

from contextlib import ExitStack
from dataclasses import asdict, dataclass, field, replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import click

from corpus.errors import SourceError
from corpus.walk import Spending
from stancemap import console
from stancemap.commands.ingest import open_platforms
from stancemap.commands.options import json_option, with_config

if TYPE_CHECKING:
    from corpus.store import Store
    from ingest.source import Source
    from stancemap.config import Config


@dataclass(slots=True)
class Checked:
    """How far the check of a platform came."""

    posts: int
    living: int = 0
    wiped: int = 0
    unclear: int = 0
    spent: Spending = field(default_factory=Spending)
    error: str | None = None


@click.command("sync-deletions", short_help="Wipe the posts that were deleted at the source.")
@click.argument("platforms", metavar="[PLATFORM]...", nargs=-1)
@click.option("--budget", type=float, metavar="DOLLARS", help="The most that X may cost (default: [x] budget_dollars).")
@with_config
@json_option
def command(config: Config, *, platforms: tuple[str, ...], budget: float | None, as_json: bool) -> None:
    """Look up every stored post of x, reddit, hn or all (the default), and wipe those deleted at the source.

    Of a post that is gone, text, title, author, payload, labels and annotations go; its id stays, so that the replies
    keep their place. Posts that live are brought up to date. A post that the platform says nothing about is kept. X
    takes its price for every post that is looked up, and an interrupted check begins again.

    \b
    Examples:
      stancemap sync-deletions reddit hn
      stancemap sync-deletions x --budget 20
    """
    from corpus.store import Store
    from ingest.retry import Clock

    Store.open(config.corpus, readonly=True).close()  # a corpus that is not there is not made
    opened, skipped = open_platforms(platforms, config, Clock(tell=console.note), budget)
    results = dict[str, Checked]()
    with ExitStack() as stack:
        for _, source in opened:
            stack.callback(source.close)
        store = stack.enter_context(Store.open(config.corpus))
        for name, source in opened:
            results[name] = _check(name, source, store)
            if not as_json:
                console.say(_told(name, results[name]))
    if as_json:
        rows: list[dict[str, Any]] = [{"platform": name, **asdict(checked)} for name, checked in results.items()]
        console.as_json({"corpus": str(config.corpus), "platforms": rows, "skipped": skipped})
    if any(checked.error for checked in results.values()):
        raise SystemExit(1)


def _check(name: str, source: Source, store: Store) -> Checked:
    """Look all posts of a platform up; what was found stays stored where the platform stops."""
    from ingest.source import Start

    ids = store.readable_ids(source.platform)
    checked = Checked(len(ids))
    try:
        with console.progress(name, len(ids)) as bar:
            for page in source.look_up(ids, Start()) if ids else ():
                checked.spent += page.spent
                checked.wiped += store.wipe(source.platform, page.gone)
                now = datetime.now(UTC)
                store.add((replace(post, seen_at=now), payload) for post, payload in page.items)
                checked.living += len(page.items)
                checked.unclear += len(page.gaps)
                bar(checked.living + checked.wiped)
    except SourceError as stopped:
        checked.error = str(stopped)
        console.fail(checked.error)
    return checked


def _told(name: str, checked: Checked) -> str:
    unclear = f", {checked.unclear:,} that the platform says nothing about" if checked.unclear else ""
    cost = f", ${checked.spent.dollars:,.2f} spent" if checked.spent.dollars else ""
    posts = console.count(checked.posts, "post")
    return f"{name}: {posts} to check, {checked.living:,} still there, {checked.wiped:,} wiped{unclear}{cost}"
