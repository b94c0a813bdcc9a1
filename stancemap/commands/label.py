"""`stancemap label`: let a model read every post that has no label yet."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

import click

from stancemap import console
from stancemap.commands.labels import config_hash
from stancemap.commands.options import json_option, with_config

if TYPE_CHECKING:
    from collections.abc import Iterator

    from corpus.labels import Labels
    from corpus.store import LabelSet, Store
    from nlp.labeller import Labeller
    from stancemap.config import Config


@click.command("label", short_help="Label every post that has no label yet.")
@click.option("--label-set", "name", metavar="NAME", help="Name of the label set (default: made from the model).")
@click.option(
    "--input", "source", metavar="ADDRESS", help="Parquet files: a folder or a pattern, here or s3://, gs://."
)
@click.argument("more", metavar="[FILE]...", nargs=-1)
@click.option("--output", metavar="ADDRESS", help="Folder for the labelled Parquet files.")
@click.option("--engine", type=click.Choice(["local", "ray"]), default="local", show_default=True, help="What runs it.")
@click.option("--ray-address", metavar="ADDRESS", help="A running Ray cluster (default: Ray on this machine).")
@click.option("--workers", type=click.IntRange(1), help="Workers on Ray (default: four a GPU, or one for two cores).")
@with_config
@json_option
def command(
    config: Config,
    *,
    name: str | None,
    source: str | None,
    more: tuple[str, ...],
    output: str | None,
    engine: str,
    ray_address: str | None,
    workers: int | None,
    as_json: bool,
) -> None:
    """Label every post that has no label yet: camp, stance per target, sentiment, reasons.

    Labels of another model or configuration form a label set of their own and replace nothing. When interrupted, the
    same command goes on where it was. With --input and --output, Parquet files are labelled instead of the corpus, on
    Ray where one machine is too small.

    \b
    Examples:
      stancemap label
      stancemap label --config with-my-model.toml --label-set mine
      stancemap label --engine ray --input 's3://bucket/posts/*.parquet' --output s3://bucket/labels/
    """
    if source or more or output or engine == "ray" or ray_address or workers:
        from stancemap.commands import label_parquet

        request = label_parquet.request(
            config, (source, *more), output, name=name, engine=engine, ray_address=ray_address, workers=workers
        )
        label_parquet.run(config, request, as_json=as_json)
        return
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
        left = store.count_unlabelled(label_set)
    if as_json:
        console.as_json({"label_set": label_set.name, "labelled": done, "abstained": abstained, "left": left})
    else:
        text = (
            f"{console.count(done, 'post')} labelled ({abstained:,} of them: abstained)" if done else "nothing to label"
        )
        console.say(f"Label set {label_set.name}: {text}.")
        if left:
            console.say(f"{console.count(left, 'post')} came or changed meanwhile: run the same command again.")


def run(store: Store, label_set: LabelSet, model: Labeller) -> Iterator[list[Labels]]:
    """Label page after page, each stored before it is yielded, without posts that changed while they were read."""
    from nlp.paging import label_pages

    for page, labels in label_pages(model, store.unlabelled(label_set)):
        pairs = list(zip(page, labels, strict=True))
        stored = store.add_labels(label_set, pairs)
        yield [made for reading, made in pairs if reading.key in stored]


def _label_set(store: Store, config: Config, model: Labeller, name: str | None) -> LabelSet:
    digest = config_hash(config, model.revision)
    return store.label_set(
        name or f"{model.name}-{digest[:6]}", model=model.name, revision=model.revision, config_hash=digest
    )
