"""Charts: what they show, in which colours, and that they are the same each time."""

from __future__ import annotations

import re
from datetime import date
from itertools import permutations
from typing import TYPE_CHECKING
from xml.etree import ElementTree

import pytest

from corpus.labels import Target
from debate import FRAMEWORKS, MONDAY, debate, opinion, report
from reports.charts import CHARTS, draw
from reports.charts.colours import GREY, SPARE, camp_colours
from reports.charts.sheet import NARROW
from reports.pictures import pictures

if TYPE_CHECKING:
    from corpus.opinion import Opinion

SPREAD = (("r/a", "reddit"), ("r/b", "reddit"), ("Hacker News", "hackernews"))
HOLLOW = (
    r'<path aria-label="[^"]*" role="graphics-symbol" aria-roledescription="point"[^>]*fill="white"[^>]*opacity="0.4"'
)
SVG = "{http://www.w3.org/2000/svg}"
ARTICLE = ((date(2023, 1, 14), "article"),)


def posts(n: int = 240) -> list[Opinion]:
    """A debate in three communities on two platforms."""
    places = (SPREAD[place % 3] for place in range(n))
    return [post._replace(community=place[0], platform=place[1]) for post, place in zip(debate(n), places, strict=True)]


def words(svg: str) -> set[str]:
    return {" ".join(text.split()) for text in ElementTree.fromstring(svg).itertext() if text.strip()}


def test_each_chart_shows_its_names_and_numbers() -> None:
    moved = opinion(999, switched_from="tensorflow", switched_to="pytorch")
    drawn = draw(report([*posts(), moved], events=ARTICLE))
    assert list(drawn) == list(CHARTS)
    assert {"Who moved", "TensorFlow 1", "PyTorch 1"} <= words(drawn["moves"])
    assert {"Which side posts take", "PyTorch", "67% · 120 posts", "JAX", "0% · 0 posts"} <= words(drawn["camps"])
    assert {"For and against each target", "0% (0)"} <= words(drawn["stances"])
    assert {"r/a", "r/b", "Hacker News", "TensorFlow", "n = 60"} <= words(drawn["communities"])
    assert {"Reddit", "Hacker News", "n = 120"} <= words(drawn["platforms"])
    assert {"Opinion by month", "article", "posts", "share of those taking a side"} <= words(drawn["timeline"])
    assert {"for PyTorch", "no side", "negative", "positive", "n = 60"} <= words(drawn["sentiment"])


def test_the_same_report_is_drawn_the_same_whatever_was_drawn_before() -> None:
    found = report(posts(), events=ARTICLE)
    first = draw(found)
    draw(report(posts(60)))
    assert draw(found) == first


def test_a_camp_has_one_colour_everywhere() -> None:
    drawn = draw(report(posts(), events=ARTICLE))
    for name in ("camps", "stances", "communities", "platforms", "timeline"):
        for target in FRAMEWORKS:
            assert target.colour.lower() in drawn[name].lower(), (name, target.name)


def test_targets_without_a_colour_of_their_own_get_one() -> None:
    plain = [Target(name=name, label=name, aliases=(name,)) for name in "abc"]
    twins = [Target(name=name, label=name, aliases=(name,), colour="#0072b2") for name in "de"]
    colours = camp_colours([*plain, *twins])
    assert len(set(colours.values())) == 6
    assert colours["pro-d"] == "#0072b2"
    assert colours["neutral"] == GREY
    assert set(colours.values()) - {GREY, "#0072b2"} <= set(SPARE)


def test_small_cells_are_faint_and_hollow() -> None:
    few = [opinion(key, community="r/few", camp="pro-jax") for key in range(1000, 1006)]
    drawn = draw(report([*posts(), *few]))["communities"]
    assert "n = 6 (small)" in words(drawn)
    assert len(re.findall(HOLLOW, drawn)) == 3
    assert not re.findall(HOLLOW, draw(report(posts()))["communities"])


def test_periods_that_say_nothing_are_not_drawn() -> None:
    late = opinion(1000, camp="pro-jax", created_at=MONDAY.replace(year=2024))
    with_it, without = (draw(report(some, time_bin="month"))["timeline"] for some in ([*posts(), late], posts()))
    assert "2024" in words(with_it) - words(without)
    assert count_points(with_it) == count_points(without) == 9


def test_narrow_charts_fit_a_phone_and_lose_no_words() -> None:
    long = [
        Target(name=target.name, label=f"{target.label} and what else is of its kind", aliases=(target.name,))
        for target in FRAMEWORKS
    ]
    moves = [
        opinion(990 + place, switched_from=origin.name, switched_to=destination.name)
        for place, (origin, destination) in enumerate(permutations(long, 2))
    ]
    events = (*ARTICLE, (date(2023, 1, 15), "a tweet"), (date(2023, 3, 1), f"the end of {'a long story ' * 3}at last"))
    for targets in (FRAMEWORKS, long):
        found = report([*posts(), *moves], events=events, targets=targets)
        for name, svg in draw(found, NARROW).items():
            root = ElementTree.fromstring(svg)
            assert 250 < float(root.attrib["width"]) <= 320, (name, root.attrib["width"])
            sizes = {float(text.attrib["font-size"].removesuffix("px")) for text in root.iter(f"{SVG}text")}
            assert min(sizes) >= 12, name
    drawn = draw(report([*posts(), *moves], events=events), NARROW)
    assert {"PyTorch", "67% · 120 posts"} <= words(drawn["camps"])
    assert {"r/a", "r/b", "Hacker News", "n = 60"} <= words(drawn["communities"])
    assert {"1", "article", "2", "a tweet", "1, 2", "3", "story at last"} <= words(drawn["timeline"])


def test_places_whose_names_are_cut_alike_keep_rows_of_their_own() -> None:
    name = "a community with a name of which only the end is its own: "
    some = [opinion(key, community=f"{name}{key % 2}", camp="pro-jax") for key in range(1000, 1080)]
    for drawn in (draw(report(some)), draw(report(some), NARROW)):
        shown = {text for text in words(drawn["communities"]) if text.startswith("a community")}
        assert shown == {"a community with a name of…", "a community with a name of… (2)"}


def count_points(svg: str) -> int:
    return len(re.findall(r'aria-roledescription="(?:circle|point)"', svg))


def test_names_are_cut_and_stay_text() -> None:
    name = "<script>alert(1)</script> & \u202e a community with no end to its name"
    drawn = draw(report([*posts(), *(opinion(key, community=name, camp="pro-jax") for key in range(1000, 1040))]))
    assert "<script>alert(1)</script> &…" in words(drawn["communities"])


@pytest.mark.parametrize(
    ("some", "expected"),
    [
        ([opinion(1)], ("stances", "sentiment")),
        ([opinion(1, camp="pro-jax")], ("camps", "stances", "sentiment")),
        ([opinion(1, camp=None, sentiment=None, stances={})], ()),
    ],
)
def test_what_there_is_too_little_for_is_not_drawn(some: list[Opinion], expected: tuple[str, ...]) -> None:
    found = report(some)
    assert pictures(found) == tuple(draw(found)) == expected
