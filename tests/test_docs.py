"""What the README shows is what happens."""

import json
import re
import shlex
import shutil
from importlib.resources import files
from pathlib import Path

import pytest
import zstandard

from program import run, tiny_config
from stancemap.cli import cli

README = Path(__file__).resolve().parents[1] / "README.md"
BLOCK = re.compile(r"^```(\w+)\n(.*?)^```", re.MULTILINE | re.DOTALL)


def blocks(language: str) -> list[str]:
    return [text for kind, text in BLOCK.findall(README.read_text("utf-8")) if kind == language]


def commands() -> list[list[str]]:
    lines = [line for text in blocks("sh") for line in text.splitlines()]
    return [shlex.split(line, comments=True)[1:] for line in lines if line.startswith("stancemap ")]


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the files that the README speaks of, made of the sample."""
    place = tmp_path_factory.mktemp("readme")
    sample = files("stancemap") / "samples"
    (place / "thread.jsonl").write_bytes((sample / "x.jsonl").read_bytes())
    tiny_config(place).rename(place / "other-model.toml")
    (place / "RC_2023-01.zst").write_bytes(zstandard.compress((sample / "reddit.jsonl").read_bytes()))
    return place


def test_the_main_commands_run_in_the_order_shown(folder: Path) -> None:
    shown = commands()
    assert [line[0] for line in shown[:3]] == ["import", "label", "report"]
    for line in shown:
        if line[0] in ("ingest", "doctor"):  # need keys and the network
            continue
        run(*line, cwd=folder)
        if line[:2] == ["annotations", "sample"]:
            label_by_hand(folder / line[line.index("-o") + 1])
    assert (folder / "out" / "report.html").is_file()


def label_by_hand(todo: Path) -> None:
    """Fill in the file of posts to label with the labels that come with the sample."""
    lines = (files("stancemap") / "samples" / "labels.jsonl").read_text("utf-8").splitlines()
    known = {(row["platform"], row["id"]): row for row in map(json.loads, lines)}
    rows = [json.loads(line) for line in todo.read_text("utf-8").splitlines()]
    parts = ("camp", "stance", "sentiment", "reasons", "switch", "sure")
    filled = [{**row, **{part: known[row["platform"], row["id"]][part] for part in parts}} for row in rows]
    todo.write_text("".join(json.dumps(row) + "\n" for row in filled), "utf-8")


def test_the_python_runs(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    if not (folder / "stancemap.db").exists():
        shutil.rmtree(folder / "out", ignore_errors=True)
        for line in commands()[:2]:
            run(*line, cwd=folder)
    run("export", "-o", "posts.parquet", cwd=folder)
    monkeypatch.chdir(folder)
    for text in blocks("python"):
        names: dict[str, object] = {}
        exec(compile(text, "README.md", "exec"), names)
        assert "posts" in names


def test_every_command_is_in_the_readme_or_the_guide_for_contributors() -> None:
    text = README.read_text("utf-8") + (README.parent / "CONTRIBUTING.md").read_text("utf-8")
    assert [name for name in cli.commands if f"stancemap {name}" not in text] == []


def test_links_of_the_readme_lead_somewhere() -> None:
    for target in re.findall(r"\]\((?!https?:)([^)#]+)\)", README.read_text("utf-8")):
        assert (README.parent / target).exists(), target
