"""Labelling a Parquet corpus, for `stancemap label --input`: in this process, or on Ray."""

from __future__ import annotations

import os
import secrets
import time
from contextlib import closing
from dataclasses import asdict, dataclass, replace
from datetime import UTC, datetime
from functools import partial
from typing import TYPE_CHECKING

import click

from corpus import manifest
from corpus.errors import InputError
from corpus.folder import Folder, explained, search
from corpus.label_set import LabelSet
from corpus.manifest import Manifest
from corpus.parquet_corpus import ParquetCorpus
from stancemap import console, models
from stancemap.commands.labels import config_hash
from stancemap.corpora import warn_of_strangers

if TYPE_CHECKING:
    from collections.abc import Callable, Generator, Iterable, Iterator, Sequence

    from corpus.folder import Found
    from nlp.on_ray import Cluster
    from nlp.partitions import Done, Job
    from stancemap.config import Config

RAY = {
    "RAY_USAGE_STATS_ENABLED": "0",  # nothing is told to anybody
    "RAY_DEDUP_LOGS_SKIP_REGEX": ".",  # what workers and scheduler print; how files fared is told at the end
    "RAY_ACCEL_ENV_VAR_OVERRIDE_ON_ZERO": "0",  # workers are told their device; without this, Ray warns of its own way
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """What is asked for: files in, a folder out, the name of the label set, and on Ray, where that runs."""

    inputs: tuple[str, ...]
    output: str
    name: str | None
    cluster: Cluster | None


def request(
    config: Config,
    inputs: tuple[str | None, ...],
    output: str | None,
    *,
    name: str | None,
    engine: str,
    ray_address: str | None,
    workers: int | None,
) -> Request:
    """Check what is asked for."""
    from nlp.on_ray import Cluster

    if inputs[0] is None or output is None:
        raise click.UsageError("name Parquet files with --input and a folder for their labels with --output")
    if engine != "ray" and (ray_address or workers):
        raise click.UsageError("--ray-address and --workers go with --engine ray")
    model = config.model
    cluster = Cluster(address=ray_address or "", workers=workers or 0, threads=model.threads, device=model.device)
    files = tuple(address for address in inputs if address)
    return Request(inputs=files, output=output, name=name, cluster=cluster if engine == "ray" else None)


def run(config: Config, request: Request, *, as_json: bool) -> None:
    """Label the files that have no labels yet, and say what came of it; exit 1 where one could not be labelled."""
    from nlp.partitions import left

    files = _files(request.inputs)
    with explained("read", request.output):
        todo = left(files, request.output)
    output = Folder(request.output)
    started = partial(_started, config, request, files, output)
    labelling = _on_ray(config, request.cluster, todo, started) if request.cluster else _here(config, todo, started)
    with closing(labelling):  # Ray ends with it
        done = list(_watched(labelling, len(todo)))
    with explained("write to", request.output):
        output.tidy()
    warn_of_strangers(ParquetCorpus(request.output))
    _tell(request.output, done, earlier=len(files) - len(todo), as_json=as_json)
    if any(file.error for file in done):
        raise SystemExit(1)


def _files(inputs: Sequence[str]) -> list[Found]:
    """Find the input files; their names are those of the output, so that no two may be the same."""
    found: dict[str, Found] = {}
    for address in inputs:
        files = search(address)
        if not files:
            raise InputError(f"no Parquet file at {address}: write some with `stancemap export --format parquet`")
        for file in files:
            if found.setdefault(file.name, file) != file:
                raise InputError(f"two input files are called {file.name}: label their folders one by one")
    return list(found.values())


def _started(
    config: Config, request: Request, files: Sequence[Found], folder: Folder, model: str, revision: str
) -> Job:
    """Begin the output folder or go on with it; InputError where it holds the labels of another model."""
    from nlp.partitions import Job

    digest = config_hash(config, revision)
    name = request.name or f"{model}-{digest[:6]}"
    known = manifest.read(folder)
    if known is None:
        source = manifest.read(Folder(files[0].folder))
        labels = LabelSet(
            key=1, name=name, model=model, revision=revision, config_hash=digest, created_at=datetime.now(UTC)
        )
        key = source.pseudonym_key if source else secrets.token_hex()
        known = Manifest(pseudonym_key=key, label_set=labels, targets=tuple(t.name for t in config.targets))
    made = known.label_set
    if made is None or (made.name, made.model, made.revision, made.config_hash) != (name, model, revision, digest):
        held = f"label set {made.name}, made by {made.model} {made.revision}" if made else "posts without labels"
        raise InputError(f"{request.output} holds {held}: name another folder with --output")
    manifest.write(folder, manifest.with_inputs(known, files))
    return Job(output=folder.place, label_set=name, targets=known.targets, run=folder.run)


def _here(config: Config, files: Sequence[Found], started: Callable[[str, str], Job]) -> Generator[Done, None, None]:
    from nlp.partitions import label_file

    model = models.labeller(config)
    job = started(model.name, model.revision)
    for file in files:
        yield label_file(model, file, job)


def _on_ray(
    config: Config, cluster: Cluster, files: Sequence[Found], started: Callable[[str, str], Job]
) -> Generator[Done, None, None]:
    from nlp import on_ray

    on_ray.check()
    os.environ.update(RAY)
    build = partial(models.placed, replace(config, model=models.absolute(config.model)))
    with console.without_libraries(), on_ray.session(cluster):
        job = started(*on_ray.name_and_revision(build, cluster))
        if files:
            yield from on_ray.label(files, job, build, cluster)


def _watched(labelling: Iterable[Done], total: int) -> Iterator[Done]:
    begun, posts = time.monotonic(), 0
    with console.progress("labelling files", total) as bar:
        for number, done in enumerate(labelling, 1):
            posts += done.labelled
            bar(number, note=f"{posts / (time.monotonic() - begun):,.0f} posts/s")
            yield done


def _tell(output: str, done: Sequence[Done], *, earlier: int, as_json: bool) -> None:
    """Say what came of the files; rows that could not be read are no failure, files are."""
    from nlp.partitions import BAD

    made = [file for file in done if not file.error]
    labelled, abstained, bad = (sum(getattr(file, name) for file in made) for name in ("labelled", "abstained", "bad"))
    if as_json:
        counts = {"labelled": labelled, "abstained": abstained, "bad_rows": bad}
        console.as_json({"output": output, **counts, "done_before": earlier, "files": [asdict(file) for file in done]})
    else:
        text = f"{console.count(labelled, 'post')} of {console.count(len(made), 'file')} labelled"
        before = f"; {console.count(earlier, 'file')} were done before" if earlier else ""
        console.say(
            f"{output}: {text} ({abstained:,} of them: abstained){before}."
            if done
            else f"{output}: nothing to label{before}."
        )
    if bad:
        console.warn(f"{console.count(bad, 'row')} left out as no post could be read: see {output}/{BAD}")
    for file in done:
        if file.error:
            console.fail(f"{file.name}: {file.error}")
