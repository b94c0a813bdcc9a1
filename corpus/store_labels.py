"""Label sets, what is left to label, and labels there and back."""

from __future__ import annotations

import json
from datetime import datetime
from itertools import groupby
from operator import itemgetter
from typing import TYPE_CHECKING, Any, NamedTuple

from corpus.errors import CorpusError
from corpus.label_set import LabelSet
from corpus.labels import NEUTRAL, SENTIMENTS, Abstained, Labels, StanceLabel
from corpus.reading import Reading
from corpus.row import PostRow, full_text, to_post
from corpus.store_posts import COLUMNS, PAGE, WIDTH, pages

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Iterable, Iterator

    from corpus.post import Post

IS_READABLE = "posts.state IN ('live', 'truncated')"
TO_DO = f"""
    {IS_READABLE} AND posts.reposted IS NULL
    AND NOT EXISTS (SELECT 1 FROM labels WHERE labels.post = posts.key AND labels.label_set = :label_set)
"""
READ = f"posts.key, {COLUMNS}, parent.title, parent.text, root.title, root.text, quoted.title, quoted.text"
READ_WITH = """
    LEFT JOIN posts AS parent ON parent.platform = posts.platform AND parent.id = posts.reply_to
    LEFT JOIN posts AS root ON root.platform = posts.platform AND root.id = posts.conversation_id
        AND root.id <> posts.id AND root.id IS NOT posts.reply_to
    LEFT JOIN posts AS quoted ON quoted.platform = posts.platform AND quoted.id = posts.quoted
"""
READINGS = f"SELECT {READ} FROM posts {READ_WITH} WHERE posts.key > :after AND {TO_DO} ORDER BY posts.key LIMIT :limit"
READ_AGAIN = f"""
    SELECT {READ} FROM json_each(?) AS asked CROSS JOIN posts ON posts.key = asked.value {READ_WITH} WHERE {IS_READABLE}
"""
STANCES = """
    SELECT post, target, against, none, favor, camp FROM stances
    WHERE post > :after AND post <= :until AND label_set = :label_set ORDER BY post, label_set, target
"""


class LabelRow(NamedTuple):
    """One row of the table `labels` without its key, in the order of its columns."""

    camp: str | None
    neutral_camp: float | None
    sentiment: str | None
    negative: float | None
    neutral: float | None
    positive: float | None
    reasons: str
    switched_from: str | None
    switched_to: str | None
    windows: int
    abstained: str | None


LABELLED = f"""
    SELECT posts.key, {COLUMNS}, {", ".join(f"labels.{name}" for name in LabelRow._fields)}
    FROM posts LEFT JOIN labels ON labels.post = posts.key AND labels.label_set = :label_set
    WHERE posts.key > :after ORDER BY posts.key LIMIT :limit
"""


def label_set(connection: sqlite3.Connection, *, name: str, model: str, revision: str, config_hash: str) -> LabelSet:
    """Find the label set of this name or start it, inside the caller's transaction."""
    connection.execute(
        """
        INSERT INTO label_sets (name, model, revision, config_hash, created_at)
        VALUES (?, ?, ?, ?, strftime('%Y-%m-%dT%H:%M:%SZ', 'now')) ON CONFLICT (name) DO NOTHING
        """,
        (name, model, revision, config_hash),
    )
    found = next(known for known in label_sets(connection) if known.name == name)
    if (found.model, found.revision, found.config_hash) != (model, revision, config_hash):
        raise CorpusError(
            f"the label set '{name}' was made by {found.model} (revision {found.revision}) or with other settings: "
            "pick another name for the new one"
        )
    return found


def label_sets(connection: sqlite3.Connection) -> tuple[LabelSet, ...]:
    """Read the label sets, oldest first."""
    rows = connection.execute(
        "SELECT key, name, model, revision, config_hash, created_at FROM label_sets ORDER BY key"
    ).fetchall()
    return tuple(_label_set(*row) for row in rows)


def picked(connection: sqlite3.Connection) -> LabelSet | None:
    """Read the label set that was picked; else the newest."""
    rows = dict(connection.execute("SELECT key, is_picked FROM label_sets").fetchall())
    return max(label_sets(connection), key=lambda known: (rows[known.key], known.key), default=None)


def pick(connection: sqlite3.Connection, label_set: LabelSet) -> None:
    """Make a label set the default, inside the caller's transaction."""
    connection.execute("UPDATE label_sets SET is_picked = (key = ?)", (label_set.key,))


def delete(connection: sqlite3.Connection, label_set: LabelSet) -> None:
    """Delete a label set and all its labels, inside the caller's transaction."""
    connection.execute("DELETE FROM stances WHERE label_set = ?", (label_set.key,))
    connection.execute("DELETE FROM labels WHERE label_set = ?", (label_set.key,))
    connection.execute("DELETE FROM label_sets WHERE key = ?", (label_set.key,))


def targets(connection: sqlite3.Connection, label_set: LabelSet) -> tuple[str, ...]:
    """Name the targets that a label set judges, in alphabetical order."""
    query = "SELECT DISTINCT target FROM stances WHERE label_set = ? ORDER BY target"
    return tuple(target for (target,) in connection.execute(query, (label_set.key,)))


def count_unlabelled(connection: sqlite3.Connection, label_set: LabelSet) -> int:
    """Count the posts that `unlabelled` gives."""
    query = f"SELECT count(*) FROM posts WHERE {TO_DO}"
    return int(connection.execute(query, {"label_set": label_set.key}).fetchone()[0])


def unlabelled(connection: sqlite3.Connection, label_set: LabelSet, *, batch: int) -> Iterator[Reading]:
    """Read the posts that have text of their own and no labels of this set, with what they answer."""
    for page in pages(connection, READINGS, limit=batch, fixed={"label_set": label_set.key}):
        yield from map(_reading, page)


