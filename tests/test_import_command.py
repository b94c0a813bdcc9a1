"""`stancemap import`: what decides how a file is read, and files whose records cannot be read."""

from __future__ import annotations

import json
import sqlite3
from contextlib import closing
from importlib.resources import files
from typing import TYPE_CHECKING

from program import run

if TYPE_CHECKING:
    from pathlib import Path

SAMPLE = files("stancemap") / "samples"


def ask(folder: Path, query: str) -> list[tuple[object, ...]]:
    with closing(sqlite3.connect(folder / "stancemap.db")) as corpus:
        return corpus.execute(query).fetchall()


def test_configured_columns_are_for_tables_alone(tmp_path: Path) -> None:
    (tmp_path / "stancemap.toml").write_text('[import.columns]\nauthor = "user"\ntext = "said"\n', "utf-8")
    (tmp_path / "forum.csv").write_text("id,said,text,user\n1,hi,no,ada\n", "utf-8")
    done = run("import", SAMPLE / "reddit.jsonl", SAMPLE / "x.jsonl", "forum.csv", cwd=tmp_path)
    assert done.stderr == ""
    counts = ask(tmp_path, "SELECT platform, count(*) FROM posts GROUP BY platform ORDER BY platform")
    assert counts == [("other", 1), ("reddit", 157), ("x", 103)]
    assert ask(tmp_path, "SELECT author, text FROM posts WHERE platform = 'other'") == [("ada", "hi")]


def test_a_platform_on_the_command_line_makes_a_table_of_what_looks_like_another(tmp_path: Path) -> None:
    row = {"id": "1", "text": "hi", "author_id": "7"}
    (tmp_path / "forum.jsonl").write_text(json.dumps(row) + "\n", "utf-8")
    (tmp_path / "forum.csv").write_text("id,text,public_metrics.like_count\n2,hi,3\n", "utf-8")
    run("import", "forum.jsonl", "forum.csv", "--platform", "forum", cwd=tmp_path)
    rows = ask(tmp_path, "SELECT platform, id, url, score FROM posts ORDER BY id")
    assert rows == [("forum", "1", None, None), ("forum", "2", None, 3)]


def test_a_file_that_loses_every_record_fails(tmp_path: Path) -> None:
    (tmp_path / "lost.csv").write_text("id,text,date\n1,hi,someday\n2,ho,never\n", "utf-8")
    done = run("import", "lost.csv", cwd=tmp_path, code=1)
    assert done.stderr.endswith("stancemap: error: lost.csv: no post in it could be read\n")
    assert "now holds" not in done.stdout
    assert not (tmp_path / "stancemap.db").exists()
    [file] = json.loads(run("import", "lost.csv", "--json", cwd=tmp_path, code=1).stdout)["files"]
    assert (file["bad"], file["new"]) == (2, 0)
    (tmp_path / "half.csv").write_text("id,text,date\n1,hi,someday\n2,ho,2023-01-14\n", "utf-8")
    assert "now holds 1 post." in run("import", "half.csv", cwd=tmp_path).stdout
