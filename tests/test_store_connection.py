"""Opening a corpus file: whose it is, how new it is, who else has it open, and what a full disk does."""

from __future__ import annotations

import sqlite3
import subprocess
import sys
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from corpus import migrations, store_connection
from corpus.errors import CorpusError
from corpus.migrations import Step
from corpus.post import Post
from corpus.store import Payload, Store

if TYPE_CHECKING:
    from collections.abc import Callable

ROOT = Path(__file__).resolve().parents[1]


def page(*, platform: str = "x", number: int = 0, size: int = 50) -> list[tuple[Post, Payload]]:
    names = [f"{number}-{place}" for place in range(size)]
    return [
        (Post(platform=platform, id=name, conversation_id=name, text=name * 20), Payload("x", name.encode() * 20))
        for name in names
    ]


def ask(path: Path, query: str) -> list[tuple[object, ...]]:
    with closing(sqlite3.connect(path)) as plain:
        return plain.execute(query).fetchall()


def python(script: str, *arguments: object) -> subprocess.Popen[str]:
    command = [sys.executable, "-c", script, *map(str, arguments)]
    return subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)


def refusal(path: Path, *, readonly: bool = False) -> str:
    with pytest.raises(CorpusError) as caught:
        Store.open(path, readonly=readonly)
    message = str(caught.value)
    assert "\n" not in message
    assert str(path) in message or str(path.parent) in message
    return message


def test_an_older_file_loses_the_addresses_of_posts_that_are_gone(tmp_path: Path) -> None:
    path = tmp_path / "c.db"
    with Store.open(path) as store:
        store.add((Post(platform="x", id=name, conversation_id="1", text="t"), None) for name in "123")
    number = migrations.STEPS.index(migrations.ADDRESSES) + 1
    with closing(sqlite3.connect(path)) as plain, plain:
        plain.execute("UPDATE posts SET author = 'ann', url = 'https://x.com/ann/status/' || id")
        plain.execute("UPDATE posts SET state = 'deleted', text = '', author = NULL WHERE id = '2'")  # as it was wiped
        plain.execute("UPDATE posts SET state = 'removed', text = '' WHERE id = '3'")  # the source names the author
        plain.execute("DELETE FROM migrations WHERE number = ?", (number,))
    with Store.open(path) as store:
        assert [post.url for post in store.posts()] == [
            "https://x.com/ann/status/1",
            None,
            "https://x.com/ann/status/3",
        ]


def test_a_new_file_is_ours_and_open_to_readers(tmp_path: Path) -> None:
    path = tmp_path / "my corpus #1?.db"
    with Store.open(path) as store:
        store.add(page())
        assert ask(path, "PRAGMA application_id") == [(migrations.APPLICATION_ID,)]
        assert ask(path, "PRAGMA journal_mode") == [("wal",)]
        assert [row[:2] for row in ask(path, "SELECT * FROM migrations")] == [
            (number, step.name) for number, step in enumerate(migrations.STEPS, start=1)
        ]
    tables = ask(path, "SELECT name, strict FROM pragma_table_list WHERE type = 'table' AND name NOT LIKE 'sqlite_%'")
    assert dict(tables) == dict.fromkeys(
        (
            *("posts", "payloads", "label_sets", "labels", "stances", "secrets", "migrations", "annotations"),
            *("rounds", "walks", "sightings", "claims", "gaps", "deletion_checks"),
        ),
        1,  # type: ignore[arg-type]
    )
    with Store.open(path) as store:
        assert store.count() == 50


def test_an_empty_file_becomes_a_corpus(tmp_path: Path) -> None:
    path = tmp_path / "corpus.db"
    path.touch()
    with Store.open(path) as store:
        assert store.count() == 0


def text_file(path: Path) -> None:
    path.write_text("\n")


def random_bytes(path: Path) -> None:
    path.write_bytes(bytes(range(256)) * 40)


def other_program(path: Path) -> None:
    with closing(sqlite3.connect(path)) as other:
        other.execute("CREATE TABLE bookmarks (url TEXT)")


