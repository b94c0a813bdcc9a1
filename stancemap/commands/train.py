"""`stancemap train`: repeat the training of the built-in model, or train another encoder the same way."""

from __future__ import annotations

from importlib.resources import files
from pathlib import Path
from typing import TYPE_CHECKING

import click

from stancemap import console
from stancemap.commands.options import Output, with_config

if TYPE_CHECKING:
    from stancemap.config import Config


@click.command("train", short_help="Train a model as the built-in one was trained.")
@click.option("-o", "--output", "folder", required=True, type=Output(path_type=Path), help="Model folder to write.")
@click.option("--data", type=click.Path(path_type=Path), required=True, help="Folder of the labelled corpora.")
@click.option(
    "--written", type=click.Path(path_type=Path), default=Path("data/written"), help="Folder of written posts."
)
@click.option("--settings", "settings_path", type=click.Path(path_type=Path), help="Training file (default: built-in).")
@click.option(
    "--base",
    metavar="ENCODER",
    help="Another encoder, or a model to go on from: folder or Hub id (default: all-MiniLM-L6-v2).",
)
@click.option("--teacher", type=click.Path(path_type=Path), help="A larger trained model to learn from, beside labels.")
@click.option("--name", default="stancemap-minilm", show_default=True, help="Name of the model.")
@click.option("--device", help="auto, cpu, cuda or mps (default: that of the configuration).")
@with_config
def command(
    config: Config,
    *,
    folder: Path,
    data: Path,
    written: Path,
    settings_path: Path | None,
    base: str | None,
    teacher: Path | None,
    name: str,
    device: str | None,
) -> None:
    """Train a model as the built-in one was trained: one settings file, one seed, all tasks in one run.

    \b
    Examples:
      stancemap train --data labelled/ -o my-model/
      stancemap train --data labelled/ --base answerdotai/ModernBERT-base --device cuda -o larger/
    """
    from nlp.checkpoint import in_precision, load
    from nlp.device import choose_device, choose_precision
    from nlp.training.base import minilm
    from nlp.training.run import run
    from nlp.training.settings import load_settings
    from nlp.training.sources import load_sources

    settings = load_settings(settings_path or Path(str(files("nlp.training") / "builtin.toml")))
    encoder = base or str(minilm())
    sources = load_sources(data, written)
    place = choose_device(device or config.model.device, config.model.threads)
    tutor = in_precision(load(teacher), choose_precision(config.model.precision, place)) if teacher else None
    with console.progress("training", 1.0) as bar:
        for step in run(folder, sources, base=encoder, name=name, settings=settings, device=place, teacher=tutor):
            bar(step.step / step.steps, note=f"stage {step.stage + 1}, loss {step.loss:.3f}")
    console.say(f"Wrote the model to {folder}. Measure it with `stancemap evaluate --model {folder} FILE`.")
