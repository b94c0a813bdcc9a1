"""`stancemap report`: write what the posts say, with intervals."""

from __future__ import annotations

import shlex
import sys
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

import click

from corpus.errors import InputError
from stancemap import __version__, console
from stancemap.commands.labels import chosen
from stancemap.commands.options import json_option, label_set_option, with_config

if TYPE_CHECKING:
    from corpus.store import Store
    from reports.settings import ReportSettings
    from stancemap.config import Config


@click.command("report", short_help="Write the report of opinion: Markdown and charts.")
@click.option("-o", "--output", "folder", required=True, type=click.Path(path_type=Path), help="Folder to write to.")
@label_set_option
@click.option("--no-quotes", is_flag=True, help="Leave out all text of posts.")
@click.option("--invented", is_flag=True, help="Say in the report that the posts are invented.")
@with_config
@json_option
def command(
    config: Config, *, folder: Path, label_set: str | None, no_quotes: bool, invented: bool, as_json: bool
) -> None:
    """Write the report: opinion overall, by community and over time, with intervals, as report.md and its charts.

    \b
    Examples:
      stancemap report -o out/
      stancemap report -o out/ --no-quotes --json > out/report.json
    """
    from corpus.store import Store
    from reports import ReportMeta, as_document, build, write

    with Store.open(config.corpus, readonly=True) as store:
        labels = chosen(store, label_set)
        if labels is None:
            raise InputError(f"{config.corpus} has no labels yet: run `stancemap label` first")
        report = build(
            store.opinions(labels),
            store.texts,
            settings=_settings(config, store, quotes=not no_quotes),
            targets=config.targets,
            meta=ReportMeta(label_set=labels, version=__version__, command=_as_typed(), is_invented=invented),
        )
    paths = write(report, folder)
    if as_json:
        console.as_json(as_document(report))
    else:
        console.say(f"Wrote {paths[0]} and {console.count(len(paths) - 1, 'chart')}.")


def _settings(config: Config, store: Store, *, quotes: bool) -> ReportSettings:
    from ingest.addresses import post_named_by
    from reports import ReportSettings

    section = config.report
    roots = [post_named_by(address) for address in section.threads]
    return ReportSettings(
        title=section.title,
        communities=section.communities,
        time_bin=section.time_bin,
        min_posts=section.min_posts,
        seed=section.seed,
        events=tuple((date.fromisoformat(when[:10]), text) for when, text in section.events),
        quotes=section.quotes if quotes else 0,
        conversations=store.conversations(roots) if roots else None,
        pseudonym_key=store.pseudonym_key(),
    )


def _as_typed() -> str:
    return shlex.join(["stancemap", *sys.argv[1:]])
