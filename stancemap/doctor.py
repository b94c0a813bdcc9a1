"""What `stancemap doctor` checks: one finding after the other, each about one thing, in one line."""

from __future__ import annotations

import re
import shutil
from dataclasses import dataclass, replace
from email.utils import parsedate_to_datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from corpus.errors import InputError, SourceError, StancemapError
from ingest.retry import Clock, Transient
from ingest.source import Checkable, Finding, Level
from stancemap import config as configuration
from stancemap import console, models, sources

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

    from stancemap.config import Config

NEEDED_BYTES = 200_000_000
MOST_SKEW = 60.0  # seconds: limits name the time when they end
MOST_WAIT = 10.0  # seconds for an answer
AFTER_LIMIT = "wait a few minutes and run it again; `stancemap ingest` waits by itself"
AFTER_FAILURE = "check the network and the addresses in the configuration, or run it again later"


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """A finding and what it is about: config, corpus, disk, model, clock, or a platform."""

    about: str
    finding: Finding


def examine(
    corpus: Path | None, path: Path | None, platforms: Sequence[str], *, offline: bool, now: Callable[[], float]
) -> Iterator[Line]:
    """Check everything, platforms last; those named are needed, others only where they are configured."""
    try:
        config = configuration.load(path)
        live = sources.surroundings(config, Clock())
    except StancemapError as error:
        yield _wrong("config", error)
        return
    except Exception as error:  # one that nobody foresaw is a line too, here and in `_checked`
        yield _unforeseen("config", error)
        return
    config = config if corpus is None else replace(config, corpus=corpus)
    named = str(path or configuration.DEFAULT_FILE)
    is_there = path is not None or configuration.DEFAULT_FILE.is_file()
    where = named if is_there else f"no {named}, so the defaults hold (`stancemap init` writes one)"
    yield _ok("config", f"{where}: {console.count(len(config.targets), 'target')}")
    yield _checked("corpus", lambda: _corpus(config.corpus))
    yield _checked("disk", lambda: _disk(config.corpus))
    yield _checked("model", lambda: _model(config))
    heard = list[tuple[float, float]]()
    clock = Clock(now=now, hear=lambda date: heard.extend(_times(date, now())))
    quick = {**config.live.get("ingest", {}), "retries": 0, "timeout": min(live.http.timeout, MOST_WAIT)}
    asked = replace(config, live={**config.live, "ingest": quick})
    for name in platforms or sources.names():
        for finding in _platform(name, asked, clock, is_needed=name in platforms, offline=offline):
            yield Line(about=name, finding=replace(finding, text=sources.without_secrets(finding.text)))
    if not offline:
        yield _clock(heard)


def _checked(about: str, check: Callable[[], Line]) -> Line:
    try:
        return check()
    except Exception as error:
        return _unforeseen(about, error)


def _corpus(path: Path) -> Line:
    from corpus.store_examination import examine

    try:
        found = examine(path)
    except StancemapError as error:
        return _wrong("corpus", error)
    if found is None:
        return _ok("corpus", f"no corpus at {path} yet: `stancemap import` or `stancemap ingest` makes it")
    if found.posts is None:
        step = f"step {found.step} of {found.newest_step}"
        return _note("corpus", f"{path} is whole; its tables are at {step}: the next command brings them up to date")
    step = f"its tables at step {found.step}"
    return _ok("corpus", f"{path}: {console.count(found.posts, 'post')}, whole, {step}, can be written")


def _disk(corpus: Path) -> Line:
    folder = corpus.absolute().parent
    if not folder.is_dir():
        return _wrong("disk", f"there is no folder {folder}: make it first")
    free = shutil.disk_usage(folder).free
    if free < NEEDED_BYTES:
        least = f"{NEEDED_BYTES / 1e6:,.0f} MB"
        return _wrong("disk", f"{free / 1e6:,.1f} MB free at {folder}: free some space, at least {least} are advised")
    return _ok("disk", f"{free / 1e9:,.1f} GB free at {folder}")


