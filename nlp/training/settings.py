"""Everything that one training run depends on, read from one TOML file."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass, field, fields
from typing import TYPE_CHECKING, Any, TypeVar

from corpus.errors import InputError
from nlp.model import HeadSettings
from nlp.recipe import Recipe

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

T = TypeVar("T")


@dataclass(frozen=True, slots=True, kw_only=True)
class Stage:
    """One pass plan: how often each source is seen in an epoch (0.5: half of it), and the learning rates.

    `encoder_rate` is the rate of the top layer; each layer below gets `layer_decay` times the one above.
    """

    epochs: int
    mix: Mapping[str, float]
    encoder_rate: float
    head_rate: float
    layer_decay: float = 0.9
    batch: int = 32
    warmup: float = 0.06
    weight_decay: float = 0.01


@dataclass(frozen=True, slots=True, kw_only=True)
class TrainingSettings:
    """Stages, augmentation, loss weights, regularisation and the seed of one run."""

    seed: int = 1
    stages: tuple[Stage, ...]
    permuted: float = 0.3  # of the posts about the frameworks: names exchanged among them
    estranged: float = 0.2  # and names from other debates
    masked: float = 0.0  # share of the tokens hidden, so that texts are not learnt by heart
    frozen: int = 0  # encoder layers left as they are, from the bottom: a larger body trains in two thirds of the time
    kept: float = 0.0  # WiSE-FT (Wortsman et al. 2022): share of the starting weights in the final ones
    averaging: float = 0.999  # decay of the exponential moving average of the weights
    label_smoothing: float = 0.05
    consistency: float = 0.0  # R-Drop (Wu et al. 2021), the second pass under other names: weight of the divergence
    taught: float = 0.7  # where there is a teacher: the weight of its probabilities beside that of the labels
    loss: Mapping[str, float] = field(
        default_factory=lambda: {
            "camp": 1.0,
            "stance": 1.0,
            "sentiment": 1.0,
            "reasons": 1.0,
            "left": 0.3,
            "joined": 0.3,
            "relevance": 0.3,
        }
    )
    heads: HeadSettings = field(default_factory=HeadSettings)
    recipe: Recipe = field(default_factory=Recipe)


def load_settings(path: Path) -> TrainingSettings:
    """Read a training file; an unknown key is an error that names it."""
    try:
        table = tomllib.loads(path.read_text("utf-8"))
    except (OSError, ValueError) as error:
        raise InputError(f"{path} cannot be read as TOML: {error}") from error
    stages = tuple(_build(Stage, stage, path) for stage in table.pop("stage", []))
    heads = _build(HeadSettings, table.pop("heads", {}), path)
    recipe = _build(Recipe, table.pop("recipe", {}), path)
    return _build(TrainingSettings, {**table, "stages": stages, "heads": heads, "recipe": recipe}, path)


def _build(kind: type[T], table: Mapping[str, Any], path: Path) -> T:
    known = {entry.name for entry in fields(kind)}  # type: ignore[arg-type]
    unknown = sorted(set(table) - known)
    if unknown:
        raise InputError(f"{path}: unknown key {unknown[0]!r}; known here: {', '.join(sorted(known))}")
    try:
        return kind(**table)
    except TypeError as error:
        raise InputError(f"{path}: {error}") from error
