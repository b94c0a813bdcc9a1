"""Give posts labels without a model."""

from __future__ import annotations

from typing import TYPE_CHECKING

from corpus.reading import Reading

if TYPE_CHECKING:
    from collections.abc import Iterable

    from corpus.label_set import LabelSet
    from corpus.labels import Labels
    from corpus.store import Store


def give(store: Store, label_set: LabelSet, items: Iterable[tuple[int, Labels]]) -> None:
    """Label posts by their keys, which count from one in the order in which they came."""
    posts = list(store.posts())
    readings = {
        key: Reading(key=key, post=post, parent=parent, root=root, quoted=quoted)
        for key, (post, (parent, root, quoted)) in enumerate(zip(posts, store.contexts(posts), strict=True), start=1)
    }
    store.add_labels(label_set, ((readings[key], labels) for key, labels in items))
