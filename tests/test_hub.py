"""Models of the Hugging Face Hub: where it answers, is out of reach, or was asked before."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from answering import Answer, Asked, answering
from nlp import hub
from program import ENVIRONMENT, run
from tiny import tiny_classifier

if TYPE_CHECKING:
    from pathlib import Path

NOBODY = "http://127.0.0.1:9"
COMMIT = "0123456789abcdef0123456789abcdef01234567"


@pytest.fixture
def away(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder whose programs find no Hub and no copies of its models."""
    for name in ("HF_HUB_OFFLINE", "TRANSFORMERS_OFFLINE"):
        monkeypatch.delitem(ENVIRONMENT, name, raising=False)
    monkeypatch.setitem(ENVIRONMENT, "HF_ENDPOINT", NOBODY)
    monkeypatch.setitem(ENVIRONMENT, "HF_HOME", str(tmp_path / "hub"))
    (tmp_path / "hub.toml").write_text('[model.sentiment]\nmodel = "some/body"\n', "utf-8")
    run("sample", "-o", "sample", cwd=tmp_path)
    run("import", "sample/hackernews.jsonl", cwd=tmp_path)
    return tmp_path


def test_a_hub_out_of_reach_is_one_line_and_a_copy_is_used_all_the_same(away: Path) -> None:
    done = run("label", "--config", "hub.toml", cwd=away, code=1)
    assert done.stderr.startswith("stancemap: error: model some/body cannot be opened: this computer has no copy and ")
    assert done.stderr.endswith("): check the network, HF_ENDPOINT and HF_HUB_OFFLINE, or name a folder\n")
    assert done.stderr.count("\n") == 1
    copies = away / "hub" / "hub" / "models--some--body"
    tiny_classifier(copies / "snapshots" / COMMIT, ("negative", "neutral", "positive"))
    (copies / "refs").mkdir()
    (copies / "refs" / "main").write_text(COMMIT)
    assert "posts labelled" in run("label", "--config", "hub.toml", cwd=away).stdout


@pytest.mark.parametrize("answer", [Answer({}, 404), Answer({}, 503), Answer("no JSON"), Answer({"id": "some/body"})])
def test_a_hub_that_answers_is_left_to_its_library(monkeypatch: pytest.MonkeyPatch, answer: Answer) -> None:
    def answered(asked: Asked) -> Answer:
        return answer

    with answering(answered) as server:
        monkeypatch.setattr("huggingface_hub.hf_api.constants.ENDPOINT", server.url)
        assert hub.silence("some/body") is None
        assert server.asked[-1].path == "/api/models/some/body"
    monkeypatch.setattr("huggingface_hub.hf_api.constants.ENDPOINT", NOBODY)
    assert hub.silence("some/body")


def test_a_folder_is_not_asked_for(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("huggingface_hub.hf_api.constants.ENDPOINT", NOBODY)
    assert hub.silence(str(tmp_path)) is None
