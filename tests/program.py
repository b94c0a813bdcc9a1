"""Run the installed program as a user does."""

from __future__ import annotations

import os
import subprocess
import sys
from typing import TYPE_CHECKING

from nlp.checkpoint import save
from tiny import tiny_checkpoint

if TYPE_CHECKING:
    from pathlib import Path

ENVIRONMENT = {key: value for key, value in os.environ.items() if not key.startswith("STANCEMAP_")}
ENVIRONMENT["RAY_worker_niceness"] = "0"  # workers that wait for everything else would make tests slow


def command(*arguments: object) -> list[str]:
    """The command line; `-P` keeps the checkout off the path where an installed wheel is tested."""
    return [sys.executable, *(["-P"] if sys.flags.safe_path else []), "-m", "stancemap", *map(str, arguments)]


def run(*arguments: object, cwd: Path, code: int = 0, stdin: str | None = None) -> subprocess.CompletedProcess[str]:
    """Run to the end; the exit code must be `code`."""
    done = subprocess.run(
        command(*arguments), cwd=cwd, env=ENVIRONMENT, capture_output=True, encoding="utf-8", input=stdin, check=False
    )
    assert done.returncode == code, f"{arguments} exit {done.returncode}\n{done.stdout}\n{done.stderr}"
    return done


def tiny_config(folder: Path) -> Path:
    """Write a configuration whose model is a tiny random one."""
    save(folder / "tiny-model", tiny_checkpoint())
    path = folder / "tiny.toml"
    path.write_text(f'[model]\npath = "{(folder / "tiny-model").as_posix()}"\nthreads = 1\n', "utf-8")
    return path
