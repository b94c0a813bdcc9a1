"""The replay server of recorded traffic, on a free port of the loopback address, in a process of its own."""

from __future__ import annotations

import json
import socket
import subprocess
import sys
import time
import urllib.request
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from collections.abc import Iterator

WIRE = Path(__file__).resolve().parents[1].parent / "shared" / "wire"
needs_recordings = pytest.mark.skipif(not WIRE.is_dir(), reason=f"the recorded traffic is not at {WIRE}")

# What heals: the platform limits, fails, or answers what is not whole.
FAULTS: list[dict[str, Any]] = [
    {"kind": "status", "status": 429, "retry_after": 7},
    {"kind": "status", "status": 429},
    {"kind": "status", "status": 500, "times": 3},
    {"kind": "status", "status": 503},
    {"kind": "drop", "times": 2},
    {"kind": "drop_mid"},
    {"kind": "truncate"},
    {"kind": "html"},
    {"kind": "empty"},
    {"kind": "null"},
]


def each(faults: list[dict[str, Any]]) -> pytest.MarkDecorator:
    """Run a test once for each fault."""
    return pytest.mark.parametrize("fault", faults, ids=lambda fault: f"{fault['kind']}-{fault.get('status', '')}")


class Replay:
    """A running replay server: `url` is the base address of every service."""

    def __init__(self, url: str) -> None:
        self.url = url

    def faults(self, *faults: dict[str, Any]) -> None:
        """Inject faults; see the docstring of replay.py."""
        self._post("faults", list(faults))

    def reset(self) -> None:
        """Forget faults, log and sequences."""
        self._post("reset", None)

    def log(self) -> list[dict[str, Any]]:
        """Read the requests seen since the last reset."""
        with urllib.request.urlopen(f"{self.url}/__replay__/log", timeout=30) as answer:
            return json.load(answer)  # type: ignore[no-any-return]

    def _post(self, what: str, document: object) -> None:
        body = json.dumps(document).encode()
        urllib.request.urlopen(f"{self.url}/__replay__/{what}", data=body, timeout=30).close()


@contextmanager
def replaying(*options: str) -> Iterator[Replay]:
    """Run the server while the block lasts."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    command = [sys.executable, str(WIRE / "replay.py"), "--root", str(WIRE), "--port", str(port), *options]
    with subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as server:
        try:
            yield Replay(_ready(f"http://127.0.0.1:{port}", server))
        finally:
            server.terminate()


def expected(case: str) -> list[dict[str, Any]]:
    """Read the facts of a recorded case, a row a post."""
    lines = (WIRE / "expected" / f"{case}.jsonl").read_text("utf-8").strip().split("\n")
    return [json.loads(line) for line in lines]


def _ready(url: str, server: subprocess.Popen[bytes]) -> str:
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline and server.poll() is None:
        try:
            urllib.request.urlopen(f"{url}/__replay__/log", timeout=5).close()
        except OSError:
            time.sleep(0.05)
        else:
            return url
    raise RuntimeError("the replay server does not start")
