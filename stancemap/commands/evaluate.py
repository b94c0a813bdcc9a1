"""`stancemap evaluate`: measure models, and the baselines that they must beat, on labelled texts."""

from __future__ import annotations

import json
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING

import click

from corpus.errors import InputError
from stancemap import console
from stancemap.commands.options import json_option, with_config

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    import torch

    from nlp.checkpoint import Checkpoint
    from nlp.evaluation.compare import System
    from nlp.evaluation.questions import Answer, Predict, Question
    from nlp.evaluation.reading import Found
    from nlp.evaluation.scores import Evaluation
    from nlp.training.example import Example
    from stancemap.config import Config

TASKS = ("camp", "false-camps", "stance", "sentiment", "comparison", "reasons", "switch")
BUILTIN, HUB = "builtin", "hub:"
INSTALL = "pip install '.[evaluate]'"
_file = click.Path(path_type=Path)


@click.command("evaluate", short_help="Measure models and baselines on labelled texts.")
@click.argument("data", metavar="[DATA]...", nargs=-1, type=_file)
@click.option(
    "--labels", type=_file, help="Labels by id of the rows of DATA; without DATA, of the posts of the corpus."
)
@click.option("--task", "tasks", multiple=True, type=click.Choice(TASKS), help="Default: all that the labels allow.")
@click.option("--model", "names", metavar="MODEL", multiple=True, help="A folder, hub:ID[@REVISION] or builtin.")
@click.option("--train", multiple=True, type=_file, help="Fit the baselines on this file (default: cross-validation).")
@click.option("--encoder", metavar="ENCODER", help="Encoder of the frozen baseline (default: that of the first model).")
@click.option("--no-baselines", is_flag=True, help="Measure the models alone.")
@with_config
@json_option
def command(
    config: Config,
    *,
    data: tuple[Path, ...],
    labels: Path | None,
    tasks: tuple[str, ...],
    names: tuple[str, ...],
    train: tuple[Path, ...],
    encoder: str | None,
    no_baselines: bool,
    as_json: bool,
) -> None:
    """Measure models, and the baselines that they must beat, on labelled JSON Lines.

    A row holds a text and labels by the annotation rules (camp, stance, sentiment, reasons, switch), or one label: its
    sentiment, the stance toward a target, or which of object_a and object_b is the better. The model answers for every
    text, also where `stancemap label` would abstain. Rows left blank are passed over. A Hugging Face classifier (its
    folder, or hub:) answers for sentiment alone. --task, --model and --train may be repeated.

    \b
    Examples:
      stancemap evaluate posts.jsonl --task camp --task false-camps
      stancemap evaluate posts.jsonl --labels labels.jsonl --model my-model/ --model builtin
      stancemap evaluate --corpus sample.db --labels sample/labels.jsonl
      stancemap evaluate tweets.jsonl --model hub:cardiffnlp/twitter-roberta-base-sentiment-latest --json
    """
    from nlp.device import choose_device
    from nlp.evaluation.questions import ask
    from nlp.evaluation.reading import read
    from nlp.evaluation.table import lines

    asked = tasks or TASKS
    found = _examples(config, data, labels)
    questions = _questions(found.examples, tasks)
    training = ask(read(train, config.targets).examples, asked) if train else None
    device = choose_device(config.model.device, config.model.threads)
    opened = {name: _open(name, config, device) for name in names or [_configured(config)]}
    systems = [_answered(name, predict, found.examples) for name, (predict, _) in opened.items()]
    if not no_baselines:
        own = next((checkpoint for _, checkpoint in opened.values() if checkpoint), None)
        systems += _baselines(training, encoder, own, device)
    evaluations = list(_compare(systems, questions, asked))
    if as_json:
        rows = [asdict(evaluation) for evaluation in evaluations]
        left_out = {"labels_without_text": found.unmatched, "rows_left_blank": found.blank}
        console.as_json({"texts": len(found.examples), **left_out, "systems": rows})
    else:
        for line in lines(evaluations):
            console.say(line)


