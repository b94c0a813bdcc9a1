"""What is kept when a post is seen again: the rules, without the database."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeVar

from corpus.post import State
from corpus.row import full_text

if TYPE_CHECKING:
    from corpus.row import PostRow

READABLE = frozenset({State.LIVE, State.TRUNCATED})
T = TypeVar("T")


def is_accepted(old: PostRow, new: PostRow) -> bool:
    """Say whether a new sight may change what is stored.

    An older one may not. A post that is gone comes back only with a sight known to be later, so that importing an old
    archive undoes nobody's deletion.
    """
    if old.seen_at is not None and new.seen_at is not None:
        return new.seen_at >= old.seen_at
    return not (is_tombstone(old) and new.state in READABLE)


def shows_less(old: PostRow, new: PostRow) -> bool:
    """Say whether a new sight of a readable post shows less of its text than is stored."""
    if not old.text or new.state not in READABLE:
        return False
    return not new.text or (new.state == State.TRUNCATED and old.state == State.LIVE)


def is_tombstone(row: PostRow) -> bool:
    """Say whether only the place of the post is left."""
    return row.state not in READABLE and not row.text


def merge(old: PostRow, new: PostRow) -> PostRow:
    """Combine what is stored with an accepted new sight of it; what that does not know stays as it was."""
    body = old if shows_less(old, new) else new
    return new._replace(
        # A reply that names itself as its conversation comes from a source that does not know the conversation.
        conversation_id=old.conversation_id if new.conversation_id == new.id else new.conversation_id,
        reply_to=_known(new.reply_to, old.reply_to),
        quoted=_known(new.quoted, old.quoted),
        reposted=_known(new.reposted, old.reposted),
        community=_known(new.community, old.community),
        author=_known(new.author, old.author) if new.state in READABLE else new.author,
        created_at=_known(new.created_at, old.created_at),
        language=_known(new.language, old.language),
        url=_known(new.url, old.url) if new.state in READABLE else new.url,  # it may name the author
        score=_known(new.score, old.score),
        state=body.state,
        seen_at=_known(new.seen_at, old.seen_at),
        title=new.title if is_tombstone(new) else _known(new.title, old.title),
        text=body.text,
    )


def reads_differently(old: PostRow, new: PostRow) -> bool:
    """Say whether labels of this post were made from something else."""
    return _read(old) != _read(new)


def says_otherwise(old: PostRow | None, new: PostRow) -> bool:
    """Say whether posts that are read with this one were read with another text of it, or without it."""
    return full_text(new.title, new.text) != (full_text(old.title, old.text) if old else None)


def _read(row: PostRow) -> tuple[object, ...]:
    return row.title, row.text, row.language, row.reply_to, row.quoted, row.conversation_id, row.state in READABLE


def _known(new: T | None, old: T | None) -> T | None:
    return old if new is None else new
