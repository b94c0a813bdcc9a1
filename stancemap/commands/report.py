"""`stancemap report`: write what the posts say, with intervals."""

from __future__ import annotations

import json
import os
import shlex
import sys
from dataclasses import replace
from datetime import date, timedelta
from itertools import takewhile
from pathlib import Path
from typing import TYPE_CHECKING

import click

from corpus.errors import InputError
from stancemap import __version__, console, models
from stancemap.commands.labels import chosen
from stancemap.commands.options import Output, json_option, label_set_option, with_config

if TYPE_CHECKING:
    from datetime import datetime

    from corpus.label_set import LabelSet
    from reports.report import Comparison
    from reports.settings import ReportSettings
    from stancemap.config import Config
    from stancemap.corpora import Corpus


FORMATS = ("md", "html", "json", "csv")


def _formats(context: click.Context, option: click.Parameter, value: str) -> tuple[str, ...]:  # noqa: ARG001
    """Read a list such as "md,html"."""
    chosen = tuple(filter(None, (name.strip().lower() for name in value.split(","))))
    unknown = [name for name in chosen if name not in FORMATS]
    if unknown or not chosen:
        raise click.BadParameter(f"'{value}' is not a list of {', '.join(FORMATS)}, such as md,html")
    return chosen


_KEY = "STANCEMAP_PSEUDONYM_KEY"  # the same key gives an author the same pseudonym in several corpora


@click.command("report", short_help="Write the report of opinion: Markdown, HTML, JSON and CSV.")
@click.option("-o", "--output", "folder", required=True, type=Output(path_type=Path), help="Folder to write to.")
@label_set_option
@click.option(
    "--format", "formats", default=",".join(FORMATS), show_default=True, callback=_formats, help="Forms to write."
)
@click.option(
    "--compare",
    metavar="WHAT",
    help="Set beside another corpus file; or a day (before it and since); or two periods, FROM..TO,FROM..TO.",
)
@click.option("--no-quotes", is_flag=True, help="Leave out all text of posts.")
@click.option("--invented", is_flag=True, help="Say in the report that the posts are invented.")
@with_config
@json_option
def command(
    config: Config,
    *,
    folder: Path,
    label_set: str | None,
    formats: tuple[str, ...],
    compare: str | None,
    no_quotes: bool,
    invented: bool,
    as_json: bool,
) -> None:
    """Write the report: opinion overall, by community and over time, with intervals.

    It comes as report.md with its charts, report.html (one file, to be opened in a browser), report.json with its
    schema, and every table as CSV.

    \b
    Examples:
      stancemap report -o out/
      stancemap report -o out/ --format html
      stancemap report -o out/ --compare 2023-01-14
      stancemap report -o out/ --no-quotes --json > out/report.json
      stancemap report -o out/ --corpus labels/
    """
    from corpus.parquet_corpus import ParquetCorpus
    from reports import ReportMeta, as_document, build, write
    from stancemap.corpora import open_corpus

    with open_corpus(config.corpus) as store:
        labels = chosen(store, label_set)
        if labels is None:
            raise InputError(f"{config.corpus} has no labels yet: run `stancemap label` first")
        settings = _settings(config, store, quotes=not no_quotes)
        annotations = store.annotations()
        report = build(
            store.opinions(labels),
            store.texts,
            settings=settings,
            targets=config.targets,
            annotations=annotations,
            copies=store.copies(),
            comparison=_comparison(config, store, labels, compare, settings) if compare is not None else None,
            coverage=store.coverage(),
            meta=ReportMeta(
                label_set=labels,
                version=__version__,
                command=_as_typed(),
                is_invented=invented,
                figures=card(config, labels),
                config_hash=config.report_hash,
                is_parquet=isinstance(store, ParquetCorpus),
            ),
        )
    paths = write(report, folder, formats)
    if as_json:
        console.as_json(as_document(report))
    else:
        more = f" and {console.count(len(paths) - 1, 'more file')}" if paths[1:] else ""
        console.say(f"Wrote {paths[0]}{more}.")


