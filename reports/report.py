"""The report as one frozen value: numbers and names, from which every form is rendered."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

# Imported for good, as the schema of a report is read off its classes.
from corpus.walk import Coverage  # noqa: TC001
from reports.estimates import Cell, Distribution, Share  # noqa: TC001
from reports.hand_labels import HandLabels  # noqa: TC001
from reports.timeline import Timeline  # noqa: TC001

if TYPE_CHECKING:
    from datetime import date, datetime

    from corpus.label_set import LabelSet
    from corpus.labels import Target
    from reports.settings import ReportMeta


@dataclass(frozen=True, slots=True, kw_only=True)
class Places:
    """Opinion by community or platform: first the one where most posts take a side.

    `pooled` small ones are counted in the last cell.
    """

    cells: tuple[Cell, ...]
    pooled: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Crossed:
    """The camps of the posts of one community and one period (that begins on `first`) that take a side."""

    place: str
    first: date | datetime
    sides: Distribution


@dataclass(frozen=True, slots=True, kw_only=True)
class ReasonCount:
    """How many posts of each camp name a reason; camps in the order of `Report.camps`.

    `shares` are of the posts of the camp, None where it has none.
    """

    reason: str
    posts: tuple[int, ...]
    shares: tuple[Share | None, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class ClaimCount:
    """How many posts raise what a claim is about, by camp in the order of `Report.camps`.

    `camp` is the one that the claim speaks for, `reasons` are those by which posts are taken to raise it.
    """

    text: str
    camp: str
    reasons: tuple[str, ...]
    posts: tuple[int, ...]
    authors: int


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
class Figure:
    """What a public figure, known by name, says in posts of their own.

    `camps` counts their judged posts in the order of `Report.camps`, `stances` those in favour of and against each
    target. `quotes` are empty where no text is wanted.
    """

    name: str
    posts: int
    camps: tuple[int, ...]
    stances: tuple[tuple[str, int, int], ...]
    quotes: tuple[Quote, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Scenario:
    """The camps of the posts that take a side, under another rule of what counts as a vote."""

    name: str
    meaning: str
    sides: Distribution


@dataclass(frozen=True, slots=True, kw_only=True)
class Moved:
    """How far a share differs between two sets of posts, with a 95% interval of the difference.

    Both shares are corrected by hand labels, or neither is.
    """

    question: str
    label: str
    is_corrected: bool
    before: Share
    after: Share
    low: float
    high: float

    @property
    def difference(self) -> float:
        """The later share less the earlier."""
        return self.after.share - self.before.share

    @property
    def is_clear(self) -> bool:
        """Say whether the interval leaves out that nothing moved."""
        return self.low > 0 or self.high < 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Comparison:
    """What moved between two sets of posts, named as people read them; `is_shared`: of one corpus.

    `labels` are the label sets that the one and the other are read with.
    """

    before: str
    after: str
    is_shared: bool
    labels: tuple[LabelSet, LabelSet]
    posts: tuple[int, int]
    moved: tuple[Moved, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """Everything a report says.

    `camps` are those of the targets in their order, then neutral. `overall` is None where the labels name no camp.
    `hand` is None where nobody labelled by hand; `labels_for_five` is how many hand labels would bring what the model's
    mistakes add to the share of the leading camp to within five points, None where there is no such share.
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
    crossed: tuple[Crossed, ...]
    reasons: tuple[ReasonCount, ...]
    switches: tuple[Switch, ...]
    ledger: Ledger
    quotes: tuple[Quote, ...]
    figures: tuple[Figure, ...] = ()
    hand: HandLabels | None = None
    labels_for_five: int | None = None
    sensitivity: tuple[Scenario, ...] = ()
    claims: tuple[ClaimCount, ...] = ()
    comparison: Comparison | None = None
    coverage: tuple[Coverage, ...] = ()

    def label(self, camp: str) -> str:
        """Name a camp as people read it: "PyTorch" for "pro-pytorch"."""
        names = {f"pro-{target.name}": target.label for target in self.targets}
        return names.get(camp, camp)
