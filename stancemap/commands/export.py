"""`stancemap export`: write posts with their labels to a file."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

import click

from stancemap import console
from stancemap.commands.labels import chosen
from stancemap.commands.options import Output, json_option, label_set_option, with_config

if TYPE_CHECKING:
    from stancemap.config import Config


@click.command("export", short_help="Write posts with their labels to a file.")
@click.option(
    "-o",
    "--output",
    "target",
    metavar="PATH",
    type=Output(allow_dash=True),
    required=True,
    help="File to write (-: the standard output), or for Parquet a folder: posts/",
)
@click.option(
    "--format", "format_", type=click.Choice(["jsonl", "csv", "parquet"]), help="Default: by the file's ending."
)
@label_set_option
@click.option(
    "--posts-per-file", type=click.IntRange(1), default=50_000, show_default=True, help="Size of the files of a folder."
)
@with_config
@json_option
def command(
    config: Config, *, target: str, format_: str | None, label_set: str | None, posts_per_file: int, as_json: bool
) -> None:
    """Write posts with their labels to a file: JSON Lines, CSV or Parquet.

    A folder of Parquet files, here or at an address such as s3://bucket/posts/, also holds what each post is read with:
    `stancemap label --input` and `stancemap report --corpus` read it.

    \b
    Examples:
      stancemap export -o posts.jsonl
      stancemap export --format parquet -o posts.parquet
      stancemap export --format parquet -o posts/
      stancemap export --format jsonl -o - | jq .text
    """
    from corpus.export import export, export_to
    from corpus.export_partitions import export_partitions
    from corpus.folder import is_folder
    from corpus.store import Store

    with Store.open(config.corpus, readonly=True) as store, console.progress("exporting", store.count()) as bar:
        labels = chosen(store, label_set)
        if target == "-":
            with console.binary_output() as output:
                export_to(output, store, format_ or "", labels, progress=bar)
            return
        if format_ == "parquet" and (target.endswith(("/", os.sep)) or is_folder(target)):
            posts, files = export_partitions(store, target, labels, part_posts=posts_per_file, progress=bar)
        else:
            posts, files = export(store, target, format_, label_set=labels, progress=bar), 1
    if as_json:
        console.as_json({"file": target, "posts": posts, "files": files})
    else:
        within = "" if files == 1 else f", {files:,} files"
        console.say(f"Wrote {console.count(posts, 'post')} to {target}{within}.")
