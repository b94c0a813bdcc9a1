"""Reading what posts are read with: the texts that they answer, quote, and belong to."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from corpus.row import full_text

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Sequence

    from corpus.post import Post

CONTEXTS = """
    SELECT parent.title, parent.text, root.title, root.text, quoted.title, quoted.text
    FROM json_each(?) AS asked
    LEFT JOIN posts AS parent ON parent.platform = asked.value ->> 0 AND parent.id = asked.value ->> 1
    LEFT JOIN posts AS root ON root.platform = asked.value ->> 0 AND root.id = asked.value ->> 2
    LEFT JOIN posts AS quoted ON quoted.platform = asked.value ->> 0 AND quoted.id = asked.value ->> 3
    ORDER BY asked.key
"""


def contexts(connection: sqlite3.Connection, posts: Sequence[Post]) -> list[tuple[str | None, str | None, str | None]]:
    """Read the full texts of the parent, root and quoted post of each, as `Reading` defines them."""
    asked = [
        (
            post.platform,
            post.reply_to,
            None if post.conversation_id in (post.id, post.reply_to) else post.conversation_id,
            post.quoted,
        )
        for post in posts
    ]
    rows = connection.execute(CONTEXTS, (json.dumps(asked),))
    return [(full_text(*row[:2]), full_text(*row[2:4]), full_text(*row[4:])) for row in rows]
