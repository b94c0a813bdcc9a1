"""A post as a model reads it: with the texts that it answers."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from corpus.post import Post


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """One post to be labelled under its `key` in the corpus.

    `parent` is the full text of the post that it answers, `root` that of the first post of the conversation (None where
    that is the post itself or its parent), `quoted` that of the post it quotes; None where the corpus lacks the text.
    """

    key: int
    post: Post
    parent: str | None = None
    root: str | None = None
    quoted: str | None = None

    @property
    def content(self) -> tuple[object, ...]:
        """All that a label may depend on."""
        post = self.post
        return post.full_text, post.language, post.reply_to is None, self.parent, self.root, self.quoted
