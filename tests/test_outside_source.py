"""A source of another package: the example, installed as an entry point, collecting by the command line."""

from __future__ import annotations

import json
import os
import re
import subprocess
import tomllib
from pathlib import Path
from typing import Any

import pytest

from answering import Answer, Answering, Asked, answering
from corpus.post import State
from corpus.store import Store
from program import ENVIRONMENT, command

ROOT = Path(__file__).resolve().parents[1]
EXAMPLE = ROOT / "examples" / "source"


@pytest.fixture(scope="module")
def packages(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder of installed packages that holds the example, as an installer leaves it."""
    folder = tmp_path_factory.mktemp("packages")
    project = tomllib.loads((EXAMPLE / "pyproject.toml").read_text("utf-8"))["project"]
    (module,) = EXAMPLE.glob("*.py")
    (folder / module.name).write_bytes(module.read_bytes())
    info = folder / f"{project['name'].replace('-', '_')}-{project['version']}.dist-info"
    info.mkdir()
    (info / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {project['name']}\nVersion: {project['version']}\n")
    lines = [
        f"[{group}]\n{name} = {what}\n"
        for group, rows in project["entry-points"].items()
        for name, what in rows.items()
    ]
    (info / "entry_points.txt").write_text("".join(lines))
    return folder


def stancemap(packages: Path, folder: Path, *arguments: str, code: int = 0) -> subprocess.CompletedProcess[str]:
    path = os.pathsep.join(filter(None, (str(packages), ENVIRONMENT.get("PYTHONPATH"))))
    done = subprocess.run(
        command(*arguments), cwd=folder, env=ENVIRONMENT | {"PYTHONPATH": path}, capture_output=True, encoding="utf-8",
        check=False,
    )  # fmt: skip
    assert done.returncode == code, f"exit {done.returncode}\n{done.stdout}\n{done.stderr}"
    return done


def comment(key: str, parent: str | None = None, **more: Any) -> dict[str, Any]:
    return {
        "short_id": key, "created_at": "2023-01-14T09:00:00.000-06:00", "is_deleted": False, "is_moderated": False,
        "score": 3, "parent_comment": parent, "comment_plain": f"text {key}", "commenting_user": f"u{key}",
        "url": f"https://lobste.rs/c/{key}", "depth": 0,
    } | more  # fmt: skip


def story(key: str, *comments: dict[str, Any]) -> dict[str, Any]:
    return {
        "short_id": key, "short_id_url": f"https://lobste.rs/s/{key}", "created_at": "2023-01-14T08:00:00.000-06:00",
        "title": f"Story {key}", "url": "https://a.org/x", "score": 9, "comment_count": len(comments),
        "description_plain": "", "submitter_user": "sue", "comments": list(comments),
    }  # fmt: skip


class Lobsters:
    """The site, by the JSON that its public source code writes."""

    def __init__(self) -> None:
        self.stories = {f"s{n:02}": story(f"s{n:02}", comment(f"c{n:02}")) for n in range(30)}
        self.stories["s00"] = story(
            "s00",
            comment("a"),
            comment("b", "a"),
            comment("x", "a", is_deleted=True, comment_plain="gone"),
            comment("d", "x"),
        )

    def __call__(self, asked: Asked) -> Any:
        if asked.path.startswith("/t/"):
            first = 25 * (int(asked.query["page"]) - 1)
            return list(self.stories.values())[first : first + 25]
        found = self.stories.get(asked.path.removeprefix("/s/").removesuffix(".json"))
        return found or Answer("<html>", 404)


def configure(folder: Path, server: Answering, more: str = 'tags = ["ai"]') -> None:
    (folder / "stancemap.toml").write_text(
        f'[ingest]\npause = 0.01\n[sources.lobsters]\nurl = "{server.url}"\n{more}\n', "utf-8"
    )


def test_it_is_collected_from_kept_up_to_date_and_counted(packages: Path, tmp_path: Path) -> None:
    site = Lobsters()
    with answering(site) as server:
        configure(tmp_path, server)
        planned = stancemap(packages, tmp_path, "ingest", "lobsters", "--dry-run").stdout
        assert "lobsters:   story s00: 5 posts (Story s00)" in planned
        done = stancemap(packages, tmp_path, "ingest", "lobsters")
        assert "lobsters: 63 posts (63 new, 0 changed, 0 as before)" in done.stdout
        with Store.open(tmp_path / "stancemap.db", readonly=True) as store:
            found = {post.id: post for post in store.posts()}
            (row,) = [row for row in store.summary().coverage if row.thread == "s00"]
        assert set(found) == {
            *site.stories, *(f"s00/{key}" for key in "abxd"), *(f"s{n:02}/c{n:02}" for n in range(1, 30)),
        }  # fmt: skip
        assert (found["s00/b"].reply_to, found["s00/a"].reply_to, found["s00/d"].reply_to) == ("s00/a", "s00", "s00/x")
        assert (found["s00/x"].state, found["s00/x"].text) == (State.DELETED, "")
        assert (found["s00/a"].created_at or 0) == found["s01/c01"].created_at
        assert (row.claimed, row.fetched, row.deleted) == (4, 4, 1)
        site.stories["s00"] = story("s00", comment("a", comment_plain="edited"))
        del site.stories["s01"]
        told = stancemap(packages, tmp_path, "sync-deletions", "lobsters").stdout
        assert "62 posts to check, 58 still there, 4 wiped" in told
    with Store.open(tmp_path / "stancemap.db", readonly=True) as store:
        now = {post.id: post for post in store.posts()}
    gone = {key for key, post in now.items() if post.state == State.DELETED}
    assert gone == {"s00/b", "s00/x", "s00/d", "s01", "s01/c01"}
    assert now["s00/a"].text == "edited"


def test_what_fails_is_said_in_one_line(packages: Path, tmp_path: Path) -> None:
    with answering(Lobsters()) as server:
        configure(tmp_path, server, 'stories = ["nothing", "s01"]')
        done = stancemap(packages, tmp_path, "ingest", "lobsters", "--json", code=1)
        (platform,) = json.loads(done.stdout)["platforms"]
        assert (platform["new"], len(platform["failures"])) == (2, 1)
        configure(tmp_path, server, 'storeis = ["s01"]')
        done = stancemap(packages, tmp_path, "ingest", "lobsters", code=1)
        assert "[sources.lobsters]: unknown key 'storeis'" in done.stderr
    assert "lobsters" in stancemap(packages, tmp_path, "ingest", "myspace", code=1).stderr


def test_the_example_is_small_and_the_guide_shows_how_it_is_registered() -> None:
    (module,) = EXAMPLE.glob("*.py")
    assert len(module.read_text("utf-8").splitlines()) <= 100
    guide = (ROOT / "docs" / "sources.md").read_text("utf-8")
    shown = [tomllib.loads(text) for text in re.findall(r"^```toml\n(.*?)^```", guide, re.MULTILINE | re.DOTALL)]
    project = tomllib.loads((EXAMPLE / "pyproject.toml").read_text("utf-8"))["project"]
    assert {"project": {"entry-points": project["entry-points"]}} in shown
