"""A report reads a Parquet corpus as it reads the corpus file: the same numbers."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest

from corpus.errors import CorpusError
from corpus.export_partitions import export_partitions
from corpus.parquet_corpus import ParquetCorpus
from corpus.post import Post
from corpus.store import Store
from partitioned import sample, tiny_labeller
from program import run

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The labelled sample as a corpus file, and in small Parquet files."""
    folder = tmp_path_factory.mktemp("corpus")
    with sample(folder / "sample.db") as store:
        label_set = store.label_set("tiny", model="tiny", revision="0", config_hash="c")
        readings = list(store.unlabelled(label_set))
        labels = tiny_labeller().label(readings)
        store.add_labels(label_set, zip(readings, labels, strict=True))
        export_partitions(store, str(folder / "labels"), part_posts=60)
    return folder


def test_opinions_are_those_of_the_corpus_file(folder: Path) -> None:
    corpus = ParquetCorpus(folder / "labels")
    with Store.open(folder / "sample.db", readonly=True) as store:
        labels = corpus.default_label_set()
        assert labels == store.default_label_set()
        found = [row for block in corpus.opinions(labels) for row in block.rows()]
        expected = [row for block in store.opinions(labels) for row in block.rows()]
        assert [row._replace(key=0) for row in found] == [row._replace(key=0) for row in expected]
        assert [row.key for row in found] == list(range(329))
        keys = {row.key: known.key for row, known in zip(found, expected, strict=True)}
        assert {keys[key]: keys[first] for key, first in corpus.copies().items()} == store.copies()
        some = [0, 59, 60, 200, 328]
        texts = store.texts([keys[key] for key in some])
        assert corpus.texts(some) == {key: texts[keys[key]] for key in some}
        assert corpus.pseudonym_key() == store.pseudonym_key()


def test_conversations_are_those_of_the_corpus_file(folder: Path) -> None:
    corpus = ParquetCorpus(folder / "labels")
    with Store.open(folder / "sample.db", readonly=True) as store:
        roots = {(post.platform, post.id) for post in store.posts()}
        addresses = {(post.platform, post.url) for post in store.posts() if post.url}
        assert all(store.conversations([address]) for address in addresses)
        for root in [*sorted(roots)[::25], *sorted(addresses)[::50], ("x", "none")]:
            assert corpus.conversations([root]) == store.conversations([root])


def test_copies_are_told_by_the_rules_of_the_corpus_file(tmp_path: Path) -> None:
    words = "I would take JAX for that, always and for everything"
    texts = [
        words,
        words.upper(),
        f"  {words} ",
        f"{words}!",
        "Ünlike that one, which has an umlaut in its head",
        "short",
    ]
    texts += ["üNLIKE that one, which has an umlaut in its head", "short", words]
    with Store.open(tmp_path / "copies.db") as store:
        posts = [Post(platform="x", id=str(n), conversation_id="1", text=text) for n, text in enumerate(texts)]
        posts.append(replace(posts[0], id="r", reposted="0"))
        posts.append(replace(posts[0], id="t", title=""))
        store.add((post, None) for post in posts)
        export_partitions(store, str(tmp_path / "posts"), part_posts=4)
        expected = {key - 1: first - 1 for key, first in store.copies().items()}
    assert expected == {1: 0, 2: 0, 8: 0}
    assert ParquetCorpus(tmp_path / "posts").copies() == expected


def document(folder: Path, *arguments: object) -> dict[str, Any]:
    done = run("report", "-o", "out", "--format", "json", "--json", *arguments, cwd=folder)
    report: dict[str, Any] = json.loads(done.stdout)
    return report


@pytest.mark.parametrize(
    "more", [(), ("--compare", "2023-01-14"), ("--compare", "sample.db"), ("--config", "some.toml")]
)
def test_the_report_has_the_same_numbers(folder: Path, more: tuple[str, ...]) -> None:
    (folder / "some.toml").write_text(
        '[report]\nthreads = ["https://news.ycombinator.com/item?id=34390387"]\n', "utf-8"
    )
    expected = document(folder, "--corpus", "sample.db", *more)
    found = document(folder, "--corpus", "labels/", *more)
    assert (expected["meta"].pop("is_parquet"), found["meta"].pop("is_parquet")) == (False, True)
    assert expected["meta"].pop("command") != found["meta"].pop("command")
    if expected["comparison"]:
        assert expected["comparison"].pop("after").replace("sample.db", "labels") in found["comparison"].pop("after")
    assert expected["quotes"]
    assert found == expected


def test_the_report_says_what_parquet_lacks(folder: Path) -> None:
    run("report", "-o", "out", "--format", "md", "--corpus", "labels/", cwd=folder)
    text = (folder / "out" / "report.md").read_text("utf-8")
    assert "A corpus of Parquet files holds no hand labels" in text
    assert "what of each thread could not be collected is not in it" in text
    assert "stancemap annotations sample" not in text


def test_files_that_are_missing_are_told(folder: Path, tmp_path: Path) -> None:
    with Store.open(folder / "sample.db", readonly=True) as store:
        export_partitions(store, str(tmp_path / "labels"), part_posts=200)
    (tmp_path / "labels" / "part-00001.parquet").unlink()
    done = run("report", "-o", "out", "--format", "json", "--corpus", "labels", cwd=tmp_path)
    assert "labels lacks 1 file: run the command that labelled it again" in done.stderr


def test_what_is_no_corpus_is_refused_in_one_line(folder: Path, tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    with pytest.raises(CorpusError, match=r"is no Parquet corpus \(it lacks _corpus\.json\): write one with"):
        ParquetCorpus(tmp_path / "empty")
    (tmp_path / "empty" / "_corpus.json").write_text("{}", "utf-8")
    with pytest.raises(CorpusError, match="damaged or of a newer Stancemap"):
        ParquetCorpus(tmp_path / "empty")
    with Store.open(folder / "sample.db", readonly=True) as store:
        export_partitions(store, str(tmp_path / "labels"))
    (tmp_path / "labels" / "part-00000.parquet").write_bytes(b"no Parquet")
    with pytest.raises(CorpusError, match=r"part-00000\.parquet is no Parquet file: label or export it anew"):
        list(ParquetCorpus(tmp_path / "labels").opinions(None))
    done = run("report", "-o", "out", "--corpus", "labels", "--label-set", "other", cwd=tmp_path, code=1)
    assert done.stderr == "stancemap: error: no label set 'other' in labels: it has tiny\n"
