"""`stancemap import`: read saved archives into the corpus."""

from __future__ import annotations

from contextlib import ExitStack
from dataclasses import asdict, fields
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from corpus.errors import InputError, StancemapError
from stancemap import console
from stancemap.commands.options import json_option, with_config

if TYPE_CHECKING:
    from collections.abc import Iterable

    from corpus.payload import Payload
    from corpus.post import Post
    from corpus.store import Added, Store
    from ingest.importer import Imported, ImportOptions
    from stancemap.config import Config


@click.command("import", short_help="Read saved archives of X, Reddit, Hacker News and others, or any table.")
@click.argument("paths", metavar="FILE...", nargs=-1, required=True, type=click.Path(path_type=Path, allow_dash=True))
@click.option("--format", "format_", metavar="NAME", help="Take the file for this format instead of recognising it.")
@click.option("--column", "columns", metavar="PART=NAME", multiple=True, help="Column of a table that holds a part.")
@click.option("--platform", metavar="NAME", help="Take the files for tables, of this platform if they do not say it.")
@click.option("--strict", is_flag=True, help="Stop at the first line that cannot be read.")
@with_config
@json_option
def command(
    config: Config,
    *,
    paths: tuple[Path, ...],
    format_: str | None,
    columns: tuple[str, ...],
    platform: str | None,
    strict: bool,
    as_json: bool,
) -> None:
    """Read saved archives into the corpus; "-" is the standard input.

    The format is recognised by content: X API v2 / twarc2, Reddit (Pushshift, Arctic Shift, API), Hacker News (Algolia,
    Firebase, BigQuery), answers of Bluesky and Mastodon, or a table of posts (CSV, JSON Lines, Parquet). Files may be
    compressed (.gz, .zst). A post seen again is updated, never doubled.

    \b
    Examples:
      stancemap import thread.jsonl RC_2023-01.zst
      stancemap import survey.csv --column text=comment --column author=user --platform forum
    """
    from ingest.importer import ImportOptions

    options = ImportOptions(
        format=format_,
        columns=_columns({**config.imports.columns, **_pairs(columns)}),
        platform=platform or config.imports.platform or None,
        as_table=bool(columns or platform),
        strict=strict,
    )
    done: list[dict[str, Any]] = []
    failed = False
    with ExitStack() as stack:
        store = _Corpus(config.corpus, stack)
        for path in paths:
            try:
                imported = _import(path, store, options)
            except StancemapError as error:  # the other files are read all the same
                console.fail(str(error))
                done.append({"file": str(path), "error": str(error)})
                failed = True
            else:
                failed = failed or imported.truncated is not None or _is_lost(imported)
                done.append({"file": str(path), **asdict(imported)})
                _tell(path, imported, quiet=as_json)
        if as_json:
            console.as_json({"corpus": str(config.corpus), "posts": store.count(), "files": done})
        elif store.exists and any("error" not in file for file in done):
            console.say(f"{config.corpus} now holds {console.count(store.count(), 'post')}.")
    if failed:
        raise SystemExit(1)


class _Corpus:
    """The corpus; a new one is made when the first posts come, so that files without any leave none behind."""

    def __init__(self, path: Path, stack: ExitStack) -> None:
        self._path = path
        self._stack = stack
        self._store = self._open() if path.exists() else None

    def add(self, items: Iterable[tuple[Post, Payload | None]]) -> Added:
        """Store posts."""
        self._store = self._store or self._open()
        return self._store.add(items)

    @property
    def exists(self) -> bool:
        """Say whether there is a corpus by now."""
        return self._store is not None

    def count(self) -> int:
        """Count the posts."""
        return 0 if self._store is None else self._store.count()

    def _open(self) -> Store:
        from corpus.store import Store

        return self._stack.enter_context(Store.open(self._path))


def _import(path: Path, store: _Corpus, options: ImportOptions) -> Imported:
    from ingest.importer import import_file

    with console.progress(path.name, None) as bar:
        last = None
        for step in import_file(path, store, options=options):
            last = step
            bar(step.read, note=console.count(step.so_far.posts, "post"))
    if last is None:
        raise InputError(f"{path} holds nothing")
    return last.so_far


def _is_lost(imported: Imported) -> bool:
    """Say whether a file had records and none that could be read."""
    return imported.bad > 0 and imported.posts == 0


def _tell(path: Path, imported: Imported, *, quiet: bool) -> None:
    if not quiet:
        parts = [f"{imported.new:,} new", f"{imported.updated:,} updated", f"{imported.unchanged:,} unchanged"]
        console.say(f"{path.name}: {imported.format}: {console.count(imported.posts, 'post')} ({', '.join(parts)})")
    for bad in imported.bad_lines:
        console.warn(f"{path.name}: {bad}")
    if imported.bad > len(imported.bad_lines):
        console.warn(f"{path.name}: {console.count(imported.bad - len(imported.bad_lines), 'more bad line')} not shown")
    for text in imported.notes:
        console.note(f"{path.name}: {text}")
    if imported.truncated:
        console.fail(f"{path.name}: {imported.truncated}")
    elif _is_lost(imported):
        console.fail(f"{path.name}: no post in it could be read")


def _pairs(columns: tuple[str, ...]) -> dict[str, str]:
    pairs = {}
    for text in columns:
        part, equals, name = text.partition("=")
        if not equals or not name:
            raise click.BadParameter(f"{text!r}: write it as PART=NAME, such as text=comment", param_hint="--column")
        pairs[part] = name
    return pairs


def _columns(names: dict[str, str]) -> Any:
    from ingest.table import ColumnMap

    known = {part.name for part in fields(ColumnMap)}
    unknown = sorted(set(names) - known)
    if unknown:
        raise InputError(f"a post has no part {unknown[0]!r}: its parts are {', '.join(sorted(known))}")
    return ColumnMap(**{part: name for part, name in names.items() if name})
