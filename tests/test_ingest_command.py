"""`stancemap ingest` as a user runs it, with the real clients, against recorded traffic."""

from __future__ import annotations

import json
import os
import subprocess
from typing import TYPE_CHECKING

import pytest

from program import ENVIRONMENT, command
from replay import Replay, needs_recordings, replaying

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

TOKEN = "AAAAverySecretToken"
LONE = "1266852099163291650"


@pytest.fixture(scope="module")
def server() -> Iterator[Replay]:
    with replaying() as running:
        yield running


def configure(folder: Path, url: str, *, stories: str = "", budget: float = 50.0) -> None:
    (folder / "stancemap.toml").write_text(
        f"""
        [ingest]
        urls = []
        queries = []
        pause = 0.01
        [x]
        api_url = "{url}"
        tweets = ["https://x.com/a/status/{LONE}"]
        budget_dollars = {budget}
        seconds_between = 0
        [hackernews]
        algolia_url = "{url}"
        firebase_url = "{url}"
        stories = [{stories}]
        """,
        "utf-8",
    )


def ingest(folder: Path, *arguments: str, code: int = 0, token: str | None = TOKEN) -> subprocess.CompletedProcess[str]:
    environment = ENVIRONMENT | ({"STANCEMAP_X_BEARER_TOKEN": f"{token}\n"} if token else {})
    done = subprocess.run(
        command(*arguments), cwd=folder, env=environment, capture_output=True, encoding="utf-8", check=False
    )
    assert done.returncode == code, f"exit {done.returncode}\n{done.stdout}\n{done.stderr}"
    assert TOKEN not in done.stdout + done.stderr
    return done


def assert_no_token(folder: Path) -> None:
    for path in folder.rglob("*"):
        assert path.is_dir() or TOKEN.encode() not in path.read_bytes(), path


@needs_recordings
def test_collecting_says_what_was_got_and_what_was_not(server: Replay, tmp_path: Path) -> None:
    server.reset()
    configure(tmp_path, server.url, stories="8394339")
    done = ingest(tmp_path, "ingest", "x", "hn")
    assert "hn: 381 posts (381 new, 0 changed, 0 as before)" in done.stdout
    assert "hn: not got: 48 × null at Firebase and unknown to Algolia" in done.stdout
    assert "spent" in done.stdout
    again = json.loads(ingest(tmp_path, "ingest", "hn", "--json").stdout)
    (platform,) = again["platforms"]
    assert (platform["new"], platform["updated"], platform["unchanged"], platform["error"]) == (0, 0, 381, None)
    status = ingest(tmp_path, "status").stdout
    assert "380     429     24  hackernews 8394339" in status
    document = json.loads(ingest(tmp_path, "status", "--json").stdout)
    assert {row["platform"] for row in document["rounds"]} == {"x", "hackernews"}
    auths = {row["auth"] for row in server.log() if row["site"] == "twitter"}
    assert auths == {f"Bearer {TOKEN}"[:12]}
    assert_no_token(tmp_path)


@needs_recordings
def test_a_dry_run_stores_nothing(server: Replay, tmp_path: Path) -> None:
    configure(tmp_path, server.url, stories="8394339")
    done = ingest(tmp_path, "ingest", "--dry-run", "x", "hn")
    assert "hn: story 8394339: 430 posts (Ask HN: Who is hiring? (October 2014))" in done.stdout
    assert f"x: post {LONE}: 1 post, $0.0" in done.stdout
    assert not (tmp_path / "stancemap.db").exists()


@needs_recordings
@pytest.mark.parametrize(
    ("status", "message"),
    [(401, "STANCEMAP_X_BEARER_TOKEN"), (402, "credit is used up"), (403, "put the app into a project")],
)
def test_refusals_end_in_one_line_and_the_other_platforms_go_on(
    server: Replay, tmp_path: Path, status: int, message: str
) -> None:
    server.reset()
    server.faults({"match": "/2/tweets", "kind": "status", "status": status, "times": -1})
    configure(tmp_path, server.url, stories="121003")
    done = ingest(tmp_path, "ingest", "x", "hn", code=1)
    errors = [line for line in done.stderr.splitlines() if line.startswith("stancemap: error:")]
    assert len(errors) == 1
    assert message in errors[0]
    assert "hn: " in done.stdout
    server.reset()
    assert "stancemap: error" not in ingest(tmp_path, "ingest", "x").stderr
    assert_no_token(tmp_path)


@needs_recordings
def test_the_budget_of_the_command_line_counts(server: Replay, tmp_path: Path) -> None:
    server.reset()
    configure(tmp_path, server.url)
    done = ingest(tmp_path, "ingest", "x", "--budget", "0.01", code=1)
    assert "the budget does not reach" in done.stderr
    assert [row for row in server.log() if row["site"] == "twitter"] == []


def test_without_keys(tmp_path: Path) -> None:
    configure(tmp_path, "http://127.0.0.1:9")
    done = ingest(tmp_path, "ingest", "x", code=1, token=None)
    assert "X needs a key: set the environment variable STANCEMAP_X_BEARER_TOKEN" in done.stderr
    done = ingest(tmp_path, "ingest", "hn", "--json", token=None)
    assert json.loads(done.stdout)["platforms"][0]["error"] is None
    done = ingest(tmp_path, "ingest", "myspace", code=1)
    assert "there is no platform 'myspace': choose from x, " in done.stderr
    assert "two words" not in ingest(tmp_path, "ingest", "x", code=1, token="two words").stderr


def test_a_mistake_in_a_table_of_a_platform_is_named(tmp_path: Path) -> None:
    (tmp_path / "stancemap.toml").write_text('[hackernews]\nstoreis = [1]\n[x]\ntweets = "1"\n', "utf-8")
    assert "did you mean 'stories'?" in ingest(tmp_path, "ingest", "hn", code=1).stderr
    assert os.listdir(tmp_path) == ["stancemap.toml"]  # noqa: PTH208


@needs_recordings
def test_reddit_by_the_command_line_with_its_keys_from_the_environment(
    server: Replay, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    server.reset()
    table = f'[reddit]\noauth_url = "{server.url}"\nreddit_url = "{server.url}"\nsubmissions = ["3hahrw"]\n'
    (tmp_path / "stancemap.toml").write_text(f"[ingest]\nurls = []\nqueries = []\n{table}", "utf-8")
    assert "STANCEMAP_REDDIT_CLIENT_ID" in ingest(tmp_path, "ingest", "reddit", code=1).stderr
    for name in ("ID", "SECRET"):
        monkeypatch.setitem(ENVIRONMENT, f"STANCEMAP_REDDIT_CLIENT_{name}", TOKEN)
    assert (
        "reddit: submission 3hahrw: 544 posts (Ba Dum Tsss)" in ingest(tmp_path, "ingest", "reddit", "--dry-run").stdout
    )
    done = ingest(tmp_path, "ingest", "reddit")
    assert "reddit: 542 posts (542 new, 0 changed, 0 as before)" in done.stdout
    assert "reddit: not got: 2 × named by Reddit, but not given" in done.stdout
    assert not done.stderr
    assert_no_token(tmp_path)
