"""Labelling a Parquet corpus on Ray: one labeller in each actor, one file a task.

Nothing passes through Ray but the names of files and what came of them: actors read and write by themselves. An actor
that dies is started again, without end, and the file it had in hand is labelled again; the others go on.
"""

from __future__ import annotations

import json
import logging
import socket
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from functools import partial
from importlib.util import find_spec
from typing import TYPE_CHECKING, Any, NamedTuple, Protocol

from corpus.errors import InputError, StancemapError
from corpus.folder import Found
from nlp.partitions import Done, label_file

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from nlp.labeller import Labeller
    from nlp.partitions import Job

INSTALL = "pip install '.[ray]'"
OBJECT_STORE = 100_000_000  # bytes; Ray's own default is a third of the memory
THREADS = 2  # of an actor: with more, small batches wait for one another
ON_A_GPU = 4  # actors that share one: each prepares texts on a core of its own, which takes longer than the GPU does


class Build(Protocol):
    """Opens the model in the process that will run it."""

    def __call__(self, *, threads: int, device: str) -> Labeller:
        """Open it with so many threads, on that device."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Cluster:
    """Where to run: a running cluster, or with "" this machine; 0 workers or threads: as many as fit."""

    address: str = ""
    workers: int = 0
    threads: int = 0
    device: str = "auto"


class Plan(NamedTuple):
    """How many actors there are, and what each has."""

    workers: int
    threads: int
    cpus: float
    gpus: float
    device: str


class Actor:
    """A labeller that lives in an actor and is given files.

    An expected failure is handed back to be raised by `done`: Ray forgets what caused an actor's error, and starts one
    that cannot be built again without end.
    """

    def __init__(self, build: Build, plan: Plan, job: Job) -> None:
        self._build, self._job = partial(build, threads=plan.threads, device=plan.device), job
        self._labeller: Labeller | None = None

    def __call__(self, batch: Mapping[str, Any]) -> dict[str, list[str]]:
        """Label the files of a batch."""
        files = zip(batch["folder"], batch["name"], strict=True)
        return {"done": [self._label(Found(str(folder), str(name), None)) for folder, name in files]}

    def _label(self, file: Found) -> str:
        try:
            self._labeller = self._labeller or self._build()
            return json.dumps(asdict(label_file(self._labeller, file, self._job)))
        except StancemapError as error:
            return json.dumps({"refused": str(error)})


def done(text: str) -> Done:
    """Read what an actor says of a file; StancemapError where it could not go on."""
    said = json.loads(text)
    if "refused" in said:
        raise StancemapError(said["refused"])
    return Done(**said)


def check() -> None:
    """Refuse where Ray is not installed."""
    if find_spec("ray") is None:
        raise InputError(f"--engine ray needs Ray: {INSTALL}")


@contextmanager
def session(cluster: Cluster) -> Iterator[None]:
    """Start Ray on this machine, or join a cluster, until the block ends."""
    import ray

    quiet: dict[str, Any] = {"log_to_driver": False, "logging_level": logging.ERROR}
    try:
        if cluster.address:
            _knock(cluster.address)
            ray.init(address=cluster.address, **quiet)
        else:
            ray.init(address="local", include_dashboard=False, object_store_memory=OBJECT_STORE, **quiet)
    except Exception as error:  # Ray raises plain ones where its processes do not start in time
        reason = " ".join(str(error).split())[:160]
        raise InputError(f"no Ray at {cluster.address or 'this machine'} ({reason}): check --ray-address") from error
    try:
        yield
    finally:
        ray.shutdown()


def _knock(address: str) -> None:
    """Find out at once whether anybody answers, as Ray itself tries for minutes."""
    host, _, port = address.removeprefix("ray://").rpartition(":")
    if port.isdigit():
        socket.create_connection((host, int(port)), timeout=10).close()


def name_and_revision(build: Build, cluster: Cluster) -> tuple[str, str]:
    """Open the model once on the cluster, in a process that ends with it, and say what it is called."""
    import ray

    plan = _plan(ray.cluster_resources(), cluster, files=1)
    task = ray.remote(num_cpus=plan.cpus, num_gpus=plan.gpus, max_calls=1)(_identify)
    try:
        name, revision = ray.get(task.remote(build, plan))
    except ray.exceptions.RayTaskError as error:
        raise error.cause if isinstance(error.cause, StancemapError) else error from None
    return str(name), str(revision)


def _identify(build: Build, plan: Plan) -> tuple[str, str]:
    model = build(threads=plan.threads, device=plan.device)
    return model.name, model.revision


def label(files: Sequence[Found], job: Job, build: Build, cluster: Cluster) -> Iterator[Done]:
    """Label files within a session; what came of each is told as it is done."""
    import ray.data

    plan = _plan(ray.cluster_resources(), cluster, len(files))
    _be_quiet()
    items = [{"folder": file.folder, "name": file.name} for file in files]
    rows = ray.data.from_items(items, override_num_blocks=len(items)).map_batches(
        Actor,
        batch_size=1,
        fn_constructor_args=(build, plan, job),
        compute=ray.data.ActorPoolStrategy(
            min_size=1, max_size=plan.workers, initial_size=plan.workers, max_tasks_in_flight_per_actor=1
        ),
        num_cpus=plan.cpus,
        num_gpus=plan.gpus,  # of actors, Ray Data sets max_restarts and max_task_retries to -1: without end
    )
    for row in rows.iter_rows():
        yield done(row["done"])


def _plan(resources: Mapping[str, float], cluster: Cluster, files: int) -> Plan:
    """Share out the processors: some actors for each GPU, or as many as asked for, or one for every two cores."""
    cores = max(int(resources.get("CPU", 1)), 1)
    gpus = int(resources.get("GPU", 0)) if cluster.device in ("auto", "cuda") else 0
    threads = cluster.threads or (1 if gpus else THREADS)
    fitting = min(gpus * ON_A_GPU, cores) if gpus else cores // threads
    workers = max(1, min(cluster.workers or fitting, files))
    if not cluster.threads and not cluster.address and not gpus:
        threads = max(1, cores // workers)  # in a cluster, how many cores one machine has is not known
    return Plan(
        workers=workers,
        threads=threads,
        cpus=threads if cluster.address else min(threads, cores / workers),
        gpus=min(1.0, gpus / workers),
        device="cuda" if gpus else "cpu" if cluster.device == "auto" else cluster.device,
    )


def _be_quiet() -> None:
    """Keep Ray Data's own progress and plans off the terminal."""
    from ray.data import DataContext

    context = DataContext.get_current()
    context.enable_progress_bars = False
    context.print_on_execution_start = False
    logging.getLogger("ray.data").setLevel(logging.ERROR)
