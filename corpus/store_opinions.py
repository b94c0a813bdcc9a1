"""Reading every opinion of a corpus for a report: a million rows in one query."""

from __future__ import annotations

import json
from datetime import datetime
from functools import lru_cache
from typing import TYPE_CHECKING

from corpus.opinion import ABSTAINED, LIKELY, Opinions
from corpus.row import STATES

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Iterator, Mapping, Sequence

    from corpus.label_set import LabelSet

OPINIONS = """
    WITH said AS (
        SELECT post, max(camp) AS camp,
               json_group_object(target, stance) FILTER (WHERE stance IS NOT NULL) AS stances
        FROM stances WHERE label_set = :label_set GROUP BY post
    )
    SELECT posts.key, posts.platform, posts.id, posts.conversation_id, posts.community, posts.author,
           posts.created_at, posts.url, posts.score, posts.state, posts.reposted IS NOT NULL,
           labels.camp, CASE labels.camp WHEN 'neutral' THEN labels.neutral_camp ELSE said.camp END,
           coalesce(said.stances, '{}'), labels.sentiment, coalesce(labels.reasons, '{}'),
           labels.switched_from, labels.switched_to, labels.windows, labels.abstained
    FROM posts
    LEFT JOIN labels ON labels.post = posts.key AND labels.label_set = :label_set
    LEFT JOIN said ON said.post = labels.post
    ORDER BY posts.key
"""
BLOCK = 256  # what they take stays in the cache of the processor


def opinions(connection: sqlite3.Connection, label_set: LabelSet | None) -> Iterator[Opinions]:
    """Read one opinion for every post, labelled or not, in the order in which the posts came, a block at a time."""
    rows = connection.execute(OPINIONS, {"label_set": label_set and label_set.key})
    time = datetime.fromisoformat
    while block := rows.fetchmany(BLOCK):
        (
            keys, platforms, ids, conversations, communities, authors, times, urls, scores, states, reposts, camps,
            shares, stances, sentiments, reasons, origins, destinations, windows, abstained,
        ) = zip(*block, strict=True)  # fmt: skip
        yield Opinions(
            keys, platforms, ids, conversations, communities, authors,
            [written and time(written) for written in times], urls, scores, [STATES[name] for name in states],
            [found == 1 for found in reposts], camps, shares, [_stances(text) for text in stances], sentiments,
            _likely(reasons), origins, destinations, windows, [ABSTAINED[name] for name in abstained],
        )  # fmt: skip


@lru_cache(maxsize=4096)  # a few targets with three stances each give few different texts
def _stances(text: str) -> Mapping[str, str]:
    stances: dict[str, str] = json.loads(text)
    return stances


def _likely(column: Sequence[str]) -> list[tuple[str, ...]]:
    """Name the likely reasons in each text; read as one they take half the time."""
    reasons: list[dict[str, float]] = json.loads(f"[{','.join(column)}]")
    return [tuple([name for name, share in said.items() if share >= LIKELY]) if said else () for said in reasons]
