"""`stancemap sample`: copy the invented sample corpus that comes with the program."""

from __future__ import annotations

from importlib.resources import files
from pathlib import Path
from typing import TYPE_CHECKING

import click

from corpus.errors import InputError
from stancemap import console
from stancemap.commands.options import Output, with_config

if TYPE_CHECKING:
    from stancemap.config import Config

ARCHIVES = ("x.jsonl", "reddit.jsonl", "hackernews.jsonl")


@click.command("sample", short_help="Copy the invented sample corpus that comes with the program.")
@click.option("-o", "--output", "folder", type=Output(path_type=Path), default=Path("sample"), help="Folder to fill.")
@with_config
def command(config: Config, *, folder: Path) -> None:
    """Copy the sample corpus: about 330 invented posts as X, Reddit and Hacker News archives, and their hand labels.

    \b
    Example:
      stancemap sample -o sample/ && stancemap import sample/x.jsonl sample/reddit.jsonl sample/hackernews.jsonl
    """
    place = files("stancemap") / "samples"
    try:
        folder.mkdir(parents=True, exist_ok=True)
        for name in (*ARCHIVES, "labels.jsonl", "README.md"):
            (folder / name).write_bytes((place / name).read_bytes())
    except OSError as error:
        raise InputError(f"{folder} cannot be written: {error.strerror}: name another folder with -o") from error
    console.note(f"Wrote {', '.join(ARCHIVES)} (invented posts) and labels.jsonl (their hand labels) to {folder}.")
    console.note(f"Next: stancemap import --corpus {config.corpus} {' '.join(str(folder / name) for name in ARCHIVES)}")
