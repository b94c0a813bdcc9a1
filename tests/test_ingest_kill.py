"""A collection that is killed at any moment, again and again, ends with the same corpus as an undisturbed one."""

from __future__ import annotations

import multiprocessing
import random
import signal
import time
from typing import TYPE_CHECKING

import pytest

from collecting import content, run_telling
from replay import needs_recordings, replaying

if TYPE_CHECKING:
    from pathlib import Path

KILLS = 20  # for each of the three
ENOUGH = 150.0  # seconds


def collection(kind: str, url: str, path: Path, *, steps: int | None, delay: float = 0.0) -> bool:
    """Run a collection in a process; kill it so many steps and seconds after its start. Say whether it ended."""
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload(["collecting"])
    told, telling = context.Pipe(duplex=False)
    process = context.Process(target=run_telling, args=(kind, url, str(path), telling))
    process.start()
    telling.close()
    heard = 0
    try:
        while told.recv() != "ended":
            heard += 1
            if steps is not None and heard > steps:
                time.sleep(delay)
                break
        else:
            steps = None
    except EOFError:  # it failed
        steps = None
    if steps is not None:
        process.kill()
    process.join()
    told.close()
    assert process.exitcode in (0, -signal.SIGKILL)
    return process.exitcode == 0


@needs_recordings
@pytest.mark.parametrize("kind", ["hn", "x", "reddit"])
def test_killed_at_any_moment_it_ends_as_if_undisturbed(tmp_path: Path, kind: str) -> None:
    chance, deadline = random.Random(4), time.monotonic() + ENOUGH
    with replaying() as server:
        assert collection(kind, server.url, tmp_path / "undisturbed.db", steps=None)
        kills = 0
        while kills < KILLS and time.monotonic() < deadline:
            ended = collection(
                kind, server.url, tmp_path / "disturbed.db", steps=chance.randrange(3), delay=chance.uniform(0, 0.1)
            )
            kills += not ended
            if ended:  # a whole round is behind it: the next ones are killed in a refresh
                assert content(tmp_path / "disturbed.db") == content(tmp_path / "undisturbed.db")
        assert kills == KILLS
        assert collection(kind, server.url, tmp_path / "disturbed.db", steps=None)
    assert content(tmp_path / "disturbed.db") == content(tmp_path / "undisturbed.db")
