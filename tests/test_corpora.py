import json
from pathlib import Path
from typing import Any

import pytest

from corpus.errors import InputError
from corpus.labels import REASONS
from nlp.training import corpora
from nlp.training.sources import load_sources

SHARED = Path(__file__).resolve().parents[2] / "shared" / "data"
WRITTEN = Path(__file__).resolve().parents[1] / "data" / "written"


def row(**parts: Any) -> dict[str, Any]:
    return {
        "id": "1", "text": "torch over tf", "parent": None, "camp": "pro-pytorch", "sentiment": "neutral",
        "stance": {"pytorch": "favor", "tensorflow": "against", "jax": "none"}, "reasons": ["jobs"],
        "switch": {"from": "tensorflow", "to": "pytorch"}, **parts,
    }  # fmt: skip


def test_a_written_post_becomes_indices() -> None:
    made = corpora.written_example(row(), "written")
    assert (made.camp, made.stances, made.sentiment) == (0, (2, 0, 1), 1)
    assert made.reasons == (REASONS.index("jobs"),)
    assert (made.left, made.joined, made.relevant) == (1, 0, True)


@pytest.mark.parametrize(
    ("parts", "relevant"),
    [
        ({"text": "nice weather"}, False),
        ({"text": "this", "parent": "torch or tf?"}, None),
        ({"text": "tf?"}, True),
    ],
)
def test_relevance(parts: dict[str, str], relevant: bool | None) -> None:
    none = dict.fromkeys(("pytorch", "tensorflow", "jax"), "none")
    made = corpora.written_example(row(camp="neutral", stance=none, switch=None, reasons=[], **parts), "written")
    assert (made.relevant, made.camp, made.left, made.joined) == (relevant, 3, 3, 3)


def test_other_debates_are_read_twice(tmp_path: Path) -> None:
    none = dict.fromkeys(("pytorch", "tensorflow", "jax"), "none")
    line = row(text="vim, not emacs", camp="neutral", stance=none, other={"emacs": "against", "vim": "favor"})
    (tmp_path / "a.jsonl").write_text(json.dumps(line) + "\n")
    frameworks, editors = corpora.written(tmp_path)
    assert (frameworks.camp, frameworks.relevant) == (3, False)
    assert [target.name for target in editors.targets] == ["emacs", "vim"]
    assert (editors.camp, editors.stances, editors.source) == (1, (0, 2), "debates")


def test_replies_to_one_post_stay_on_one_side_of_a_split() -> None:
    one, other = (corpora.written_example(row(id=name, parent="torch or tf?"), "written") for name in "ab")
    assert one.group == other.group


def test_a_named_group_stays_together_too() -> None:
    rows = (row(id=name, parent=parent, group="thread 1") for name, parent in (("a", None), ("b", "torch or tf?")))
    assert {corpora.written_example(each, "written").group for each in rows} == {"thread 1"}


def test_missing_files_are_named(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="--written"):
        list(corpora.written(tmp_path))
    with pytest.raises(InputError, match="--data"):
        list(corpora.stances(tmp_path, "train"))


@pytest.mark.skipif(not SHARED.is_dir(), reason="the labelled corpora of others are not part of the project")
def test_every_corpus_is_read_and_no_text_is_on_two_sides() -> None:
    found = load_sources(SHARED, WRITTEN)
    sizes = {name: len(rows) for name, rows in found.test.items()}
    assert sizes["semeval"] == 12_284
    assert sizes["compsent"] == 1_440
    assert sizes["stance"] == 1_249
    assert sizes["framework_posts"] == 191
    for name in ("written", "dev_so", "compsent", "semeval"):
        groups = [{example.group for example in part[name]} for part in (found.train, found.dev)]
        assert not groups[0] & groups[1]
    for name in ("written", "dev_so"):
        assert not {e.group for e in found.test[name]} & {e.group for e in (*found.train[name], *found.dev[name])}
