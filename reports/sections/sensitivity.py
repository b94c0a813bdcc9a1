"""The same question under other rules of counting."""

from __future__ import annotations

from typing import TYPE_CHECKING

from reports.document import Section, Strong, Table, paragraph
from reports.prose import compact, joined, number
from reports.sections import titles
from reports.sections.tables import NOTHING, design_effect, is_tie
from reports.uncorrected import is_corrected

if TYPE_CHECKING:
    from reports.estimates import Lead
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
    return (
        f"{scenario.name} (small)" if sides.is_small else scenario.name,
        number(sides.posts),
        number(sides.authors),
        *(compact(share) for share in sides.shares),
        _leader(report, sides.lead),
        design_effect(sides),
    )


def _leader(report: Report, lead: Lead | None) -> str:
    if lead is None:
        return NOTHING
    if is_tie(lead):
        return "a tie"
    return report.label(lead.first) if lead.is_clear else f"{report.label(lead.first)} (not clearly)"


def _told(report: Report) -> tuple[str | Strong, ...]:
    """Say whether the leader changes from rule to rule, and whether hand labels name another."""
    leads = [(scenario.name, scenario.sides.lead) for scenario in report.sensitivity if scenario.sides.lead]
    if not leads:
        return ("There is but one side to take.",)
    *told, last = _by_rule(report, leads)
    warning = _other_leader(report)
    return (*told, f"{last} ", warning) if warning else (*told, last)


def _by_rule(report: Report, leads: list[tuple[str, Lead]]) -> tuple[str | Strong, ...]:
    own = "By the model's own labels, " if is_corrected(report) else ""
    leaders: dict[str, list[str]] = {}
    for name, lead in leads:
        if not is_tie(lead):
            leaders.setdefault(report.label(lead.first), []).append(name)
    if not leaders:
        return (f"{own}{'it' if own else 'It'} is a tie under every rule.",)
    if len(leaders) > 1:
        told = "; ".join(f"{leader} leads by “{'”, “'.join(names)}”" for leader, names in leaders.items())
        return (
            Strong("Warning: the leader changes with the rule of counting."),
            f" {own}{told}. Whoever quotes a leader must say by which rule.",
        )
    ties = [f"“{name}”" for name, lead in leads if is_tie(lead)]
    unclear = [f"“{name}”" for name, lead in leads if not lead.is_clear and not is_tie(lead)]
    first = f"{own}{next(iter(leaders))}"
    if ties:
        close = f", and a tie is possible by {joined(unclear)}" if unclear else ""
        return (f"{first} is first, but it is a tie by {joined(ties)}{close}.",)
    if not unclear:
        return (f"{first} leads under every rule, by more than chance would explain.",)
    return (f"{first} is first under every rule, but a tie is possible by {joined(unclear)}.",)


def _other_leader(report: Report) -> Strong | None:
    """Warn where the leader is not the same, or not as clear, once the shares are corrected."""
    sides = report.overall and report.overall.sides
    better = sides and sides.corrected and sides.corrected.lead
    if not sides or not sides.lead or not better:
        return None
    if better.first != sides.lead.first:
        how = "" if better.is_clear else ", but a tie is possible"
        return Strong(f"Warning: corrected for the model's mistakes, {report.label(better.first)} is first{how}.")
    if sides.lead.is_clear and not better.is_clear:
        return Strong("Warning: corrected for the model's mistakes, a tie is possible.")
    return None
