"""From the configuration to a model that labels."""

from __future__ import annotations

from dataclasses import replace
from importlib.resources import files
from pathlib import Path
from typing import TYPE_CHECKING, Any

from corpus.errors import InputError
from stancemap.config import build

if TYPE_CHECKING:
    from collections.abc import Mapping

    import torch

    from nlp.checkpoint import Checkpoint
    from nlp.classifiers import Classifier, ClassifierSettings
    from nlp.labeller import Labeller
    from stancemap.config import Config, ModelSection

TASKS = {"sentiment": ("sentiment",), "stance": ("stance", "nli")}  # what each table may ask a classifier


def labeller(config: Config) -> Labeller:
    """Open the model that the configuration names."""
    from nlp.device import choose_device

    device = choose_device(config.model.device, config.model.threads)
    if config.model.sentiment is not None or config.model.stance is not None:
        return _classifiers(config, device)
    return _own(config, device)


def placed(config: Config, *, threads: int, device: str) -> Labeller:
    """Open the model that the configuration names, wherever another process is told to run it."""
    return labeller(replace(config, model=replace(config.model, threads=threads, device=device)))


def checkpoint(path: str) -> Checkpoint:
    """Open a model folder; "" is the built-in model."""
    from nlp.checkpoint import load

    return load(folder(path))


def folder(path: str) -> Path:
    """Find a model's folder; "" is the built-in model."""
    return Path(path).expanduser() if path else Path(str(files("nlp") / "builtin"))


def absolute(model: ModelSection) -> ModelSection:
    """Name every folder of a model so that a process that runs elsewhere on this machine finds it; Hub ids stay."""

    def found(name: str) -> str:
        place = Path(name).expanduser()
        return str(place.absolute()) if name and place.exists() else name

    def moved(table: Mapping[str, Any] | None) -> Mapping[str, Any] | None:
        return table and {**table, "model": found(str(table.get("model", "")))}

    return replace(model, path=found(model.path), sentiment=moved(model.sentiment), stance=moved(model.stance))


def _own(config: Config, device: torch.device) -> Labeller:
    from nlp.checkpoint import in_precision
    from nlp.device import choose_precision, workers
    from nlp.labeller import StanceLabeller
    from nlp.predict import Predictor

    opened = in_precision(checkpoint(config.model.path), choose_precision(config.model.precision, device))
    predictor = Predictor(opened, config.targets, device, fill=True, workers=workers(device))
    return StanceLabeller(predictor, name=opened.name, revision=opened.revision, languages=opened.languages)


def _classifiers(config: Config, device: torch.device) -> Labeller:
    from nlp.classifiers import ClassifierLabeller

    return ClassifierLabeller(
        config.targets,
        sentiment=classifier(config.model.sentiment, "sentiment", device),
        stance=classifier(config.model.stance, "stance", device),
    )


def classifier(
    table: Mapping[str, Any] | None, task: str, device: torch.device
) -> tuple[ClassifierSettings, Classifier] | None:
    """Open the classifier that a table of the configuration names; None where there is no table."""
    from nlp.classifiers import Classifier, ClassifierSettings

    if table is None:
        return None
    where = f"[model.{task}]"
    settings = build(ClassifierSettings, {"model": "", "task": task, **table}, where)
    _check(settings, TASKS[task], where)
    return settings, Classifier(settings, device)


def _check(settings: ClassifierSettings, tasks: tuple[str, ...], where: str) -> None:
    if not settings.model:
        raise InputError(f"{where}: model is missing: name a folder or a Hub id")
    if settings.task not in tasks:
        raise InputError(f"{where}: task = {settings.task!r} should be {' or '.join(map(repr, tasks))}")
    if settings.batch < 1:
        raise InputError(f"{where}: batch = {settings.batch} should be 1 or more")
    for name in ("favor", "against"):
        if "{target}" not in getattr(settings, name):
            raise InputError(f"{where}: {name} = {getattr(settings, name)!r} should hold {{target}}")
