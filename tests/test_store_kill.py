"""A corpus survives being killed at any moment, and goes on where it was."""

from __future__ import annotations

import random
import signal
import sqlite3
import subprocess
import sys
import time
from contextlib import closing
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
PAGE = 100
KILLS = 15
TABLES = ("posts", "payloads", "labels", "stances")

WORK = f"""
import sys
from datetime import UTC, datetime
from corpus.labels import Labels, StanceLabel
from corpus.post import Post
from corpus.store import Payload, Store

def page(number):
    for place in range({PAGE}):
        name = str(number * {PAGE} + place)
        text = f"post {{name}} " * 30
        parent = str(number * {PAGE} + place // 2) if place else None
        yield Post(platform="x", id=name, conversation_id="0", reply_to=parent, text=text), Payload("x", text.encode())

def labels(reading):
    share = (reading.key % 7) / 7
    stance = StanceLabel(against=0.0, none=1 - share, favor=share)
    camp = {{"neutral": 1 - share, "pytorch": share}}
    return Labels(camp=camp, sentiment={{}}, stances={{"pytorch": stance}}, reasons={{}})

print("started", flush=True)
with Store.open(sys.argv[1]) as store:
    label_set = store.label_set("a", model="m", revision="r", config_hash="c")
    for number in range(store.count() // {PAGE}, int(sys.argv[2]) + 1):
        store.add_labels(label_set, ((reading, labels(reading)) for reading in store.unlabelled(label_set)))
        if number < int(sys.argv[2]):
            store.add(page(number))
"""


def work(path: Path, *, pages: int) -> subprocess.Popen[str]:
    command = [sys.executable, "-c", WORK, str(path), str(pages)]
    return subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True)


def content(path: Path) -> list[list[tuple[object, ...]]]:
    with closing(sqlite3.connect(path)) as plain:
        return [plain.execute(f"SELECT * FROM {table} ORDER BY 1, 2, 3").fetchall() for table in TABLES]


def assert_whole(path: Path) -> None:
    """Find no half page and nothing that hangs in the air."""
    with closing(sqlite3.connect(path)) as plain:
        assert plain.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
        assert plain.execute("PRAGMA foreign_key_check").fetchall() == []
        if not plain.execute("SELECT 1 FROM sqlite_schema WHERE name = 'stances'").fetchone():
            return  # killed while the tables were made
        counts = [plain.execute(f"SELECT count(*) FROM {table}").fetchone()[0] for table in TABLES]
    posts, payloads, labels, stances = counts
    assert posts % PAGE == 0
    assert payloads == posts
    assert labels in (posts, posts - PAGE)
    assert stances == labels


def test_killed_at_any_moment_it_ends_as_if_undisturbed(tmp_path: Path) -> None:
    undisturbed, disturbed = tmp_path / "undisturbed.db", tmp_path / "disturbed.db"
    chance = random.Random(8)
    for turn in range(KILLS):
        with work(disturbed, pages=1_000_000) as process:
            assert process.stdout is not None
            process.stdout.readline()
            # The first ones while the file is being made, the others while pages are written.
            time.sleep(chance.uniform(0, 0.02 if turn < KILLS // 3 else 0.15))
            process.send_signal(signal.SIGKILL)
        if disturbed.exists():
            assert_whole(disturbed)
    pages = len(content(disturbed)[0]) // PAGE + 3
    with work(undisturbed, pages=pages) as alone, work(disturbed, pages=pages) as again:
        assert (alone.wait(), again.wait()) == (0, 0)
    assert content(disturbed) == content(undisturbed)
    assert [len(rows) for rows in content(disturbed)] == [PAGE * pages] * len(TABLES)
