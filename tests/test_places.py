"""Where commands read from and write to: names that are empty, the standard output, and files that fail whole."""

from __future__ import annotations

import json
import subprocess
from importlib.resources import files
from typing import TYPE_CHECKING

import pytest

from program import ENVIRONMENT, command, run

if TYPE_CHECKING:
    from pathlib import Path

SAMPLE = files("stancemap") / "samples"


@pytest.fixture
def corpus(tmp_path: Path) -> Path:
    run("import", SAMPLE / "hackernews.jsonl", cwd=tmp_path)
    return tmp_path


def test_files_that_fail_whole_leave_no_corpus_behind(tmp_path: Path) -> None:
    (tmp_path / "bad.csv").write_text("colour,size\nred,1\n", "utf-8")
    done = run("import", "bad.csv", "none.jsonl", cwd=tmp_path, code=1)
    assert len(done.stderr.splitlines()) == 2
    assert json.loads(run("import", "bad.csv", "--json", cwd=tmp_path, code=1).stdout)["posts"] == 0
    assert [path.name for path in tmp_path.iterdir()] == ["bad.csv"]
    run("import", "bad.csv", SAMPLE / "x.jsonl", cwd=tmp_path, code=1)
    assert (tmp_path / "stancemap.db").exists()


@pytest.mark.parametrize("line", ["export --format csv", "report", "sample", "annotations sample", "train"])
def test_an_empty_place_is_refused_in_one_line(tmp_path: Path, line: str) -> None:
    done = run(*line.split(), "-o", "", cwd=tmp_path, code=1)
    assert done.stderr == 'stancemap: error: the place to write to is empty (-o ""): name a file or folder\n'
    assert list(tmp_path.iterdir()) == []


def test_an_export_to_the_standard_output(corpus: Path) -> None:
    done = run("export", "--format", "jsonl", "-o", "-", cwd=corpus)
    run("export", "-o", "a.jsonl", cwd=corpus)
    assert done.stdout == (corpus / "a.jsonl").read_text("utf-8")
    assert not done.stderr
    assert "choose with --format" in run("export", "-o", "-", cwd=corpus, code=1).stderr
    assert not (corpus / "-").exists()
    line = command("export", "--format", "csv", "-o", "-")
    with subprocess.Popen(line, cwd=corpus, env=ENVIRONMENT, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as left:
        assert left.stdout is not None
        left.stdout.close()
        assert left.stderr is not None
        assert left.stderr.read() == b""
    assert left.returncode == 0


def test_parquet_to_a_pipe(corpus: Path) -> None:
    done = subprocess.run(
        command("export", "--format", "parquet", "-o", "-"),
        cwd=corpus,
        env=ENVIRONMENT,
        capture_output=True,
        check=True,
    )
    run("export", "-o", "a.parquet", cwd=corpus)
    assert done.stdout == (corpus / "a.parquet").read_bytes()


def test_columns_of_one_name_are_reported_in_one_line(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text("text,author,text\none,ann,two\n", "utf-8")
    done = run("import", "a.csv", cwd=tmp_path, code=1)
    assert done.stderr == ("stancemap: error: a.csv has several columns named 'text': give each a name of its own\n")
