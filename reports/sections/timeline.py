"""Opinion over time."""

from __future__ import annotations

from typing import TYPE_CHECKING

from reports.document import Picture, Section, Strong, Table, paragraph
from reports.pictures import drawn, pictures
from reports.prose import between, compact, counted, day, joined, number, percent, period
from reports.sections import titles
from reports.sections.tables import camps_by, not_corrected, sentiment_by, stances_by
from reports.uncorrected import UNCORRECTED, is_corrected, uncorrected

if TYPE_CHECKING:
    from collections.abc import Iterator

    from reports.document import Block
    from reports.report import Report
    from reports.timeline import Period, Timeline

SHORT = 12
WHEN = {"hour": "from", "day": "on", "week": "in the", "month": "in", "quarter": "in"}


def section(report: Report) -> Section:
    """Write the section."""
    line = report.timeline
    undated = f"{counted(line.undated, 'judged post')} without a date cannot be placed here." if line.undated else ""
    if not line.periods:
        return Section(titles.TIMELINE, (paragraph(f"No judged post has a date. {undated}".strip()),))
    blocks: list[Block] = [paragraph(" ".join(filter(None, (_busiest(report), _change(report), undated))))]
    if "timeline" in pictures(report):
        alt = (
            f"Above, judged posts by {line.unit}; below, the shares of the camps among posts that take a side, "
            f"with 95% intervals, as in the table{uncorrected(report, ' and ')}."
        )
        blocks += [Picture("timeline", alt), *_strays(line), *_events(line)]
    cells = [(period(found.first, line.unit), found.cell) for found in line.periods]
    summary = f"All {counted(len(cells), line.unit)}" if len(cells) > SHORT else ""
    what = line.unit.capitalize()
    blocks.append(camps_by(report, what, cells, summary=summary))
    more = [
        stances_by(report, what, cells, summary=f"Stances by {line.unit}"),
        sentiment_by(what, cells, summary=f"Sentiment by {line.unit}"),
    ]
    tables = [table for table in more if table.rows]
    blocks += [*not_corrected(report, tables), *tables]
    blocks += [*_shifts(report), *_arrivals(report)]
    return Section(titles.TIMELINE, tuple(blocks))


def _strays(line: Timeline) -> Iterator[Block]:
    """Say how many posts the chart leaves out, as they would draw out its axis."""
    shown = sum(found.cell.camps.posts for found in drawn(line).periods)
    left = sum(found.cell.camps.posts for found in line.periods) - shown
    if left:
        yield paragraph(
            f"The chart leaves out {counted(left, 'judged post')} of dates far before or after all others, which would "
            "draw out its axis; the table has them."
        )


def _events(line: Timeline) -> Iterator[Block]:
    """Name the events that the chart marks."""
    if events := [f"{text} ({day(when)})" for when, text in drawn(line).events]:
        yield paragraph(f"Lines mark events: {joined(events)}.")


def _busiest(report: Report) -> str:
    line = report.timeline
    top = max(line.periods, key=lambda found: found.cell.camps.posts)
    total = sum(found.cell.camps.posts for found in line.periods)
    if total == 1:
        return f"The one dated post falls {_when(top, line.unit)}."
    if len(line.periods) == 1:
        return f"All {counted(total, 'dated post')} fall {_when(top, line.unit)}."
    return (
        f"Of the {counted(total, 'dated post')}, counted by {line.unit} (UTC), the largest number falls "
        f"{_when(top, line.unit)}: {number(top.cell.camps.posts)}."
    )


def _change(report: Report) -> str:
    """Set the first period that can be read beside the last."""
    line = report.timeline
    readable = [(found, found.cell.sides) for found in line.periods if found.cell.sides and not found.cell.is_small]
    if len(readable) < 2:
        return f"Fewer than two {line.unit}s have enough posts that take a side, so no change over time can be read."
    leader = report.overall and report.overall.sides and report.overall.sides.best.lead
    if not leader:
        return ""
    (first, before), (last, after) = readable[0], readable[-1]
    is_better = before.corrected and after.corrected
    ends = (before.best, after.best) if is_better else (before, after)
    early, late = (end[leader.first] for end in ends)
    verdict = (
        "the intervals do not overlap" if early.high < late.low or late.high < early.low else "the intervals overlap"
    )
    return (
        f"In the first {line.unit} with enough posts to read, {period(first.first, line.unit)}, "
        f"{percent(early.share)} ({between(early)}) of those that take a side are for {report.label(leader.first)}; in "
        f"the last, {period(last.first, line.unit)}, {percent(late.share)} ({between(late)}): {verdict}."
        f"{_basis(report, are_corrected=bool(is_better))}"
    )


def _basis(report: Report, *, are_corrected: bool) -> str:
    """Say whether the shares of two periods are the model's, where the report has others."""
    if not is_corrected(report):
        return ""
    return " Both shares are corrected." if are_corrected else f" Both shares are {UNCORRECTED}."


def _shifts(report: Report) -> Iterator[Block]:
    """Tell where opinion shifted, and how sure that is."""
    line = report.timeline
    rate, own = percent(line.false_alarms), uncorrected(report, "; sides are taken ")
    if line.changes is None:
        return
    if not line.changes:
        yield paragraph(
            Strong("No change point."),
            f" No {line.unit} divides the posts that take a side into a before and an after that differ by more than "
            f"chance would explain (whole threads or authors shuffled in time; false alarms in {rate} of debates in "
            f"which nothing changes{own}).",
        )
        return
    points_ = counted(len(line.changes), "point")
    yield paragraph(
        Strong("Change points."),
        f" Opinion shifts at {points_} by more than chance would explain: in a debate in which nothing changes, any "
        f"would be found with a chance of {rate} (whole threads or authors are shuffled in time). Who writes may have "
        f"changed rather than what anyone thinks{own}.",
    )
    targets = [target.label for target in report.targets]
    rows = tuple(
        (
            period(change.first, line.unit),
            *(
                f"{compact(old)} → {compact(new)}"
                for old, new in zip(change.before.shares, change.after.shares, strict=True)
            ),
            f"{change.p_value:.3f}",
        )
        for change in line.changes
    )
    yield Table((f"From {line.unit}", *targets, "p"), rows)


def _arrivals(report: Report) -> Iterator[Block]:
    """Tell who came when."""
    line = report.timeline
    if len(line.arrivals) < 2:
        return
    first, last = line.arrivals[0], line.arrivals[-1]
    yield paragraph(
        Strong("Who arrived when."),
        f" Authors come to the debate with their first judged post. Half of those in {first.name} had come by "
        f"{day(first.half)}, in {last.name} by {day(last.half)}.",
    )
    rows = []
    for came in line.arrivals:
        busiest = max(range(len(came.by_period)), key=came.by_period.__getitem__)
        when = period(line.periods[busiest].first, line.unit)
        rows.append(
            (
                came.name,
                number(came.authors),
                day(came.first),
                day(came.half),
                f"{when} ({number(came.by_period[busiest])})",
            )
        )
    yield Table(("Community", "Authors", "First", "Half had come by", f"Most came in one {line.unit}"), tuple(rows))


def _when(found: Period, unit: str) -> str:
    return f"{WHEN[unit]} {period(found.first, unit)}"