def other_mark(path: Path) -> None:
    with closing(sqlite3.connect(path)) as other:
        other.execute("PRAGMA application_id = 42")


def header_only(path: Path) -> None:
    path.write_bytes(store_connection.HEADER + b"\xff" * 5_000)


@pytest.mark.parametrize("readonly", [False, True])
@pytest.mark.parametrize(
    ("make", "expected"),
    [
        (text_file, "not a corpus"),
        (random_bytes, "not a corpus"),
        (header_only, "not a corpus"),
        (other_program, "the database of another program"),
        (other_mark, "the database of another program"),
        (Path.mkdir, "is a folder"),
    ],
)
def test_what_is_not_ours_is_left_alone(
    tmp_path: Path, make: Callable[[Path], None], expected: str, readonly: bool
) -> None:
    path = tmp_path / "thing"
    make(path)
    before = path.is_file() and path.read_bytes()
    assert expected in refusal(path, readonly=readonly)
    assert (path.is_file() and path.read_bytes()) == before
    assert list(tmp_path.iterdir()) == [path]


@pytest.mark.parametrize("name", ["corpus.db", "none/corpus.db"])
def test_a_missing_corpus_cannot_be_read(tmp_path: Path, name: str) -> None:
    path = tmp_path / name
    assert refusal(path, readonly=True) == f"no corpus at {path}: import something first with `stancemap import FILE`"
    assert not path.exists()


@pytest.mark.parametrize("readonly", [False, True])
def test_a_name_too_long_is_named(tmp_path: Path, readonly: bool) -> None:
    assert "File name too long" in refusal(tmp_path / ("n" * 300), readonly=readonly)


def test_a_missing_or_unwritable_folder_is_named(tmp_path: Path) -> None:
    assert "there is no folder" in refusal(tmp_path / "none" / "corpus.db")
    unwritable = Path("/proc")  # even for root
    if not unwritable.is_dir():
        pytest.skip("no /proc on this system")
    assert "check the permissions" in refusal(unwritable / "corpus.db")


def test_a_newer_file_is_left_alone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "corpus.db"
    with monkeypatch.context() as future:
        for module in (migrations, store_connection):
            future.setattr(module, "STEPS", (*migrations.STEPS, Step("later", ("CREATE TABLE later (a) ",))))
        Store.open(path).close()
    for readonly in (False, True):
        assert "newer Stancemap" in refusal(path, readonly=readonly)


@pytest.mark.parametrize("readonly", [False, True])
def test_an_older_file_is_brought_up_to_date(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, readonly: bool) -> None:
    path = tmp_path / "corpus.db"
    with monkeypatch.context() as past:
        for module in (migrations, store_connection):
            past.setattr(module, "STEPS", migrations.STEPS[:1])
        Store.open(path).close()
    assert ask(path, "SELECT count(*) FROM migrations") == [(1,)]
    with Store.open(path, readonly=readonly) as store:
        assert store.label_sets() == ()


