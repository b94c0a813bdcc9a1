"""All that the program says: results on stdout, everything else on stderr."""

from __future__ import annotations

import io
import json
import os
import sys
from contextlib import contextmanager
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any, NoReturn, Protocol

from corpus.errors import InputError

if TYPE_CHECKING:
    from collections.abc import Iterator


class Bar(Protocol):
    """A progress bar, or nothing that looks like one."""

    def __call__(self, done: float, *, note: str = "") -> None:
        """Show how far it got."""


def prepare() -> None:
    """Escape what the encoding of a stream lacks, such as odd names of files; what is closed goes nowhere."""
    for name in ("stdout", "stderr"):
        stream = getattr(sys, name)
        if stream is None:
            setattr(sys, name, Path(os.devnull).open("w", encoding="utf-8"))  # noqa: SIM115 - it stays open
        elif isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")


def say(text: str = "") -> None:
    """Print a result; where its reader has left, as `head` does, there is nothing more to do."""
    try:
        sys.stdout.write(text + "\n")
        sys.stdout.flush()
    except OSError as error:
        leave(error)


@contextmanager
def binary_output() -> Iterator[IO[bytes]]:
    """Give the standard output for a result that is a file."""
    try:
        yield sys.stdout.buffer
        sys.stdout.buffer.flush()
    except OSError as error:
        leave(error)


def leave(error: OSError) -> NoReturn:
    """Give up a standard output that cannot be written; InputError, unless its reader has left."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    if isinstance(error, BrokenPipeError):
        raise SystemExit(0) from None
    raise InputError(f"the output cannot be written: {error.strerror}") from error


def note(text: str) -> None:
    """Print a message that is not a result."""
    sys.stderr.write(text + "\n")
    sys.stderr.flush()


def as_json(document: Any) -> None:
    """Print one JSON document."""
    say(json.dumps(document, indent=2, ensure_ascii=False, default=str))


def warn(text: str) -> None:
    """Print one line about something that the user should know."""
    note(f"stancemap: warning: {text}")


def fail(text: str) -> None:
    """Print one line about why the command did not succeed."""
    note(f"stancemap: error: {text}")


@contextmanager
def without_libraries() -> Iterator[None]:
    """Keep what libraries in C write to stderr off it while the block runs; what Python writes still gets there."""
    before, kept = sys.stderr, os.dup(2)
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, 2)
    try:
        with open(kept, "w", encoding=before.encoding, errors=before.errors, closefd=False) as sys.stderr:
            yield
    finally:
        sys.stderr = before
        os.dup2(kept, 2)
        os.close(nowhere)
        os.close(kept)


@contextmanager
def progress(what: str, total: float | None) -> Iterator[Bar]:
    """Draw a bar on stderr while the block runs; silent where stderr is not a terminal."""
    if not sys.stderr.isatty():
        yield _silent
        return
    from rich import progress as rich
    from rich.console import Console

    columns = (rich.TextColumn("{task.description}"), rich.BarColumn(), rich.TaskProgressColumn())
    more = (rich.TimeRemainingColumn(), rich.TextColumn("{task.fields[note]}"))
    with rich.Progress(*columns, *more, console=Console(stderr=True), transient=True) as display:
        task = display.add_task(what, total=total, note="")

        def update(done: float, *, note: str = "") -> None:
            display.update(task, completed=done, note=note)

        yield update


def _silent(done: float, *, note: str = "") -> None:
    """Show nothing."""


def count(number: int, noun: str, plural: str = "") -> str:
    """Write a number with its noun: "1 post", "1,234 posts"."""
    return f"{number:,} {noun if number == 1 else plural or noun + 's'}"