def add_labels(
    connection: sqlite3.Connection, label_set: LabelSet, items: Iterable[tuple[Reading, Labels]]
) -> frozenset[int]:
    """Store labels inside the caller's transaction, save for posts that would be read differently now.

    Give the keys of the others; those that were labelled meanwhile keep those labels. CorpusError where the label set
    was deleted meanwhile.
    """
    _check(connection, label_set)
    given = list(items)
    same = _unchanged(connection, [reading for reading, _ in given])
    pairs = [(reading.key, labels) for reading, labels in given if reading.key in same]
    marks = ", ".join("?" * (2 + len(LabelRow._fields)))
    connection.executemany(
        f"INSERT INTO labels VALUES ({marks}) ON CONFLICT DO NOTHING",
        ((key, label_set.key, *_label_row(labels)) for key, labels in pairs),
    )
    connection.executemany(
        """
        INSERT INTO stances SELECT post, label_set, ?, ?, ?, ?, ?, ? FROM labels WHERE post = ? AND label_set = ?
        ON CONFLICT DO NOTHING
        """,
        ((*row, key, label_set.key) for key, labels in pairs for row in _stance_rows(labels)),
    )
    return same


def labelled(connection: sqlite3.Connection, label_set: LabelSet | None) -> Iterator[tuple[Post, Labels | None]]:
    """Read all posts with their labels of this set, None where there are none."""
    fixed = {"label_set": label_set and label_set.key, "after": 0, "limit": PAGE}
    while True:
        connection.execute("BEGIN")  # one moment of the file for both queries
        try:
            page = connection.execute(LABELLED, fixed).fetchall()
            until = page[-1][0] if page else 0
            stances = connection.execute(STANCES, {**fixed, "until": until}).fetchall()
        finally:
            connection.execute("COMMIT")
        if not page:
            return
        by_post = {key: list(rows) for key, rows in groupby(stances, key=itemgetter(0))}
        for key, *row in page:
            labels = LabelRow(*row[WIDTH:])
            is_labelled = labels.windows is not None
            yield to_post(PostRow(*row[:WIDTH])), _labels(labels, by_post.get(key, [])) if is_labelled else None
        fixed["after"] = until


def _check(connection: sqlite3.Connection, label_set: LabelSet) -> None:
    """Make sure that a label set is there, and not another one under its key, which SQLite gives again."""
    if label_set not in label_sets(connection):
        raise CorpusError(
            f"the label set '{label_set.name}' was deleted while it was being made: "
            "run `stancemap label` again to begin it anew"
        )


def _reading(found: tuple[Any, ...]) -> Reading:
    key, *row = found
    parent, root, quoted = (full_text(*row[at : at + 2]) for at in range(WIDTH, WIDTH + 6, 2))
    return Reading(key=key, post=to_post(PostRow(*row[:WIDTH])), parent=parent, root=root, quoted=quoted)


def _unchanged(connection: sqlite3.Connection, readings: Iterable[Reading]) -> frozenset[int]:
    """Name the keys of the posts that would be read now as they were."""
    then = {reading.key: reading.content for reading in readings}
    now = map(_reading, connection.execute(READ_AGAIN, (json.dumps(list(then)),)))
    return frozenset(reading.key for reading in now if reading.content == then[reading.key])


def _label_set(key: int, name: str, model: str, revision: str, config_hash: str, created_at: str) -> LabelSet:
    return LabelSet(
        key=key,
        name=name,
        model=model,
        revision=revision,
        config_hash=config_hash,
        created_at=datetime.fromisoformat(created_at),
    )


def _label_row(labels: Labels) -> LabelRow:
    return LabelRow(
        camp=labels.camp_label if labels.camp else None,
        neutral_camp=labels.camp.get(NEUTRAL),
        sentiment=labels.sentiment_label if labels.sentiment else None,
        negative=labels.sentiment.get("negative"),
        neutral=labels.sentiment.get("neutral"),
        positive=labels.sentiment.get("positive"),
        reasons=json.dumps(dict(labels.reasons)),
        switched_from=labels.switched_from,
        switched_to=labels.switched_to,
        windows=labels.windows,
        abstained=labels.abstained,
    )


def _stance_rows(labels: Labels) -> Iterator[tuple[object, ...]]:
    """Give one row a target; a model may judge camps without stances, or stances without camps."""
    for target in dict.fromkeys((*labels.stances, *labels.camp)):
        label = labels.stances.get(target)
        said = (label.stance, label.against, label.none, label.favor) if label else (None, None, None, None)
        if target != NEUTRAL:
            yield target, *said, labels.camp.get(target)


def _labels(row: LabelRow, stances: list[tuple[Any, ...]]) -> Labels:
    camp = {} if row.neutral_camp is None else {NEUTRAL: row.neutral_camp}
    camp |= {target: share for _, target, *_, share in stances if share is not None}
    if row.camp:  # first, so that a tie falls as it fell
        likeliest = row.camp.removeprefix("pro-")
        camp = {likeliest: camp[likeliest]} | camp
    sentiment = {name: getattr(row, name) for name in SENTIMENTS} if row.sentiment else {}
    return Labels(
        camp=camp,
        sentiment=sentiment,
        stances={
            target: StanceLabel(against=against, none=none, favor=favor)
            for _, target, against, none, favor, _ in stances
            if against is not None
        },
        reasons=json.loads(row.reasons),
        switched_from=row.switched_from,
        switched_to=row.switched_to,
        windows=row.windows,
        abstained=Abstained(row.abstained) if row.abstained else None,
    )