def _model(config: Config) -> Line:
    """Open the model; one of the Hub is not downloaded for that."""
    sentiment, stance = map(_stored, (config.model.sentiment, config.model.stance))
    try:
        opened = models.labeller(replace(config, model=replace(config.model, sentiment=sentiment, stance=stance)))
    except StancemapError as error:
        for table in (sentiment, stance):
            if table and _is_of_hub(table) and str(error).startswith(f"model {table['model']} cannot be opened"):
                return _note("model", f"{table['model']} is not on this computer yet: `stancemap label` downloads it")
        return _wrong("model", error)
    return _ok("model", f"{opened.name} {opened.revision}")


def _stored(table: Mapping[str, Any] | None) -> Mapping[str, Any] | None:
    return None if table is None else {**table, "local_files_only": True}


def _is_of_hub(table: Mapping[str, Any]) -> bool:
    name = str(table.get("model"))
    return not name.startswith((".", "/", "~")) and not Path(name).exists()


def _platform(name: str, config: Config, clock: Clock, *, is_needed: bool, offline: bool) -> Iterator[Finding]:
    """Check a platform; what it did not foresee, such as a mistake in another package's source, is a finding too."""
    try:
        yield from _asked(name, config, clock, is_needed=is_needed, offline=offline)
    except Exception as error:
        yield _unforeseen(name, error).finding


def _asked(name: str, config: Config, clock: Clock, *, is_needed: bool, offline: bool) -> Iterator[Finding]:
    """Open a platform, and ask it once where it offers that."""
    try:
        source = sources.open_source(name, config, clock)
    except sources.NoKeyError as error:
        is_needed = is_needed or error.is_malformed or sources.is_configured(name, config)
        aside = "" if is_needed else " (not needed, as the configuration says nothing about it)"
        yield Finding(Level.WRONG if is_needed else Level.NOTE, f"{error}{aside}")
        return
    except InputError as error:
        yield Finding(Level.WRONG, str(error))
        return
    try:
        if offline or not isinstance(source, Checkable):
            why = "--offline" if offline else "it offers no check"
            yield Finding(Level.OK, f"what it needs is set; nothing was asked ({why})")
            return
        yield from source.check()
    except SourceError as error:
        yield Finding(Level.WRONG, _explained(error))
    finally:
        source.close()


def _explained(error: SourceError) -> str:
    problem = error.__cause__
    if isinstance(problem, Transient):
        return f"{problem.reason}: {AFTER_LIMIT if problem.is_limit else AFTER_FAILURE}"
    is_elsewhere = re.search(r"HTTP (404|410)", str(error))
    return f"{error}: {AFTER_FAILURE}" if is_elsewhere else str(error)


def _times(date: str, now: float) -> list[tuple[float, float]]:
    """Read the header `Date` of an answer: when the server sent it, and when it came."""
    try:
        return [(parsedate_to_datetime(date).timestamp(), now)]
    except ValueError:
        return []


def _clock(heard: list[tuple[float, float]]) -> Line:
    """Compare this computer's clock with those of the servers that answered."""
    if not heard:
        return _note("clock", "no server answered, so there was nothing to compare it with")
    skew = max((here - there for there, here in heard), key=abs)
    if abs(skew) > MOST_SKEW:
        side = "ahead of" if skew > 0 else "behind"
        return _wrong("clock", f"this computer is {abs(skew):,.0f} s {side} the servers: set its clock")
    return _ok("clock", f"as the servers' ({skew:+.0f} s)")


def _ok(about: str, text: str) -> Line:
    return Line(about=about, finding=Finding(Level.OK, text))


def _note(about: str, text: str) -> Line:
    return Line(about=about, finding=Finding(Level.NOTE, text))


def _wrong(about: str, text: Any) -> Line:
    return Line(about=about, finding=Finding(Level.WRONG, str(text)))


def _unforeseen(about: str, error: Exception) -> Line:
    """Say what went wrong where no check foresaw it; the traceback is for who mends it, not for who sets up."""
    said = " ".join(f"{type(error).__name__}: {error}".split())[:200]
    text = f"the check failed ({said}): look at what it names, and if all is well there, report this line as a bug"
    return _wrong(about, sources.without_secrets(text))