def test_a_step_that_fails_leaves_the_file_as_it_was(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "corpus.db"
    Store.open(path).close()
    before = ask(path, "SELECT name FROM sqlite_schema")
    broken = Step("broken", ("CREATE TABLE more (a TEXT)", "CREATE TABLE posts (a TEXT)"))
    for module in (migrations, store_connection):
        monkeypatch.setattr(module, "STEPS", (*migrations.STEPS, broken))
    with pytest.raises(sqlite3.OperationalError, match="posts already exists"):
        Store.open(path)
    assert ask(path, "SELECT name FROM sqlite_schema") == before


def test_many_processes_open_a_new_file_at_once(tmp_path: Path) -> None:
    path = tmp_path / "corpus.db"
    script = "import sys; from corpus.store import Store; Store.open(sys.argv[1]).close()"
    for process in [python(script, path) for _ in range(6)]:
        assert process.communicate() == ("", "")
        assert process.returncode == 0
    assert ask(path, "SELECT count(*) FROM migrations") == [(len(migrations.STEPS),)]


WRITER = """
import sys
from corpus.store import Store
sys.path.insert(0, "tests")
from test_store_connection import page
with Store.open(sys.argv[1]) as store:
    for number in range(40):
        store.add(page(platform=sys.argv[2], number=number))
"""


def test_writers_wait_for_each_other(tmp_path: Path) -> None:
    path = tmp_path / "corpus.db"
    for process in [python(WRITER, path, platform) for platform in ("x", "reddit", "hackernews")]:
        assert process.communicate() == ("", "")
        assert process.returncode == 0
    assert ask(path, "SELECT platform, count(*) FROM posts GROUP BY platform") == [
        ("hackernews", 2_000), ("reddit", 2_000), ("x", 2_000),
    ]  # fmt: skip


def test_a_reader_works_while_a_writer_is_at_work(tmp_path: Path) -> None:
    path = tmp_path / "corpus.db"
    with Store.open(path) as writer, Store.open(path, readonly=True) as reader:
        writer.add(page(number=0, size=300))
        opinions = reader.opinions(None)
        assert len(next(opinions).key) == 256

        def more() -> list[tuple[Post, Payload]]:
            assert reader.count() == 300  # in the middle of the writer's transaction
            return page(number=1)

        writer.add(item for item in more())
        assert [len(block.key) for block in opinions] == [44]  # one moment of the corpus
        assert reader.count() == 350


def test_a_reader_cannot_write(tmp_path: Path) -> None:
    path = tmp_path / "corpus.db"
    Store.open(path).close()
    with Store.open(path, readonly=True) as reader, pytest.raises(CorpusError, match="cannot write"):
        reader.add(page())


def test_a_writer_that_waited_too_long_says_so(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(store_connection, "BUSY_SECONDS", 0.0)
    path = tmp_path / "corpus.db"
    with Store.open(path) as store, closing(sqlite3.connect(path, isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        with pytest.raises(CorpusError, match="in use by another program"):
            store.add(page())
        other.execute("ROLLBACK")
        assert store.add(page()).new == 50


def test_a_full_disk_loses_nothing_stored_before(tmp_path: Path) -> None:
    path = tmp_path / "corpus.db"
    with Store.open(path) as store:
        store.add(page(number=0))
        pages = store._connection.execute("PRAGMA page_count").fetchone()[0]
        store._connection.execute(f"PRAGMA max_page_count = {pages + 3}")
        with pytest.raises(CorpusError, match=r"the disk is full .* run the same command again"):
            store.add(page(number=1, size=2_000))
        assert store.count() == 50
        store._connection.execute("PRAGMA max_page_count = 1000000")
        assert store.add(page(number=1, size=2_000)).new == 2_000
    assert ask(path, "PRAGMA integrity_check") == [("ok",)]


LIMITED = """
import resource, sys
from corpus.errors import CorpusError
from corpus.store import Store
sys.path.insert(0, "tests")
from test_store_connection import page
resource.setrlimit(resource.RLIMIT_FSIZE, (1 << 20, 1 << 20))
try:
    with Store.open(sys.argv[1]) as store:
        for number in range(1_000):
            store.add(page(number=number))
            print(number, flush=True)
except CorpusError as error:
    sys.exit(str(error))
"""


def test_a_quota_loses_nothing_stored_before(tmp_path: Path) -> None:
    path = tmp_path / "corpus.db"
    process = python(LIMITED, path)
    out, error = process.communicate()
    assert process.returncode == 1
    assert error.startswith(f"cannot read or write {path}")
    assert error.count("\n") == 1
    assert ask(path, "SELECT count(*) FROM posts") == [(50 * len(out.split()),)]
    assert ask(path, "PRAGMA integrity_check") == [("ok",)]


def test_a_damaged_file_is_named(tmp_path: Path) -> None:
    path = tmp_path / "corpus.db"
    with Store.open(path) as store:
        store.add(page(size=2_000))
    content = bytearray(path.read_bytes())
    content[30 * 4096 : 80 * 4096] = b"\xa5" * (50 * 4096)
    path.write_bytes(content)
    with Store.open(path) as store, pytest.raises(CorpusError, match="is damaged"):
        list(store.posts())
