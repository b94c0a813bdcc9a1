"""Reading every opinion of a corpus for a report: a million rows in one query."""

from __future__ import annotations

import json
from datetime import datetime
from functools import lru_cache
from typing import TYPE_CHECKING

from corpus.labels import Abstained
from corpus.opinion import Opinion
from corpus.row import STATES

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Iterator, Mapping

    from corpus.label_set import LabelSet

OPINIONS = """
    SELECT posts.key, posts.platform, posts.id, posts.conversation_id, posts.reply_to, posts.community, posts.author,
           posts.created_at, posts.language, posts.url, posts.score, posts.state, posts.reposted IS NOT NULL,
           labels.camp,
           CASE labels.camp WHEN 'neutral' THEN labels.neutral_camp ELSE max(stances.camp) END,
           json_group_object(stances.target, stances.stance) FILTER (WHERE stances.stance IS NOT NULL),
           labels.sentiment, labels.reasons, labels.switched_from, labels.switched_to, labels.windows, labels.abstained
    FROM posts
    LEFT JOIN labels ON labels.post = posts.key AND labels.label_set = :label_set
    LEFT JOIN stances ON stances.post = labels.post AND stances.label_set = labels.label_set
    GROUP BY posts.key ORDER BY posts.key
"""
ABSTAINED = {reason.value: reason for reason in Abstained}
LIKELY = 0.5


def opinions(connection: sqlite3.Connection, label_set: LabelSet | None) -> Iterator[Opinion]:
    """Read one opinion for every post, labelled or not, in the order in which the posts came."""
    time = datetime.fromisoformat
    for (
        key, platform, id_, conversation_id, reply_to, community, author, created_at, language, url, score, state,
        is_repost, camp, camp_probability, stances, sentiment, reasons, switched_from, switched_to, windows, abstained,
    ) in connection.execute(OPINIONS, {"label_set": label_set and label_set.key}):  # fmt: skip
        yield Opinion(
            key, platform, id_, conversation_id, reply_to, community, author, created_at and time(created_at),
            language, url, score, STATES[state], is_repost == 1, camp, camp_probability, _stances(stances), sentiment,
            _likely(reasons) if reasons else (), switched_from, switched_to, windows,
            abstained and ABSTAINED[abstained],
        )  # fmt: skip


@lru_cache(maxsize=4096)  # a few targets with three stances each give few different texts
def _stances(text: str) -> Mapping[str, str]:
    stances: dict[str, str] = json.loads(text)
    return stances


def _likely(reasons: str) -> tuple[str, ...]:
    return tuple(name for name, probability in json.loads(reasons).items() if probability >= LIKELY)