def _settings(config: Config, store: Corpus, *, quotes: bool) -> ReportSettings:
    from reports.settings import Claim, PublicFigure, ReportSettings

    section = config.report
    return ReportSettings(
        title=section.title,
        communities=section.communities,
        time_bin=section.time_bin,
        min_posts=section.min_posts,
        seed=section.seed,
        events=tuple((date.fromisoformat(when[:10]), text) for when, text in section.events),
        quotes=section.quotes if quotes else 0,
        conversations=conversations(config, store),
        pseudonym_key=os.environ.get(_KEY) or store.pseudonym_key(),
        figures=tuple(PublicFigure(name=row.name, handles=tuple(row.handles.items())) for row in section.figures),
        claims=tuple(Claim(text=row.text, target=row.target, reasons=row.reasons) for row in section.claims),
    )


def conversations(config: Config, store: Corpus) -> frozenset[tuple[str, str]] | None:
    """Find the conversations to which the configuration restricts the report; None where it does not."""
    from ingest.addresses import post_named_by

    roots = [post_named_by(address) for address in config.report.threads]
    return store.conversations(roots) if roots else None


def card(config: Config, labels: LabelSet) -> tuple[tuple[str, str], ...]:
    """Read the figures on the card of the model that made the labels; none where its folder is not at hand.

    They are the rows of the first table of README.md that begins with "Measure".
    """
    folder = models.folder(config.model.path)
    try:
        name = json.loads((folder / "config.json").read_text("utf-8")).get("name")
        lines = (folder / "README.md").read_text("utf-8").splitlines()
    except (OSError, ValueError, AttributeError):
        return ()
    starts = [place for place, line in enumerate(lines) if line.replace(" ", "").lower().startswith("|measure|")]
    if name != labels.model or not starts:
        return ()
    rows = takewhile(lambda line: line.startswith("|"), lines[starts[0] + 2 :])
    cells = [[cell.strip() for cell in row.strip().strip("|").split("|")] for row in rows]
    return tuple((row[0], row[1]) for row in cells if len(row) > 1)


def _comparison(config: Config, store: Corpus, labels: LabelSet, what: str, settings: ReportSettings) -> Comparison:
    """Set the corpus beside another, or one of its periods beside another."""
    from reports.building import survey
    from reports.comparing import compared
    from stancemap.corpora import open_corpus

    periods = _periods(what)
    if periods:
        before, after = (
            survey(
                (
                    posts.where([_is_within(time, first, last) for time in posts.created_at])
                    for posts in store.opinions(labels)
                ),
                name=name,
                labels=labels,
                targets=config.targets,
                settings=settings,
                annotations=store.annotations(),
            )
            for name, first, last in periods
        )
        return compared(before, after, is_shared=True)
    with open_corpus(Path(what)) as other:
        theirs = _theirs(other, labels)
        if theirs is None:
            raise InputError(f"{what} has no labels yet: run `stancemap label --corpus {what}` first")
        sides = [
            survey(
                opened.opinions(chosen_set),
                name=opened.path.name if opened.path.name != other.path.name or opened is other else str(opened.path),
                labels=chosen_set,
                targets=config.targets,
                settings=replace(settings, conversations=settings.conversations if opened is store else None),
                annotations=opened.annotations(),
            )
            for opened, chosen_set in ((other, theirs), (store, labels))
        ]
    return compared(*sides, is_shared=False)


def _theirs(other: Corpus, labels: LabelSet) -> LabelSet | None:
    """Find a label set of another corpus: one by the same model and configuration before its default one."""
    from reports.comparing import are_alike

    default = other.default_label_set()
    known = (default, *other.label_sets()) if default else ()
    return next((theirs for theirs in known if are_alike(theirs, labels)), default)


def _periods(what: str) -> list[tuple[str, date, date]]:
    """Read a day as the time before it and since, and FROM..TO,FROM..TO as two periods; nothing else is one."""
    parts = [part.split("..") for part in what.split(",")]
    try:
        days = [[date.fromisoformat(day.strip()) for day in part] for part in parts]
    except ValueError:
        if what.strip():
            return []
        days = []
    if [len(part) for part in days] == [1] and days[0][0] > date.min:
        day = days[0][0]
        return [(f"before {day}", date.min, day - timedelta(days=1)), (f"since {day}", day, date.max)]
    if [len(part) for part in days] == [2, 2] and all(first <= last for first, last in days):
        return [(f"{first} to {last}", first, last) for first, last in days]
    raise InputError(f"--compare '{what}': write a day (2023-01-14), two periods (FROM..TO,FROM..TO), or a corpus file")


def _is_within(time: datetime | None, first: date, last: date) -> bool:
    return time is not None and first <= time.date() <= last


def _as_typed() -> str:
    return shlex.join(["stancemap", *sys.argv[1:]])
