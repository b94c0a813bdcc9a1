"""`stancemap label --input`: what it says, and with which exit code."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pyarrow as pa
import pytest
from pyarrow import parquet

from corpus.export_partitions import export_partitions
from corpus.parquet_corpus import ParquetCorpus
from corpus.post import Post
from corpus.store import Store
from partitioned import rows
from program import run, tiny_config

if TYPE_CHECKING:
    from pathlib import Path


def posts(folder: Path, *texts: str | None) -> Path:
    folder.mkdir(exist_ok=True)
    ids = [str(n) for n in range(len(texts))]
    parquet.write_table(pa.table({"platform": ["x"] * len(ids), "id": ids, "text": texts}), folder / "a.parquet")
    return folder / "a.parquet"


def test_rows_left_out_are_told_in_one_line_and_are_no_failure(tmp_path: Path) -> None:
    posts(tmp_path / "posts", "i love torch", None, "tf is better than torch", None)
    config = tiny_config(tmp_path)
    command = ["label", "--config", config, "--input", "posts", "--output", "labels"]
    done = run(*command, "--label-set", "mine", cwd=tmp_path)
    assert done.stdout == "labels: 2 posts of 1 file labelled (0 of them: abstained).\n"
    assert done.stderr == "stancemap: warning: 2 rows left out as no post could be read: see labels/_bad\n"
    assert [row["label_set"] for row in rows(str(tmp_path / "labels"))] == ["mine", "mine"]
    done = run(*command, cwd=tmp_path, code=1)
    assert "labels holds label set mine, made by tiny " in done.stderr
    assert done.stderr.endswith("name another folder with --output\n")
    run("report", "--config", config, "--corpus", "labels", "-o", "out", "--format", "md", cwd=tmp_path)


def test_labels_of_an_older_export_are_left_out(tmp_path: Path) -> None:
    config = tiny_config(tmp_path)
    label = ["label", "--config", config, "--input", "posts", "--output", "labels"]
    with Store.open(tmp_path / "some.db") as store:
        store.add((Post(platform="x", id=str(n), conversation_id="1", text="torch"), None) for n in range(4))
        export_partitions(store, str(tmp_path / "posts"), part_posts=1)
        run(*label, cwd=tmp_path)
        export_partitions(store, str(tmp_path / "posts"), part_posts=2)
    told = run(*label, cwd=tmp_path).stderr
    assert told.startswith("stancemap: warning: 2 files of labels left out (part-00002.parquet …), as ")
    assert told.count("\n") == 1
    ids = [id_ for block in ParquetCorpus(tmp_path / "labels").opinions(None) for id_ in block.id]
    assert ids == ["0", "1", "2", "3"]
    assert run("report", "--corpus", "labels", "-o", "out", "--format", "json", cwd=tmp_path).stderr == told


def test_a_folder_labelled_later_hides_no_failure_of_another(tmp_path: Path) -> None:
    posts(tmp_path / "posts", "torch")
    (tmp_path / "posts" / "bad.parquet").write_bytes(b"no Parquet")
    posts(tmp_path / "more", "tf").rename(tmp_path / "more" / "b.parquet")
    label = ["label", "--config", tiny_config(tmp_path), "--output", "labels", "--input"]
    run(*label, "posts", cwd=tmp_path, code=1)
    run(*label, "more", cwd=tmp_path)
    corpus = ParquetCorpus(tmp_path / "labels")
    assert (corpus.missing(), corpus.strangers()) == (1, [])
    assert sum(len(block.id) for block in corpus.opinions(None)) == 2


@pytest.mark.parametrize(
    ("arguments", "code", "expected"),
    [
        (["--engine", "ray"], 2, "name Parquet files with --input and a folder for their labels with --output"),
        (["--input", "posts"], 2, "name Parquet files with --input and a folder"),
        (["--input", "posts", "--output", "o", "--workers", "2"], 2, "--workers go with --engine ray"),
        (["--input", "none/*.parquet", "--output", "o"], 1, "no Parquet file at none/*.parquet: write some with"),
        (["--input", "posts", "other", "--output", "o"], 1, "two input files are called a.parquet"),
    ],
)
def test_what_cannot_be_done_is_said(tmp_path: Path, arguments: list[str], code: int, expected: str) -> None:
    posts(tmp_path / "posts", "torch")
    posts(tmp_path / "other", "torch")
    done = run("label", *arguments, cwd=tmp_path, code=code)
    assert expected in done.stderr
    assert not (tmp_path / "o").exists()
