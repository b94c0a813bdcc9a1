"""The training loss: a weighted sum over the heads whose labels are known."""

from __future__ import annotations

from typing import TYPE_CHECKING

import torch
from torch import Tensor
from torch.nn import functional

from nlp.training.feed import UNKNOWN

if TYPE_CHECKING:
    from collections.abc import Mapping

    from nlp.model import Outputs
    from nlp.training.feed import Truth


def loss(outputs: Outputs, truth: Truth, weights: Mapping[str, float], smoothing: float) -> Tensor:
    """Sum the heads' losses; each is an average over the examples of the batch, so that rare labels weigh little."""
    rows = len(truth.camp)
    total = outputs.camp.new_zeros(())
    for head in ("camp", "sentiment", "left", "joined"):
        total = total + weights[head] * _choice(getattr(outputs, head), getattr(truth, head), smoothing) / rows
    total = total + weights["stance"] * _choice(outputs.stance.flatten(0, 1), truth.stance.flatten(), smoothing) / rows
    total = total + weights["reasons"] * _flags(outputs.reasons, truth.reasons) / rows
    return total + weights["relevance"] * _flags(outputs.relevance, truth.relevance) / rows


def distance(outputs: Outputs, lesson: Outputs, weights: Mapping[str, float]) -> Tensor:
    """Sum the cross-entropies between a teacher's probabilities and the heads, over every head and example."""
    total = outputs.camp.new_zeros(())
    for head in ("camp", "sentiment", "left", "joined", "stance"):
        scores = functional.log_softmax(getattr(outputs, head).float(), -1)
        total = total - weights[head] * (getattr(lesson, head) * scores).sum()
    for head in ("reasons", "relevance"):
        logits = getattr(outputs, head).float()
        total = total + weights[head] * functional.binary_cross_entropy_with_logits(
            logits, getattr(lesson, head), reduction="sum"
        )
    return total / len(outputs.camp)


def divergence(first: Outputs, second: Outputs, truth: Truth) -> Tensor:
    """Symmetric Kullback-Leibler divergence between two views of the same examples, where labels are known."""
    rows, total = len(truth.camp), first.camp.new_zeros(())
    pairs = (
        (first.camp, second.camp, truth.camp),
        (first.sentiment, second.sentiment, truth.sentiment),
        (first.stance.flatten(0, 1), second.stance.flatten(0, 1), truth.stance.flatten()),
    )
    for one, other, labels in pairs:
        p, q = (functional.log_softmax(logits.float(), -1) for logits in (one, other))
        both = functional.kl_div(p, q, reduction="none", log_target=True).sum(-1)
        both = both + functional.kl_div(q, p, reduction="none", log_target=True).sum(-1)
        total = total + (both * (labels != UNKNOWN)).sum() / 2 / rows
    return total


def _choice(logits: Tensor, labels: Tensor, smoothing: float) -> Tensor:
    """Cross-entropy with label smoothing over the columns that exist (masked columns hold large negative logits)."""
    known = labels != UNKNOWN
    if not bool(known.any()):
        return logits.sum() * 0
    logits, labels = logits[known].float(), labels[known]
    real = logits > -1e3
    scores = functional.log_softmax(logits, -1)
    right = -scores.gather(-1, labels[:, None]).squeeze(-1)
    spread = -torch.where(real, scores, scores.new_zeros(())).sum(-1) / real.sum(-1)
    return ((1 - smoothing) * right + smoothing * spread).sum()


def _flags(logits: Tensor, labels: Tensor) -> Tensor:
    known = labels != UNKNOWN
    if not bool(known.any()):
        return logits.sum() * 0
    return functional.binary_cross_entropy_with_logits(logits[known].float(), labels[known].float(), reduction="sum")
