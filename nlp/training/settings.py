"""Everything that one training run depends on, read from one TOML file."""

from __future__ import annotations

import math
import tomllib
from dataclasses import dataclass, field, fields
from typing import TYPE_CHECKING, Any, TypeVar

from corpus.errors import InputError
from nlp.encoding import most_targets
from nlp.model import HeadSettings
from nlp.recipe import Recipe

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping
    from pathlib import Path

T = TypeVar("T")
HEADS = {"camp": 1.0, "stance": 1.0, "sentiment": 1.0, "reasons": 1.0, "left": 0.3, "joined": 0.3, "relevance": 0.3}

_SHARE = (0.0, 1.0)
_PART = (0.0, 0.9999)  # of these, the whole would leave nothing to learn from
_AMOUNT = (0.0, math.inf)
_COUNT = (1, math.inf)
_LIMITS: Mapping[str, tuple[float, float]] = {
    "seed": (0, 2**63 - 1), "permuted": _SHARE, "estranged": _SHARE, "masked": _PART, "frozen": (0, math.inf),
    "kept": _SHARE, "averaging": _PART, "label_smoothing": _PART, "consistency": _AMOUNT, "taught": _SHARE,
    "epochs": _COUNT, "encoder_rate": _AMOUNT, "head_rate": _AMOUNT, "layer_decay": _SHARE, "batch": _COUNT,
    "warmup": _SHARE, "weight_decay": _AMOUNT, "width": _COUNT, "dropout": _PART, "version": (1, 1),
    "window": _COUNT, "context": (0, math.inf), "overlap": (0, math.inf),
}  # fmt: skip
_FEWEST_TARGETS = 3  # those of the written posts


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
    loss: Mapping[str, float] = field(default_factory=HEADS.copy)
    heads: HeadSettings = field(default_factory=HeadSettings)
    recipe: Recipe = field(default_factory=Recipe)


def load_settings(path: Path) -> TrainingSettings:
    """Read a training file; an unknown key is an error that names it, and a head without a weight keeps its own."""
    try:
        table = tomllib.loads(path.read_text("utf-8"))
    except (OSError, ValueError) as error:
        raise InputError(f"{path} cannot be read as TOML: {error}") from error
    known = {entry.name for entry in fields(TrainingSettings)} - {"stages"} | {"stage"}
    _known(table, known, str(path))
    return _build(
        TrainingSettings,
        {
            **{name: value for name, value in table.items() if name != "stage"},
            "stages": _stages(table.get("stage"), path),
            "loss": {**HEADS, **_weights(table.get("loss", {}), f"{path} [loss]", HEADS)},
            "heads": _build(HeadSettings, table.get("heads", {}), path),
            "recipe": _recipe(table.get("recipe", {}), path),
        },
        path,
    )


def _recipe(table: Any, path: Path) -> Recipe:
    recipe = _build(Recipe, table, path)
    if most_targets(recipe) < _FEWEST_TARGETS:
        least = recipe.window + _FEWEST_TARGETS - most_targets(recipe)
        raise InputError(
            f"{path} [recipe]: window = {recipe.window} has no room for a post beside context = {recipe.context} and "
            f"overlap = {recipe.overlap}: set window = {least} or more"
        )
    return recipe


def _stages(tables: Any, path: Path) -> tuple[Stage, ...]:
    if not isinstance(tables, list) or not tables or not all(isinstance(table, dict) for table in tables):
        raise InputError(f"{path}: nothing would be trained: write each stage as a table [[stage]]")
    for table in tables:
        _weights(table.get("mix", {}), f"{path} [stage.mix]")
    return tuple(_build(Stage, table, path) for table in tables)


def _weights(table: Any, where: str, known: Collection[str] | None = None) -> Mapping[str, float]:
    """Check a table of numbers, none below 0."""
    if not isinstance(table, dict):
        raise InputError(f"{where} should be a table of numbers")
    _known(table, known if known is not None else table, where)
    for name, weight in table.items():
        if not _within(weight, float, _AMOUNT):
            raise InputError(f"{where}: {name} = {weight!r} should be a number, 0 or more")
    return table


def _known(table: Collection[str], known: Collection[str], where: str) -> None:
    unknown = sorted(set(table) - set(known))
    if unknown:
        raise InputError(f"{where}: unknown key {unknown[0]!r}; known here: {', '.join(sorted(known))}")


def _build(kind: type[T], table: Any, path: Path) -> T:
    if not isinstance(table, dict):
        raise InputError(f"{path}: write {kind.__name__.removesuffix('Settings').lower()} as a table")
    kinds = {entry.name: str(entry.type) for entry in fields(kind)}  # type: ignore[arg-type]
    _known(table, kinds, str(path))
    for name, value in table.items():
        if name in _LIMITS:
            _check(name, value, int if kinds[name] == "int" else float, path)
    try:
        return kind(**table)
    except TypeError as error:
        raise InputError(f"{path}: {error}") from error


def _check(name: str, value: Any, kind: type, path: Path) -> None:
    low, high = _LIMITS[name]
    if not _within(value, kind, (low, high)):
        what = "a whole number" if kind is int else "a number"
        bounds = f"{low:g} or more" if high > 1 else f"from {low:g} to {high:g}"
        raise InputError(f"{path}: {name} = {value!r} should be {what}, {bounds}")


def _within(value: Any, kind: type, limits: tuple[float, float]) -> bool:
    fits = not isinstance(value, bool) and isinstance(value, int if kind is int else int | float)
    return fits and math.isfinite(value) and limits[0] <= value <= limits[1]
