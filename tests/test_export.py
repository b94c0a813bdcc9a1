"""Posts with labels as JSON Lines, CSV and Parquet."""

from __future__ import annotations

import csv
import json
import os
from dataclasses import fields, replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import pytest
from pyarrow import parquet

from corpus import table_writer
from corpus.errors import InputError
from corpus.export import export
from corpus.labels import Abstained, Labels, StanceLabel, abstention
from corpus.post import Post, State
from corpus.store import Store
from ingest.archives import open_archive
from ingest.values import Value, values
from labelling import give

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

NOON = datetime(2023, 1, 14, 12, tzinfo=UTC)
FULL = Post(
    platform="reddit",
    id="t1_b",
    conversation_id="t3_a",
    reply_to="t3_a",
    community="MachineLearning",
    author="ann",
    created_at=NOON,
    title="Why?",
    text='I "moved",\nthen stayed 🔥',
    score=-3,
    seen_at=NOON,
)
LABELS = Labels(
    camp={"neutral": 0.25, "pytorch": 0.75},
    sentiment={"negative": 0.125, "neutral": 0.25, "positive": 0.625},
    stances={"pytorch": StanceLabel(against=0.125, none=0.25, favor=0.625)},
    reasons={"usability": 0.75},
    switched_from="tensorflow",
    switched_to="pytorch",
)
POSTS = [FULL, replace(FULL, id="t1_c", text="ja"), replace(FULL, id="t1_d", text="", state=State.DELETED, score=None)]


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    with Store.open(tmp_path / "corpus.db") as store:
        store.add((post, None) for post in POSTS)
        label_set = store.label_set("first", model="m", revision="r", config_hash="c")
        give(store, label_set, [(1, LABELS), (2, abstention(Abstained.LANGUAGE))])
        yield store


