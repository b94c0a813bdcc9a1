"""What a model says of a post: sentiment, a stance toward each target, and one camp, all as probabilities.

The labels are defined by SemEval-2016 Task 6 (favor / against / none toward a target), widened to targets that compete.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

STANCES = ("against", "none", "favor")
SENTIMENTS = ("negative", "neutral", "positive")
NEUTRAL = "neutral"
REASONS = (
    "usability",
    "debugging",
    "performance",
    "models",
    "research",
    "deployment",
    "ecosystem",
    "documentation",
    "community",
    "stability",
    "hardware",
    "languages",
    "jobs",
    "governance",
    "learning",
)


class Abstained(StrEnum):
    """Why a model gave a post no label."""

    OFF_TOPIC = "off topic"  # neither the post nor what it answers speaks of a target; or signs that answer nothing
    LANGUAGE = "language"  # not a language that the model reads
    CONTEXT = "needs context"  # a bare reply, perhaps of signs alone, whose parent is missing
    EMPTY = "no text"  # nothing but links, other people's handles or images


@dataclass(frozen=True, slots=True, kw_only=True)
class Target:
    """What a stance is toward.

    `name` is the key used in labels and files ("pytorch"), `label` what people read ("PyTorch"). `aliases` are the
    names people use for it, matched as whole words, in any case; a trailing `*` matches any ending. `weak_aliases`
    (such as "pt") count only where another target is named too. `colour` is its colour in every chart (#rrggbb).
    """

    name: str
    label: str
    aliases: tuple[str, ...]
    weak_aliases: tuple[str, ...] = ()
    colour: str = "#777777"


@dataclass(frozen=True, slots=True, kw_only=True)
class StanceLabel:
    """Probabilities of against, none and favor toward one target (they sum to 1)."""

    against: float
    none: float
    favor: float

    @property
    def stance(self) -> str:
        """The likeliest of the three."""
        return max(STANCES, key=lambda name: float(getattr(self, name)))


@dataclass(frozen=True, slots=True, kw_only=True)
class Labels:
    """A model's reading of one post, or, with `abstained` set, its reason for giving none.

    `camp` maps "neutral" and each target's name to the probability that the author is in that camp (they sum to 1);
    `sentiment` maps negative, neutral and positive; `stances` maps each target's name. `reasons` maps those of REASONS
    that the model predicts to their probabilities (independent of one another). `switched_from` / `switched_to` name
    targets. `windows` is how many windows the text was read in (1: it fitted).
    """

    camp: Mapping[str, float]
    sentiment: Mapping[str, float]
    stances: Mapping[str, StanceLabel]
    reasons: Mapping[str, float]
    switched_from: str | None = None
    switched_to: str | None = None
    windows: int = 1
    abstained: Abstained | None = None

    @property
    def camp_label(self) -> str:
        """The likeliest camp: "pro-<target>" or "neutral"."""
        best = max(self.camp, key=self.camp.__getitem__)
        return best if best == NEUTRAL else f"pro-{best}"

    @property
    def sentiment_label(self) -> str:
        """The likeliest sentiment."""
        return max(self.sentiment, key=self.sentiment.__getitem__)


def abstention(reason: Abstained) -> Labels:
    """Give the labels of a post that the model declines to judge."""
    return Labels(camp={}, sentiment={}, stances={}, reasons={}, abstained=reason)
