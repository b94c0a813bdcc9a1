"""The report as one frozen value: numbers and names, from which every form is rendered."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from datetime import date, datetime

    from corpus.labels import Target
    from reports.settings import ReportMeta


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
class Distribution:
    """How the posts of one cell fall on some labels.

    `unit` is what the intervals take as drawn independently ("thread" or "author") and `clusters` how many there are.
    `design_effect` is the variance of the shares divided by that under simple random sampling of posts, None where
    there are too few clusters to tell. `is_small`: too few posts or clusters to be read as a fact. `lead` is None where
    there is but one label.
    """

    posts: int
    authors: int
    unit: str
    clusters: int
    design_effect: float | None
    is_small: bool
    shares: tuple[Share, ...]
    lead: Lead | None

    def __getitem__(self, label: str) -> Share:
        return next(share for share in self.shares if share.label == label)


@dataclass(frozen=True, slots=True, kw_only=True)
class Cell:
    """The camps of some of the posts: of those that take a side, and of all that were labelled, neutral ones included.

    `posts` that all were labelled in total; `sides` is None where no post takes a side.
    """

    name: str
    sides: Distribution | None
    camps: Distribution

    @property
    def is_small(self) -> bool:
        """Say whether the shares of the posts that take a side stand on too little."""
        return self.sides is None or self.sides.is_small


@dataclass(frozen=True, slots=True, kw_only=True)
class Period:
    """One stretch of time, from the first to the last day."""

    first: date
    last: date
    cell: Cell


@dataclass(frozen=True, slots=True, kw_only=True)
class Timeline:
    """Opinion over time; `undated` judged posts are in none of the periods, `events` lie within them."""

    unit: str
    periods: tuple[Period, ...]
    undated: int
    events: tuple[tuple[date, str], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Places:
    """Opinion by community or platform: first the one where most posts take a side.

    `pooled` small ones are counted in the last cell.
    """

    cells: tuple[Cell, ...]
    pooled: int


@dataclass(frozen=True, slots=True, kw_only=True)
class ReasonCount:
    """How many posts of each camp name a reason; camps in the order of `Report.camps`."""

    reason: str
    posts: tuple[int, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Switch:
    """How many posts tell of their author's move from one target to another."""

    origin: str
    destination: str
    posts: int
    authors: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Ledger:
    """What became of every post of the corpus: `counts` of (what, posts) add up to `total`.

    The first count is that of the posts judged; `in_windows`, `undated` and `anonymous` are among those.
    """

    total: int
    counts: tuple[tuple[str, int], ...]
    in_windows: int
    undated: int
    anonymous: int

    @property
    def judged(self) -> int:
        """Count the posts that the report is about."""
        return self.counts[0][1]


@dataclass(frozen=True, slots=True, kw_only=True)
class Quote:
    """One post shown as an example, its author under a pseudonym; `text` is as it was written, cut to length."""

    camp: str
    text: str
    author: str
    place: str
    written: date | None
    url: str | None
    probability: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """Everything a report says.

    `camps` are those of the targets in their order, then neutral. `overall` is None where the labels name no camp.
    """

    title: str
    meta: ReportMeta
    targets: tuple[Target, ...]
    camps: tuple[str, ...]
    min_posts: int
    draws: int
    seed: int
    first: datetime | None
    last: datetime | None
    overall: Cell | None
    stances: tuple[tuple[str, Distribution], ...]
    sentiment: Distribution | None
    sentiment_by_camp: tuple[tuple[str, Distribution], ...]
    communities: Places
    platforms: Places
    timeline: Timeline
    reasons: tuple[ReasonCount, ...]
    switches: tuple[Switch, ...]
    ledger: Ledger
    quotes: tuple[Quote, ...]

    def label(self, camp: str) -> str:
        """Name a camp as people read it: "PyTorch" for "pro-pytorch"."""
        names = {f"pro-{target.name}": target.label for target in self.targets}
        return names.get(camp, camp)
