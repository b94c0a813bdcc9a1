"""Made-up opinions for reports, and the report of them."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from corpus.frameworks import FRAMEWORKS
from corpus.label_set import LabelSet
from corpus.opinion import Opinion, Opinions
from corpus.post import State
from reports import ReportMeta, ReportSettings, build

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from corpus.annotation import Annotation
    from corpus.labels import Target
    from reports import Report

MONDAY = datetime(2023, 1, 9, 12, tzinfo=UTC)
LABELS = LabelSet(key=1, name="first", model="a-model", revision="r1", config_hash="c0ffee", created_at=MONDAY)
META = ReportMeta(label_set=LABELS, version="1.2.3", command="stancemap report -o out/")
SETTINGS = ReportSettings(pseudonym_key="secret", draws=200)
CAMPS = ("pro-pytorch", "pro-tensorflow", "pro-pytorch", "neutral")
LABELLED = Opinion(
    key=0, platform="reddit", id="", conversation_id="", community="r/MachineLearning", author="",
    created_at=MONDAY, url=None, score=1, state=State.LIVE, is_repost=False, camp="neutral",
    camp_probability=0.9, stances={"pytorch": "none", "tensorflow": "none", "jax": "none"}, sentiment="neutral",
    reasons=(), switched_from=None, switched_to=None, windows=1, abstained=None,
)  # fmt: skip


def opinion(key: int, **fields: object) -> Opinion:
    """One judged post, alone in its thread, by an author of its own."""
    named = {
        "key": key,
        "id": f"p{key}",
        "conversation_id": f"t{key}",
        "author": f"user{key}",
        "url": f"https://e.org/{key}",
    }
    return LABELLED._replace(**named | fields)


def debate(n: int = 120, **fields: object) -> list[Opinion]:
    """Posts over ten weeks in threads of three: half for PyTorch, a quarter for TensorFlow, a quarter neutral."""
    return [
        opinion(
            key,
            **{
                "conversation_id": f"t{key // 3}",
                "camp": CAMPS[key % 4],
                "created_at": MONDAY + timedelta(days=70 * key / n),
                "sentiment": ("negative", "neutral", "positive")[key % 3],
                "reasons": ("usability",) if key % 4 == 0 else (),
            }
            | fields,
        )
        for key in range(n)
    ]


def sentences(keys: Iterable[int]) -> dict[int, str]:
    """Texts that differ."""
    return {key: " ".join(f"word{key}x{place}" for place in range(8)) for key in keys}


def report(
    opinions: Iterable[Opinion],
    texts: Mapping[int, str] | None = None,
    targets: Sequence[Target] = FRAMEWORKS,
    meta: ReportMeta = META,
    annotations: Iterable[Annotation] = (),
    **settings: object,
) -> Report:
    """The report of some opinions, and of what people say of the same posts."""
    read = sentences if texts is None else lambda keys: {key: texts[key] for key in keys}
    return build(
        [Opinions.of(opinions)],
        read,
        targets=targets,
        settings=replace(SETTINGS, **settings),  # type: ignore[arg-type]
        meta=meta,
        annotations=annotations,
    )
