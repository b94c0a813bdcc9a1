"""Bluesky and Mastodon by the command line: collected, shown, kept up to date, and never a secret told."""

from __future__ import annotations

import json
import subprocess
from typing import TYPE_CHECKING, Any

import bluesky_site
import mastodon_site
from answering import Answering, answering
from bluesky_site import uri, web
from collecting import TOKEN, posts
from corpus.post import State
from mastodon_site import number
from program import ENVIRONMENT, command

if TYPE_CHECKING:
    from pathlib import Path

LOGIN = {"STANCEMAP_BLUESKY_HANDLE": "@me.example.org", "STANCEMAP_BLUESKY_APP_PASSWORD": f"{TOKEN}\n"}


def stancemap(folder: Path, *arguments: str, code: int = 0, **keys: str) -> subprocess.CompletedProcess[str]:
    done = subprocess.run(
        command(*arguments), cwd=folder, env=ENVIRONMENT | keys, capture_output=True, encoding="utf-8", check=False
    )
    assert done.returncode == code, f"exit {done.returncode}\n{done.stdout}\n{done.stderr}"
    assert TOKEN not in done.stdout + done.stderr
    return done


def configure(folder: Path, server: Answering | None, lines: str, *, queries: str = "") -> None:
    url = server.url if server else "http://127.0.0.1:9"
    text = f"[ingest]\nurls = []\nqueries = [{queries}]\npause = 0.01\nretries = 1\n{lines}".replace("URL", url)
    (folder / "stancemap.toml").write_text(text, "utf-8")


def test_bluesky_from_the_dry_run_to_the_deletions(tmp_path: Path) -> None:
    said = [
        bluesky_site.Said("0", text="jax vs pytorch"),
        bluesky_site.Said("1", parent="0"),
        bluesky_site.Said("2", "1"),
    ]
    site = bluesky_site.Site(*said, bluesky_site.Said("q", quotes="0"))
    table = f'[bluesky]\nappview_url = "URL"\nservice_url = "URL/pds"\nposts = ["{web("0")}"]\n'
    with answering(site) as server:
        configure(tmp_path, server, table, queries='"jax vs pytorch"')
        planned = stancemap(tmp_path, "ingest", "bluesky", "--dry-run", **LOGIN).stdout
        assert "bluesky: query jax vs pytorch: 1 post (posts found)" in planned
        done = stancemap(tmp_path, "ingest", "bluesky", **LOGIN)
        assert "(4 new, 0 changed," in done.stdout
        assert set(posts(tmp_path / "stancemap.db")) == {uri(key) for key in "012q"}
        assert "2       2" in stancemap(tmp_path, "status").stdout
        site.said["1"].likes = 7
        del site.said["2"]
        synced = stancemap(tmp_path, "sync-deletions", "bluesky").stdout
        assert "4 posts to check, 3 still there, 1 wiped" in synced
        found = posts(tmp_path / "stancemap.db")
        assert (found[uri("2")].state, found[uri("1")].score) == (State.DELETED, 7)
        loud = stancemap(tmp_path, "ingest", "bluesky").stdout
        assert "not got: Bluesky searches only for those who are logged in: set STANCEMAP_BLUESKY_HANDLE" in loud
    for path in tmp_path.iterdir():
        assert TOKEN.encode() not in path.read_bytes(), path


def test_mastodon_from_the_dry_run_to_the_deletions(tmp_path: Path) -> None:
    jax = '<p><a class="hashtag" href="x">#jax</a></p>'
    said = [mastodon_site.Said(0, html=jax), mastodon_site.Said(1, 0), mastodon_site.Said(2, 1)]
    site = mastodon_site.Site(*said, mastodon_site.Said(5, html="<p>jax vs pytorch</p>"))
    keys = {"STANCEMAP_MASTODON_ACCESS_TOKEN": TOKEN}
    with answering(site) as server:
        configure(tmp_path, server, '[mastodon]\ninstance_url = "URL"\ntags = ["jax"]\n', queries='"jax vs pytorch"')
        planned = stancemap(tmp_path, "ingest", "mastodon", "--dry-run").stdout
        assert "mastodon: tag jax: 1 post (posts found on the first page)" in planned
        done = stancemap(tmp_path, "ingest", "mastodon", "--json", **keys)
        (platform,) = json.loads(done.stdout)["platforms"]
        assert (platform["new"], platform["failures"], platform["error"]) == (4, [], None)
        assert {row["thread"]: (row["claimed"], row["fetched"]) for row in platform["coverage"]} == {number(0): (2, 2)}
        del site.said[2]
        assert (
            "4 posts to check, 3 still there, 1 wiped"
            in stancemap(tmp_path, "sync-deletions", "mastodon", **keys).stdout
        )
        wrong = stancemap(tmp_path, "ingest", "mastodon", code=1, STANCEMAP_MASTODON_ACCESS_TOKEN="another")
        assert "does not accept STANCEMAP_MASTODON_ACCESS_TOKEN" in wrong.stderr
    for path in tmp_path.iterdir():
        assert TOKEN.encode() not in path.read_bytes(), path


def test_what_is_missing_is_said_in_one_line(tmp_path: Path) -> None:
    configure(tmp_path, None, "")
    for name, wanted in (
        ("bluesky", "STANCEMAP_BLUESKY_APP_PASSWORD"),
        ("mastodon", "STANCEMAP_MASTODON_ACCESS_TOKEN"),
    ):
        (line,) = stancemap(tmp_path, "ingest", name, code=1).stderr.splitlines()
        assert f"set {wanted}" in line or f"and {wanted}" in line
    left_out = stancemap(tmp_path, "ingest", "--json").stdout
    assert set(json.loads(left_out)["skipped"]) == {"x", "reddit", "bluesky", "mastodon"}
    half: dict[str, Any] = {"STANCEMAP_BLUESKY_HANDLE": "me.example.org"}
    assert "STANCEMAP_BLUESKY_APP_PASSWORD" in stancemap(tmp_path, "ingest", "bluesky", code=1, **half).stderr
    configure(tmp_path, None, '[bluesky]\npost = ["a"]\n')
    assert "did you mean 'posts'?" in stancemap(tmp_path, "ingest", "bluesky", code=1).stderr
    configure(tmp_path, None, '[bluesky]\nposts = ["https://x.com/a/status/1"]\n[mastodon]\nstatuses = ["Gargron"]\n')
    assert "not a post on Bluesky" in stancemap(tmp_path, "ingest", "bluesky", code=1).stderr
    assert "not a status on Mastodon" in stancemap(tmp_path, "ingest", "mastodon", code=1).stderr


def test_a_saved_answer_is_imported(tmp_path: Path) -> None:
    site = bluesky_site.Site(bluesky_site.Said("0"), bluesky_site.Said("1", parent="0"))
    instance = mastodon_site.Site(mastodon_site.Said(0), mastodon_site.Said(1, parent=0))
    (tmp_path / "thread.json").write_text(json.dumps({"thread": site.node("0", 9)}), "utf-8")
    (tmp_path / "context.json").write_text(
        json.dumps([instance.status(0), instance.context(0, has_token=False)]), "utf-8"
    )
    done = stancemap(tmp_path, "import", "thread.json", "context.json")
    assert "thread.json: Bluesky posts and threads: 2 posts (2 new," in done.stdout
    assert "context.json: Mastodon statuses: 2 posts (2 new," in done.stdout
    assert "4 payloads read again, 0 posts changed." in stancemap(tmp_path, "reparse").stdout