def read_csv(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def test_jsonl_is_nested(store: Store, tmp_path: Path) -> None:
    path = tmp_path / "out.jsonl"
    assert export(store, path, "jsonl") == 3
    text = path.read_text(encoding="utf-8")
    assert "🔥" in text
    first, declined, gone = map(json.loads, text.splitlines())
    post = {name: first.pop(name) for name in (field.name for field in fields(Post))}
    times = {"created_at": "2023-01-14T12:00:00Z", "seen_at": "2023-01-14T12:00:00Z"}
    assert post == {field.name: getattr(FULL, field.name) for field in fields(Post)} | times
    assert first == {
        "camp": "pro-pytorch",
        "camp_probabilities": {"neutral": 0.25, "pytorch": 0.75},
        "stance": {"pytorch": "favor"},
        "stance_probabilities": {"pytorch": {"against": 0.125, "none": 0.25, "favor": 0.625}},
        "sentiment": "positive",
        "sentiment_probabilities": {"negative": 0.125, "neutral": 0.25, "positive": 0.625},
        "reasons": {"usability": 0.75},
        "switched_from": "tensorflow",
        "switched_to": "pytorch",
        "abstained": None,
        "label_set": "first",
    }
    assert (declined["abstained"], declined["label_set"], declined["camp"]) == ("language", "first", None)
    assert (gone["state"], gone["label_set"], gone["camp"], gone["stance"]) == ("deleted", None, None, {})
    assert set(declined) == set(gone) == {*post, *first}


def test_csv_is_flat(store: Store, tmp_path: Path) -> None:
    path = tmp_path / "out.csv"
    assert export(store, path) == 3
    first, declined, gone = read_csv(path)
    expected = {
        "id": "t1_b", "created_at": "2023-01-14T12:00:00Z", "text": FULL.text, "score": "-3", "state": "live",
        "camp": "pro-pytorch", "camp_neutral": "0.25", "camp_pytorch": "0.75",
        "stance_pytorch": "favor", "stance_pytorch_against": "0.125", "stance_pytorch_none": "0.25",
        "stance_pytorch_favor": "0.625", "sentiment": "positive", "sentiment_negative": "0.125",
        "sentiment_neutral": "0.25", "sentiment_positive": "0.625", "reasons": '{"usability": 0.75}',
        "switched_from": "tensorflow", "switched_to": "pytorch", "abstained": "", "label_set": "first", "quoted": "",
    }  # fmt: skip
    assert {name: first[name] for name in expected} == expected
    assert (declined["abstained"], declined["camp"], declined["camp_neutral"]) == ("language", "", "")
    assert (gone["text"], gone["score"], gone["label_set"]) == ("", "", "")


def test_csv_keeps_every_kind_of_line_end(store: Store, tmp_path: Path) -> None:
    text = 'a\rb\r\nc\nd\x0be\u2028f,"g"'
    store.add([(replace(FULL, text=text), None)])
    export(store, tmp_path / "out.csv")
    assert [row["text"] for row in read_csv(tmp_path / "out.csv")] == [text, "ja", ""]


@pytest.mark.parametrize("text", ["=HYPERLINK(1)", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", "\n=1"])
def test_csv_runs_no_formula(store: Store, tmp_path: Path, text: str) -> None:
    store.add([(replace(FULL, text=text, author=text), None)])
    export(store, tmp_path / "out.csv")
    row = read_csv(tmp_path / "out.csv")[0]
    assert (row["text"], row["author"], row["score"]) == (f"'{text}", f"'{text}", "-3")


@pytest.mark.parametrize("text", ["'-foo", "''=1", "'", "''", "it's -1", "'\n"])
def test_quotes_before_a_formula_come_back_as_they_were(store: Store, tmp_path: Path, text: str) -> None:
    store.add([(replace(FULL, text=text), None)])
    export(store, tmp_path / "out.csv")
    with open_archive(tmp_path / "out.csv") as archive:
        rows = [item.value for item in values(archive) if isinstance(item, Value)]
    assert rows[0]["text"] == text


def test_a_link_stays_one_and_what_it_names_is_written(store: Store, tmp_path: Path) -> None:
    (tmp_path / "far").mkdir()
    (tmp_path / "far" / "real.csv").write_text("old")
    for name, target in (("link.csv", "far/real.csv"), ("dangling.csv", "far/new.csv")):
        (tmp_path / name).symlink_to(target)
        assert export(store, tmp_path / name) == 3
        assert (tmp_path / name).is_symlink()
        assert len(read_csv(tmp_path / target)) == 3
    assert sorted(path.name for path in tmp_path.glob("far/*")) == ["new.csv", "real.csv"]


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="there are no pipes with names")
def test_a_pipe_stays_one_and_gets_the_posts(store: Store, tmp_path: Path) -> None:
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    reader = os.open(pipe, os.O_RDONLY | os.O_NONBLOCK)  # so that the writer need not wait for it
    try:
        assert export(store, pipe, "jsonl") == 3
        lines = os.read(reader, 65_536).splitlines()
    finally:
        os.close(reader)
    assert [json.loads(line)["id"] for line in lines] == ["t1_b", "t1_c", "t1_d"]
    assert pipe.is_fifo()


def test_parquet_is_typed(store: Store, tmp_path: Path) -> None:
    path = tmp_path / "out.parquet"
    assert export(store, path) == 3
    table = parquet.read_table(path)
    types = {name: str(table.schema.field(name).type) for name in ("text", "score", "created_at", "camp_pytorch")}
    assert types == {
        "text": "string",
        "score": "int64",
        "created_at": "timestamp[ms, tz=UTC]",
        "camp_pytorch": "double",
    }
    first, declined, gone = table.to_pylist()
    assert (first["created_at"], first["score"], first["stance_pytorch"]) == (NOON, -3, "favor")
    assert (first["reasons"], first["stance_pytorch_favor"]) == ([("usability", 0.75)], 0.625)
    assert (declined["abstained"], declined["camp_pytorch"]) == ("language", None)
    assert (gone["score"], gone["label_set"], gone["reasons"]) == (None, None, None)


def test_parquet_row_groups_are_bounded(store: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(table_writer, "ROW_GROUP", 2)
    export(store, tmp_path / "out.parquet")
    file = parquet.ParquetFile(tmp_path / "out.parquet")
    assert [file.metadata.row_group(group).num_rows for group in range(file.num_row_groups)] == [2, 1]


def test_the_label_set_can_be_chosen(store: Store, tmp_path: Path) -> None:
    first = store.default_label_set()
    second = store.label_set("second", model="m", revision="r2", config_hash="c")
    give(store, second, [(2, LABELS)])
    for chosen, expected in ((first, ["first", "first", ""]), (second, ["", "second", ""]), (None, ["", "second", ""])):
        export(store, tmp_path / "out.csv", label_set=chosen)
        assert [row["label_set"] for row in read_csv(tmp_path / "out.csv")] == expected


def test_a_corpus_without_labels_can_be_exported(tmp_path: Path) -> None:
    with Store.open(tmp_path / "plain.db") as store:
        assert export(store, tmp_path / "empty.parquet") == 0
        assert parquet.read_table(tmp_path / "empty.parquet").num_rows == 0
        store.add((post, None) for post in POSTS)
        assert export(store, tmp_path / "out.csv") == 3
    assert read_csv(tmp_path / "out.csv")[0]["label_set"] == ""


def test_progress_counts_the_posts(tmp_path: Path) -> None:
    counts: list[int] = []
    with Store.open(tmp_path / "many.db") as store:
        store.add((replace(FULL, id=str(number)), None) for number in range(2_500))
        assert export(store, tmp_path / "out.jsonl", progress=counts.append) == 2_500
    assert counts == [1_000, 2_000, 2_500]
    assert len((tmp_path / "out.jsonl").read_text(encoding="utf-8").splitlines()) == 2_500


@pytest.mark.parametrize("name", ["out.jsonl", "out.csv", "out.parquet"])
def test_an_interrupted_export_leaves_the_old_file(store: Store, tmp_path: Path, name: str) -> None:
    path = tmp_path / name
    path.write_text("old")

    def interrupt(count: int) -> None:
        raise KeyboardInterrupt

    store.add((replace(FULL, id=str(number)), None) for number in range(1_000))
    before = set(tmp_path.iterdir())
    with pytest.raises(KeyboardInterrupt):
        export(store, path, progress=interrupt)
    assert path.read_text() == "old"
    assert set(tmp_path.iterdir()) == before
    assert export(store, path) == 1_003
    assert path.read_bytes() != b"old"


@pytest.mark.parametrize(
    ("name", "given", "expected"),
    [
        ("out.xlsx", None, r"no format known for 'out\.xlsx': choose with --format jsonl\|csv\|parquet"),
        ("out.csv", "xml", "no format known for 'xml'"),
        ("none/out.csv", None, "name a file in a folder that exists"),
        (".", "csv", "name a file in a folder that exists"),
    ],
)
def test_where_it_cannot_write_it_says_so(
    store: Store, tmp_path: Path, name: str, given: str | None, expected: str
) -> None:
    with pytest.raises(InputError, match=expected):
        export(store, tmp_path / name, given)


def test_a_full_disk_leaves_the_old_file(store: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "out.csv").write_text("old")

    def full(_: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("os.fsync", full)
    with pytest.raises(InputError, match=r"cannot write .*out\.csv \(No space left on device\)"):
        export(store, tmp_path / "out.csv")
    assert (tmp_path / "out.csv").read_text() == "old"
