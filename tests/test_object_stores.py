"""Corpora in object stores: servers on this machine that speak the protocols of S3 and of Google Cloud Storage."""

from __future__ import annotations

import json
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable
from importlib.util import find_spec
from typing import TYPE_CHECKING, NamedTuple

import pytest

from corpus.errors import InputError
from corpus.folder import Folder, search
from partitioned import rows, sample
from program import ENVIRONMENT, run, tiny_config
from stancemap.cli import main

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

moto = pytest.importorskip("moto.server", reason="Moto is not installed: pip install --group dev")
pytest.importorskip("gcp_storage_emulator", reason="the emulator of gs:// is not installed: pip install --group dev")

BUCKET = "debate"


class Cloud(NamedTuple):
    """An object store with one empty bucket: its address, the server's, and how a program finds that."""

    address: str
    server: str
    settings: dict[str, str]


@pytest.fixture(scope="module")
def s3() -> Iterator[Cloud]:
    server = moto.ThreadedMotoServer("127.0.0.1", 0, verbose=False)
    server.start()
    host, port = server.get_host_and_port()
    url = f"http://{host}:{port}"
    urllib.request.urlopen(urllib.request.Request(f"{url}/{BUCKET}", method="PUT")).close()
    keys = {"AWS_ACCESS_KEY_ID": "key", "AWS_SECRET_ACCESS_KEY": "secret", "AWS_REGION": "us-east-1"}
    yield Cloud(f"s3://{BUCKET}", url, {"AWS_ENDPOINT_URL": url, **keys})
    server.stop()


@pytest.fixture(scope="module")
def gs() -> Iterator[Cloud]:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    url = f"http://127.0.0.1:{port}"
    # A process of its own: pyarrow keeps this one's interpreter to itself while it opens a file of gs://.
    start = ["start", "--host", "127.0.0.1", "--port", str(port), "--in-memory", "--default-bucket", BUCKET]
    server = subprocess.Popen([sys.executable, "-m", "gcp_storage_emulator", *start], stderr=subprocess.DEVNULL)
    try:
        _wait_for(port)
        yield Cloud(f"gs://anonymous@{BUCKET}", url, {"CLOUD_STORAGE_EMULATOR_ENDPOINT": url})
    finally:
        server.kill()
        server.wait()


def _wait_for(port: int) -> None:
    for _ in range(300):
        with socket.socket() as tried:
            if tried.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.1)
    pytest.fail("the emulator of gs:// does not start")


