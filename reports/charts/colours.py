"""One colour for each camp everywhere, told apart by the colour-blind too."""

from __future__ import annotations

from typing import TYPE_CHECKING

from corpus.labels import NEUTRAL

if TYPE_CHECKING:
    from collections.abc import Sequence

    from corpus.labels import Target

GREY = "#8A8F98"
SPARE = ("#0072B2", "#D55E00", "#009E73", "#CC79A7", "#56B4E9", "#E69F00", "#000000")  # Okabe and Ito 2008
SENTIMENTS = {"negative": "#8C510A", "neutral": GREY, "positive": "#01665E"}  # brown and teal: ColorBrewer's BrBG
UNSET = "#777777"


def camp_colours(targets: Sequence[Target]) -> dict[str, str]:
    """Give each target its own colour, or a spare one where it has none or shares it, and grey to no side."""
    colours: dict[str, str] = {}
    spare = [colour for colour in SPARE if colour.lower() not in {target.colour.lower() for target in targets}]
    for target in targets:
        colour = target.colour
        if colour.lower() == UNSET or colour.lower() in map(str.lower, colours.values()):
            colour = spare.pop(0) if spare else GREY
        colours[f"pro-{target.name}"] = colour
    return {**colours, NEUTRAL: GREY}
