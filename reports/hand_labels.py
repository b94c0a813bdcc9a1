"""What people labelled, how far they agree, and what the model makes of the same posts."""

from __future__ import annotations

from dataclasses import dataclass


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

    `is_sample`: corrections rest on those drawn at random; otherwise there are too few, and they rest on all. `authors`
    wrote those that they rest on, each unknown one counts, and `voices` is their effective number (Kish). `outgrown`
    are draws in which too many of the judged posts had no chance: what they drew counts among the others.
    """

    drawn: int
    others: int
    annotators: int
    designs: tuple[str, ...]
    outgrown: tuple[str, ...]
    agreement: tuple[Agreement, ...]
    is_sample: bool
    authors: int
    voices: float
    confusions: tuple[Confusion, ...]
