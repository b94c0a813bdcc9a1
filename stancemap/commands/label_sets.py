"""`stancemap label-sets`: list them, pick the default, delete one."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING

import click

from corpus.errors import InputError
from stancemap import console
from stancemap.commands.labels import chosen
from stancemap.commands.options import json_option, with_config

if TYPE_CHECKING:
    from pathlib import Path

    from corpus.label_set import LabelSet
    from corpus.store import Store
    from stancemap.config import Config


@click.group("label-sets", short_help="List the label sets, pick the default, delete one.")
def command() -> None:
    """List the label sets of the corpus, pick the one that reports use, or delete one.

    A label set is what one model, in one revision and with one list of targets, says of the posts. `stancemap label`
    adds to the one of the configured model and never changes another. Unless one was picked, the newest is the default.

    \b
    Examples:
      stancemap label-sets list
      stancemap label-sets default stancemap-minilm-1a2b3c
      stancemap label-sets delete old --yes
    """


@command.command("list", short_help="List the label sets, oldest first.")
@with_config
@json_option
def listed(config: Config, *, as_json: bool) -> None:
    """List the label sets, oldest first; the default is marked with a star."""
    from corpus.store import Store

    with Store.open(config.corpus, readonly=True) as store:
        counts, default = store.summary().label_sets, store.default_label_set()
    if as_json:
        rows = [{**asdict(row), "is_default": row.label_set == default} for row in counts]
        console.as_json({"corpus": str(config.corpus), "label_sets": rows})
        return
    if not counts:
        console.say("no labels yet: run `stancemap label`")
    for row in counts:
        known = row.label_set
        console.say(
            f"{'*' if known == default else ' '} {known.name}: {console.count(row.posts, 'post')} read, "
            f"{row.abstained:,} abstained; model {known.model} {known.revision}, settings {known.config_hash}, "
            f"{known.created_at:%Y-%m-%d %H:%M} UTC"
        )


@command.command("default", short_help="Pick the label set that reports use.")
@click.argument("name")
@with_config
def default(config: Config, *, name: str) -> None:
    """Pick the label set that reports, exports and comparisons use unless told otherwise."""
    with _opened(config.corpus) as store:
        store.pick_label_set(_named(store, name))
    console.say(f"{name} is now the default label set of {config.corpus}.")


@command.command("delete", short_help="Delete a label set and its labels.")
@click.argument("name")
@click.option("--yes", "is_sure", is_flag=True, help="Do not ask.")
@with_config
def delete(config: Config, *, name: str, is_sure: bool) -> None:
    """Delete a label set and all its labels; posts and hand labels stay.

    The file keeps its size: the room is used for what comes next.
    """
    with _opened(config.corpus) as store:
        found = _named(store, name)
        posts = next(row.posts for row in store.summary().label_sets if row.label_set == found)
        if not is_sure:
            click.confirm(f"Delete the labels of {console.count(posts, 'post')} in {name}?", abort=True, err=True)
        store.delete_label_set(found)
    console.say(f"Deleted label set {name} ({console.count(posts, 'post')}).")


def _opened(path: Path) -> Store:
    """Open a corpus that is there; a missing one is not made."""
    from corpus.store import Store

    Store.open(path, readonly=True).close()
    return Store.open(path)


def _named(store: Store, name: str) -> LabelSet:
    found = chosen(store, name)
    if found is None:
        raise InputError(f"no label set {name!r} in {store.path}")
    return found
