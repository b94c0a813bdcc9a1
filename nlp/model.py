"""One encoder, every answer: heads for camp, stance per target, sentiment, reasons, switch and relevance.

The heads are shared by all targets and never see a target's name; each target is described by the encoder's last
hidden states at its mentions in the post and in the context, or, where neither names it, at its slot. The camp is a
softmax over the targets and neutral, computed from each target beside its rivals, so that direction (A over B) can be
told.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, NamedTuple

import torch
from torch import Tensor, nn

from corpus.labels import REASONS, SENTIMENTS, STANCES

if TYPE_CHECKING:
    from nlp.encoding import Batch


class Outputs(NamedTuple):
    """Logits for B windows and T targets; the last of T + 1 columns is "neutral" or "no target"."""

    camp: Tensor  # [B, T + 1]
    stance: Tensor  # [B, T, 3] in the order of STANCES
    sentiment: Tensor  # [B, 3] in the order of SENTIMENTS
    reasons: Tensor  # [B, 15] in the order of REASONS, one sigmoid each
    left: Tensor  # [B, T + 1] the target that the author moved away from
    joined: Tensor  # [B, T + 1] the target that the author moved to
    relevance: Tensor  # [B] one sigmoid: does the post speak about the targets at all


@dataclass(frozen=True, slots=True, kw_only=True)
class HeadSettings:
    """Width of the shared target features, and dropout before every head."""

    width: int = 256
    dropout: float = 0.1


class StanceModel(nn.Module):
    """A Hugging Face encoder (BERT, RoBERTa, DeBERTa, XLM-R or ModernBERT kind) with Stancemap's heads."""

    def __init__(self, encoder: Any, settings: HeadSettings) -> None:
        super().__init__()
        hidden, width = int(encoder.config.hidden_size), settings.width
        self.encoder = encoder
        self.dropout = nn.Dropout(settings.dropout)
        self.absent = nn.Parameter(torch.zeros(2, hidden))  # stands in for mentions that are not there
        self.target = nn.Sequential(nn.Linear(5 * hidden, width), nn.GELU(), nn.LayerNorm(width))
        self.whole = nn.Sequential(nn.Linear(2 * hidden, width), nn.GELU(), nn.LayerNorm(width))
        self.rivalry = nn.Sequential(nn.Linear(5 * width, width), nn.GELU())
        self.choice = nn.Linear(width, 3)  # camp, left, joined: one score each for a target
        self.nothing = nn.Linear(2 * width, 3)  # the same three scores for "none of the targets"
        self.stance = nn.Linear(2 * width, len(STANCES))
        self.sentiment = nn.Linear(width, len(SENTIMENTS))
        self.reasons = nn.Linear(2 * width, len(REASONS))
        self.relevance = nn.Linear(2 * width, 1)

    def forward(self, batch: Batch) -> Outputs:
        """Score one batch."""
        states = self.encode(batch).float()  # [B, L, H]
        cls, mean = states[:, 0], _average(states, batch)
        whole = self.dropout(self.whole(torch.cat([cls, mean], -1)))  # [B, W]
        target = self.dropout(self._targets(states, cls, mean, batch))  # [B, T, W]
        beside = self._beside(target, batch.targets)  # [B, T, W]
        rivalry = self.rivalry(
            torch.cat([target, beside, target - beside, target * beside, _spread(whole, target)], -1)
        )
        pooled = torch.cat([whole, _masked_max(target, batch.targets)], -1)
        choice = torch.cat([self.choice(rivalry), self.nothing(pooled)[:, None]], 1)  # [B, T + 1, 3]
        choice = choice.masked_fill(~_with_nothing(batch.targets)[..., None], -1e4)
        camp, left, joined = choice.unbind(-1)
        stance = self.stance(torch.cat([target, rivalry], -1))
        return Outputs(
            camp, stance, self.sentiment(whole), self.reasons(pooled), left, joined, self.relevance(pooled).squeeze(-1)
        )

    def encode(self, batch: Batch) -> Tensor:
        """Run the encoder over the batch: [B, L, H]."""
        types = {"token_type_ids": batch.types} if int(getattr(self.encoder.config, "type_vocab_size", 0)) > 1 else {}
        output = self.encoder(inputs_embeds=self.inputs(batch), attention_mask=batch.attention, **types)
        states: Tensor = output.last_hidden_state
        return states

    def inputs(self, batch: Batch) -> Tensor:
        """Look up the word pieces, and fill the slots with the targets' names: [B, L, H]."""
        words = self.encoder.get_input_embeddings()
        slots = _mean_of_pieces(words(batch.names.clamp(min=0)), batch.names >= 0)  # [B, T, H]
        tokens: Tensor = words(batch.ids)
        return torch.cat([tokens[:, :1], slots.to(tokens.dtype), tokens[:, 1 + slots.shape[1] :]], 1)

    def _targets(self, states: Tensor, cls: Tensor, mean: Tensor, batch: Batch) -> Tensor:
        slots = self._slots(states, batch)
        here = self._mentions(states, batch.in_post, self.absent[0])
        there = self._mentions(states, batch.in_context, self.absent[1])
        features: Tensor = self.target(torch.cat([slots, here, there, _spread(cls, slots), _spread(mean, slots)], -1))
        return features

    def _slots(self, states: Tensor, batch: Batch) -> Tensor:
        """Take the slots of targets that are not named, [B, T, H]: beside mentions, slots help little or mislead."""
        named = (batch.in_post + batch.in_context).sum(-1, keepdim=True) > 0
        return states[:, 1 : 1 + batch.targets.shape[1]].masked_fill(named, 0)

    def _mentions(self, states: Tensor, weights: Tensor, absent: Tensor) -> Tensor:
        """Average the states over each target's mentions, [B, T, H]; where there is none, the learnt stand-in."""
        missing = (weights.sum(-1) == 0)[..., None]
        found: Tensor = torch.where(missing, absent.to(states.dtype), weights.to(states.dtype) @ states)
        return found

    def _beside(self, target: Tensor, known: Tensor) -> Tensor:
        """Average each target's rivals: [B, T, W]."""
        weight = known.to(target.dtype)[..., None]
        total, count = (target * weight).sum(1, keepdim=True), weight.sum(1, keepdim=True)
        return (total - target * weight) / (count - weight).clamp(min=1)


def _average(states: Tensor, batch: Batch) -> Tensor:
    """Average over the text's tokens, slots left out: [B, H]."""
    weight = batch.attention.to(states.dtype)[..., None].clone()
    weight[:, 1 : 1 + batch.targets.shape[1]] = 0
    return (states * weight).sum(1) / weight.sum(1)


def _mean_of_pieces(pieces: Tensor, known: Tensor) -> Tensor:
    weight = known.to(pieces.dtype)[..., None]
    return (pieces * weight).sum(-2) / weight.sum(-2).clamp(min=1)


def _spread(row: Tensor, like: Tensor) -> Tensor:
    return row[:, None].expand(-1, like.shape[1], -1)


def _masked_max(target: Tensor, known: Tensor) -> Tensor:
    return target.masked_fill(~known[..., None], -1e4).amax(1)


def _with_nothing(known: Tensor) -> Tensor:
    return torch.cat([known, torch.ones_like(known[:, :1])], 1)
