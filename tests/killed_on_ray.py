"""Label a folder on Ray with two workers, one of which is killed while it labels: `killed_on_ray.py POSTS LABELS LOG`.

A program of its own, as Ray starts processes and warns of what it will do away with.
"""

from __future__ import annotations

import json
import os
import signal
import sys
from dataclasses import asdict
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from corpus.folder import search
from corpus.frameworks import FRAMEWORKS
from nlp.on_ray import Cluster, label, session
from nlp.partitions import Job
from partitioned import tiny_labeller

if TYPE_CHECKING:
    from collections.abc import Sequence

    from corpus.labels import Labels
    from corpus.reading import Reading


class Killed:
    """A labeller that logs what it is given; the first to get a certain post is killed there and then."""

    name = revision = "killed"
    parallel = False

    def __init__(self, log: Path) -> None:
        self._log, self._labeller = log, tiny_labeller()

    def label(self, readings: Sequence[Reading]) -> list[Labels]:
        seen = self._log.read_text("utf-8") if self._log.exists() else ""
        with self._log.open("a", encoding="utf-8") as log:
            log.write(f"{os.getpid()} {readings[0].post.id}\n")
        if any(reading.post.id == VICTIM for reading in readings) and f" {readings[0].post.id}\n" not in seen:
            os.kill(os.getpid(), signal.SIGKILL)
        return self._labeller.label(readings)


def build(log: Path, *, threads: int, device: str) -> Killed:
    return Killed(log)


VICTIM = sys.argv[4]
if __name__ == "__main__":
    posts, labels, log = sys.argv[1:4]
    job = Job(output=labels, label_set="set", targets=tuple(target.name for target in FRAMEWORKS))
    cluster = Cluster(workers=2, threads=1, device="cpu")
    with session(cluster):
        for done in label(search(posts), job, partial(build, Path(log)), cluster):
            print(json.dumps(asdict(done)))
