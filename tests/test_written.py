"""The posts written for this project keep their own rules."""

import json
import re
from collections import Counter
from importlib.resources import files
from pathlib import Path
from typing import Any

from corpus.frameworks import FRAMEWORKS
from corpus.labels import REASONS, SENTIMENTS, STANCES

FOLDER = Path(__file__).resolve().parents[1] / "data" / "written"
NAMES = [target.name for target in FRAMEWORKS]
KEYS = {"id", "platform", "kind", "parent", "text", "camp", "stance", "sentiment", "reasons", "switch", "sure", "tags"}


def rows(path: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in path.read_text("utf-8").splitlines()]


POSTS = [row for path in sorted(FOLDER.glob("*.jsonl")) for row in rows(path)]
SAMPLE = [
    json.loads(line) for line in (files("stancemap") / "samples" / "labels.jsonl").read_text("utf-8").splitlines()
]


def mistakes(row: dict[str, Any]) -> list[str]:
    """What a record says against the rules of docs/annotation.md."""
    held = row["stance"]
    favoured = [name for name in NAMES if held[name] == "favor"]
    camp = row["camp"].removeprefix("pro-")
    found = {
        "stance": set(held) == set(NAMES) and set(held.values()) <= set(STANCES),
        "sentiment": row["sentiment"] in SENTIMENTS,
        "reasons": set(row["reasons"]) <= set(REASONS),
        "reasons need a stance": not row["reasons"] or set(held.values()) != {"none"},
        "camp": camp in {*NAMES, "neutral"},
        "one favoured target is the camp": len(favoured) != 1 or camp == favoured[0],
        "a camp is favoured, or its rival rejected": camp == "neutral"
        or camp in favoured
        or "against" in held.values(),
        "switch": row["switch"] is None or set(row["switch"]) == {"from", "to"},
    }
    return [name for name, right in found.items() if not right]


def test_there_are_five_thousand_and_their_ids_differ() -> None:
    assert len(POSTS) >= 5_000
    assert max(Counter(row["id"] for row in POSTS).values()) == 1


def test_labels_keep_the_rules() -> None:
    assert {row["id"]: found for row in (*POSTS, *SAMPLE) if (found := mistakes(row))} == {}


def test_records_have_the_same_fields() -> None:
    for row in POSTS:
        assert KEYS <= set(row) <= KEYS | {"other", "group"}, row["id"]
        around = f"{row['text']} {row['parent']}".lower()
        assert all(name.lower() in around for name in row.get("other", {})), row["id"]
        assert set(row.get("other", {}).values()) <= set(STANCES), row["id"]


def test_no_text_stands_twice_under_one_parent() -> None:
    keys = Counter((" ".join(words(row["text"])), row["parent"]) for row in POSTS)
    assert [key for key, times in keys.items() if times > 1] == []


def test_the_sample_is_not_in_the_training_set() -> None:
    """No run of eight words of a sample post stands in a written one."""
    place = files("stancemap") / "samples"
    parts = {"x.jsonl": "text", "reddit.jsonl": "body", "hackernews.jsonl": "text"}
    lines = [(name, json.loads(line)) for name in parts for line in (place / name).read_text("utf-8").splitlines()]
    texts = [str(row.get(parts[name]) or row.get("selftext") or row.get("title") or "") for name, row in lines]
    written = {run for row in POSTS for run in runs(row["text"])}
    assert [text for text in texts if written & runs(text)] == []


def words(text: str) -> list[str]:
    return re.findall(r"\w+", text.lower())


def runs(text: str) -> set[tuple[str, ...]]:
    found = words(text)
    return {tuple(found[n : n + 8]) for n in range(len(found) - 7)}
