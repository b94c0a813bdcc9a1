"""Any Hugging Face sequence classifier in place of the built-in model, from a local folder or the Hub.

A classifier answers one question: the tone of a post, the stance of a text pair (text, target), or whether a text
entails a hypothesis (an NLI model, for zero-shot stance: Yin et al. 2019). The order of a model's classes is read from
its own `id2label` and mapped by name; a model whose class names are unknown is refused, never guessed.
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import torch
from safetensors import SafetensorError

from corpus.errors import ModelError
from corpus.labels import NEUTRAL, SENTIMENTS, STANCES, Abstained, Labels, StanceLabel, abstention
from nlp import hub
from nlp.labeller import unreadable
from nlp.mentions import Mentions

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from numpy.typing import NDArray

    from corpus.labels import Target
    from corpus.reading import Reading

    Array = NDArray[np.float64]

_KNOWN = {
    "negative": "negative", "neg": "negative", "neutral": "neutral", "neu": "neutral", "positive": "positive",
    "pos": "positive", "against": "against", "none": "none", "favor": "favor", "favour": "favor",
    "entailment": "entailment", "contradiction": "contradiction",
}  # fmt: skip
_NEEDED = {
    "sentiment": SENTIMENTS,
    "stance": STANCES,
    "nli": ("entailment", "neutral", "contradiction"),
}
_ELSEWHERE = ("model", "revision", "local_files_only", "batch")  # settings that change no answer of the same weights
_WEIGHTS = (".json", ".safetensors", ".txt", ".model", ".jinja")  # what a folder's answers depend on
_SHORTEST = 16  # characters: a text is not cut further, however little the model reads
_LONGEST = 512  # tokens read at once, where the model does not say less


@dataclass(frozen=True, slots=True, kw_only=True)
class ClassifierSettings:
    """Where a classifier is (a folder, or a Hub id with its pinned `revision`) and what it answers.

    `task` is "sentiment", "stance" (the target's label is the second text) or "nli" (the hypotheses `favor` and
    `against` with {target} filled in). `labels` maps the model's own class names to ours
    where they are not the usual words.
    """

    model: str
    task: str
    revision: str = ""
    local_files_only: bool = False
    labels: Mapping[str, str] = field(default_factory=dict)
    favor: str = "The author is in favour of {target}."
    against: str = "The author is against {target}."
    languages: tuple[str, ...] = ("en",)
    batch: int = 32


class Classifier:
    """One sequence classifier, its classes in our order."""

    def __init__(self, settings: ClassifierSettings, device: torch.device) -> None:
        from transformers import AutoModelForSequenceClassification, AutoTokenizer

        if settings.task not in _NEEDED:
            raise ModelError(f"task {settings.task!r} is unknown: choose one of {', '.join(_NEEDED)}")
        folder = Path(settings.model).expanduser()
        if settings.model.startswith((".", "/", "~")) and not folder.is_dir():
            raise ModelError(f"there is no model folder {settings.model}: check its name in the configuration")
        name, revision = str(folder) if folder.is_dir() else settings.model, settings.revision or None
        why = None if settings.local_files_only else hub.silence(name, revision)
        place: dict[str, Any] = {"revision": revision, "local_files_only": settings.local_files_only or bool(why)}
        try:
            self._tokenizer = AutoTokenizer.from_pretrained(name, trust_remote_code=False, **place)
            self._model = AutoModelForSequenceClassification.from_pretrained(
                name, trust_remote_code=False, use_safetensors=True, **place
            )
        except (OSError, ValueError, RuntimeError, KeyError, TypeError, SafetensorError) as error:
            reason = hub.unreachable(why) if why else " ".join(str(error).split())[:160]
            raise ModelError(f"model {settings.model} cannot be opened: {reason}") from error
        self.classes = _NEEDED[settings.task]
        self.order = class_order(self._model.config.id2label, self.classes, settings.labels, settings.model)
        self._model.to(device).eval()
        self._device, self._batch = device, settings.batch
        self._length = min(_LONGEST, self._tokenizer.model_max_length)
        commit = str(getattr(self._model.config, "_commit_hash", None) or settings.revision)
        self.revision = f"{_digest(folder) if folder.is_dir() else commit}-{_asked(settings)}"

    @torch.inference_mode()
    def probabilities(self, pairs: Sequence[tuple[str, str | None]]) -> Array:
        """Classify (text, second text) pairs: [N, classes], each row summing to 1."""
        rows = np.zeros((len(pairs), len(self.classes)))
        order = sorted(range(len(pairs)), key=lambda n: len(pairs[n][0]))
        for start in range(0, len(order), self._batch):
            chosen = order[start : start + self._batch]
            seconds = [pairs[n][1] for n in chosen]
            encoded = self._tokenizer(
                [pairs[n][0] for n in chosen],
                None if None in seconds else seconds,
                truncation="only_first",
                max_length=self._length,
                padding=True,
                return_tensors="pt",
            )
            logits = self._model(**encoded.to(self._device)).logits.float()
            rows[chosen] = logits[:, self.order].softmax(-1).cpu().numpy()
        return rows.round(4)

    def windows(self, text: str, seconds: Sequence[str | None]) -> list[str]:
        """Cut a text between words into parts that the model reads whole beside each of the second texts."""
        if len(text) < _SHORTEST or self._tokens(text, seconds) <= self._length:
            return [text]
        middle = len(text) // 2
        space = text.find(" ", middle)
        cut = middle if space < 0 else space
        return [part for half in (text[:cut], text[cut:].lstrip()) for part in self.windows(half, seconds)]

    def _tokens(self, text: str, seconds: Sequence[str | None]) -> int:
        others = None if None in seconds else list(seconds)
        encoded = self._tokenizer([text] * len(seconds), others, truncation=False, verbose=False)
        return max(map(len, encoded["input_ids"]))


def class_order(
    id2label: Mapping[int, str], needed: Sequence[str], renamed: Mapping[str, str], model: str
) -> list[int]:
    """Find the column of each class that we need; ModelError names the model's classes where one is missing."""
    columns = {}
    for column, name in id2label.items():
        columns[renamed.get(name) or _KNOWN.get(name.lower(), name.lower())] = int(column)
    missing = [name for name in needed if name not in columns]
    if missing:
        have = ", ".join(map(str, id2label.values()))
        raise ModelError(
            f"model {model} has the classes {have}, none of them known as {missing[0]!r}: map them with [model.labels]"
        )
    return [columns[name] for name in needed]


