"""Writing a report into a folder: the text and its charts beside it."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from corpus.errors import InputError
from reports.charts import CHARTS, draw
from reports.markdown import render

if TYPE_CHECKING:
    from pathlib import Path

    from reports.report import Report


def write(report: Report, folder: Path) -> list[Path]:
    """Write `report.md` and `charts/*.svg`, each whole or not at all, and give their paths.

    The text comes last, so that it never shows a chart that is missing; charts that an earlier report left there and
    this one lacks are deleted.
    """
    charts = {folder / "charts" / f"{name}.svg": text for name, text in draw(report).items()}
    try:
        (folder / "charts").mkdir(parents=True, exist_ok=True)
        for path, text in (*charts.items(), (folder / "report.md", render(report))):
            _replace(path, text)
        for name in CHARTS:
            if folder / "charts" / f"{name}.svg" not in charts:
                (folder / "charts" / f"{name}.svg").unlink(missing_ok=True)
    except OSError as error:
        reason = error.strerror or str(error)
        raise InputError(f"cannot write the report to {folder} ({reason}): choose another folder with -o") from error
    return [folder / "report.md", *charts]


def _replace(path: Path, text: str) -> None:
    beside = path.with_name(f".{path.name}.{os.getpid()}.part")
    try:
        beside.write_text(text, encoding="utf-8", newline="\n")
        beside.replace(path)
    finally:
        beside.unlink(missing_ok=True)
