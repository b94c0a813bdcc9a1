"""Writing a report into a folder, in the forms that are asked for."""

from __future__ import annotations

import json
import os
from typing import TYPE_CHECKING

from corpus.errors import InputError
from reports.as_csv import slug, tables
from reports.as_json import SCHEMA, as_json
from reports.charts import CHARTS, draw
from reports.html import page
from reports.markdown import render
from reports.schema import schema
from reports.sections import titles

if TYPE_CHECKING:
    from collections.abc import Collection
    from pathlib import Path

    from reports.report import Report

FORMATS = ("md", "html", "json", "csv")


def write(report: Report, folder: Path, formats: Collection[str] = FORMATS) -> list[Path]:
    """Write a report, each file whole or not at all, and give the paths, those of the reports themselves first.

    "md" is `report.md` and `charts/*.svg`, "html" `report.html`, "json" `report.json` with its schema, and "csv" is
    `csv/*.csv`. A text comes after what it shows, so that it never lacks a chart; charts and tables that an earlier
    report left there and this one lacks are deleted.
    """
    texts = _texts(report, formats)
    try:
        for name, text in texts.items():
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            _replace(folder / name, text)
        for path in _left(folder, formats):
            if path.relative_to(folder).as_posix() not in texts:
                path.unlink(missing_ok=True)
    except OSError as error:
        reason = error.strerror or str(error)
        raise InputError(f"cannot write the report to {folder} ({reason}): choose another folder with -o") from error
    return [folder / name for name in sorted(texts, key=lambda name: "/" in name)]


def _texts(report: Report, formats: Collection[str]) -> dict[str, str]:
    """Give the files that make up the forms."""
    charts = draw(report) if {"md", "html"} & set(formats) else {}
    texts: dict[str, str] = {}
    if "md" in formats:
        texts |= {f"charts/{name}.svg": text for name, text in charts.items()} | {"report.md": render(report)}
    if "html" in formats:
        texts["report.html"] = page(report, charts)
    if "json" in formats:
        texts |= {"report.json": as_json(report), SCHEMA: json.dumps(schema(), indent=1) + "\n"}
    if "csv" in formats:
        texts |= {f"csv/{name}.csv": text for name, text in tables(report).items()}
    return texts


def _left(folder: Path, formats: Collection[str]) -> list[Path]:
    """Name the files that reports write and that may lie there from an earlier one."""
    charts = [folder / "charts" / f"{name}.svg" for name in CHARTS] if "md" in formats else []
    headings = map(slug, titles.ALL) if "csv" in formats else ()
    return [*charts, *(path for name in headings for path in sorted((folder / "csv").glob(f"{name}--*.csv")))]


def _replace(path: Path, text: str) -> None:
    beside = path.with_name(f".{path.name}.{os.getpid()}.part")
    try:
        beside.write_bytes(text.encode())
        beside.replace(path)
    finally:
        beside.unlink(missing_ok=True)
