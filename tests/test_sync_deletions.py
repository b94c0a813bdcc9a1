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
from replay import needs_recordings, replaying

if TYPE_CHECKING:
    from pathlib import Path

SECRET = "aVerySecretText"
LONE = "1266852099163291650"
KEYS = {
    "STANCEMAP_REDDIT_CLIENT_ID": "anId",
    "STANCEMAP_REDDIT_CLIENT_SECRET": "aKey",
    "STANCEMAP_X_BEARER_TOKEN": "aToken",
}
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


def live(folder: Path, url: str, *arguments: str, code: int = 0) -> str:
    """Run a command with all services at one address."""
    (folder / "stancemap.toml").write_text(
        f'[ingest]\nurls = []\nqueries = []\nretries = 1\npause = 0.01\n[x]\napi_url = "{url}"\nseconds_between = 0\n'
        f'tweets = ["{LONE}"]\n[hackernews]\nalgolia_url = "{url}"\nfirebase_url = "{url}"\nstories = [8394339]\n',
        "utf-8",
    )
    done = subprocess.run(
        command(*arguments), cwd=folder, env=ENVIRONMENT | KEYS, capture_output=True, encoding="utf-8", check=False
    )
    assert done.returncode == code, f"exit {done.returncode}\n{done.stdout}\n{done.stderr}"
    return done.stdout


def texts(folder: Path) -> dict[str, tuple[State, str]]:
    with Store.open(folder / "stancemap.db", readonly=True) as store:
        return {post.id: (post.state, post.text) for post in store.posts()}


@needs_recordings
def test_recorded_items_of_hacker_news_stay_and_the_deleted_one_is_wiped(tmp_path: Path) -> None:
    with replaying() as server:
        live(tmp_path, server.url, "ingest", "hn")
        before = texts(tmp_path)
        readable = [key for key, (_, text) in before.items() if text]
        told = live(tmp_path, server.url, "sync-deletions", "hn")
    assert "0 wiped" in told
    assert texts(tmp_path) == before
    gone, unclear, *rest = readable[1:]

    def later(asked: Asked) -> Any:
        key = asked.path.removeprefix("/v0/item/").removesuffix(".json")
        if key == unclear:
            return None  # as for an item that Firebase does not have
        deleted = {"id": int(key), "type": "comment", "parent": 8394339, "deleted": True, "time": 1}
        return deleted if key == gone else item(key, before[key][1])

    with answering(later) as server:
        told = live(tmp_path, server.url, "sync-deletions", "hn")
    assert "1 wiped, 1 that the platform says nothing about" in told
    after = texts(tmp_path)
    assert after[gone] == (State.DELETED, "")
    assert after[unclear] == before[unclear]
    assert {after[key][1] != "" for key in rest} <= {True}
    assert "checked for deletions:" in live(tmp_path, "http://127.0.0.1:9", "status")


def item(key: str, text: str) -> dict[str, Any]:
    return {"id": int(key), "type": "comment", "parent": 8394339, "by": "ann", "time": 1, "text": text}


@needs_recordings
def test_posts_of_x_are_checked_at_a_price_that_is_entered_and_shown(tmp_path: Path) -> None:
    with replaying() as server:
        live(tmp_path, server.url, "ingest", "x")
        spent = status(tmp_path)["rounds"][0]["spent"]
        assert "spent" in live(tmp_path, server.url, "sync-deletions", "x")
    document = status(tmp_path)
    (check,) = document["checks"]
    assert check["spent"]["dollars"] > 0
    assert check["ended_at"] is not None
    assert (check["living"], check["wiped"]) == (check["posts"], 0)
    assert document["rounds"][0]["spent"] == spent  # what a check costs is not the collection's
    told = live(tmp_path, "http://127.0.0.1:9", "status")
    assert f"${check['spent']['dollars']:,.2f} spent" in told.partition("checked for deletions:")[2]


def test_what_x_no_longer_shows_is_wiped_and_paid_pages_stay_entered(tmp_path: Path) -> None:
    """By the documentation of API v2: posts that are gone are named in `errors` beside `data`."""
    ids = [str(10**18 + number) for number in range(150)]
    with Store.open(tmp_path / "stancemap.db") as store:
        store.add((Post(platform="x", id=key, conversation_id=key, text=f"{SECRET} {key}"), None) for key in ids)

    def answer(asked: Asked) -> Any:
        wanted = asked.query["ids"].split(",")
        if ids[0] not in wanted:
            return Answer({"title": "CreditsDepleted"}, 402)
        missing = {
            "resource_id": ids[0],
            "parameter": "ids",
            "title": "Not Found Error",
            "type": "x/resource-not-found",
        }
        return {"data": [{"id": key, "text": "still there"} for key in wanted[1:]], "errors": [missing]}

    with answering(answer) as server:
        live(tmp_path, server.url, "sync-deletions", "x", code=1)
    after = texts(tmp_path)
    assert after[ids[0]] == (State.DELETED, "")
    assert after[ids[99]] == (State.LIVE, "still there")
    assert after[ids[149]] == (State.LIVE, f"{SECRET} {ids[149]}")
    (check,) = status(tmp_path)["checks"]
    assert (check["living"], check["wiped"], check["ended_at"]) == (99, 1, None)
    assert check["spent"] == {"posts": 99, "users": 0, "dollars": 0.495}  # the refused page was given back


def status(folder: Path) -> dict[str, Any]:
    document: dict[str, Any] = json.loads(live(folder, "http://127.0.0.1:9", "status", "--json"))
    return document


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
