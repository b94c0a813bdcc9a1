"""Scores as aligned text: systems side by side for each task, then each model in detail."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from nlp.evaluation.measures import Figure
    from nlp.evaluation.scores import Evaluation, Score, Slice

_FEWEST = 20  # texts: figures of fewer are left to --json
_SHOWN = 10  # communities


def lines(evaluations: Sequence[Evaluation]) -> Iterator[str]:
    """Write all scores for people."""
    tasks = dict.fromkeys(score.task for found in evaluations for score in found.scores)
    for task in tasks:
        yield from _side_by_side(task, evaluations)
    for found in evaluations:
        if not found.is_baseline:
            for score in found.scores:
                yield from _details(found.system, score)


def _side_by_side(task: str, evaluations: Sequence[Evaluation]) -> Iterator[str]:
    scored = [(found.system, next((s for s in found.scores if s.task == task), None)) for found in evaluations]
    first = next(score for _, score in scored if score)
    unit = "text and target pairs" if task == "stance" else "texts"
    threads = "1 thread" if first.groups == 1 else f"{first.groups:,} threads"
    intervals = "no intervals, which need two threads or more" if first.groups == 1 else "95% intervals in brackets"
    yield f"{task}: {first.n:,} {unit}, {threads}; {intervals}"
    table = [["", *first.figures, "" if task == "false-camps" else "ECE"]]
    table += [[system, *_cells(score, list(first.figures))] for system, score in scored]
    yield from aligned(table)
    yield ""


def _cells(score: Score | None, names: Sequence[str]) -> list[str]:
    """Write the figures and the calibration error; a dash for each figure of a system that gives no answer."""
    if score is None:
        return [*("-" for _ in names), ""]
    return [*(written(score.figures[name]) for name in names), "" if score.ece is None else f"{score.ece:.3f}"]


def _details(system: str, score: Score) -> Iterator[str]:
    yield f"{system}, {score.task}"
    if score.task != "false-camps":
        yield from _classes(score)
    for part, alone in score.parts.items():
        figures = ", ".join(f"{name} {written(figure)}" for name, figure in alone.figures.items())
        yield f"  toward {part}: {figures}, n = {alone.n:,}"
        yield from _classes(alone)
    headline = next(iter(score.figures))
    for name, slices in (
        ("platform", score.by_platform),
        ("community", score.by_community),
        ("length", score.by_length),
    ):
        if len(slices) > 1 and any(part.n >= _FEWEST for part in slices.values()):
            yield f"  {headline} by {name}"
            yield from _slices(slices)
    yield ""


def _classes(score: Score) -> Iterator[str]:
    """Give each class that occurs, true or guessed, with how often it was taken for which."""
    guessed = [sum(row[n] for row in score.confusion) for n in range(len(score.confusion))]
    kept = [n for n, found in enumerate(score.classes) if found.support or (guessed and guessed[n])]
    taken = [f"as {score.classes[n].name}" for n in kept] if score.confusion else []
    table = [["true class", "precision", "recall", "F1", "n", *taken]]
    for n in kept:
        found = score.classes[n]
        counts = [f"{score.confusion[n][other]:,}" for other in kept] if score.confusion else []
        numbers = [f"{value:.3f}" for value in (found.precision, found.recall, found.f1)]
        table.append([found.name, *numbers, f"{found.support:,}", *counts])
    yield from aligned(table, indent=4)


def _slices(slices: Mapping[str, Slice]) -> Iterator[str]:
    shown = [(name, part) for name, part in slices.items() if part.n >= _FEWEST][:_SHOWN]
    yield from aligned([[name, written(part.figure), f"n = {part.n:,}"] for name, part in shown], indent=4)
    if len(slices) > len(shown):
        yield f"    and {len(slices) - len(shown)} more, see --json"


def written(figure: Figure) -> str:
    """Write a figure with its interval, if it has one."""
    if figure.low is None or figure.high is None:
        return f"{figure.value:.3f}"
    return f"{figure.value:.3f} [{figure.low:.3f}, {figure.high:.3f}]"


def aligned(table: Sequence[Sequence[str]], indent: int = 2) -> Iterator[str]:
    """Align columns: the first to the left, the others to the right."""
    widths = [max(map(len, column)) for column in zip(*table, strict=True)]
    for first, *others in table:
        cells = [first.ljust(widths[0]), *(cell.rjust(width) for cell, width in zip(others, widths[1:], strict=True))]
        yield (" " * indent + "  ".join(cells)).rstrip()
