"""Shares of posts with their intervals, as the model says and as hand labels correct them."""

from __future__ import annotations

from dataclasses import dataclass

METHODS = ("PPI++", "confusion matrix")


@dataclass(frozen=True, slots=True, kw_only=True)
class Share:
    """How many posts of a cell carry one label, by how many known authors, with a 95% interval of their share."""

    label: str
    n: int
    authors: int
    share: float
    low: float
    high: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Lead:
    """How far the largest share is ahead of the second, with a 95% interval."""

    first: str
    second: str
    difference: float
    low: float
    high: float

    @property
    def is_clear(self) -> bool:
        """Say whether the interval leaves out a tie."""
        return self.low > 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Corrected:
    """Shares corrected for the model's mistakes by posts that people labelled.

    `method` is one of METHODS: by hand labels drawn from these posts, or by the confusion matrix of all hand labels.
    `labelled` is how many those are, `effective` how many drawn with equal chances would be worth the same. `tuning` is
    the weight given to the model (0: none, 1: full; None with the confusion matrix), `agreement` how often it says what
    people say. `n` and `authors` of the shares are those of the hand-labelled posts.
    """

    method: str
    labelled: int
    effective: float
    tuning: float | None
    agreement: float
    shares: tuple[Share, ...]
    lead: Lead | None

    def __getitem__(self, label: str) -> Share:
        return next(share for share in self.shares if share.label == label)


@dataclass(frozen=True, slots=True, kw_only=True)
class Distribution:
    """How the posts of one cell fall on some labels.

    `unit` is what the intervals take as drawn independently ("thread" or "author") and `clusters` how many there are.
    `design_effect` is the variance of the shares divided by that under simple random sampling of posts, None where
    there are too few clusters to tell, or a few weigh most. `is_small`: too few posts or clusters to be read as a fact.
    `lead` is None where there is but one label. `corrected` is None where too few of the posts are labelled by hand.
    """

    posts: int
    authors: int
    unit: str
    clusters: int
    design_effect: float | None
    is_small: bool
    shares: tuple[Share, ...]
    lead: Lead | None
    corrected: Corrected | None = None

    def __getitem__(self, label: str) -> Share:
        return next(share for share in self.shares if share.label == label)

    @property
    def is_loud(self) -> bool:
        """Say whether authors are few, or a few of them weigh so much that no design effect can be told."""
        return self.design_effect is None and all(share.share < 1 for share in self.shares)

    @property
    def best(self) -> Corrected | Distribution:
        """The shares to trust: the corrected ones where there are any."""
        return self.corrected or self


@dataclass(frozen=True, slots=True, kw_only=True)
class Cell:
    """The opinions in some of the posts.

    `sides` are the camps of those that take a side (None where none does), `camps` those of all that were labelled,
    neutral ones included. `stances` and `sentiment` are of all, where the labels give them.
    """

    name: str
    sides: Distribution | None
    camps: Distribution
    stances: tuple[tuple[str, Distribution], ...] = ()
    sentiment: Distribution | None = None

    @property
    def is_small(self) -> bool:
        """Say whether the shares of the posts that take a side stand on too little."""
        return self.sides is None or self.sides.is_small
