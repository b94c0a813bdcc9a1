"""What charts are drawn on: a wide sheet for documents and screens, a narrow one for phones."""

from __future__ import annotations

from dataclasses import dataclass
from textwrap import wrap
from typing import TYPE_CHECKING

import altair as alt

if TYPE_CHECKING:
    from collections.abc import Sequence

AXIS = 38  # pixels of the labels at the left of a narrow chart
LETTER = 6.6  # pixels a letter of a legend takes on average
SYMBOL = 26  # pixels of a legend's symbol with the gaps beside it
TITLE, SUBTITLE = 38, 48  # characters that fit a narrow line


@dataclass(frozen=True, slots=True, kw_only=True)
class Sheet:
    """A width to draw for, in pixels; on a narrow sheet names stand above their marks, and titles are broken."""

    width: int
    is_narrow: bool = False

    def title(self, title: str, subtitle: Sequence[str]) -> alt.TitleParams:
        """Lay out a title and the parts of the line under it."""
        if not self.is_narrow:
            lines = "   ".join(subtitle).split("\n")
            return alt.TitleParams(title, subtitle=lines if len(lines) > 1 else lines[0])
        return alt.TitleParams(
            wrap(title, TITLE), subtitle=[line for part in subtitle for line in wrap(part, SUBTITLE)]
        )

    def legend(self, names: Sequence[str]) -> alt.Legend:
        """Lay out a legend in as many columns as fit."""
        if not self.is_narrow:
            return alt.Legend()
        room = self.width - AXIS
        fitting = (columns for columns in range(len(names), 1, -1) if _width(names, columns) <= room)
        return alt.Legend(columns=next(fitting, 1), labelLimit=room - SYMBOL)


def _width(names: Sequence[str], columns: int) -> float:
    """Estimate how wide a legend is."""
    return sum(SYMBOL + LETTER * max(map(len, names[column::columns])) for column in range(columns))


WIDE = Sheet(width=560)
NARROW = Sheet(width=300, is_narrow=True)  # which, with its padding, is what a screen of 360 pixels leaves
