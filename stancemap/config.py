"""The configuration file: TOML in, frozen settings out."""

from __future__ import annotations

import difflib
import tomllib
from dataclasses import dataclass, field, fields
from importlib.resources import files
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

from corpus.errors import InputError
from corpus.frameworks import FRAMEWORKS
from corpus.labels import NEUTRAL, Target

if TYPE_CHECKING:
    from collections.abc import Mapping

DEFAULT_FILE = Path("stancemap.toml")
T = TypeVar("T")


@dataclass(frozen=True, slots=True, kw_only=True)
class ImportSection:
    """How to read tables: the platform of those that do not say it, and their columns."""

    platform: str = ""
    columns: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class ModelSection:
    """Which model labels, and where it runs; `sentiment` and `stance` name classifiers that stand in for it."""

    path: str = ""
    device: str = "auto"
    threads: int = 0
    sentiment: Mapping[str, Any] | None = None
    stance: Mapping[str, Any] | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ReportSection:
    """What the report shows."""

    title: str = "PyTorch, TensorFlow or JAX?"
    threads: tuple[str, ...] = ()
    time_bin: str = "auto"
    min_posts: int = 30
    quotes: int = 3
    seed: int = 1
    communities: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    events: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Config:
    """Everything that the configuration file says."""

    corpus: Path = Path("stancemap.db")
    targets: tuple[Target, ...] = FRAMEWORKS
    imports: ImportSection = field(default_factory=ImportSection)
    model: ModelSection = field(default_factory=ModelSection)
    report: ReportSection = field(default_factory=ReportSection)


def example() -> str:
    """Give the text of config.example.toml, from the wheel or from a checkout."""
    inside = files("stancemap") / "config.example.toml"
    place = inside if inside.is_file() else Path(__file__).resolve().parent.parent / "config.example.toml"
    return place.read_text("utf-8")


def load(path: Path | None) -> Config:
    """Read the file named, or ./stancemap.toml, or, where neither is, the defaults (those of the example)."""
    if path is None and not DEFAULT_FILE.is_file():
        return parse(example(), "config.example.toml")
    path = path or DEFAULT_FILE
    try:
        return parse(path.read_text("utf-8-sig"), str(path))
    except OSError as error:
        raise InputError(f"{path}: {error.strerror}: write one with `stancemap init`") from error
    except UnicodeDecodeError as error:
        raise InputError(f"{path} is not UTF-8 text: save it as UTF-8") from error


def parse(text: str, where: str) -> Config:
    """Turn TOML into settings; InputError names the key that is wrong and the nearest known one."""
    try:
        table = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise InputError(f"{where} is not valid TOML: {error}") from error
    _known(table, ("corpus", "targets", "import", "model", "report"), where)
    report = dict(_table(table, "report", where))
    report["events"] = tuple(_event(event, where) for event in report.get("events", []))
    report["threads"] = tuple(report.get("threads", []))
    report["communities"] = {name: tuple(names) for name, names in report.get("communities", {}).items()}
    targets = table.get("targets")
    return Config(
        corpus=Path(str(table.get("corpus", "stancemap.db"))),
        targets=FRAMEWORKS if targets is None else _targets(targets, where),
        imports=_build(ImportSection, _table(table, "import", where), f"{where} [import]"),
        model=_build(ModelSection, _table(table, "model", where), f"{where} [model]"),
        report=_build(ReportSection, report, f"{where} [report]"),
    )


def _targets(rows: Any, where: str) -> tuple[Target, ...]:
    if not isinstance(rows, list) or not all(isinstance(row, dict) for row in rows):
        raise InputError(f"{where}: write each target as a table [[targets]]")
    targets = tuple(_target(row, f"{where} [[targets]] number {n}") for n, row in enumerate(rows, 1))
    names = [target.name for target in targets]
    if not targets or len(set(names)) < len(names) or NEUTRAL in names:
        raise InputError(f"{where}: [[targets]] needs at least one target, names that differ, and none named neutral")
    return targets


def _target(row: Mapping[str, Any], where: str) -> Target:
    lists = {key: tuple(row[key]) for key in ("aliases", "weak_aliases") if isinstance(row.get(key), list)}
    target = _build(Target, {"name": "", "label": row.get("name", ""), "aliases": (), **row, **lists}, where)
    if not target.name or not target.aliases:
        raise InputError(f"{where}: give it a name and at least one alias")
    return target


def _event(row: Any, where: str) -> tuple[str, str]:
    if not isinstance(row, dict) or set(row) != {"date", "text"}:
        raise InputError(f"{where}: [[report.events]] needs a date and a text")
    return str(row["date"]), str(row["text"])


def _table(table: Mapping[str, Any], name: str, where: str) -> Mapping[str, Any]:
    found = table.get(name, {})
    if not isinstance(found, dict):
        raise InputError(f"{where}: write {name} as a table: [{name}]")
    return found


def _build(kind: type[T], table: Mapping[str, Any], where: str) -> T:
    types = {entry.name: str(entry.type) for entry in fields(kind)}  # type: ignore[arg-type]
    _known(table, tuple(types), where)
    for key, value in table.items():
        expected = {"str": str, "int": int}.get(types[key])
        if expected and (not isinstance(value, expected) or isinstance(value, bool)):
            raise InputError(f"{where}: {key} = {value!r} should be {'text' if expected is str else 'a whole number'}")
    try:
        return kind(**table)
    except TypeError as error:
        raise InputError(f"{where}: {str(error).partition(') ')[2] or error}") from error


def _known(table: Mapping[str, Any], known: tuple[str, ...], where: str) -> None:
    for key in table:
        if key not in known:
            near = difflib.get_close_matches(key, known, 1)
            hint = f"did you mean {near[0]!r}?" if near else f"known here: {', '.join(known)}"
            raise InputError(f"{where}: unknown key {key!r}: {hint}")
