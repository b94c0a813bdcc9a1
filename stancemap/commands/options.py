"""Options that commands share."""

from __future__ import annotations

import os
from dataclasses import replace
from functools import wraps
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from corpus.errors import InputError
from stancemap import config as configuration

if TYPE_CHECKING:
    from collections.abc import Callable

json_option = click.option("--json", "as_json", is_flag=True, help="Print one JSON document instead of text.")
corpus_option = click.option(
    "--corpus", type=click.Path(path_type=Path), help="Corpus file (default: that of the configuration)."
)
config_option = click.option("--config", "config_path", type=click.Path(path_type=Path), help="Configuration file.")
label_set_option = click.option(
    "--label-set", metavar="NAME", help="The label set to use (default: see `stancemap label-sets`)."
)


class Output(click.Path):
    """A place to write to: an empty name is refused, for it would be the current folder."""

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:
        """Give the place in the type asked for."""
        if not os.fspath(value):
            raise InputError('the place to write to is empty (-o ""): name a file or folder')
        return super().convert(value, param, ctx)


def with_config(command: Callable[..., Any]) -> Callable[..., Any]:
    """Give a command --corpus and --config, and hand it the `Config` as its first argument."""

    @corpus_option
    @config_option
    @wraps(command)
    def wrapped(*args: Any, corpus: Path | None, config_path: Path | None, **kwargs: Any) -> Any:
        config = configuration.load(config_path)
        return command(config if corpus is None else replace(config, corpus=corpus), *args, **kwargs)

    return wrapped