class ClassifierLabeller:
    """A sentiment classifier, a stance classifier, or both, answering as the built-in model would.

    Without a stance classifier every camp is neutral; without one for sentiment every tone is neutral. A long text is
    read in windows: tone is averaged over them; a side taken in one of them is a side taken.
    """

    parallel = False  # transformers' tokenizers may not be shared by threads

    def __init__(
        self,
        targets: Sequence[Target],
        *,
        sentiment: tuple[ClassifierSettings, Classifier] | None,
        stance: tuple[ClassifierSettings, Classifier] | None,
    ) -> None:
        parts = [part for part in (sentiment, stance) if part]
        self.name = "+".join(settings.model for settings, _ in parts)
        self.revision = "+".join(classifier.revision for _, classifier in parts)
        self._targets, self._mentions = tuple(targets), Mentions(targets)
        self._sentiment, self._stance = sentiment, stance
        self._languages = _common([settings.languages for settings, _ in parts])

    def label(self, readings: Sequence[Reading]) -> list[Labels]:
        """Label a batch; one answer for each reading, in order."""
        declined = [self._declined(reading) for reading in readings]
        chosen = [reading for reading, reason in zip(readings, declined, strict=True) if reason is None]
        answers = iter(self.judge([reading.post.full_text for reading in chosen]))
        return [next(answers) if reason is None else abstention(reason) for reason in declined]

    def judge(self, texts: Sequence[str]) -> list[Labels]:
        """Answer for every text, also where `label` would abstain."""
        cleaned = [self._mentions.clean(text) for text in texts]
        answers = zip(self._tones(cleaned), self._stances(cleaned), strict=True)
        return [self._labels(tones, stances) for tones, stances in answers]

    def _declined(self, reading: Reading) -> Abstained | None:
        text = self._mentions.clean(reading.post.full_text)
        if reason := unreadable(reading, text, self._mentions, self._languages):
            return reason
        around = [
            text,
            *(self._mentions.clean(part) for part in (reading.parent, reading.quoted, reading.root) if part),
        ]
        return None if any(map(self._mentions.find, around)) else Abstained.OFF_TOPIC

    def _tones(self, texts: Sequence[str]) -> list[Array]:
        """Read the tone of every window of every text: [W, 3] each, in the order of SENTIMENTS."""
        if self._sentiment is None:
            return [np.array([[0.0, 1.0, 0.0]])] * len(texts)
        classifier = self._sentiment[1]
        parts = [classifier.windows(text, [None]) for text in texts]
        return _of_each(parts, classifier.probabilities([(part, None) for group in parts for part in group]))

    def _stances(self, texts: Sequence[str]) -> list[Array]:
        """Ask about every target of every window of every text: [W, T, 3] each, in the order of STANCES."""
        names = [target.label for target in self._targets]
        if self._stance is None:
            return [np.tile([0.0, 1.0, 0.0], (1, len(names), 1))] * len(texts)
        settings, classifier = self._stance
        asked = [[text.replace("{target}", name) for name in names] for text in (settings.favor, settings.against)]
        seconds = asked if settings.task == "nli" else [names]
        parts = [classifier.windows(text, [second for group in seconds for second in group]) for text in texts]
        flat = [part for group in parts for part in group]
        rows = [classifier.probabilities([(part, second) for part in flat for second in group]) for group in seconds]
        stances = _from_entailment(*(row[:, 0] for row in rows)) if settings.task == "nli" else rows[0]
        return _of_each(parts, stances.reshape(len(flat), len(names), 3))

    def _labels(self, tones: Array, stances: Array) -> Labels:
        """Join the windows of one text, the firmest for each target: tones [W, 3], stances [W, T, 3]."""
        firmest = stances[:, :, STANCES.index("none")].argmin(0)
        held = {
            target.name: StanceLabel(**dict(zip(STANCES, map(float, stances[firmest[n], n]), strict=True)))
            for n, target in enumerate(self._targets)
        }
        sentiment = dict(zip(SENTIMENTS, map(float, tones.mean(0).round(4)), strict=True))
        windows = max(len(tones), len(stances))
        return Labels(camp=camps(held), sentiment=sentiment, stances=held, reasons={}, windows=windows)