def _examples(config: Config, data: tuple[Path, ...], labels: Path | None) -> Found:
    from corpus.store import Store
    from nlp.evaluation.reading import read, read_corpus

    if data:
        found = read(data, config.targets, labels)
    elif labels:
        with Store.open(config.corpus, readonly=True) as store:
            found = read_corpus(store, labels, config.targets)
    else:
        raise click.UsageError("name labelled files, or --labels for the posts of the corpus")
    if found.unmatched:
        console.warn(f"{console.count(found.unmatched, 'label')} left out: no readable post has that id")
    if found.blank:
        console.warn(f"{console.count(found.blank, 'row')} left out: not labelled yet")
    return found


def _questions(examples: Sequence[Example], tasks: tuple[str, ...]) -> list[Question]:
    from nlp.evaluation.questions import ask

    for task in tasks:
        if not ask(examples, [task]):
            raise InputError(f"no row is labelled for --task {task}: leave it out")
    return ask(examples, tasks or TASKS)


def _configured(config: Config) -> str:
    """Name the model that `stancemap label` would use; "" stands for the configured classifiers."""
    if config.model.sentiment is not None or config.model.stance is not None:
        return ""
    return config.model.path or BUILTIN


def _open(name: str, config: Config, device: torch.device) -> tuple[Predict, Checkpoint | None]:
    from nlp.evaluation.models import classifiers, own
    from stancemap import models

    if not name:
        tone = models.classifier(config.model.sentiment, "sentiment", device)
        return classifiers(tone, models.classifier(config.model.stance, "stance", device)), None
    if name.startswith(HUB) or _has_key(Path(name), "model_type"):
        model, _, revision = name.removeprefix(HUB).partition("@")
        known = config.model.sentiment or {}
        table = known if known.get("model") == model else {"model": model, "revision": revision}
        return classifiers(models.classifier(table, "sentiment", device), None), None
    checkpoint = models.checkpoint("" if name == BUILTIN else name)
    return own(checkpoint, device), checkpoint


def _has_key(folder: Path, key: str) -> bool:
    """Look into a model folder's configuration: "model_type" marks one of Hugging Face, "format" one of ours."""
    try:
        return key in json.loads((folder / "config.json").read_text("utf-8"))
    except (OSError, ValueError):
        return False


def _answered(name: str, predict: Predict, examples: Sequence[Example]) -> System:
    from nlp.evaluation.compare import model, pages

    answers: list[Answer] = []
    with console.progress(f"reading with {name or 'the configured model'}", len(examples)) as bar:
        for page in pages(predict, examples):
            answers += page
            bar(len(answers))
    return model(name or "configured", answers)


def _baselines(
    training: Sequence[Question] | None, encoder: str | None, own: Checkpoint | None, device: torch.device
) -> Sequence[System]:
    from nlp.evaluation.compare import baselines, can_run_baselines

    if can_run_baselines():
        return baselines(training, _encoder(encoder, own), device)
    console.warn(f"baselines left out: they need scikit-learn and vaderSentiment: {INSTALL}")
    return []


def _encoder(name: str | None, own: Checkpoint | None) -> Checkpoint:
    """Open the encoder named, ours or any that `stancemap train` takes; else that of a model or the built-in one."""
    from nlp.model import HeadSettings
    from nlp.recipe import Recipe
    from nlp.training.base import start
    from stancemap import models

    if name is None and own is not None:
        return own
    if name is None or name == BUILTIN:
        return models.checkpoint("")
    if _has_key(Path(name), "format"):
        return models.checkpoint(name)
    return start(name, name=Path(name).name, heads=HeadSettings(), recipe=own.recipe if own else Recipe(), languages=())


def _compare(systems: Sequence[System], questions: Sequence[Question], tasks: Sequence[str]) -> Iterator[Evaluation]:
    from nlp.evaluation.compare import compare

    with console.progress("comparing", len(systems)) as bar:
        for done, evaluation in enumerate(compare(systems, questions, tasks), 1):
            bar(done, note=evaluation.system)
            yield evaluation
