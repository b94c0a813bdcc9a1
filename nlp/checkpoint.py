"""A model's folder: everything that its labels depend on travels together.

config.json        format, encoder configuration, head settings, label order, text recipe, calibration, language
model.safetensors  weights; the word-embedding table may be stored as int8 rows with one scale each
tokenizer.json     the tokenizer, as the `tokenizers` library writes it
README.md          the model card
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import asdict, dataclass, field, replace
from typing import TYPE_CHECKING, Any

import torch
from safetensors import SafetensorError
from safetensors.torch import load_file
from safetensors.torch import save as packed_bytes
from tokenizers import Tokenizer

from corpus.errors import ModelError
from corpus.labels import REASONS, SENTIMENTS, STANCES
from nlp.encoding import Special
from nlp.model import HeadSettings, StanceModel
from nlp.recipe import Recipe

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

FORMAT = 1
FILES = ("config.json", "model.safetensors", "tokenizer.json")
_LABELS = {"stance": list(STANCES), "sentiment": list(SENTIMENTS), "reasons": list(REASONS)}
_WORDS = "encoder.embeddings.word_embeddings.weight"
_POOLER = "encoder.pooler."


@dataclass(frozen=True, slots=True, kw_only=True)
class Calibration:
    """What was set after training, on data kept for tuning.

    A temperature for each head (Guo et al. 2017), and what is added to the logits of "neutral" and "none" so that they
    come as often as they are true.
    """

    temperature: Mapping[str, float] = field(default_factory=dict)
    neutral: float = 0.0
    none: float = 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Checkpoint:
    """A model ready to be used, and what it must be fed with. `revision` is a hash of its weights and configuration."""

    name: str
    model: StanceModel
    heads: HeadSettings
    tokenizer: Tokenizer
    special: Special
    recipe: Recipe
    calibration: Calibration
    languages: tuple[str, ...]
    revision: str


def save(folder: Path, checkpoint: Checkpoint) -> None:
    """Write a model's folder, its weights packed."""
    folder.mkdir(parents=True, exist_ok=True)
    # Not the library's own writing to a file, which leaves one that nobody else may read.
    (folder / "model.safetensors").write_bytes(packed_bytes(pack(checkpoint.model.state_dict())))
    checkpoint.tokenizer.save(str(folder / "tokenizer.json"))
    config = {
        "format": FORMAT,
        "name": checkpoint.name,
        "encoder": checkpoint.model.encoder.config.to_diff_dict(),
        "heads": asdict(checkpoint.heads),
        "labels": _LABELS,
        "special": asdict(checkpoint.special),
        "recipe": asdict(checkpoint.recipe),
        "calibration": asdict(checkpoint.calibration),
        "languages": list(checkpoint.languages),
    }
    (folder / "config.json").write_text(json.dumps(config, indent=2) + "\n", "utf-8")


def load(folder: Path) -> Checkpoint:
    """Read a model's folder; ModelError says which file is missing or does not fit."""
    config = _config(folder)
    try:
        heads = HeadSettings(**config["heads"])
        model = StanceModel(_encoder(config["encoder"]), heads)
        model.load_state_dict(_needed(unpack(load_file(folder / "model.safetensors")), model))
        return Checkpoint(
            name=config["name"],
            model=model.eval(),
            heads=heads,
            tokenizer=open_tokenizer(folder / "tokenizer.json"),
            special=Special(**config["special"]),
            recipe=Recipe(**config["recipe"]),
            calibration=Calibration(**config["calibration"]),
            languages=tuple(config["languages"]),
            revision=_revision(folder),
        )
    except (KeyError, TypeError, ValueError, RuntimeError, SafetensorError) as error:
        reason = " ".join(str(error).split())[:200]
        raise ModelError(f"{folder}: the files do not fit together ({reason}): copy the whole folder anew") from error


def in_precision(checkpoint: Checkpoint, kind: torch.dtype) -> Checkpoint:
    """Let the encoder compute in another precision, which is another revision, as answers differ in the third decimal.

    The heads stay in single precision: they are a small part of the work and decide.
    """
    if kind == torch.float32:
        return checkpoint
    checkpoint.model.encoder.to(kind)
    return replace(checkpoint, revision=f"{checkpoint.revision}-{str(kind).removeprefix('torch.')}")


