"""Storing and reading what people say of posts, and posts that repeat one another."""

from __future__ import annotations

import json
from collections import Counter
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from corpus.annotation import Annotated, Annotation
from corpus.copies import firsts, words
from corpus.errors import InputError
from corpus.row import from_iso, to_iso

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Iterable, Iterator

COLUMNS = (
    "camp", "stances", "sentiment", "reasons", "switched_from", "switched_to", "is_sure", "annotated_at",
    "inclusion_probability", "design",
)  # fmt: skip
READ = f"""
    SELECT annotations.post, posts.platform, posts.id, annotator, {", ".join(COLUMNS)}
    FROM annotations JOIN posts ON posts.key = annotations.post ORDER BY annotations.post, annotator
"""
WRITE = f"""
    INSERT INTO annotations (post, annotator, {", ".join(COLUMNS)}) VALUES ({", ".join("?" * (len(COLUMNS) + 2))})
    ON CONFLICT (post, annotator) DO UPDATE SET {", ".join(f"{name} = excluded.{name}" for name in COLUMNS)}
"""
WORDS = "SELECT key, title, text FROM posts WHERE state IN ('live', 'truncated') AND reposted IS NULL ORDER BY key"


def add(connection: sqlite3.Connection, items: Iterable[Annotation]) -> Annotated:
    """Store annotations inside the caller's transaction; a person's later word on a post replaces the earlier one.

    A row that is still blank stores no labels; where others have labelled its post, it renews how that was drawn, so
    that a draw can be enlarged.
    """
    counts: Counter[str] = Counter()
    unknown = []
    stored = {(known.key, known.annotator): known for known in read(connection)}
    for item in items:
        key = _key(connection, item)
        if key is None:
            unknown.append(item.id)
        elif item.is_blank:
            counts["blank"] += 1
            _redraw(connection, key, item)
        else:
            new = replace(item, key=key)
            old = stored.get((key, item.annotator))
            counts["new" if old is None else "unchanged" if _row(old) == _row(new) else "updated"] += 1
            connection.execute(WRITE, (key, item.annotator, *_row(new)))
            stored[key, item.annotator] = new
            _redraw(connection, key, item)
    return Annotated(
        new=counts["new"],
        updated=counts["updated"],
        unchanged=counts["unchanged"],
        blank=counts["blank"],
        unknown=tuple(unknown),
    )


def read(connection: sqlite3.Connection) -> Iterator[Annotation]:
    """Read all annotations, by post and annotator."""
    for key, platform, id_, annotator, *row in connection.execute(READ).fetchall():
        yield _annotation(key, platform, id_, annotator, row)


def copies(connection: sqlite3.Connection) -> dict[int, int]:
    """Map the posts that repeat an earlier one, in the same words but for case, to the first of them."""
    said = ((key, words(title, text)) for key, title, text in connection.execute(WORDS))
    return firsts((key, None if found is None else hash(found)) for key, found in said)  # 64 bits tell all texts apart


def _key(connection: sqlite3.Connection, item: Annotation) -> int | None:
    """Find a post by its id, and by its platform where that is said; InputError where it is but one of several."""
    query = "SELECT key, platform FROM posts WHERE id = ?"
    if item.platform:
        found = connection.execute(f"{query} AND platform = ?", (item.id, item.platform)).fetchall()
    else:
        found = connection.execute(f"{query} ORDER BY platform", (item.id,)).fetchall()
    if len(found) > 1:
        on = ", ".join(platform for _, platform in found)
        raise InputError(f"the id {item.id} is that of several posts ({on}): name the platform in its row")
    return int(found[0][0]) if found else None


def _redraw(connection: sqlite3.Connection, key: int, item: Annotation) -> None:
    if item.probability is not None:
        query = "UPDATE annotations SET inclusion_probability = ?, design = ? WHERE post = ?"
        connection.execute(query, (item.probability, item.design, key))


def _row(item: Annotation) -> tuple[Any, ...]:
    return (
        item.camp,
        json.dumps(dict(item.stances), sort_keys=True),
        item.sentiment,
        json.dumps(item.reasons),
        item.switched_from,
        item.switched_to,
        int(item.is_sure),
        to_iso(item.annotated_at),
        item.probability,
        item.design,
    )


def _annotation(key: int, platform: str, id_: str, annotator: str, row: list[Any]) -> Annotation:
    camp, stances, sentiment, reasons, origin, destination, is_sure, annotated_at, probability, design = row
    return Annotation(
        key=key,
        platform=platform,
        id=id_,
        annotator=annotator,
        camp=camp,
        stances=json.loads(stances),
        sentiment=sentiment,
        reasons=tuple(json.loads(reasons)),
        switched_from=origin,
        switched_to=destination,
        is_sure=is_sure == 1,
        annotated_at=from_iso(annotated_at),
        probability=probability,
        design=design,
    )
