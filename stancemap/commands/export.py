"""`stancemap export`: write posts with their labels to a file."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from stancemap import console
from stancemap.commands.labels import chosen
from stancemap.commands.options import json_option, label_set_option, with_config

if TYPE_CHECKING:
    from stancemap.config import Config


@click.command("export", short_help="Write posts with their labels to a file.")
@click.option("-o", "--output", "path", required=True, type=click.Path(path_type=Path), help="File to write.")
@click.option(
    "--format", "format_", type=click.Choice(["jsonl", "csv", "parquet"]), help="Default: by the file's ending."
)
@label_set_option
@with_config
@json_option
def command(config: Config, *, path: Path, format_: str | None, label_set: str | None, as_json: bool) -> None:
    """Write posts with their labels to a file: JSON Lines, CSV or Parquet.

    \b
    Examples:
      stancemap export -o posts.jsonl
      stancemap export --format parquet -o posts.parquet
    """
    from corpus.export import export
    from corpus.store import Store

    with Store.open(config.corpus, readonly=True) as store, console.progress("exporting", store.count()) as bar:
        rows = export(store, path, format_, label_set=chosen(store, label_set), progress=bar)
    if as_json:
        console.as_json({"file": str(path), "posts": rows})
    else:
        console.say(f"Wrote {console.count(rows, 'post')} to {path}.")
