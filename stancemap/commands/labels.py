"""Label sets: choose one by name, and tell one from another."""

from __future__ import annotations

import hashlib
import json
from dataclasses import asdict
from typing import TYPE_CHECKING

from corpus.errors import InputError

if TYPE_CHECKING:
    from corpus.label_set import LabelSet
    from stancemap.config import Config
    from stancemap.corpora import Corpus


def chosen(store: Corpus, name: str | None) -> LabelSet | None:
    """Find the label set of that name, or the default (None where there is none)."""
    if name is None:
        return store.default_label_set()
    sets = {known.name: known for known in store.label_sets()}
    if name not in sets:
        raise InputError(f"no label set {name!r} in {store.path}: it has {', '.join(sets) or 'none'}")
    return sets[name]


def config_hash(config: Config, revision: str) -> str:
    """Name what labels depend on, beside the posts: the model's revision and the targets, whatever their colours."""
    targets = [{name: value for name, value in asdict(target).items() if name != "colour"} for target in config.targets]
    asked = json.dumps(targets, sort_keys=True)
    return hashlib.sha256(f"{revision} {asked}".encode()).hexdigest()[:12]
