"""What could not be had is told from collection to report: deleted, removed, withheld, truncated, unreachable."""

from __future__ import annotations

import json
import re
import subprocess
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest

from answering import Asked, answering
from corpus.opinion import Opinions
from corpus.walk import Coverage
from debate import FRAMEWORKS, META, SETTINGS, debate, sentences
from program import ENVIRONMENT, command, tiny_config
from replay import needs_recordings, replaying
from reports import build, write

if TYPE_CHECKING:
    from pathlib import Path

ROOT = "1614186881171742720"
KEYS = {f"STANCEMAP_{name}": "aKey" for name in ("X_BEARER_TOKEN", "REDDIT_CLIENT_ID", "REDDIT_CLIENT_SECRET")}


def tweet(key: str, text: str, **more: Any) -> dict[str, Any]:
    counts = {"like_count": 1, "reply_count": 0, "quote_count": 0, "retweet_count": 0}
    return {
        "id": key, "text": text, "author_id": key, "conversation_id": ROOT, "created_at": "2023-01-14T12:00:00.000Z",
        "edit_history_tweet_ids": [key], "lang": "en", "public_metrics": counts | more.pop("counts", {}), **more,
    }  # fmt: skip


def reply(number: int, text: str, **more: Any) -> dict[str, Any]:
    return tweet(f"161420000000000000{number}", text, referenced_tweets=[{"type": "replied_to", "id": ROOT}], **more)


def on_x(asked: Asked) -> Any:
    """Answer by the documentation of API v2: no recording holds a withheld post, nor one that is cut, in a thread."""
    if asked.path == "/2/tweets":
        return {"data": [tweet(ROOT, "PyTorch or TensorFlow?", counts={"reply_count": 4, "quote_count": 3})]}
    if asked.path.endswith("quote_tweets"):
        quote = tweet("1614300000000000001", "Both", referenced_tweets=[{"type": "quoted", "id": ROOT}])
        return {"data": [{**quote, "conversation_id": quote["id"]}], "meta": {"result_count": 1}}
    link = {"url": "https://t.co/a", "expanded_url": "https://twitter.com/i/web/status/1614200000000000002"}
    replies = [
        reply(1, "This Tweet is withheld in Germany", withheld={"copyright": False, "country_codes": ["DE"]}),
        reply(2, "I love PyTorch because… https://t.co/a", entities={"urls": [{**link, "start": 24, "end": 38}]}),
    ]
    return {"data": replies if ROOT in asked.query["query"] else [], "meta": {"result_count": 2}}


def run(folder: Path, *arguments: str) -> str:
    done = subprocess.run(
        command(*arguments), cwd=folder, env=ENVIRONMENT | KEYS, capture_output=True, encoding="utf-8", check=False
    )
    assert done.returncode == 0, f"{done.stdout}\n{done.stderr}"
    return done.stdout


@needs_recordings
def test_status_and_report_tell_all_that_is_missing_of_live_threads(tmp_path: Path) -> None:
    with replaying() as server, answering(on_x) as x:
        (tmp_path / "stancemap.toml").write_text(
            tiny_config(tmp_path).read_text("utf-8")
            + f'[ingest]\nurls = []\nqueries = []\n[x]\napi_url = "{x.url}"\nseconds_between = 0\n'
            f'[reddit]\noauth_url = "{server.url}"\nreddit_url = "{server.url}"\nsubmissions = ["3hahrw"]\n'
            f'[hackernews]\nalgolia_url = "{server.url}"\nfirebase_url = "{server.url}"\nstories = [8394339]\n',
            "utf-8",
        )
        run(tmp_path, "ingest", "x", "reddit", "hn")
    status = run(tmp_path, "status")
    run(tmp_path, "label")
    run(tmp_path, "report", "-o", "out")
    rows = {row["thread"]: row for row in json.loads(run(tmp_path, "status", "--json"))["coverage"]}
    # The facts of the recordings: 16 items of the story are deleted, 6 comments of the submission.
    assert [(rows[key]["deleted"], rows[key]["removed"]) for key in ("8394339", "t3_3hahrw")] == [(16, 8), (6, 0)]
    assert (rows[ROOT]["withheld"], rows[ROOT]["truncated"]) == (1, 1)
    assert (rows[ROOT]["claimed"], rows[ROOT]["fetched"]) == (4, 2)
    assert (rows[ROOT]["quotes_claimed"], rows[ROOT]["quotes"]) == (3, 1)
    for told in (
        "16 deleted, 8 removed, 48 unreachable",
        "unreachable: 48 × null at Firebase and unknown to Algolia",
        "6 deleted, 2 unreachable",
        "1 withheld, 1 truncated",
        "1 of 3 quotes of it",
    ):
        assert told in status, status
    assert_report((tmp_path / "out" / "report.md").read_text("utf-8"))


def assert_report(text: str) -> None:
    """Read the table of threads in the section on coverage."""
    (head,) = re.findall(r"^\| Thread \|.*$", text, re.MULTILINE)
    names = [cell.strip() for cell in head.strip("|").split("|")]
    table = [
        dict(zip(names, (cell.strip() for cell in line.strip().strip("|").split("|")), strict=True))
        for line in text[text.index(head) :].split("\n\n")[0].splitlines()[2:]
    ]
    found = {row["Thread"].partition(":")[0]: row for row in table}
    held = "Replies held, of those counted by the platform"
    lost = ("Deleted", "Removed", "Withheld", "Truncated")
    assert [found["Hacker News"][name] for name in (held, *lost)] == ["380 of 429", "16", "8", "0", "0"]
    assert "null at Firebase and unknown to Algolia (48)" in found["Hacker News"]["Unreachable, and why"]
    assert [found["Reddit"][name] for name in (held, *lost)] == ["541 of 543", "6", "0", "0", "0"]
    assert [found["X"][name] for name in (held, "Quotes", *lost)] == ["2 of 4", "1 of 3", "0", "0", "1", "1"]
    summary = "22 deleted by their authors, 8 removed by moderators, 1 withheld by the platform, 1 truncated"
    assert summary in " ".join(text.split())
    assert "50 posts beside them could not be reached" in " ".join(text.split())


@pytest.mark.parametrize("quotes", [0, 3])
def test_the_name_of_a_thread_names_nobody_and_is_no_text_where_none_is_wanted(quotes: int, tmp_path: Path) -> None:
    begun = "@jane_doe@m.example mine is jane@doe.example, PyTorch for me; or write to jo.bloggs@mail.example"
    thread = Coverage(
        platform="mastodon", thread="m.example/1", title=begun[:80], claimed=9, fetched=2, deleted=0, removed=0,
        withheld=0, truncated=0, gaps=(), checked_at=None,
    )  # fmt: skip
    settings = replace(SETTINGS, quotes=quotes)
    opinions = [Opinions.of(debate(60))]
    found = build(opinions, sentences, targets=FRAMEWORKS, settings=settings, meta=META, coverage=(thread,))
    for path in (file for file in write(found, tmp_path) if file.suffix in (".md", ".html", ".json", ".csv")):
        text = path.read_text("utf-8")
        assert not re.search(r"jane|jo\.b", text), path
        assert not (quotes == 0 and "PyTorch for me" in text), path
    shown = (tmp_path / "report.md").read_text("utf-8")
    assert ("Mastodon: @… mine is …@…, PyTorch for me" if quotes else "Mastodon: m.example/1") in shown
