"""From posts as they lie in a corpus to labels: what to read, when to abstain, how to say it.

A labeller is a plain object from a batch of readings to a batch of labels, so that a local loop and a remote worker run
the same code.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

from corpus.labels import NEUTRAL, REASONS, SENTIMENTS, STANCES, Abstained, Labels, StanceLabel, abstention
from nlp.language import readable
from nlp.mentions import Mentions

if TYPE_CHECKING:
    from collections.abc import Sequence

    from corpus.labels import Target
    from corpus.reading import Reading
    from nlp.predict import Prediction, Predictor

_BARE_REPLY = 12  # words: a reply this short that names nothing cannot be read without what it answers
_ROOT = 240  # characters of the thread's first post that are read with a reply to a later one


class Labeller(Protocol):
    """What the program asks of any model.

    `revision` changes whenever its answers may; `parallel` says whether several threads may call `label` at once.
    """

    name: str
    revision: str
    parallel: bool

    def label(self, readings: Sequence[Reading]) -> list[Labels]:
        """Label a batch; one answer for each reading, in order."""
        ...


class StanceLabeller:
    """The built-in kind of model: one pass gives every label."""

    parallel = True

    def __init__(self, predictor: Predictor, *, name: str, revision: str, languages: Sequence[str]) -> None:
        self.name, self.revision = name, revision
        self._predictor, self._languages = predictor, languages
        self._targets = predictor.reader.targets
        self._mentions = Mentions(self._targets)

    def label(self, readings: Sequence[Reading]) -> list[Labels]:
        """Label a batch; one answer for each reading, in order."""
        pairs = [self._pair(reading) for reading in readings]
        reasons = [
            unreadable(reading, text, self._mentions, self._languages)
            for reading, (text, _) in zip(readings, pairs, strict=True)
        ]
        chosen = [n for n, reason in enumerate(reasons) if reason is None]
        predictions = dict(zip(chosen, self._predictor.predict([pairs[n] for n in chosen]), strict=True))
        return [
            self._judged(readings[n], pairs[n][0], predictions[n]) if reason is None else abstention(reason)
            for n, reason in enumerate(reasons)
        ]

    def _pair(self, reading: Reading) -> tuple[str, str | None]:
        return self._mentions.clean(reading.post.full_text), context_of(reading, self._mentions)

    def _judged(self, reading: Reading, text: str, prediction: Prediction) -> Labels:
        if not prediction.named:
            orphan = reading.post.reply_to is not None and reading.parent is None
            if orphan and len(text.split()) <= _BARE_REPLY:
                return abstention(Abstained.CONTEXT)
            if prediction.relevance < 0.5:
                return abstention(Abstained.OFF_TOPIC)
        return as_labels(prediction, self._targets)


def unreadable(reading: Reading, text: str, mentions: Mentions, languages: Sequence[str]) -> Abstained | None:
    """Say why a post, its text cleaned, is not given to a model at all; None where it is."""
    said = text.replace("http", "").replace("@user", "")
    if not any(sign.isprintable() and not sign.isspace() for sign in said):
        return Abstained.EMPTY
    if not readable(reading.post.full_text, reading.post.language, languages):
        return Abstained.LANGUAGE
    if any(map(str.isalnum, said)) or mentions.find(said) or reading.parent or reading.quoted:
        return None
    return Abstained.CONTEXT if reading.post.reply_to is not None else Abstained.OFF_TOPIC  # a sign says yes, to what?


def context_of(reading: Reading, mentions: Mentions) -> str | None:
    """Take, cleaned, what a post answers or quotes, and the thread's beginning where nothing nearer names a target."""
    parts = [mentions.clean(part) for part in (reading.parent, reading.quoted) if part]
    if reading.root and not any(map(mentions.find, parts)):
        parts.append(mentions.clean(reading.root)[:_ROOT].rstrip())
    return " | ".join(filter(None, parts)) or None


def as_labels(prediction: Prediction, targets: Sequence[Target]) -> Labels:
    """Name the numbers of a prediction."""
    names = [target.name for target in targets]
    camp = dict(zip([*names, NEUTRAL], map(float, prediction.camp), strict=True))
    stances = {
        name: StanceLabel(**dict(zip(STANCES, map(float, row), strict=True)))
        for name, row in zip(names, prediction.stance, strict=True)
    }
    reasons = dict(zip(REASONS, map(float, prediction.reasons), strict=True))
    held = any(stance.stance != "none" for stance in stances.values())
    left, joined = int(prediction.left.argmax()), int(prediction.joined.argmax())
    moved = left != joined and left < len(names) and joined < len(names)
    return Labels(
        camp=camp,
        sentiment=dict(zip(SENTIMENTS, map(float, prediction.sentiment), strict=True)),
        stances=stances,
        reasons={name: p for name, p in reasons.items() if held and p >= 0.5},
        switched_from=names[left] if moved else None,
        switched_to=names[joined] if moved else None,
        windows=prediction.windows,
    )
