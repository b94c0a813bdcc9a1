"""Colours that the colour-blind can tell apart: seen through Machado, Oliveira and Fernandes (2009), in CIELAB."""

from __future__ import annotations

import re
from itertools import combinations

import numpy as np
import pytest

from debate import FRAMEWORKS
from reports.charts.colours import GREY, SENTIMENTS, camp_colours
from reports.templating import source

SEEN = {
    "all": np.eye(3),
    "no red": [[0.152286, 1.052583, -0.204868], [0.114503, 0.786281, 0.099216], [-0.003882, -0.048116, 1.051998]],
    "no green": [[0.367322, 0.860646, -0.227968], [0.280085, 0.672501, 0.047413], [-0.011820, 0.042940, 0.968881]],
    "no blue": [[1.255528, -0.076749, -0.178779], [-0.078411, 0.930809, 0.147602], [0.004733, 0.691367, 0.303900]],
}
TO_XYZ = np.array([[0.4124, 0.3576, 0.1805], [0.2126, 0.7152, 0.0722], [0.0193, 0.1192, 0.9505]])
WHITE = np.array([0.9505, 1, 1.089])
APART = 15  # where 2 can just be told when side by side


def linear(colour: str) -> np.ndarray:
    parts = np.array([int(colour[start : start + 2], 16) / 255 for start in (1, 3, 5)])
    return np.where(parts <= 0.04045, parts / 12.92, ((parts + 0.055) / 1.055) ** 2.4)


def lab(light: np.ndarray) -> np.ndarray:
    xyz = TO_XYZ @ np.clip(light, 0, 1) / WHITE
    x, y, z = np.where(xyz > 0.008856, np.cbrt(xyz), 7.787 * xyz + 16 / 116)
    return np.array([116 * y - 16, 500 * (x - y), 200 * (y - z)])


def of_the_page(name: str) -> list[str]:
    """The values of a variable of the page: in light, then in dark."""
    return re.findall(rf"--{name}: (#[0-9a-f]{{6}});", source("report.css"))


@pytest.mark.parametrize("eyes", SEEN)
def test_colours_can_be_told_apart(eyes: str) -> None:
    dark = [of_the_page("negative")[1], GREY, of_the_page("positive")[1]]
    for colours in (list(camp_colours(FRAMEWORKS).values()), list(SENTIMENTS.values()), dark):
        seen = [lab(np.asarray(SEEN[eyes]) @ linear(colour)) for colour in colours]
        assert min(float(np.linalg.norm(a - b)) for a, b in combinations(seen, 2)) > APART, colours


def test_the_page_knows_the_colours_of_sentiment() -> None:
    assert of_the_page("negative")[0] == SENTIMENTS["negative"].lower()
    assert of_the_page("positive")[0] == SENTIMENTS["positive"].lower()


def test_words_stand_out_from_the_page() -> None:
    def light(colour: str) -> float:
        return float(TO_XYZ[1] @ linear(colour if len(colour) > 4 else f"#{''.join(2 * part for part in colour[1:])}"))

    cards = re.findall(r"--card: (#[0-9a-f]{3,6});", source("report.css"))
    for name in ("ink", "quiet", "accent"):
        for words, card in zip(of_the_page(name), cards, strict=True):
            low, high = sorted((light(words), light(card)))
            assert (high + 0.05) / (low + 0.05) >= 4.5, (name, words, card)
