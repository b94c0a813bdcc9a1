"""Which examples train, which tune (dev) and which only report (test). Splits are by thread or id, fixed by a hash."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from nlp.training import corpora, unlabelled
from nlp.training.corpora import bucket

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    from nlp.training.example import Example


@dataclass(frozen=True, slots=True)
class Sources:
    """Examples by source name."""

    train: dict[str, list[Example]] = field(default_factory=dict)
    dev: dict[str, list[Example]] = field(default_factory=dict)
    test: dict[str, list[Example]] = field(default_factory=dict)


def load_sources(data: Path, written: Path) -> Sources:
    """Read every corpus. `data` holds the corpora of others, `written` the posts written for this project.

    Where a corpus brings its own test split, that is the test; where it brings none, a tenth of its threads (three
    tenths of Stack Overflow's comments) are. A tenth more is kept for tuning.
    """
    found = Sources()
    _own_test(found, "semeval", corpora.sentiment(data, "train"), corpora.sentiment(data, "test"))
    _own_test(found, "compsent", corpora.comparisons(data, "train"), corpora.comparisons(data, "test"))
    _own_test(found, "twitter_target", corpora.twitter_targets(data, "train"), corpora.twitter_targets(data, "test"))
    found.train["stance"] = list(corpora.stances(data, "train"))
    found.dev["stance"] = list(corpora.stances(data, "val"))
    found.test["stance"] = list(corpora.stances(data, "test"))
    found.train["mams"], found.dev["mams"] = list(corpora.mams(data, "train")), list(corpora.mams(data, "val"))
    found.train["rumour"], found.dev["rumour"] = (
        list(corpora.rumours(data, "train")),
        list(corpora.rumours(data, "dev")),
    )
    found.train["topic"] = list(corpora.topics(data, "train"))
    found.train["dev_github"] = list(corpora.developers(data, "github"))
    found.train["dev_jira"] = list(corpora.developers(data, "jira"))
    _split(found, corpora.developers(data, "so"), test=3)
    _split(found, corpora.written(written), test=1)
    found.train["sentences"] = list(unlabelled.sentences(found.train["written"]))
    found.train["crossed"] = list(unlabelled.crossed(found.train["written"]))
    found.train["framework_posts"] = list(corpora.framework_posts(data, test=False))
    found.test["framework_posts"] = list(corpora.framework_posts(data, test=True))
    return found


def _own_test(found: Sources, name: str, train: Iterable[Example], test: Iterable[Example]) -> None:
    found.test[name] = list(test)
    found.train[name], found.dev[name] = [], []
    for example in train:
        (found.dev if bucket(example.group, 20) == 0 else found.train)[name].append(example)


def _split(found: Sources, examples: Iterable[Example], *, test: int) -> None:
    """Put `test` tenths of the groups in test and one tenth in dev."""
    for example in examples:
        part = bucket(example.group)
        side = found.test if part < test else found.dev if part == test else found.train
        side.setdefault(example.source, []).append(example)