@pytest.fixture(params=["s3", "gs"])
def cloud(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Cloud:
    """Each of the stores, found by this process and by the program."""
    found: Cloud = request.getfixturevalue(request.param)
    for name, value in found.settings.items():
        monkeypatch.setenv(name, value)
        monkeypatch.setitem(ENVIRONMENT, name, value)
    return found


class Said(NamedTuple):
    """What the program printed."""

    out: str
    err: str


Program = Callable[..., Said]


@pytest.fixture
def program(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Program:
    """The program in this process, which has loaded a model already."""
    monkeypatch.chdir(tmp_path)

    def run_here(*arguments: object, code: int = 0) -> Said:
        monkeypatch.setattr(sys, "argv", ["stancemap", *map(str, arguments)])
        with pytest.raises(SystemExit) as ended:
            main()
        said = Said(*capsys.readouterr())
        assert ended.value.code == code, said
        return said

    return run_here


def test_a_corpus_is_exported_labelled_and_reported_there_as_on_this_machine(
    cloud: Cloud, program: Program, tmp_path: Path
) -> None:
    sample(tmp_path / "sample.db").close()
    config, documents = tiny_config(tmp_path), []
    for place in (str(tmp_path), cloud.address):
        posts, labels = f"{place}/posts/", f"{place}/labels/"
        export = ["export", "--corpus", "sample.db", "--format", "parquet", "-o", posts, "--posts-per-file"]
        program(*export, 50)
        assert "4 files" in program(*export, 100).out  # those of the older one are gone
        label = ["label", "--config", config, "--json", "--output", labels, "--input"]
        program(*label, f"{posts}part-0000[01].parquet")
        kept = {file.name: file.changed for file in search(labels)}
        told = json.loads(program(*label, f"{posts}*.parquet").out)
        assert (told["done_before"], len(told["files"])) == (2, 2)
        assert kept.items() <= {file.name: file.changed for file in search(labels)}.items()
        report = program("report", "--corpus", labels, "-o", "out", "--format", "json", "--json")
        documents.append(json.loads(report.out))
    assert rows(f"{cloud.address}/labels") == rows(f"{tmp_path}/labels")
    for document in documents:
        assert document["meta"].pop("command")
        assert document["meta"]["label_set"].pop("created_at")
    assert documents[0] == documents[1]


@pytest.mark.skipif(find_spec("ray") is None, reason="Ray is not installed: pip install '.[ray]'")
@pytest.mark.parametrize("cloud", ["s3"], indirect=True)
def test_workers_of_ray_read_and_write_there(cloud: Cloud, program: Program, tmp_path: Path) -> None:
    sample(tmp_path / "sample.db").close()
    config, place = tiny_config(tmp_path), f"{cloud.address}/ray"
    program("export", "--corpus", "sample.db", "--format", "parquet", "-o", f"{place}/posts/", "--posts-per-file", 100)
    label = ["label", "--config", config, "--json", "--input", f"{place}/posts/*.parquet", "--output"]
    program(*label, "labels")
    told = json.loads(run(*label, f"{place}/labels", "--engine", "ray", "--workers", "2", cwd=tmp_path).stdout)
    assert (told["done_before"], len(told["files"])) == (0, 4)
    assert rows(f"{place}/labels") == rows("labels")


def test_a_missing_bucket_is_told_in_one_line(cloud: Cloud, program: Program, tmp_path: Path) -> None:
    sample(tmp_path / "sample.db").close()
    nowhere = cloud.address.replace(BUCKET, "nowhere")
    for arguments in (
        ["report", "--corpus", f"{nowhere}/a", "-o", "out"],
        ["label", "--input", f"{nowhere}/a/*.parquet", "--output", "labels"],
        ["export", "--corpus", "sample.db", "--format", "parquet", "-o", f"{nowhere}/a"],
    ):
        said = f"stancemap: error: there is no bucket nowhere for {nowhere}/a: create it, or check the address\n"
        assert program(*arguments, code=1).err == said
    empty = program("report", "--corpus", f"{cloud.address}/none", "-o", "out", code=1).err
    assert empty.startswith(f"stancemap: error: {cloud.address}/none is no Parquet corpus (it lacks _corpus.json)")
    assert empty.count("\n") == 1


@pytest.mark.parametrize("cloud", ["s3"], indirect=True)
def test_a_wrong_key_is_told_in_one_line(cloud: Cloud) -> None:
    def asking_for_keys(count: str) -> None:
        plain = {"Content-Type": "text/plain"}
        asked = urllib.request.Request(f"{cloud.server}/moto-api/reset-auth", count.encode(), plain)
        urllib.request.urlopen(asked).close()

    asking_for_keys("0")
    try:
        with pytest.raises(InputError, match=r"^cannot reach s3://debate/posts \(.*ACCESS_DENIED.*\): check the addr"):
            Folder(f"{cloud.address}/posts")
    finally:
        asking_for_keys("1000000")


@pytest.mark.parametrize("cloud", ["gs"], indirect=True)
def test_a_server_that_does_not_answer_is_given_up(cloud: Cloud, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CLOUD_STORAGE_EMULATOR_ENDPOINT", "http://127.0.0.1:1")
    with pytest.raises(InputError, match=r"^cannot reach gs://anonymous@debate/a\?.* \(.*\): check the address"):
        Folder(f"{cloud.address}/a?retry_limit_seconds=1")


@pytest.mark.parametrize("cloud", ["s3"], indirect=True)
def test_the_server_may_stand_in_the_address(cloud: Cloud, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("AWS_ENDPOINT_URL")
    where = f"?scheme=http&endpoint_override={cloud.server.removeprefix('http://')}"
    with Folder(f"{cloud.address}/by/{where}").replacing("a.parquet") as stream:
        stream.write(b"a")
    [found] = search(f"{cloud.address}/by/*.parquet{where}")
    with Folder(found.folder).input(found.name) as file:
        assert file.read() == b"a"


def test_a_library_that_is_missing_is_named_with_the_line_that_installs_it() -> None:
    with pytest.raises(InputError, match=r"^oci://bucket/posts needs ocifs: pip install ocifs$"):
        Folder("oci://bucket/posts")
