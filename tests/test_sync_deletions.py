"""`stancemap sync-deletions` as a user runs it; answers by the documentation of the API."""

from __future__ import annotations

import json
import subprocess
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import pytest

from answering import Answer, Asked, answering
from corpus.payload import Payload
from corpus.post import Post, State
from corpus.store import Store
from program import ENVIRONMENT, command

if TYPE_CHECKING:
    from pathlib import Path

SECRET = "aVerySecretText"
KEYS = {"STANCEMAP_REDDIT_CLIENT_ID": "anId", "STANCEMAP_REDDIT_CLIENT_SECRET": "aKey"}
TOKEN = {"access_token": "aToken", "token_type": "bearer", "expires_in": 86_400, "scope": "*"}


def wire(key: str, body: str) -> dict[str, Any]:
    names = {"id": key, "name": f"t1_{key}", "link_id": "t3_a", "parent_id": "t3_a", "subreddit": "ml"}
    return {"kind": "t1", "data": {**names, "author": "ann", "body": body, "created_utc": 1.0, "score": 3}}


@pytest.fixture
def corpus(tmp_path: Path) -> Path:
    path = tmp_path / "stancemap.db"
    noon = datetime(2026, 1, 1, tzinfo=UTC)
    posts = [
        Post(
            platform="reddit",
            id=f"t1_{key}",
            conversation_id="t3_a",
            reply_to="t3_a",
            text=text,
            author="ann",
            seen_at=noon,
        )
        for key, text in (("gone", SECRET), ("living", "old text"), ("unclear", "kept"))
    ]
    with Store.open(path) as store:
        store.add((post, Payload("reddit-comment", json.dumps(wire("x", post.text)).encode())) for post in posts)
    return path


def sync(corpus: Path, url: str, *arguments: str, code: int = 0) -> subprocess.CompletedProcess[str]:
    table = f'[ingest]\nretries = 1\npause = 0.01\n[reddit]\noauth_url = "{url}"\nreddit_url = "{url}"\n'
    (corpus.parent / "stancemap.toml").write_text(table, "utf-8")
    done = subprocess.run(
        command("sync-deletions", *arguments),
        cwd=corpus.parent,
        env=ENVIRONMENT | KEYS,
        capture_output=True,
        encoding="utf-8",
        check=False,
    )
    assert done.returncode == code, f"exit {done.returncode}\n{done.stdout}\n{done.stderr}"
    return done


def as_of_now(asked: Asked) -> Any:
    if asked.path.endswith("access_token"):
        return TOKEN
    assert asked.query["id"] == "t1_gone,t1_living,t1_unclear"
    children = [wire("gone", "[deleted]"), wire("living", "new text")]
    return {"kind": "Listing", "data": {"children": children, "after": None}}


def test_what_is_gone_at_the_source_is_wiped_and_the_rest_brought_up_to_date(corpus: Path) -> None:
    with answering(as_of_now) as server:
        done = sync(corpus, server.url, "reddit")
    told = "reddit: 3 posts to check, 1 still there, 1 wiped, 1 that the platform says nothing about"
    assert done.stdout.strip() == told
    with Store.open(corpus, readonly=True) as store:
        found = {post.id: (post.state, post.text) for post in store.posts()}
    assert found == {
        "t1_gone": (State.DELETED, ""), "t1_living": (State.LIVE, "new text"), "t1_unclear": (State.LIVE, "kept"),
    }  # fmt: skip
    for path in corpus.parent.iterdir():
        assert SECRET.encode() not in path.read_bytes(), path


def test_where_the_platform_fails_nothing_is_called_gone(corpus: Path) -> None:
    with answering(lambda asked: TOKEN if asked.path.endswith("access_token") else Answer({}, 500)) as server:
        done = sync(corpus, server.url, "reddit", "--json", code=1)
    assert "HTTP 500" in done.stderr
    assert json.loads(done.stdout)["platforms"][0]["wiped"] == 0
    with Store.open(corpus, readonly=True) as store:
        assert SECRET in {post.text for post in store.posts()}


def test_no_corpus_is_made(tmp_path: Path) -> None:
    done = sync(tmp_path / "stancemap.db", "http://127.0.0.1:9", "reddit", code=1)
    assert "stancemap: error:" in done.stderr
    assert not (tmp_path / "stancemap.db").exists()
