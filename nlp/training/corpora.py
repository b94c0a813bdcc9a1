"""Readers of labelled corpora: each turns files into examples.

The corpora and their papers: SemEval-2017 Task 4 (Rosenthal et al. 2017), TweetEval (Barbieri et al. 2020) with
SemEval-2016 Task 6 stance (Mohammad et al. 2016), CompSent-19 (Panchenko et al. 2019), MAMS (Jiang et al. 2019),
Twitter target sentiment (Dong et al. 2014), RumourEval 2017 (Derczynski et al. 2017), developer sentiment (GitHub,
Jira, Stack Overflow).
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from corpus.errors import InputError
from corpus.frameworks import FRAMEWORKS
from corpus.labels import NEUTRAL, REASONS, SENTIMENTS, STANCES, Target
from nlp.mentions import Mentions
from nlp.training.example import Example

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

COMPARED = ("BETTER", "WORSE", "NONE")  # the first of a pair against the second
COMPARISON = "compsent"  # the source of every example that is a pair and which of it is the better one
_POLARITY = {"negative": "against", "neutral": "none", "positive": "favor"}
_FRAMEWORK_MENTIONS = Mentions(FRAMEWORKS)


def rows(path: Path, advice: str = "name the folder of labelled corpora with --data") -> Iterator[dict[str, Any]]:
    """Read a JSON Lines file; `advice` says what to do where it is missing."""
    try:
        with path.open(encoding="utf-8") as lines:
            yield from (json.loads(line) for line in lines if line.strip())
    except OSError as error:
        raise InputError(f"{path}: {error.strerror}: {advice}") from error
    except ValueError as error:
        raise InputError(f"{path} is not JSON Lines: {error}") from error


def bucket(key: str, buckets: int = 10) -> int:
    """Assign a key to one of `buckets` parts, the same on every machine."""
    return int.from_bytes(hashlib.sha256(key.encode()).digest()[:8]) % buckets


def sentiment(folder: Path, split: str) -> Iterator[Example]:
    """SemEval-2017 Task 4A: the tone of a tweet."""
    for row in rows(folder / "semeval2017_sentiment" / f"{split}.jsonl"):
        yield toned(row, row["id"], "semeval")


def developers(folder: Path, part: str) -> Iterator[Example]:
    """Developer sentiment: part "github", "jira" or "so"."""
    for row in rows(folder / "developer_sentiment" / f"{part}.jsonl"):
        yield toned(row, f"{part}-{row['id']}", f"dev_{part}")


def topics(folder: Path, split: str) -> Iterator[Example]:
    """SemEval-2017 Task 4C/E: sentiment toward a topic, read as a stance."""
    for row in rows(folder / "semeval2017_topic" / f"{split}.jsonl"):
        yield toward(row, row["id"], "topic")


def twitter_targets(folder: Path, split: str) -> Iterator[Example]:
    """Dong et al. 2014: sentiment toward a person, company or product, read as a stance."""
    for n, row in enumerate(rows(folder / "target_sentiment_twitter" / f"{split}.jsonl")):
        yield toward(row, f"tt-{n}", "twitter_target")


def mams(folder: Path, split: str) -> Iterator[Example]:
    """MAMS: two or more opinions in a sentence, read as stances."""
    for n, row in enumerate(rows(folder / "mams" / f"{split}.jsonl")):
        yield toward(row, f"mams-{n}", "mams")


def stances(folder: Path, split: str) -> Iterator[Example]:
    """SemEval-2016 Task 6 (TweetEval's files): stance toward a target that need not be named."""
    for n, row in enumerate(rows(folder / "tweeteval_stance" / f"{split}.jsonl")):
        yield toward(row, f"stance-{split}-{n}", "stance")


def rumours(folder: Path, split: str) -> Iterator[Example]:
    """RumourEval 2017: what a reply thinks of the post it answers, read as a stance toward "the claim"."""
    names = {"support": "favor", "deny": "against"}
    for row in rows(folder / "rumoureval" / f"{split}.jsonl"):
        claim = {"text": row["text"], "target": "the claim", "label": names.get(row["label"], "none")}
        example = toward(claim, row["id"], "rumour")
        if row.get("parent_text"):
            yield replace(example, context=row["parent_text"], group=row["parent_text"])


def comparisons(folder: Path, split: str) -> Iterator[Example]:
    """CompSent-19: which of two things is the better one, read as a camp."""
    for row in rows(folder / "compsent19" / f"{split}.jsonl"):
        yield comparison(row, row["id"])


def framework_posts(folder: Path, *, test: bool) -> Iterator[Example]:
    """Real posts that mention the frameworks; the first hex digit of sha256(id) tells train (even) from test (odd)."""
    place = folder / "framework_posts"
    labels = {row["id"]: row for row in rows(place / "labels.jsonl")}
    texts = {(row["conversation_id"], row["kind"] == "comment"): row["text"] for row in rows(place / "posts.jsonl")}
    for post in rows(place / "posts.jsonl"):
        odd = int(hashlib.sha256(post["id"].encode()).hexdigest()[0], 16) % 2 == 1
        if post["id"] in labels and odd == test:
            parent = texts.get((post["reply_to"], False)) if post["reply_to"] else None
            yield written_example({**labels[post["id"]], "text": post["text"], "parent": parent}, "framework_posts")


def written(folder: Path) -> Iterator[Example]:
    """Read posts written for this project, every file in the folder."""
    files = sorted(folder.glob("*.jsonl"))
    if not files:
        raise InputError(f"{folder} holds no .jsonl files: name the folder of written posts with --written")
    for file in files:
        for row in rows(file):
            yield written_example(row, "written")
            if row.get("other"):
                yield _other_debate(row)


def written_example(row: dict[str, Any], source: str, targets: tuple[Target, ...] = FRAMEWORKS) -> Example:
    """Read one record labelled by the project's annotation rules (`parent` or `parent_text` is optional).

    A label that the record lacks stays unknown; one that the rules do not know is an InputError.
    """
    context = row.get("parent") or row.get("parent_text")
    names = [target.name for target in targets]
    held = _held(row["stance"], names) if row.get("stance") else None
    switch, ends = row.get("switch") or {}, (*names, NEUTRAL)
    camp = str(row["camp"]).removeprefix("pro-") if "camp" in row else None
    return Example(
        id=row["id"],
        source=source,
        text=row["text"],
        context=context,
        group=row.get("group") or context or row["id"],
        targets=targets,
        camp=None if camp is None else place(ends, camp, "camp"),
        stances=held,
        sentiment=place(SENTIMENTS, row["sentiment"], "sentiment") if "sentiment" in row else None,
        reasons=tuple(place(REASONS, name, "reason") for name in row["reasons"]) if "reasons" in row else None,
        left=place(ends, switch.get("from") or NEUTRAL, "switch from") if "switch" in row else None,
        joined=place(ends, switch.get("to") or NEUTRAL, "switch to") if "switch" in row else None,
        relevant=_relevance(row["text"], context, held) if held else None,
    )


def toned(row: dict[str, Any], identity: str, source: str) -> Example:
    """Read a `text` whose tone alone is known (`label`); the frameworks stand in its slots, as when it matters."""
    return Example(
        id=identity,
        source=source,
        text=row["text"],
        group=identity,
        targets=FRAMEWORKS,
        sentiment=place(SENTIMENTS, row["label"], "label"),
        relevant=None if _FRAMEWORK_MENTIONS.find(row["text"]) else False,
    )


def toward(row: dict[str, Any], identity: str, source: str) -> Example:
    """Read a `text` with the stance toward one `target`, its `label`, or toward several `targets`."""
    held = {part["target"]: place(STANCES, _stance(part["label"]), "label") for part in row.get("targets") or [row]}
    return Example(
        id=identity,
        source=source,
        text=row["text"],
        group=row["text"],
        targets=tuple(map(_named, held)),
        stances=tuple(held.values()),
    )


def comparison(row: dict[str, Any], identity: str) -> Example:
    """Read a `text` whose `label` says whether `object_a` is BETTER or WORSE than `object_b`, or NONE; as a camp."""
    pair = (_named(row["object_a"]), _named(row["object_b"]))
    camp = place(COMPARED, row["label"], "label")
    return Example(id=identity, source=COMPARISON, text=row["text"], targets=pair, camp=camp, group=row["text"])


def place(names: Sequence[str], label: object, key: str) -> int:
    """Find a label's index; InputError where it is none of the names."""
    if label not in names:
        raise InputError(f"{key} {label!r} is none of {', '.join(names)}")
    return names.index(str(label))


def _held(stance: dict[str, Any], names: Sequence[str]) -> tuple[int | None, ...]:
    """Read a stance for each target; None toward those that the record leaves out."""
    known = {
        place(names, name, "stance toward"): place(STANCES, side, f"stance toward {name}")
        for name, side in stance.items()
    }
    return tuple(known.get(n) for n in range(len(names)))


def _stance(label: object) -> object:
    """Read a polarity, in words or as a number, as a stance; what is neither stays as it is."""
    if isinstance(label, int):
        return "none" if label == 0 else "favor" if label > 0 else "against"
    return _POLARITY.get(str(label), label)


def _relevance(text: str, context: str | None, held: Sequence[int | None]) -> bool | None:
    """Say whether a post takes a stance or names a target; unknown where a stance is, or only the context names one."""
    if any(stance not in (None, STANCES.index("none")) for stance in held) or _FRAMEWORK_MENTIONS.find(text):
        return True
    return None if None in held or (context and _FRAMEWORK_MENTIONS.find(context)) else False


def _other_debate(row: dict[str, Any]) -> Example:
    """Read what a post says of the things it names beside the frameworks, or in another debate altogether."""
    names = list(row["other"])
    held = [STANCES.index(row["other"][name]) for name in names]
    favoured = [n for n, stance in enumerate(held) if stance == STANCES.index("favor")]
    return Example(
        id=row["id"],
        source="debates",
        text=row["text"],
        context=row.get("parent"),
        group=row.get("group") or row.get("parent") or row["id"],
        targets=tuple(map(_named, names)),
        camp=favoured[0] if len(favoured) == 1 else len(names),
        stances=tuple(held),
        sentiment=SENTIMENTS.index(row["sentiment"]),
        relevant=True,
    )


def _named(name: str) -> Target:
    return Target(name=name, label=name, aliases=(name,))
