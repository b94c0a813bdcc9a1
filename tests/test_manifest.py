"""Which files of labels belong to a Parquet corpus."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from corpus.errors import InputError
from corpus.folder import Folder, search
from corpus.manifest import NAME, Manifest, read, with_inputs, write

if TYPE_CHECKING:
    from pathlib import Path

NEW = Manifest(pseudonym_key="secret")


def folder(path: Path, *names: str) -> str:
    path.mkdir()
    for name in names:
        (path / f"{name}.parquet").touch()
    return str(path)


def names(manifest: Manifest) -> str:
    return "".join(sorted(name.removesuffix(".parquet") for name in manifest.names))


def test_a_part_of_a_folder_labelled_after_another_is_added_to_it(tmp_path: Path) -> None:
    posts = folder(tmp_path / "posts", *"abc")
    first = with_inputs(NEW, search(f"{posts}/[ab].parquet"))
    assert names(first) == "ab"
    assert names(with_inputs(first, search(f"{posts}/c.parquet"))) == "abc"


def test_what_is_gone_from_a_folder_belongs_no_longer(tmp_path: Path) -> None:
    posts = folder(tmp_path / "posts", *"abc")
    first = with_inputs(NEW, search(posts))
    (tmp_path / "posts" / "b.parquet").unlink()
    assert names(with_inputs(first, search(f"{posts}/c.parquet"))) == "ac"


def test_another_folder_is_added_even_when_the_posts_of_the_first_are_deleted(tmp_path: Path) -> None:
    posts, more = folder(tmp_path / "posts", "a"), folder(tmp_path / "more", "b")
    first = with_inputs(NEW, search(posts))
    (tmp_path / "posts" / "a.parquet").unlink()
    assert names(with_inputs(first, search(more))) == "ab"


def test_files_of_one_name_in_two_folders_are_refused(tmp_path: Path) -> None:
    posts, more = folder(tmp_path / "posts", *"ab"), folder(tmp_path / "more", *"bc")
    first = with_inputs(NEW, search(posts))
    expected = rf"^b\.parquet of {posts} has its labels there already: name another folder with --output$"
    with pytest.raises(InputError, match=expected):
        with_inputs(first, search(more))
    with pytest.raises(InputError, match=expected):
        with_inputs(first, [*search(f"{posts}/a.parquet"), *search(more)])


def test_a_folder_may_move(tmp_path: Path) -> None:
    first = with_inputs(NEW, search(folder(tmp_path / "posts", *"abc")))
    moved = (tmp_path / "posts").rename(tmp_path / "moved")
    again = with_inputs(first, search(f"{moved}/[ab].parquet"))
    assert names(again) == "abc"
    assert again.files == {
        str(tmp_path / "posts"): ["c.parquet"],
        str(moved): ["a.parquet", "b.parquet"],
    }


def test_it_is_read_as_it_was_written_and_without_names_as_before(tmp_path: Path) -> None:
    given = with_inputs(NEW, search(folder(tmp_path / "posts", *"ab")))
    write(Folder(tmp_path), given)
    assert read(Folder(tmp_path)) == given
    document = json.loads((tmp_path / NAME).read_text("utf-8"))
    (tmp_path / NAME).write_text(json.dumps(document | {"files": 2}), "utf-8")
    assert read(Folder(tmp_path)) == NEW
