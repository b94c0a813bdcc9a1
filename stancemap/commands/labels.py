"""Choose a label set by name."""

from __future__ import annotations

from typing import TYPE_CHECKING

from corpus.errors import InputError

if TYPE_CHECKING:
    from corpus.store import LabelSet, Store


def chosen(store: Store, name: str | None) -> LabelSet | None:
    """Find the label set of that name, or the newest (None where there is none)."""
    if name is None:
        return store.default_label_set()
    sets = {known.name: known for known in store.label_sets()}
    if name not in sets:
        raise InputError(f"no label set {name!r} in {store.path}: it has {', '.join(sets) or 'none'}")
    return sets[name]
