"""Parquet corpora: exported from SQLite, labelled file by file, bad rows and all."""

from __future__ import annotations

import json
import os
from typing import TYPE_CHECKING, Any

import pyarrow as pa
import pytest
from pyarrow import parquet

from corpus.errors import InputError
from corpus.export_partitions import export_partitions
from corpus.folder import Found, search
from corpus.frameworks import FRAMEWORKS
from nlp.partitions import Done, Job, label_file, left
from partitioned import rows, sample, tiny_labeller

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    from corpus.labels import Labels
    from corpus.reading import Reading
    from corpus.store import Store

TARGETS = tuple(target.name for target in FRAMEWORKS)
GOOD = {"platform": "x", "id": "1", "text": "i love torch"}


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Store]:
    with sample(tmp_path_factory.mktemp("corpus") / "sample.db") as store:
        yield store


def label(source: Path, output: Path) -> list[Done]:
    model, job = tiny_labeller(), Job(output=str(output), label_set="set", targets=TARGETS)
    return [label_file(model, file, job) for file in search(str(source))]


def write(folder: Path, name: str = "a.parquet", **columns: Any) -> Path:
    folder.mkdir(exist_ok=True)
    parquet.write_table(pa.table(columns), folder / name)
    return folder


def bad(output: Path, name: str = "a.parquet") -> list[tuple[int, str | None, str]]:
    lines = (output / "_bad" / f"{name}.jsonl").read_text("utf-8").splitlines()
    return [(row["row"], row["id"], row["reason"]) for row in map(json.loads, lines)]


def test_an_export_is_in_files_of_bounded_size_and_one_schema(store: Store, tmp_path: Path) -> None:
    assert export_partitions(store, str(tmp_path / "posts"), part_posts=100) == (329, 4)
    files = sorted(tmp_path.glob("posts/*.parquet"))
    assert [file.name for file in files] == [f"part-0000{n}.parquet" for n in range(4)]
    assert [parquet.read_metadata(file).num_rows for file in files] == [100, 100, 100, 29]
    assert len({parquet.read_schema(file) for file in files}) == 1
    assert parquet.read_metadata(files[0]).row_group(0).column(0).compression == "ZSTD"
    held = rows(str(tmp_path / "posts"))
    assert [row["text"] for row in held] == [post.text for post in store.posts()]
    assert sorted((tmp_path / "posts").iterdir()) == [tmp_path / "posts" / "_corpus.json", *files]


def test_an_export_holds_what_each_post_is_read_with(store: Store, tmp_path: Path) -> None:
    export_partitions(store, str(tmp_path / "posts"))
    held = {(row["platform"], row["id"]): row for row in rows(str(tmp_path / "posts"))}
    label_set = store.label_set("none yet", model="m", revision="r", config_hash="c")
    readings = list(store.unlabelled(label_set))
    assert any(reading.root for reading in readings)
    for reading in readings:
        row = held[reading.post.platform, reading.post.id]
        assert (row["parent_text"], row["root_text"], row["quoted_text"]) == (
            reading.parent, reading.root, reading.quoted,
        )  # fmt: skip


def test_a_new_export_takes_the_place_of_the_old_one(store: Store, tmp_path: Path) -> None:
    export_partitions(store, str(tmp_path), part_posts=50)
    assert export_partitions(store, str(tmp_path), part_posts=200) == (329, 2)
    assert [file.name for file in search(str(tmp_path))] == ["part-00000.parquet", "part-00001.parquet"]


