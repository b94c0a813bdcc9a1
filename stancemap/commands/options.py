"""Options that commands share."""

from __future__ import annotations

from dataclasses import replace
from functools import wraps
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from stancemap import config as configuration

if TYPE_CHECKING:
    from collections.abc import Callable

json_option = click.option("--json", "as_json", is_flag=True, help="Print one JSON document instead of text.")
label_set_option = click.option(
    "--label-set", metavar="NAME", help="The label set to use (default: the newest; see `stancemap status`)."
)


def with_config(command: Callable[..., Any]) -> Callable[..., Any]:
    """Give a command --corpus and --config, and hand it the `Config` as its first argument."""

    @click.option("--corpus", type=click.Path(path_type=Path), help="Corpus file (default: that of the configuration).")
    @click.option("--config", "config_path", type=click.Path(path_type=Path), help="Configuration file.")
    @wraps(command)
    def wrapped(*args: Any, corpus: Path | None, config_path: Path | None, **kwargs: Any) -> Any:
        config = configuration.load(config_path)
        return command(config if corpus is None else replace(config, corpus=corpus), *args, **kwargs)

    return wrapped
