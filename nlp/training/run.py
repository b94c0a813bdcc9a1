"""One training run from settings to a model folder: train, calibrate, save, and write down what it came from."""

from __future__ import annotations

import hashlib
import json
from dataclasses import asdict, replace
from pathlib import Path
from typing import TYPE_CHECKING

import torch

from corpus.labels import STANCES
from nlp.checkpoint import Calibration, save
from nlp.predict import predict_examples
from nlp.training.base import begin, longest
from nlp.training.calibrate import offset, shifted, temperature
from nlp.training.feed import Feed, widest
from nlp.training.loop import train
from nlp.training.teacher import Teacher

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from nlp.checkpoint import Checkpoint
    from nlp.training.example import Example
    from nlp.training.loop import Progress
    from nlp.training.settings import TrainingSettings
    from nlp.training.sources import Sources


def run(
    folder: Path,
    sources: Sources,
    *,
    base: str,
    name: str,
    settings: TrainingSettings,
    device: torch.device,
    teacher: Checkpoint | None = None,
) -> Iterator[Progress]:
    """Train a model from an encoder, with a larger one as its teacher where there is one, and write its folder."""
    begun = begin(base, name=name, heads=settings.heads, recipe=settings.recipe, languages=("en",))
    feed = Feed(
        begun.tokenizer,
        begun.special,
        begun.recipe,
        longest=longest(begun.model.encoder),
        widest=widest([*sources.train.values(), *sources.dev.values()]),
    )
    before = {key: weights.clone() for key, weights in begun.model.state_dict().items()}
    tutor = Teacher(teacher, device, seed=settings.seed) if teacher else None
    yield from train(begun.model, feed, sources.train, settings=settings, device=device, teacher=tutor)
    after = begun.model.state_dict()
    begun.model.load_state_dict({key: torch.lerp(after[key], before[key].to(device), settings.kept) for key in after})
    save(folder, replace(begun, calibration=calibrate(begun, sources, device)))
    used = replace(settings, heads=begun.heads, recipe=begun.recipe)
    (folder / "training.json").write_text(
        json.dumps(_origin(used, sources, base, device, teacher), indent=2) + "\n", "utf-8"
    )


def calibrate(checkpoint: Checkpoint, sources: Sources, device: torch.device) -> Calibration:
    """Fit offsets and temperatures on examples kept for tuning: written posts, for sentiment some of every corpus."""
    opinions = [*sources.dev.get("written", []), *sources.dev.get("debates", [])]
    tones = [e for examples in sources.dev.values() for e in examples[:500] if e.sentiment is not None]
    bare = replace(checkpoint, calibration=Calibration())
    read, toned = predict_examples(bare, opinions, device), predict_examples(bare, tones, device)
    held = [
        (p.stance[n], s)
        for e, p in zip(opinions, read, strict=True)
        for n, s in enumerate(e.stances or ())
        if s is not None
    ]
    camps = [(p.camp, e.camp) for e, p in zip(opinions, read, strict=True) if e.camp is not None]
    moods = [(p.sentiment, e.sentiment) for e, p in zip(tones, toned, strict=True) if e.sentiment is not None]
    neutral, none = offset(camps, answer=-1), offset(held, answer=STANCES.index("none"))
    heads = {
        "camp": [(shifted(row, -1, neutral), truth) for row, truth in camps],
        "stance": [(shifted(row, STANCES.index("none"), none), truth) for row, truth in held],
        "sentiment": moods,
    }
    heat = {head: temperature(rows) for head, rows in heads.items()}
    return Calibration(temperature=heat, neutral=neutral, none=none)


def _origin(
    settings: TrainingSettings, sources: Sources, base: str, device: torch.device, teacher: Checkpoint | None
) -> dict[str, object]:
    """Record what a run depends on: settings, encoder, teacher, device, and size and hash of every source."""
    return {
        "base": Path(base).name if Path(base).exists() else base,  # not the place of a folder on this machine
        "teacher": teacher and f"{teacher.name} {teacher.revision}",
        "device": str(device),
        "settings": asdict(settings),
        "data": {
            split: {name: {"examples": len(rows), "sha256": _digest(rows)} for name, rows in sorted(part.items())}
            for split, part in (("train", sources.train), ("dev", sources.dev), ("test", sources.test))
        },
    }


def _digest(examples: Sequence[Example]) -> str:
    """Hash what examples say, whatever else the program keeps with them."""
    digest = hashlib.sha256()
    for e in examples:
        targets = [target.name for target in e.targets]
        labels = [e.camp, e.stances, e.sentiment, e.reasons, e.left, e.joined, e.relevant]
        digest.update(json.dumps([e.id, e.text, e.context, targets, labels]).encode())
    return digest.hexdigest()