def test_an_interrupted_export_leaves_the_old_one(
    store: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def interrupt(_: int) -> None:
        raise KeyboardInterrupt

    export_partitions(store, str(tmp_path))
    before = {file.name: file.stat().st_mtime_ns for file in tmp_path.iterdir()}
    monkeypatch.setattr("corpus.export_partitions.STEP", 100)
    with pytest.raises(KeyboardInterrupt):
        export_partitions(store, str(tmp_path), part_posts=50, progress=interrupt)
    assert {file.name: file.stat().st_mtime_ns for file in tmp_path.iterdir()} == before


def test_an_export_overwrites_nothing_of_others(store: Store, tmp_path: Path) -> None:
    write(tmp_path, "survey.parquet", a=[1])
    with pytest.raises(InputError, match=r"survey\.parquet, which no export wrote: name another folder"):
        export_partitions(store, str(tmp_path))


def test_labels_are_those_of_the_corpus_file(store: Store, tmp_path: Path) -> None:
    label_set = store.label_set("tiny", model="tiny", revision="0", config_hash="c")
    readings = list(store.unlabelled(label_set))
    answers = tiny_labeller().label(readings)
    store.add_labels(label_set, zip(readings, answers, strict=True))
    export_partitions(store, str(tmp_path / "expected"), label_set)
    export_partitions(store, str(tmp_path / "posts"), part_posts=100)
    done = label(tmp_path / "posts", tmp_path / "labels")
    assert sum(file.posts for file in done) == 329
    assert sum(file.labelled for file in done) == len(readings)
    assert sum(file.abstained for file in done) == sum(labels.abstained is not None for labels in answers)
    for given, expected in zip(rows(str(tmp_path / "labels")), rows(str(tmp_path / "expected")), strict=True):
        same(given, expected)


def same(given: dict[str, Any], expected: dict[str, Any]) -> None:
    """The same post with the same labels; what neighbours in a batch do to probabilities is rounded off."""
    for name, value in given.items():
        if isinstance(value, float):
            assert value == pytest.approx(expected[name], abs=2e-4), name
        elif name == "reasons" and value:
            assert dict(value) == pytest.approx(dict(expected[name]), abs=2e-4)
        elif name != "label_set":
            assert value == expected[name], name


def test_bad_rows_are_told_and_the_others_labelled(tmp_path: Path) -> None:
    given: list[tuple[dict[str, Any], str | None]] = [
        (GOOD, None),
        ({**GOOD, "text": None}, "no text"),
        ({**GOOD, "text": b"\xff\xfe"}, "text is not UTF-8"),
        ({**GOOD, "id": None}, "no id"),
        ({**GOOD, "platform": ""}, "no platform"),
        ({**GOOD, "state": "gone"}, "state is 'gone', not one of live, deleted, removed, withheld, truncated"),
        ({**GOOD, "created_at": "yesterday"}, "created_at is no time"),
        ({**GOOD, "score": 1.5}, "score is no whole number"),
        ({**GOOD, "score": 1e300}, "score is beyond 64 bits"),
        ({**GOOD, "score": -(2.0**63)}, None),
        ({**GOOD, "created_at": "0001-01-01T00:00:00+05:00"}, "created_at is beyond the calendar in UTC"),
        ({**GOOD, "created_at": "9999-12-31T23:59:59-05:00"}, "created_at is beyond the calendar in UTC"),
        ({**GOOD, "score": float("nan"), "created_at": "2023-01-14T12:00:00"}, None),
        ({**GOOD, "text": None, "state": "deleted"}, None),
        ({**GOOD, "text": None, "title": "torch ?"}, None),
    ]
    names = {"title", "state", "created_at", "score", *GOOD}
    columns = {name: [row.get(name) for row, _ in given] for name in names - {"text"}}
    text = pa.array([row["text"].encode() if isinstance(row["text"], str) else row["text"] for row, _ in given])
    [done] = label(write(tmp_path / "posts", text=text, **columns), tmp_path / "labels")
    expected = [(n, row["id"], reason) for n, (row, reason) in enumerate(given) if reason]
    assert bad(tmp_path / "labels") == expected
    assert (done.posts, done.labelled, done.bad, done.error) == (5, 4, len(expected), None)
    held = rows(str(tmp_path / "labels"))
    assert [row["state"] for row in held] == ["live", "live", "live", "deleted", "live"]
    assert [row["score"] for row in held] == [None, -(2**63), None, None, None]


def test_scores_beyond_64_bits_are_bad_rows(tmp_path: Path) -> None:
    score = pa.array([2**63 - 1, 2**63], pa.uint64())
    label(write(tmp_path / "posts", platform=["x", "x"], id=["1", "2"], text=["a", "b"], score=score), tmp_path / "o")
    assert bad(tmp_path / "o") == [(1, "2", "score is beyond 64 bits")]
    assert [row["score"] for row in rows(str(tmp_path / "o"))] == [2**63 - 1]


def test_text_that_only_claims_to_be_utf_8_is_a_bad_row(tmp_path: Path) -> None:
    offsets, data = pa.array([0, 2, 4], pa.int32()).buffers()[1], pa.py_buffer(b"ok\xff\xfe")
    text = pa.StringArray.from_buffers(2, offsets, data)
    label(write(tmp_path / "posts", platform=["x", "x"], id=["1", "2"], text=text), tmp_path / "labels")
    assert bad(tmp_path / "labels") == [(1, "2", "text is not UTF-8")]


def test_times_beyond_the_calendar_are_bad_rows(tmp_path: Path) -> None:
    times = pa.array([0, 2**60], pa.timestamp("ms"))
    columns = {"platform": ["x", "x"], "id": ["1", "2"], "text": ["torch", "torch"], "created_at": times}
    label(write(tmp_path / "posts", **columns), tmp_path / "labels")
    assert bad(tmp_path / "labels") == [(1, "2", "created_at is no time")]


@pytest.mark.parametrize(
    ("columns", "reason"),
    [
        ({"text": [1, 2]}, "none of its 2 rows can be read; the first: text is no text but int"),
        ({"comment": ["a", "b"]}, "none of its 2 rows can be read; the first: no text"),
    ],
)
def test_a_file_without_any_post_fails_alone(tmp_path: Path, columns: dict[str, Any], reason: str) -> None:
    posts = write(tmp_path / "posts", **{name: [value] for name, value in GOOD.items()})
    write(posts, "b.parquet", platform=["x", "x"], id=["1", "2"], **columns)
    (posts / "c.parquet").write_bytes(b"no Parquet")
    first, second, third = label(posts, tmp_path / "labels")
    assert (first.error, first.labelled) == (None, 1)
    assert second.error == reason
    assert "Parquet" in (third.error or "")
    assert [file.name for file in search(str(tmp_path / "labels"))] == ["a.parquet"]


def test_what_is_done_is_left_alone_until_its_posts_change(tmp_path: Path) -> None:
    posts, output = tmp_path / "posts", str(tmp_path / "labels")
    for name in ("a.parquet", "b.parquet", "c.parquet"):
        write(posts, name, **{name: [value] for name, value in GOOD.items()})
    files = search(str(posts))
    assert left(files, output) == files
    label(posts, tmp_path / "labels")
    assert left(files, output) == []
    (tmp_path / "labels" / "b.parquet").unlink()
    later = (posts / "c.parquet").stat().st_mtime + 60
    os.utime(posts / "c.parquet", (later, later))
    assert [file.name for file in left(search(str(posts)), output)] == ["b.parquet", "c.parquet"]


def test_a_file_labelled_anew_forgets_its_bad_rows(tmp_path: Path) -> None:
    posts = write(tmp_path / "posts", platform=["x", "x"], id=["1", "2"], text=["torch", None])
    label(posts, tmp_path / "labels")
    assert len(bad(tmp_path / "labels")) == 1
    write(posts, platform=["x"], id=["1"], text=["torch"])
    label(posts, tmp_path / "labels")
    assert list((tmp_path / "labels" / "_bad").iterdir()) == []


def test_stopped_within_a_file_nothing_of_it_is_left(tmp_path: Path) -> None:
    class Stopped:
        name = revision = "stopped"
        parallel = False

        def label(self, _: Sequence[Reading]) -> list[Labels]:
            raise KeyboardInterrupt

    posts = write(tmp_path / "posts", **{name: [value] for name, value in GOOD.items()})
    with pytest.raises(KeyboardInterrupt):
        label_file(
            Stopped(), Found(str(posts), "a.parquet", None), Job(output=str(tmp_path / "o"), label_set="s", targets=())
        )
    assert [file for file in (tmp_path / "o").rglob("*") if file.is_file()] == []
