"""`stancemap label`: let a model read every post that has no label yet."""

from __future__ import annotations

import hashlib
import json
import time
from dataclasses import asdict
from itertools import islice
from typing import TYPE_CHECKING

import click

from stancemap import console
from stancemap.commands.options import json_option, with_config

if TYPE_CHECKING:
    from collections.abc import Iterator

    from corpus.labels import Labels
    from corpus.store import LabelSet, Store
    from nlp.labeller import Labeller
    from stancemap.config import Config

_PAGE = 512  # posts a transaction: an interruption costs seconds of work at most


@click.command("label", short_help="Label every post that has no label yet.")
@click.option("--label-set", "name", metavar="NAME", help="Name of the label set (default: made from the model).")
@with_config
@json_option
def command(config: Config, *, name: str | None, as_json: bool) -> None:
    """Label every post that has no label yet: camp, stance per target, sentiment, reasons.

    Labels of another model or configuration form a label set of their own and replace nothing. When interrupted, the
    same command goes on where it was.

    \b
    Examples:
      stancemap label
      stancemap label --config with-my-model.toml --label-set mine
    """
    from corpus.store import Store

    with Store.open(config.corpus, readonly=True):  # says so, if there is none, before a model is loaded
        pass
    from stancemap.models import labeller

    model = labeller(config)
    with Store.open(config.corpus) as store:
        label_set = _label_set(store, config, model, name)
        started, done, abstained = time.monotonic(), 0, 0
        total = store.count_unlabelled(label_set)
        with console.progress("labelling", total) as bar:
            for labels in run(store, label_set, model):
                done += len(labels)
                abstained += sum(label.abstained is not None for label in labels)
                bar(done, note=f"{done / (time.monotonic() - started):.0f} posts/s")
    if as_json:
        console.as_json({"label_set": label_set.name, "labelled": done, "abstained": abstained})
    else:
        text = (
            f"{console.count(done, 'post')} labelled ({abstained:,} of them: abstained)" if done else "nothing to label"
        )
        console.say(f"Label set {label_set.name}: {text}.")


def run(store: Store, label_set: LabelSet, model: Labeller) -> Iterator[list[Labels]]:
    """Label page after page, each stored before it is yielded."""
    readings = store.unlabelled(label_set)
    while page := list(islice(readings, _PAGE)):
        labels = model.label(page)
        store.add_labels(label_set, zip((reading.key for reading in page), labels, strict=True))
        yield labels


def _label_set(store: Store, config: Config, model: Labeller, name: str | None) -> LabelSet:
    asked = json.dumps([asdict(target) for target in config.targets], sort_keys=True)
    digest = hashlib.sha256(f"{model.revision} {asked}".encode()).hexdigest()[:12]
    return store.label_set(
        name or f"{model.name}-{digest[:6]}", model=model.name, revision=model.revision, config_hash=digest
    )
