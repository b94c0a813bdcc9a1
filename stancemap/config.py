"""The configuration file: TOML in, frozen settings out."""

from __future__ import annotations

import difflib
import hashlib
import json
import re
import tomllib
from dataclasses import asdict, dataclass, field, fields
from datetime import date
from importlib.resources import files
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

from corpus.errors import InputError
from corpus.frameworks import FRAMEWORKS
from corpus.labels import NEUTRAL, Target

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

DEFAULT_FILE = Path("stancemap.toml")
LIVE_SECTIONS = ("ingest", "x", "reddit", "hackernews", "bluesky", "mastodon", "sources")
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
    precision: str = "auto"
    threads: int = 0
    sentiment: Mapping[str, Any] | None = None
    stance: Mapping[str, Any] | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class PublicFigureSection:
    """Somebody quoted by name: `handles` maps platforms to accounts."""

    name: str
    handles: Mapping[str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class ClaimSection:
    """Something said in the debate, for one target, and the reasons by which posts raise it."""

    text: str
    target: str
    reasons: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class ReportSection:
    """What the report shows."""

    title: str = ""
    threads: tuple[str, ...] = ()
    time_bin: str = "auto"
    min_posts: int = 30
    quotes: int = 3
    seed: int = 1
    communities: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    events: tuple[tuple[str, str], ...] = ()
    figures: tuple[PublicFigureSection, ...] = ()
    claims: tuple[ClaimSection, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Config:
    """Everything that the configuration file says.

    `live` are the tables of live collection, as they stand in the file: `stancemap.sources` makes settings of them, so
    that no other command loads the clients of the platforms.
    """

    corpus: Path = Path("stancemap.db")
    targets: tuple[Target, ...] = FRAMEWORKS
    imports: ImportSection = field(default_factory=ImportSection)
    model: ModelSection = field(default_factory=ModelSection)
    report: ReportSection = field(default_factory=ReportSection)
    live: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)

    @property
    def report_hash(self) -> str:
        """Name what a report depends on, beside the posts and their labels."""
        asked = json.dumps([asdict(self.report), [asdict(target) for target in self.targets]], sort_keys=True)
        return hashlib.sha256(asked.encode()).hexdigest()[:12]


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
    """Turn TOML into settings; InputError names the key that is wrong and the nearest known one.

    A file without targets is about the debate of the example, and gets what the example says of it. One with targets is
    about another: nothing of that debate is collected (which may cost money) or shown.
    """
    try:
        table = tomllib.loads(text)
    except (ValueError, RecursionError) as error:  # a number too long or tables too deep are no TOMLDecodeError
        raise InputError(f"{where} is not valid TOML: {error}") from error
    _known(table, ("corpus", "targets", "import", "model", "report", *LIVE_SECTIONS), where)
    targets = FRAMEWORKS if "targets" not in table else _targets(table["targets"], where)
    live = {name: _table(table, name, where) for name in LIVE_SECTIONS if name in table}
    report = {"title": _question(targets), **_table(table, "report", where)}
    if "targets" in table:
        live["ingest"] = {"urls": [], "queries": [], **live.get("ingest", {})}
        live["x"] = {"tweets": [], **live.get("x", {})}
    else:
        shown = tomllib.loads(example())["report"]
        report = {name: shown[name] for name in ("events", "figures", "claims")} | report
    report["events"] = tuple(_event(event, where) for event in _rows(report, "events", where))
    report["figures"] = tuple(
        build(PublicFigureSection, row, f"{where} [[report.figures]]") for row in _rows(report, "figures", where)
    )
    report["claims"] = tuple(
        build(ClaimSection, row, f"{where} [[report.claims]]") for row in _rows(report, "claims", where)
    )
    return Config(
        corpus=_corpus(_checked("corpus", table.get("corpus", "stancemap.db"), "str", where), where),
        targets=targets,
        imports=build(ImportSection, _table(table, "import", where), f"{where} [import]"),
        model=build(ModelSection, _table(table, "model", where), f"{where} [model]"),
        report=build(ReportSection, report, f"{where} [report]"),
        live=live,
    )


def _corpus(name: str, where: str) -> Path:
    try:
        return Path(name).expanduser()
    except RuntimeError as error:
        raise InputError(f"{where}: corpus = {name!r} begins with the home folder of nobody: write it out") from error


def _question(targets: Sequence[Target]) -> str:
    """Ask which of the targets it is: the title of a report that was given none."""
    *others, last = (target.label for target in targets)
    return f"{', '.join(others)} or {last}?" if others else f"{last}?"


def _targets(rows: Any, where: str) -> tuple[Target, ...]:
    if not isinstance(rows, list) or not all(isinstance(row, dict) for row in rows):
        raise InputError(f"{where}: write each target as a table [[targets]]")
    targets = tuple(_target(row, f"{where} [[targets]] number {n}") for n, row in enumerate(rows, 1))
    names = [target.name for target in targets]
    if not targets or len(set(names)) < len(names) or NEUTRAL in names:
        raise InputError(f"{where}: [[targets]] needs at least one target, names that differ, and none named neutral")
    return targets


def _target(row: Mapping[str, Any], where: str) -> Target:
    target = build(Target, {"name": "", "label": row.get("name", ""), "aliases": [], **row}, where)
    if not target.name or not target.aliases:
        raise InputError(f"{where}: give it a name and at least one alias")
    for alias in (*target.aliases, *target.weak_aliases):
        if re.fullmatch(r"[\s*@]*", alias):
            raise InputError(
                f"{where}: the alias {alias!r} names nothing: write a word, such as {target.name!r}, or leave it out"
            )
    if not re.fullmatch(r"#[0-9A-Fa-f]{6}", target.colour):
        raise InputError(f"{where}: colour = {target.colour!r} should be written as #rrggbb")
    return target


def _event(row: Any, where: str) -> tuple[str, str]:
    if not isinstance(row, dict) or set(row) != {"date", "text"}:
        raise InputError(f"{where}: [[report.events]] needs a date and a text")
    try:
        date.fromisoformat(str(row["date"])[:10])
    except ValueError as error:
        raise InputError(f"{where}: [[report.events]] date = {row['date']!r} should be a day: 2023-01-14") from error
    return str(row["date"]), str(row["text"])


def _rows(table: Mapping[str, Any], name: str, where: str) -> list[Mapping[str, Any]]:
    rows = table.get(name, [])
    if not isinstance(rows, list) or not all(isinstance(row, dict) for row in rows):
        raise InputError(f"{where}: write {name} as tables: [[report.{name}]]")
    return rows


def _table(table: Mapping[str, Any], name: str, where: str) -> Mapping[str, Any]:
    found = table.get(name, {})
    if not isinstance(found, dict):
        raise InputError(f"{where}: write {name} as a table: [{name}]")
    return found


def build(kind: type[T], table: Mapping[str, Any], where: str) -> T:
    """Make settings of a table of the configuration; InputError names what is wrong in it."""
    types = {entry.name: str(entry.type) for entry in fields(kind)}  # type: ignore[arg-type]
    _known(table, tuple(types), where)
    values = {key: _checked(key, value, types[key], where) for key, value in table.items()}
    try:
        return kind(**values)
    except TypeError as error:
        raise InputError(f"{where}: {str(error).partition(') ')[2] or error}") from error


KINDS: Mapping[str, tuple[type | tuple[type, ...], str]] = {
    "str": (str, "text"),
    "int": (int, "a whole number"),
    "float": ((int, float), "a number"),
    "bool": (bool, "true or false"),
}


def _checked(key: str, value: Any, kind: str, where: str) -> Any:
    """Check a value against the type of its setting; lists become tuples."""
    if kind in ("tuple[str, ...]", "tuple[int, ...]") and isinstance(value, list):
        return tuple(_checked(f"a member of {key}", member, kind[6:9], where) for member in value)
    if kind.startswith(("tuple[str", "tuple[int")):
        raise InputError(f"{where}: {key} = {value!r} should be a list: [{value!r}]")
    if kind.startswith("Mapping[str, "):
        return _checked_table(key, value, kind.removeprefix("Mapping[str, ").removesuffix(" | None")[:-1], where)
    if kind not in KINDS:
        return value
    expected, name = KINDS[kind]
    if not isinstance(value, expected) or (isinstance(value, bool) and kind != "bool"):
        raise InputError(f"{where}: {key} = {value!r} should be {name}")
    return value


def _checked_table(key: str, value: Any, kind: str, where: str) -> Any:
    if not isinstance(value, dict):
        raise InputError(f"{where}: write {key} as a table: [{key}]")
    return {name: _checked(f"{key}.{name}", member, kind, where) for name, member in value.items()}


def _known(table: Mapping[str, Any], known: tuple[str, ...], where: str) -> None:
    for key in table:
        if key not in known:
            near = difflib.get_close_matches(key, known, 1)
            hint = f"did you mean {near[0]!r}?" if near else f"known here: {', '.join(known)}"
            raise InputError(f"{where}: unknown key {key!r}: {hint}")
