"""`stancemap init`: write a commented configuration file."""

from __future__ import annotations

import json
from pathlib import Path

import click

from corpus.errors import InputError
from stancemap import config, console


@click.command("init", short_help="Write a commented configuration file.")
@click.argument("path", type=click.Path(path_type=Path), required=False)
@click.option("--corpus", type=click.Path(path_type=Path), help="Corpus file that the configuration shall name.")
@click.option("--config", "config_path", type=click.Path(path_type=Path), help="The same as PATH.")
@click.option("--force", is_flag=True, help="Replace a file that exists.")
def command(path: Path | None, corpus: Path | None, config_path: Path | None, *, force: bool) -> None:
    """Write a commented configuration file to PATH (default: stancemap.toml).

    \b
    Examples:
      stancemap init
      stancemap init react-vue.toml --corpus react-vue.db
    """
    path = path or config_path or config.DEFAULT_FILE
    if path.exists() and not force:
        raise InputError(f"{path} exists: name another file, or replace it with --force")
    text = config.example()
    if corpus is not None:
        text = text.replace('corpus = "stancemap.db"', f"corpus = {_quoted(corpus)}", 1)
    try:
        path.write_text(text, "utf-8")
    except OSError as error:
        raise InputError(f"{path} cannot be written: {error.strerror}") from error
    console.note(f"Wrote {path}. Edit it, then run `stancemap import FILE`.")


def _quoted(path: Path) -> str:
    """Write a path as a string of TOML, which is one of JSON but for the surrogate pairs and U+007F."""
    try:
        str(path).encode()
    except UnicodeEncodeError as error:
        raise InputError(f"a configuration cannot hold the name {path}, as it is not UTF-8: give another") from error
    return json.dumps(str(path), ensure_ascii=False).replace("\x7f", "\\u007f")
