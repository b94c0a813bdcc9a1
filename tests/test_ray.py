"""Labelling on a real Ray on this machine, with two workers."""

from __future__ import annotations

import json
import subprocess
import sys
from collections import Counter
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING

import pyarrow as pa
import pytest
from pyarrow import parquet

from corpus.errors import InputError, ModelError, StancemapError
from corpus.export_partitions import export_partitions
from corpus.folder import search
from corpus.frameworks import FRAMEWORKS
from nlp.on_ray import Actor, Cluster, _plan, check, done
from nlp.partitions import Job, label_file
from partitioned import rows, sample, tiny_labeller
from program import ENVIRONMENT, run, tiny_config

if TYPE_CHECKING:
    from typing import Any

    from corpus.labels import Labels
    from nlp.on_ray import Build

needs_ray = pytest.mark.skipif(find_spec("ray") is None, reason="Ray is not installed: pip install '.[ray]'")
TARGETS = tuple(target.name for target in FRAMEWORKS)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The sample in four Parquet files, and the labels that one process gives them."""
    folder = tmp_path_factory.mktemp("ray")
    with sample(folder / "sample.db") as store:
        export_partitions(store, str(folder / "posts"), part_posts=100)
    model, job = tiny_labeller(), Job(output=str(folder / "expected"), label_set="set", targets=TARGETS)
    for file in search(str(folder / "posts")):
        assert label_file(model, file, job).error is None
    return folder


def labels(folder: Path) -> list[dict[str, Any]]:
    return [{**row, "label_set": None} for row in rows(str(folder))]


@needs_ray
def test_a_killed_worker_costs_its_own_file_and_nothing_else(folder: Path) -> None:
    script, log, victim = Path(__file__).parent / "killed_on_ray.py", folder / "log", rows(str(folder / "posts"))[150]
    done = subprocess.run(
        [sys.executable, script, folder / "posts", folder / "killed", log, victim["id"]],
        env=ENVIRONMENT | {"PYTHONPATH": ":".join(filter(None, sys.path)), "RAY_USAGE_STATS_ENABLED": "0"},
        capture_output=True,
        encoding="utf-8",
        check=False,
    )
    assert done.returncode == 0, done.stderr
    told = [json.loads(line) for line in done.stdout.splitlines() if line.startswith("{")]
    assert sorted(row["name"] for row in told) == [f"part-0000{n}.parquet" for n in range(4)]
    pages = [line.split() for line in log.read_text("utf-8").splitlines()]
    begun = Counter(post for _, post in pages)
    assert sorted(begun.values()) == [1, 1, 1, 2]
    killed, again = (pid for pid, post in pages if begun[post] == 2)
    assert killed != again
    assert labels(folder / "killed") == labels(folder / "expected")


@needs_ray
def test_the_command_goes_on_where_one_process_was_and_labels_as_it_does(folder: Path, tmp_path: Path) -> None:
    config = tiny_config(tmp_path)
    posts = sorted((folder / "posts").glob("*.parquet"))
    for output, some in (("expected", posts), ("labels", posts[:2])):
        run("label", "--config", config, "--input", *some, "--output", output, cwd=tmp_path)
    kept = {path.name: path.stat().st_mtime_ns for path in (tmp_path / "labels").glob("*.parquet")}
    bad = tmp_path / "part-00009.parquet"
    bad.write_bytes(b"no Parquet")
    more = ["--engine", "ray", "--workers", "2", "--json", "--input", *posts, bad, "--output", "labels/"]
    done = run("label", "--config", config, *more, cwd=tmp_path, code=1)
    assert done.stderr.startswith("stancemap: error: part-00009.parquet: ")
    assert done.stderr.count("\n") == 1
    told = json.loads(done.stdout)
    assert told["done_before"] == 2
    assert sorted(file["name"] for file in told["files"]) == [*(path.name for path in posts[2:]), bad.name]
    assert {name: (tmp_path / "labels" / name).stat().st_mtime_ns for name in kept} == kept
    assert rows(str(tmp_path / "labels")) == rows(str(tmp_path / "expected"))
    made = sorted(path.name for path in (tmp_path / "labels").iterdir())
    assert made == ["_corpus.json", *(path.name for path in posts)]


@needs_ray
def test_without_a_cluster_at_the_address_it_says_so(folder: Path, tmp_path: Path) -> None:
    arguments = ["--engine", "ray", "--ray-address", "127.0.0.1:1", "--input", folder / "posts", "--output", "labels"]
    done = run("label", *arguments, cwd=tmp_path, code=1)
    assert done.stderr.startswith("stancemap: error: no Ray at 127.0.0.1:1 (")
    assert done.stderr.endswith("): check --ray-address\n")


def test_a_missing_ray_names_the_line_that_installs_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "ray", None)
    with pytest.raises(InputError, match=r"^--engine ray needs Ray: pip install '\.\[ray\]'$"):
        check()


class Broken:
    name = revision = "broken"
    parallel = False

    def label(self, _: object) -> list[Labels]:
        raise ModelError("the model is broken: take another")


def broken(*, threads: int, device: str) -> Broken:
    return Broken()


def not_there(*, threads: int, device: str) -> Broken:
    raise ModelError("the model is not there: copy it")


@pytest.mark.parametrize(
    ("build", "expected"),
    [(broken, "the model is broken: take another"), (not_there, "the model is not there: copy it")],
)
def test_what_a_worker_cannot_do_is_told_as_it_is(build: Build, expected: str, tmp_path: Path) -> None:
    parquet.write_table(pa.table({"platform": ["x"], "id": ["1"], "text": ["torch"]}), tmp_path / "a.parquet")
    job = Job(output=str(tmp_path / "labels"), label_set="set", targets=TARGETS)
    worker = Actor(build, _plan({}, Cluster(), 1), job)
    [told] = worker({"folder": [str(tmp_path)], "name": ["a.parquet"]})["done"]
    with pytest.raises(StancemapError, match=f"^{expected}$"):
        done(told)


@pytest.mark.parametrize(
    ("resources", "cluster", "files", "expected"),
    [
        ({"CPU": 2.0}, Cluster(), 9, (1, 2, 2, 0, "cpu")),
        ({"CPU": 2.0}, Cluster(workers=2), 9, (2, 1, 1, 0, "cpu")),
        ({"CPU": 2.0}, Cluster(workers=4), 9, (4, 1, 0.5, 0, "cpu")),
        ({"CPU": 16.0}, Cluster(), 9, (8, 2, 2, 0, "cpu")),
        ({"CPU": 16.0}, Cluster(threads=4), 2, (2, 4, 4, 0, "cpu")),
        ({"CPU": 16.0}, Cluster(), 1, (1, 16, 16, 0, "cpu")),
        ({"CPU": 16.0, "GPU": 2.0}, Cluster(), 99, (8, 1, 1, 0.25, "cuda")),
        ({"CPU": 4.0, "GPU": 2.0}, Cluster(), 99, (4, 1, 1, 0.5, "cuda")),
        ({"CPU": 16.0, "GPU": 4.0}, Cluster(workers=2), 99, (2, 1, 1, 1, "cuda")),
        ({"CPU": 16.0, "GPU": 4.0}, Cluster(device="cpu"), 9, (8, 2, 2, 0, "cpu")),
        ({"CPU": 64.0}, Cluster(address="a:1", workers=100), 999, (100, 2, 2, 0, "cpu")),
    ],
)
def test_processors_are_shared_out(
    resources: dict[str, float], cluster: Cluster, files: int, expected: tuple[object, ...]
) -> None:
    assert tuple(_plan(resources, cluster, files)) == expected
