"""Any Hugging Face sequence classifier in place of the built-in model, from a local folder or the Hub.

A classifier answers one question: the tone of a post, the stance of a text pair (text, target), or whether a text
entails a hypothesis (an NLI model, for zero-shot stance: Yin et al. 2019). The order of a model's classes is read from
its own `id2label` and mapped by name; a model whose class names are unknown is refused, never guessed.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import torch

from corpus.errors import ModelError
from corpus.labels import NEUTRAL, SENTIMENTS, STANCES, Abstained, Labels, StanceLabel, abstention
from nlp import hub
from nlp.language import readable
from nlp.mentions import Mentions
from nlp.recipe import clean

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


@dataclass(frozen=True, slots=True, kw_only=True)
class ClassifierSettings:
    """Where a classifier is (a folder, or a Hub id with its pinned `revision`) and what it answers.

    `task` is "sentiment", "stance" (the target's label is the second text) or "nli" (the hypotheses `favor` and
    `against` with {target} filled in). `labels` maps the model's own class names to ours
    where they are not the usual words.
    """

    model: str
    task: str
    revision: str | None = None
    local_files_only: bool = False
    labels: tuple[tuple[str, str], ...] = ()
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
        if settings.model.startswith((".", "/", "~")) and not Path(settings.model).expanduser().is_dir():
            raise ModelError(f"there is no model folder {settings.model}: check [model.{settings.task}] model")
        why = None if settings.local_files_only else hub.silence(settings.model, settings.revision)
        place: dict[str, Any] = {
            "revision": settings.revision,
            "local_files_only": settings.local_files_only or bool(why),
        }
        try:
            self._tokenizer = AutoTokenizer.from_pretrained(settings.model, trust_remote_code=False, **place)
            self._model = AutoModelForSequenceClassification.from_pretrained(
                settings.model, trust_remote_code=False, use_safetensors=True, **place
            )
        except (OSError, ValueError) as error:
            reason = hub.unreachable(why) if why else " ".join(str(error).split())[:160]
            raise ModelError(f"model {settings.model} cannot be opened: {reason}") from error
        self.classes = _NEEDED[settings.task]
        self.order = class_order(self._model.config.id2label, self.classes, dict(settings.labels), settings.model)
        self._model.to(device).eval()
        self._device, self._batch = device, settings.batch
        self.revision = str(getattr(self._model.config, "_commit_hash", None) or settings.revision or "local")

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
                max_length=min(512, self._tokenizer.model_max_length),
                padding=True,
                return_tensors="pt",
            )
            logits = self._model(**encoded.to(self._device)).logits.float()
            rows[chosen] = logits[:, self.order].softmax(-1).cpu().numpy()
        return rows.round(4)


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

    Without a stance classifier every camp is neutral; without one for sentiment every tone is neutral.
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
        self._languages = parts[0][0].languages

    def label(self, readings: Sequence[Reading]) -> list[Labels]:
        """Label a batch; one answer for each reading, in order."""
        texts = [self._clean(reading.post.full_text) for reading in readings]
        declined = [self._declined(reading) for reading in readings]
        chosen = [n for n, reason in enumerate(declined) if reason is None]
        tones = self._tones([texts[n] for n in chosen])
        stances = self._stances([texts[n] for n in chosen])
        answers = {n: self._labels(tone, stance) for n, tone, stance in zip(chosen, tones, stances, strict=True)}
        return [answers[n] if reason is None else abstention(reason) for n, reason in enumerate(declined)]

    def _clean(self, text: str) -> str:
        return clean(text, keep_handle=lambda handle: bool(self._mentions.find(handle)))

    def _declined(self, reading: Reading) -> Abstained | None:
        text = reading.post.full_text
        if not text.strip():
            return Abstained.EMPTY
        if not readable(text, reading.post.language, self._languages):
            return Abstained.LANGUAGE
        around = (text, reading.parent, reading.quoted, reading.root)
        return None if any(self._mentions.find(part) for part in around if part) else Abstained.OFF_TOPIC

    def _tones(self, texts: Sequence[str]) -> Array:
        if self._sentiment is None:
            return np.tile([0.0, 1.0, 0.0], (len(texts), 1))
        return self._sentiment[1].probabilities([(text, None) for text in texts])

    def _stances(self, texts: Sequence[str]) -> Array:
        """Ask about every target of every text: [N, T, 3] in the order of STANCES."""
        if self._stance is None:
            return np.tile([0.0, 1.0, 0.0], (len(texts), len(self._targets), 1))
        settings, classifier = self._stance
        asked = [(text, target.label) for text in texts for target in self._targets]
        if settings.task == "nli":
            favor = classifier.probabilities([(text, settings.favor.format(target=name)) for text, name in asked])
            against = classifier.probabilities([(text, settings.against.format(target=name)) for text, name in asked])
            rows = _from_entailment(favor[:, 0], against[:, 0])
        else:
            rows = classifier.probabilities(asked)
        return rows.reshape(len(texts), len(self._targets), 3)

    def _labels(self, tone: Array, stances: Array) -> Labels:
        names = [target.name for target in self._targets]
        held = {
            name: StanceLabel(**dict(zip(STANCES, map(float, row), strict=True)))
            for name, row in zip(names, stances, strict=True)
        }
        sentiment = dict(zip(SENTIMENTS, map(float, tone), strict=True))
        return Labels(camp=camps(held), sentiment=sentiment, stances=held, reasons={})


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
