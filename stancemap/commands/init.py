"""`stancemap init`: write a commented configuration file."""

from __future__ import annotations

from pathlib import Path

import click

from corpus.errors import InputError
from stancemap import config, console


@click.command("init", short_help="Write a commented configuration file.")
@click.argument("path", type=click.Path(path_type=Path), default=config.DEFAULT_FILE)
@click.option("--force", is_flag=True, help="Replace a file that exists.")
def command(path: Path, *, force: bool) -> None:
    r"""Write a commented configuration file to PATH (default: stancemap.toml).

    \b
    Examples:
      stancemap init
      stancemap init react-vue.toml
    """
    if path.exists() and not force:
        raise InputError(f"{path} exists: name another file, or replace it with --force")
    try:
        path.write_text(config.example(), "utf-8")
    except OSError as error:
        raise InputError(f"{path} cannot be written: {error.strerror}") from error
    console.note(f"Wrote {path}. Edit it, then run `stancemap import FILE`.")
