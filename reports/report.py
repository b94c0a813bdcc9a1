"""The report as one frozen value: numbers and names, from which every form is rendered."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import TYPE_CHECKING

from corpus.walk import Coverage  # noqa: TC001  (the schema of a report is read off its classes)

if TYPE_CHECKING:
    from corpus.labels import Target
    from reports.settings import ReportMeta

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
    there are too few clusters to tell. `is_small`: too few posts or clusters to be read as a fact. `lead` is None where
    there is but one label. `corrected` is None where too few of the posts are labelled by hand.
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


@dataclass(frozen=True, slots=True, kw_only=True)
class Period:
    """One stretch of time, from the first to the last day; where it is an hour, both are the time of its beginning."""

    first: date | datetime
    last: date | datetime
    cell: Cell

    @property
    def start(self) -> datetime:
        """The moment in UTC at which it begins."""
        return moment(self.first)

    @property
    def end(self) -> datetime:
        """The moment in UTC at which the next begins."""
        return moment(self.last) + (timedelta(hours=1) if isinstance(self.last, datetime) else timedelta(days=1))


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """A point in time at which the camps of the posts that take a side shift.

    `first` is the beginning of the first period after it. `p_value` is how often chance alone makes a shift as large
    anywhere in the stretch that was searched. `before` and `after` are of the stretches on both sides, up to the
    neighbouring changes.
    """

    first: date | datetime
    p_value: float
    before: Distribution
    after: Distribution


@dataclass(frozen=True, slots=True, kw_only=True)
class Arrivals:
    """When the authors of one community wrote their first judged post.

    `first` is the day of the earliest, `half` that by which half of them had come. `by_period` counts them in each
    period of the timeline.
    """

    name: str
    authors: int
    first: date
    half: date
    by_period: tuple[int, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Timeline:
    """Opinion over time; `undated` judged posts are in none of the periods, `events` lie within them.

    `changes` are those found while a debate in which nothing changes would show any with a chance of `false_alarms`;
    None where there are too few periods or posts to look for one.
    """

    unit: str
    periods: tuple[Period, ...]
    undated: int
    events: tuple[tuple[date, str], ...]
    changes: tuple[Change, ...] | None = None
    false_alarms: float = 0.05
    arrivals: tuple[Arrivals, ...] = ()


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
class Agreement:
    """How far annotators agree on one question, in the posts that several of them labelled.

    `kappa` is Cohen's, averaged over pairs of annotators by the posts they share; `alpha` is Krippendorff's for names.
    Both are None where all say the same of everything, `equal` is the share of pairs of labels that are.
    """

    question: str
    posts: int
    equal: float
    kappa: float | None
    alpha: float | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Confusion:
    """What the model says of hand-labelled posts, by what people say of them.

    `labels` are those that either gives. Each has the worth of `posts` hand labels, and one of the `rates`: how often
    the model gives each label to posts that people give this one. `condition` is the condition number, None where the
    matrix has no inverse. `problem` is None, or why shares are not corrected by it: "few labels", "ill-conditioned".
    """

    question: str
    labels: tuple[str, ...]
    posts: tuple[float, ...]
    rates: tuple[tuple[float, ...], ...]
    condition: float | None
    problem: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class HandLabels:
    """What people labelled: judged posts that were drawn at random, others, and how far the annotators agree.

    `is_sample`: corrections rest on those drawn at random; otherwise there are too few, and they rest on all.
    """

    drawn: int
    others: int
    annotators: int
    designs: tuple[str, ...]
    agreement: tuple[Agreement, ...]
    is_sample: bool
    confusions: tuple[Confusion, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Scenario:
    """The camps of the posts that take a side, under another rule of what counts as a vote."""

    name: str
    meaning: str
    sides: Distribution


@dataclass(frozen=True, slots=True, kw_only=True)
class Moved:
    """How far a share differs between two sets of posts, with a 95% interval of the difference."""

    question: str
    label: str
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
    """What moved between two sets of posts, named as people read them; `is_shared`: of one corpus."""

    before: str
    after: str
    is_shared: bool
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


def moment(day: date) -> datetime:
    """Give a time as it is, and midnight in UTC for a day."""
    return day if isinstance(day, datetime) else datetime(day.year, day.month, day.day, tzinfo=UTC)
