"""The same question under other rules of counting."""

from __future__ import annotations

from typing import TYPE_CHECKING

from reports.document import Section, Strong, Table, paragraph
from reports.prose import compact, joined, number
from reports.sections import titles
from reports.sections.tables import NOTHING, design_effect

if TYPE_CHECKING:
    from reports.report import Report, Scenario


def section(report: Report) -> Section | None:
    """Write the section; None where no post takes a side."""
    if not report.sensitivity:
        return None
    rows = tuple(_row(report, scenario) for scenario in report.sensitivity)
    targets = [target.label for target in report.targets]
    head = ("Rule", "Posts counted", "Authors", *targets, "Leader", "Design effect")
    rules = "; ".join(f"{scenario.name}: {scenario.meaning}" for scenario in report.sensitivity[1:])
    return Section(
        titles.SENSITIVITY,
        (
            paragraph(*_told(report)),
            Table(head, rows),
            paragraph(f"Shares are of the posts that take a side, as the model says. The rules: {rules}."),
        ),
    )


def _row(report: Report, scenario: Scenario) -> tuple[str, ...]:
    sides = scenario.sides
    leader = report.label(sides.lead.first) if sides.lead else NOTHING
    return (
        f"{scenario.name} (small)" if sides.is_small else scenario.name,
        number(sides.posts),
        number(sides.authors),
        *(compact(share) for share in sides.shares),
        leader if sides.lead and sides.lead.is_clear else f"{leader} (not clearly)",
        design_effect(sides),
    )


def _told(report: Report) -> tuple[str | Strong, ...]:
    """Say whether the leader changes from rule to rule."""
    leads = [(scenario.name, scenario.sides.lead) for scenario in report.sensitivity if scenario.sides.lead]
    if not leads:
        return ("There is but one side to take.",)
    leaders: dict[str, list[str]] = {}
    for name, lead in leads:
        leaders.setdefault(report.label(lead.first), []).append(name)
    if len(leaders) > 1:
        told = "; ".join(f"{leader} leads by “{'”, “'.join(names)}”" for leader, names in leaders.items())
        return (
            Strong("Warning: the leader changes with the rule of counting."),
            f" {told}. Whoever quotes a leader must say by which rule.",
        )
    unclear = [f"“{name}”" for name, lead in leads if not lead.is_clear]
    leader = next(iter(leaders))
    if not unclear:
        return (f"{leader} leads under every rule, by more than chance would explain.",)
    return (f"{leader} is first under every rule, but a tie is possible by {joined(unclear)}.",)
