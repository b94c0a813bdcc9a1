"""`stancemap doctor`: say what is well, what is wrong, and what to do."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

import click

from stancemap import console
from stancemap.commands.options import config_option, corpus_option, json_option

if TYPE_CHECKING:
    from pathlib import Path

    from stancemap.doctor import Line


@click.command("doctor", short_help="Check keys, access, clock, disk, model, corpus and configuration.")
@click.argument("platforms", metavar="[PLATFORM]...", nargs=-1)
@click.option("--offline", is_flag=True, help="Check nothing that needs the network.")
@corpus_option
@config_option
@json_option
def command(
    *, platforms: tuple[str, ...], offline: bool, corpus: Path | None, config_path: Path | None, as_json: bool
) -> None:
    """Check keys, access, clock, disk, model, corpus and configuration: a line for each.

    Each platform (those named, or all) is asked once; what that costs is said before. Nothing is stored. Exit code 1
    says that something is wrong which the configuration needs; a key that is missing for a platform of which it says
    nothing is only noted.

    \b
    Examples:
      stancemap doctor
      stancemap doctor x --json
      stancemap doctor --offline
    """
    from stancemap.doctor import examine

    lines = list["Line"]()
    for line in examine(corpus, config_path, platforms, offline=offline, now=time.time):
        lines.append(line)
        (console.note if as_json else console.say)(_written(line))
    is_well = all(line.finding.level != "wrong" for line in lines)
    if as_json:
        checks = [{"about": row.about, "level": row.finding.level, "text": row.finding.text} for row in lines]
        console.as_json({"ok": is_well, "checks": checks})
    if not is_well:
        raise SystemExit(1)


def _written(line: Line) -> str:
    return f"{line.finding.level:<6} {line.about:<11} {line.finding.text}"
