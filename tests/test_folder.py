"""Folders by path and address."""

from __future__ import annotations

import os
import time
from typing import TYPE_CHECKING

import pytest

from corpus.errors import InputError
from corpus.folder import Folder, is_folder, known_as, normal, search

if TYPE_CHECKING:
    from pathlib import Path


def put(folder: Folder, *names: str) -> None:
    for name in names:
        with folder.replacing(name) as stream:
            stream.write(name.encode())


@pytest.fixture(params=["local", "memory"])
def folder(request: pytest.FixtureRequest, tmp_path: Path) -> Folder:
    """A folder on this machine, and one that is reached through fsspec."""
    return Folder(tmp_path / "posts" if request.param == "local" else f"memory://{tmp_path.name}/posts")


def names(address: str) -> list[str]:
    return [file.name for file in search(address)]


def test_files_are_found_by_folder_pattern_and_name(folder: Folder) -> None:
    put(
        folder, "b.parquet", "a.parquet", "year=2023/c.parquet", "_bad/a.parquet", ".b.parquet", "_corpus.json", "d.csv"
    )
    assert names(folder.address) == ["a.parquet", "b.parquet", "year=2023/c.parquet"]
    assert names(f"{folder.address}/*.parquet") == ["a.parquet", "b.parquet"]
    assert names(f"{folder.address}/**/*.parquet") == ["a.parquet", "b.parquet", "year=2023/c.parquet"]
    assert names(f"{folder.address}/year=*/*.parquet") == ["year=2023/c.parquet"]
    assert names(f"{folder.address}/b.parquet") == ["b.parquet"]
    assert names(f"{folder.address}/[a]*.parquet") == ["a.parquet"]
    assert names(f"{folder.address}/none/*.parquet") == []
    [found] = search(f"{folder.address}/b.parquet")
    with Folder(found.folder).input(found.name) as file:
        assert file.read() == b"b.parquet"


def test_files_are_found_from_the_working_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    put(Folder(tmp_path), "a.parquet", "posts/b.parquet")
    monkeypatch.chdir(tmp_path)
    assert names("*.parquet") == ["a.parquet"]
    [found] = search("posts/*.parquet")
    assert (found.folder, found.name) == (str(tmp_path / "posts"), "b.parquet")


@pytest.mark.parametrize("name", ["a.parquet", "new.parquet"])
def test_a_file_appears_whole_or_not_at_all(folder: Folder, name: str) -> None:
    def stop() -> None:
        with folder.replacing(name) as stream:
            stream.write(b"half")
            raise KeyboardInterrupt

    put(folder, "a.parquet")
    with pytest.raises(KeyboardInterrupt):
        stop()
    assert [file.name for file in folder.files()] == ["a.parquet"]
    assert folder.read(name) == (b"a.parquet" if name == "a.parquet" else None)


def test_what_a_killed_writer_left_is_tidied(tmp_path: Path) -> None:
    folder = Folder(tmp_path)
    folder.tidy()
    put(folder, "a.parquet")
    for name in ("killed", "dead", "alive"):
        Folder(tmp_path, name).output(f"_temporary/{name}/left").close()
    yesterday = time.time() - 24 * 3600 - 60
    for path in ("dead/left", "dead"):
        os.utime(tmp_path / "_temporary" / path, (yesterday, yesterday))
    Folder(tmp_path, "killed").tidy()
    assert {path.name for path in tmp_path.rglob("*")} == {"_temporary", folder.run, "alive", "left", "a.parquet"}
    assert (tmp_path / "_temporary" / "alive" / "left").exists()
    folder.tidy()
    Folder(tmp_path, "alive").tidy()
    assert list(tmp_path.iterdir()) == [tmp_path / "a.parquet"]


def test_what_another_run_is_writing_is_left_alone(folder: Folder) -> None:
    with folder.replacing("a.parquet") as stream:
        stream.write(b"of one")
        other = Folder(folder.address)
        put(other, "b.parquet")
        other.tidy()
    assert [file.name for file in folder.files()] == ["a.parquet", "b.parquet"]
    assert folder.read("a.parquet") == b"of one"


def test_a_place_is_named_without_its_password_and_options() -> None:
    places = ("s3://key:word@bucket/a?scheme=http", "abfs://a@b/c", "/a:b@c?d", "gs://a/b")
    assert [known_as(place) for place in places] == ["s3://bucket/a", "abfs://a@b/c", "/a:b@c?d", "gs://a/b"]


@pytest.mark.parametrize(
    ("address", "expected"),
    [
        ("s3:/bucket/posts", "s3://bucket/posts"),
        ("s3://bucket/posts", "s3://bucket/posts"),
        ("GS:/bucket", "gs://bucket"),
        ("file:/tmp/posts", "file:///tmp/posts"),
        ("posts/", "posts/"),
        ("C:/posts", "C:/posts"),
    ],
)
def test_addresses_get_their_slashes_back(address: str, expected: str) -> None:
    assert normal(address) == expected


def test_a_file_is_no_folder(tmp_path: Path) -> None:
    (tmp_path / "a.db").touch()
    assert [is_folder(path) for path in (tmp_path, tmp_path / "a.db", tmp_path / "none", "s3://b/c")] == [
        True, False, False, True,
    ]  # fmt: skip


def test_what_cannot_be_opened_is_said_in_one_line() -> None:
    with pytest.raises(InputError, match=r"cannot open nowhere://a \(.*\): name a folder, s3://… or gs://…"):
        Folder("nowhere://a")
