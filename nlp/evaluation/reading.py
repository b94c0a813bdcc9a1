"""From labelled files, or a corpus and a file of labels, to examples; how a row is labelled is seen row by row.

text, camp / stance / sentiment / reasons / switch     the project's annotation rules, any of them
text, label, object_a, object_b                        CompSent-19: BETTER, WORSE or NONE
text, label, target; or text, targets                  stance or polarity toward what is named, or -2 to 2
text, label                                            negative, neutral or positive
"""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, NamedTuple

from corpus.errors import InputError
from corpus.label_set import LabelSet
from nlp.labeller import context_of
from nlp.mentions import Mentions
from nlp.training.corpora import comparison, rows, toned, toward, written_example

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence
    from pathlib import Path

    from corpus.labels import Target
    from corpus.reading import Reading
    from corpus.store import Store
    from nlp.training.example import Example

    Row = dict[str, Any]

ANNOTATED = ("camp", "stance", "sentiment", "reasons", "switch")
_ADVICE = "name a JSON Lines file of labelled texts"
_NOTHING = LabelSet(  # a set without labels: every readable post is still to be read
    key=0, name="", model="", revision="", config_hash="", created_at=datetime.fromtimestamp(0, UTC)
)


class Found(NamedTuple):
    """Examples, and how many labels had no text to go with."""

    examples: list[Example]
    unmatched: int


def read(paths: Iterable[Path], targets: tuple[Target, ...], labels: Path | None = None) -> Found:
    """Read labelled files; `labels` names one whose labels join the rows by id, rows without one being left out."""
    known = _labels(labels) if labels else None
    examples = [found for path in paths for found in _file(path, targets, known)]
    return _found(examples, known, "the files have no row")


def read_corpus(store: Store, labels: Path, targets: tuple[Target, ...]) -> Found:
    """Join labels by platform and id (by id alone where they name no platform) with the readable posts of a corpus."""
    known, mentions = _labels(labels), Mentions(targets)
    examples = []
    for reading in store.unlabelled(_NOTHING):
        label = _take(known, reading.post.platform, reading.post.id)
        if label is not None:
            row = {**label, **_row(reading, mentions)}
            examples.append(_example(row, f"{labels}: {reading.post.id}", reading.post.id, targets))
    return _found(examples, known, f"{store.path} has no readable post")


def _file(
    path: Path, targets: tuple[Target, ...], known: dict[tuple[str | None, str], Row] | None
) -> Iterator[Example]:
    table = list(rows(path, _ADVICE))
    parents = _threads(table)
    for n, row in enumerate(table, 1):
        where = f"{path}, row {n}"
        if not isinstance(row, dict):
            raise InputError(f"{where} is not a JSON object: write one object a line")
        identity = str(row.get("id") or f"{path.stem}-{n}")
        label = {} if known is None else _take(known, row.get("platform"), identity)
        if label is None:
            continue
        parent = row.get("parent") or row.get("parent_text")
        if not parent and row.get("reply_to") is not None:
            parent = parents.get(str(row["reply_to"]))
        yield _example({**row, **label, "parent": parent}, where, identity, targets)


def _example(row: Row, where: str, identity: str, targets: tuple[Target, ...]) -> Example:
    """Recognise one row; InputError says where and why it cannot be read."""
    if not isinstance(row.get("text"), str):
        raise InputError(f"{where} has no text: write it under the key text")
    try:
        found = _recognised({**row, "id": identity}, identity, targets)
    except InputError as error:
        raise InputError(f"{where}: {error}") from error
    except (KeyError, TypeError, AttributeError) as error:
        raise InputError(f"{where}: its labels are not written as they should be ({error!r})") from error
    thread = row.get("conversation_id") or row.get("thread_id") or found.group
    place = {key: row[key] for key in ("platform", "community") if isinstance(row.get(key), str)}
    return replace(found, group=str(thread), **place)


def _recognised(row: Row, identity: str, targets: tuple[Target, ...]) -> Example:
    if any(key in row for key in ANNOTATED):
        return written_example(row, "annotated", targets)
    if "object_a" in row and "object_b" in row and "label" in row:
        return comparison(row, identity, "comparison")
    if row.get("targets") or ("target" in row and "label" in row):
        return toward(row, identity, "toward")
    if "label" in row:
        return toned(row, identity, "toned")
    raise InputError(f"no label: give it {', '.join(ANNOTATED)}, or label, or join --labels")


def _labels(path: Path) -> dict[tuple[str | None, str], Row]:
    found = {}
    for n, row in enumerate(rows(path, _ADVICE), 1):
        if not isinstance(row, dict) or "id" not in row:
            raise InputError(f"{path}, row {n} has no id: labels are joined by it")
        found[row.get("platform"), str(row["id"])] = row
    return found


def _take(known: dict[tuple[str | None, str], Row], platform: str | None, identity: str) -> Row | None:
    return known.pop((platform, identity), None) or known.pop((None, identity), None)


def _found(examples: list[Example], known: Mapping[Any, Row] | None, nothing: str) -> Found:
    if not examples:
        raise InputError(
            f"{nothing} that any label names: see whether ids and platforms agree"
            if known
            else "the files hold no labelled row"
        )
    return Found(examples, len(known or ()))


def _threads(table: Sequence[Any]) -> dict[str, str]:
    """Find texts by id, and a thread's first text by the thread's id too."""
    found = {}
    for row in table:
        if isinstance(row, dict) and isinstance(row.get("text"), str):
            if row.get("id") is not None:
                found[str(row["id"])] = row["text"]
            if row.get("conversation_id") and not row.get("reply_to"):
                found[str(row["conversation_id"])] = row["text"]
    return found


def _row(reading: Reading, mentions: Mentions) -> Row:
    """Take the post and its context as `nlp.labeller` does."""
    post = reading.post
    return {
        "text": post.full_text,
        "parent": context_of(reading, names_a_target=lambda text: bool(mentions.find(text))),
        "conversation_id": post.conversation_id,
        "platform": post.platform,
        "community": post.community,
    }