def is_checkpoint(folder: Path) -> bool:
    """Say whether a folder holds a Stancemap model (and not, say, a bare encoder)."""
    try:
        return "format" in json.loads((folder / "config.json").read_text("utf-8"))
    except (OSError, ValueError):
        return False


def open_tokenizer(path: Path) -> Tokenizer:
    """Read a tokenizer file, its own padding and cutting switched off."""
    try:
        tokenizer = Tokenizer.from_file(str(path))
    except Exception as error:  # the library raises plain Exception
        raise ModelError(f"{path} is not a tokenizer file: {error}") from error
    return plain(tokenizer)


def plain(tokenizer: Tokenizer) -> Tokenizer:
    """Switch off a tokenizer's own padding and cutting: windows do both."""
    tokenizer.no_padding()
    tokenizer.no_truncation()
    return tokenizer


def encoder_options(kind: str) -> dict[str, bool]:
    """Leave out the pooling layer of the families that have one: the heads do not use it."""
    return {"add_pooling_layer": False} if kind in {"bert", "roberta", "xlm-roberta", "mpnet"} else {}


def pack(state: Mapping[str, torch.Tensor]) -> dict[str, torch.Tensor]:
    """Store weights in half precision and the word embeddings as int8 rows, each with its scale."""
    packed = {name: tensor.detach().to(torch.float16).contiguous() for name, tensor in state.items() if name != _WORDS}
    if _WORDS in state:
        words = state[_WORDS].detach().float()
        scale = words.abs().amax(1, keepdim=True).clamp(min=1e-12) / 127
        packed[f"{_WORDS}.int8"] = (words / scale).round().to(torch.int8)
        packed[f"{_WORDS}.scale"] = scale
    return packed


def unpack(stored: Mapping[str, torch.Tensor]) -> dict[str, torch.Tensor]:
    """Undo `pack`: all in single precision."""
    state = {name: tensor.float() for name, tensor in stored.items() if not name.startswith(_WORDS + ".")}
    if f"{_WORDS}.int8" in stored:
        state[_WORDS] = stored[f"{_WORDS}.int8"].float() * stored[f"{_WORDS}.scale"]
    return state


def _needed(state: Mapping[str, torch.Tensor], model: StanceModel) -> dict[str, torch.Tensor]:
    """Pass over the pooling layer that a folder of an earlier version may hold, where the encoder has none."""
    known = model.state_dict().keys()
    return {name: weights for name, weights in state.items() if name in known or not name.startswith(_POOLER)}


def _config(folder: Path) -> dict[str, Any]:
    missing = [name for name in FILES if not (folder / name).is_file()]
    if missing:
        raise ModelError(f"{folder}: {', '.join(missing)} missing: a model folder holds {', '.join(FILES)}")
    try:
        config: dict[str, Any] = json.loads((folder / "config.json").read_text("utf-8"))
        version, labels = config["format"], config["labels"]
    except (ValueError, KeyError, TypeError) as error:
        raise ModelError(f"{folder / 'config.json'} is not the configuration of a Stancemap model") from error
    if version != FORMAT:
        raise ModelError(f"{folder} has format {version}, this program reads {FORMAT}: update Stancemap")
    if labels != _LABELS:
        raise ModelError(f"{folder}: its labels or their order differ from {_LABELS}: it cannot be used")
    return config


def _encoder(config: Mapping[str, Any]) -> Any:
    from transformers import AutoConfig, AutoModel  # slow to import: only when a model is opened

    settings = dict(config)
    kind = settings.pop("model_type")
    return AutoModel.from_config(AutoConfig.for_model(kind, **settings), **encoder_options(kind))  # type: ignore[no-untyped-call]


def _revision(folder: Path) -> str:
    digest = hashlib.sha256()
    for name in FILES:
        digest.update((folder / name).read_bytes())
    return digest.hexdigest()[:12]
