"""One exported post: nested for JSON, flat for tables."""

from __future__ import annotations

from dataclasses import fields
from datetime import datetime
from typing import TYPE_CHECKING, Any

from corpus.labels import NEUTRAL, SENTIMENTS, STANCES, Labels
from corpus.post import Post
from corpus.row import to_iso

if TYPE_CHECKING:
    from collections.abc import Sequence
POST_FIELDS = tuple(field.name for field in fields(Post))
KINDS: dict[str, type] = {"created_at": datetime, "seen_at": datetime, "score": int, "reasons": dict}
UNLABELLED = Labels(camp={}, sentiment={}, stances={}, reasons={})


def columns(targets: Sequence[str]) -> dict[str, type]:
    """Name the columns of a table of posts, with the kind of value in each."""
    names = [*POST_FIELDS, "camp", "sentiment", "reasons", "switched_from", "switched_to", "abstained", "label_set"]
    names += (f"stance_{target}" for target in targets)
    shares = [f"camp_{camp}" for camp in (NEUTRAL, *targets)]
    shares += (f"stance_{target}_{stance}" for target in targets for stance in STANCES)
    shares += (f"sentiment_{sentiment}" for sentiment in SENTIMENTS)
    return {name: KINDS.get(name, str) for name in names} | dict.fromkeys(shares, float)


def flat(post: Post, labels: Labels | None, label_set: str | None) -> dict[str, Any]:
    """Give a post and its labels under the names of `columns`, without the columns that have no value."""
    record = _post(post)
    if labels is None:
        return record
    record |= _label(labels, label_set)
    record |= {f"camp_{camp}": share for camp, share in labels.camp.items()}
    record |= {f"sentiment_{sentiment}": share for sentiment, share in labels.sentiment.items()}
    for target, label in labels.stances.items():
        record[f"stance_{target}"] = label.stance
        record |= {f"stance_{target}_{stance}": getattr(label, stance) for stance in STANCES}
    return record


def nested(post: Post, labels: Labels | None, label_set: str | None) -> dict[str, Any]:
    """Give a post and its labels as JSON holds them; what the model did not say is null or empty."""
    said = labels or UNLABELLED
    times = {"created_at": to_iso(post.created_at), "seen_at": to_iso(post.seen_at)}
    stance_probabilities = {
        target: {stance: getattr(label, stance) for stance in STANCES} for target, label in said.stances.items()
    }
    return (
        _post(post)
        | times
        | _label(said, label_set if labels else None)
        | {
            "camp_probabilities": dict(said.camp),
            "sentiment_probabilities": dict(said.sentiment),
            "stance": {target: label.stance for target, label in said.stances.items()},
            "stance_probabilities": stance_probabilities,
        }
    )


def _post(post: Post) -> dict[str, Any]:
    return {name: getattr(post, name) for name in POST_FIELDS} | {"state": post.state.value}


def _label(labels: Labels, label_set: str | None) -> dict[str, Any]:
    return {
        "camp": labels.camp_label if labels.camp else None,
        "sentiment": labels.sentiment_label if labels.sentiment else None,
        "reasons": dict(labels.reasons),
        "switched_from": labels.switched_from,
        "switched_to": labels.switched_to,
        "abstained": labels.abstained.value if labels.abstained else None,
        "label_set": label_set,
    }
