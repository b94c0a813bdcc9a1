"""From labelled files, or a corpus and a file of labels, to examples; how a row is labelled is seen row by row.

text, camp / stance / sentiment / reasons / switch     the project's annotation rules, any of them
text, label, object_a, object_b                        CompSent-19: BETTER, WORSE or NONE
text, label, target; or text, targets                  stance or polarity toward what is named, or -2 to 2
text, label                                            negative, neutral or positive

A label that is null or "" is blank, as in a file of `stancemap annotations sample` that is not filled in yet; rows
without any other are passed over.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, NamedTuple

from corpus.errors import InputError
from corpus.label_set import LabelSet
from corpus.row import storable
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
_LABELS = (*ANNOTATED, "label", "targets")
_BLANK: tuple[object, ...] = (None, "", {}, [])
_NONE: Mapping[str, object] = {"reasons": [], "switch": None}  # what says that there is none
_PARENT = ("parent", "parent_text", "answers")
_ADVICE = "name a JSON Lines file of labelled texts"
_NOTHING = LabelSet(  # a set without labels: every readable post is still to be read
    key=0, name="", model="", revision="", config_hash="", created_at=datetime.fromtimestamp(0, UTC)
)


class Found(NamedTuple):
    """Examples, how many labels had no text to go with, and how many rows were left blank."""

    examples: list[Example]
    unmatched: int
    blank: int


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
            examples.append(_example(row, f"{labels}: {reading.post.id}", targets))
    return _found(examples, known, f"{store.path} has no readable post")


def _file(
    path: Path, targets: tuple[Target, ...], known: dict[tuple[str | None, str], Row] | None
) -> Iterator[Example | None]:
    table = list(rows(path, _ADVICE))
    parents = _threads(table)
    for n, row in enumerate(table, 1):
        where = f"{path}, row {n}"
        if not isinstance(row, dict):
            raise InputError(f"{where} is not a JSON object: write one object a line")
        identity = f"{path.stem}-{n}" if row.get("id") in _BLANK else str(row["id"])
        label = {} if known is None else _take(known, row.get("platform"), identity)
        if label is None:
            continue
        joined = {**row, **label, "id": identity}
        yield _example({**joined, "parent": _parent(joined, parents)}, where, targets)


def _parent(row: Row, parents: Mapping[str, str]) -> str | None:
    """Find the text that a row answers: written beside it, or another row."""
    given = next((row[key] for key in _PARENT if isinstance(row.get(key), str) and row[key]), None)
    return given or parents.get(str(row.get("reply_to")))


def _example(row: Row, where: str, targets: tuple[Target, ...]) -> Example | None:
    """Recognise one row, None if it is blank; InputError says where and why it cannot be read."""
    if not isinstance(row.get("text"), str):
        raise InputError(f"{where} has no text: write it under the key text")
    filled = _filled(row)
    if any(key in row for key in _LABELS) and not any(key in filled for key in _LABELS):
        return None
    try:
        found = _recognised(filled, filled["id"], targets)
    except InputError as error:
        raise InputError(f"{where}: {error}") from error
    except (KeyError, TypeError, AttributeError) as error:
        raise InputError(f"{where}: its labels are not written as they should be ({error!r})") from error
    thread = filled.get("conversation_id") or filled.get("thread_id") or found.group
    place = {key: filled[key] for key in ("platform", "community") if isinstance(filled.get(key), str)}
    return replace(found, group=str(thread), **place)


def _filled(row: Row) -> Row:
    """Drop blank labels, and halves of surrogate pairs, which no tokenizer takes.

    No reasons and no switch are labels too, but not beside a camp that is still blank.
    """
    is_open = "camp" in row and row["camp"] in _BLANK
    found = {key: storable(value) if isinstance(value, str) else value for key, value in row.items()}
    if isinstance(row.get("stance"), dict):
        found["stance"] = {name: side for name, side in row["stance"].items() if side not in _BLANK}
    return {
        key: value
        for key, value in found.items()
        if key not in _LABELS or value not in _BLANK or (key in _NONE and value == _NONE[key] and not is_open)
    }


def _recognised(row: Row, identity: str, targets: tuple[Target, ...]) -> Example:
    if any(key in row for key in ANNOTATED):
        return written_example(row, "annotated", targets)
    if "object_a" in row and "object_b" in row and "label" in row:
        return comparison(row, identity)
    if row.get("targets") or ("target" in row and "label" in row):
        return toward(row, identity, "toward")
    if "label" in row:
        return toned(row, identity, "toned")
    raise InputError(f"no label: give it {', '.join(ANNOTATED)}, or label, or join --labels")


def _labels(path: Path) -> dict[tuple[str | None, str], Row]:
    found: dict[tuple[str | None, str], Row] = {}
    for n, row in enumerate(rows(path, _ADVICE), 1):
        if not isinstance(row, dict) or row.get("id") in _BLANK:
            raise InputError(f"{path}, row {n} has no id: labels are joined by it")
        key = row.get("platform") or None, str(row["id"])
        found[key] = _merged(found[key], row, f"{path}, row {n}") if key in found else row
    return found


def _merged(one: Row, other: Row, where: str) -> Row:
    """Join two rows of labels of one text: stances toward different targets; InputError where they say more."""
    parts = [part for row in (one, other) for part in row.get("targets") or [row]]
    names = [part.get("target") if isinstance(part, dict) else None for part in parts]
    if None in names or len(set(names)) < len(names) or any(key in row for row in (one, other) for key in ANNOTATED):
        raise InputError(f"{where} labels {other['id']} a second time: keep one row for each id")
    return {**one, **other, "targets": parts}


def _take(known: dict[tuple[str | None, str], Row], platform: str | None, identity: str) -> Row | None:
    return known.pop((platform, identity), None) or known.pop((None, identity), None)


def _found(rows: Sequence[Example | None], known: Mapping[Any, Row] | None, nothing: str) -> Found:
    examples = [row for row in rows if row]
    if not rows and known:
        raise InputError(f"{nothing} that any label names: see whether ids and platforms agree")
    if not examples:
        raise InputError("the files hold no labelled row" + (": all are left blank" if rows else ""))
    return Found(examples, len(known or ()), len(rows) - len(examples))


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
        "id": post.id,
        "text": post.full_text,
        "parent": context_of(reading, mentions),
        "conversation_id": post.conversation_id,
        "platform": post.platform,
        "community": post.community,
    }
