"""The tables of a report as CSV: numbers as numbers, and text that no spreadsheet runs."""

from __future__ import annotations

import csv
import io
import re
from typing import TYPE_CHECKING

from corpus.export import FORMULA_STARTS
from reports.captions import captions
from reports.document import Table
from reports.plain import plain
from reports.sections import document

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from reports.report import Report

STARTS = (*FORMULA_STARTS, "＝", "＋", "－", "＠")
NOTHING = ("–", "")
NUMBER = re.compile(r"[-−+]?\d{1,3}(?:,\d{3})*(?:\.\d+)?|[-−+]?\d+(?:\.\d+)?")
PERCENT = re.compile(rf"({NUMBER.pattern})%")
INTERVAL = re.compile(rf"({NUMBER.pattern})(%?) \(({NUMBER.pattern})–({NUMBER.pattern})\)")


def tables(report: Report) -> dict[str, str]:
    """Give the CSV of each table under the name of its section and its own."""
    found: dict[str, str] = {}
    for section in document(report).sections:
        for place, caption in captions(section.title, section.blocks).items():
            name = f"{slug(section.title)}--{slug(caption.removeprefix(f'{section.title}: '))}"
            again = sum(other == name or other.startswith(f"{name}-") for other in found)
            table = section.blocks[place]
            assert isinstance(table, Table)
            found[f"{name}-{again + 1}" if again else name] = as_csv(table)
    return found


def slug(text: str) -> str:
    """Name a file after a text."""
    return re.sub(r"[^a-z0-9]+", "-", text.lower()).strip("-")[:40].rstrip("-") or "table"


def as_csv(table: Table) -> str:
    """Write a table; a column of shares with intervals becomes three, shares are fractions of one."""
    columns = list(zip(*table.rows, strict=True)) or [()] * len(table.head)
    first, *others = zip(table.head, columns, strict=True)
    wide = [(plain(first[0]), [plain(cell) for cell in first[1]])]
    wide += [column for head, cells in others for column in _widened(plain(head), cells)]
    buffer = io.StringIO()
    writer = csv.writer(buffer, lineterminator="\r\n")
    writer.writerow(_inert(head) for head, _ in wide)
    for name, *cells in zip(*(cells for _, cells in wide), strict=True):
        writer.writerow([_inert(name), *map(_number, cells)])
    return buffer.getvalue()


def _widened(head: str, cells: Sequence[str]) -> Iterator[tuple[str, list[str]]]:
    """Split a column of shares with intervals into the share, its lower and its upper bound."""
    found = [INTERVAL.fullmatch(cell) for cell in cells]
    if not any(found) or not all(match or cell in NOTHING for match, cell in zip(found, cells, strict=True)):
        yield head, [plain(cell) for cell in cells]
        return
    for ending, part in (("", 1), (" low", 3), (" high", 4)):
        yield f"{head}{ending}", [f"{match[part]}{match[2]}" if match else "" for match in found]


def _number(cell: str) -> str:
    """Write a number without marks for the eye, and any other text as text."""
    if cell in NOTHING:
        return ""
    if share := PERCENT.fullmatch(cell):
        return f"{float(_bare(share[1])) / 100:.6g}"
    return _bare(cell) if NUMBER.fullmatch(cell) else _inert(cell)


def _bare(number: str) -> str:
    return number.removeprefix("+").replace(",", "").replace("−", "-")


def _inert(text: str) -> str:
    """Keep a spreadsheet from running a text as a formula."""
    return f"'{text}" if text.startswith(STARTS) else text