def _common(languages: Sequence[tuple[str, ...]]) -> tuple[str, ...]:
    """Name the languages that every part reads; a part that names none reads every language."""
    limited = [each for each in languages if each]
    if not limited:
        return ()
    common = tuple(name for name in limited[0] if all(name in each for each in limited))
    if not common:
        raise ModelError("[model.sentiment] and [model.stance] have no language in common: let their languages overlap")
    return common


def _of_each(parts: Sequence[Sequence[str]], rows: Array) -> list[Array]:
    """Give each text the rows of its windows."""
    return np.split(rows, np.cumsum([len(group) for group in parts])[:-1]) if parts else []


def _digest(folder: Path) -> str:
    """Name what is in a model's folder."""
    digest = hashlib.sha256()
    for path in sorted(path for path in folder.iterdir() if path.suffix in _WEIGHTS and path.is_file()):
        digest.update(path.name.encode())
        with path.open("rb") as file:
            digest.update(hashlib.file_digest(file, "sha256").digest())
    return digest.hexdigest()[:12]


def _asked(settings: ClassifierSettings) -> str:
    """Name what answers depend on beside the weights."""
    asked = {name: value for name, value in asdict(settings).items() if name not in _ELSEWHERE}
    return hashlib.sha256(json.dumps(asked, sort_keys=True).encode()).hexdigest()[:8]


def camps(stances: Mapping[str, StanceLabel]) -> dict[str, float]:
    """Derive a camp from independent stances: in camp X is who favours X and none of the others."""
    alone = {}
    for name in stances:
        others = [1 - stance.favor for other, stance in stances.items() if other != name]
        alone[name] = round(stances[name].favor * float(np.prod(others)), 4)
    return {**alone, NEUTRAL: round(1 - sum(alone.values()), 4)}


def _from_entailment(favor: Array, against: Array) -> Array:
    """Turn two entailment probabilities into against / none / favor: none is what neither hypothesis claims."""
    total = np.maximum(1.0, favor + against)
    favor, against = favor / total, against / total
    return np.stack([against, 1 - favor - against, favor], axis=1).round(4)
