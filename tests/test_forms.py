"""The forms of a report: one page of HTML, JSON with its schema, CSV, and hostile text that stays text in each."""

from __future__ import annotations

import csv
import io
import json
import re
from html.parser import HTMLParser
from itertools import pairwise
from typing import TYPE_CHECKING

import jsonschema
import pytest
from click.testing import CliRunner
from markdown_it import MarkdownIt
from markupsafe import Markup

from debate import debate, opinion, report
from hostile import NAMES, SAFE_HOST, TEXTS, hostile_report
from reports import FORMATS, write
from reports.as_csv import as_csv, slug, tables
from reports.as_json import as_json
from reports.charts.colours import camp_colours
from reports.document import Link, Paragraph, Picture, Quotation, Strong, Table, paragraph
from reports.explorer import script_data
from reports.html import json_in_html, page
from reports.html_blocks import Blocks
from reports.inlining import inlined
from reports.markdown import address, render
from reports.plain import plain
from reports.schema import schema
from stancemap.commands.report import command

if TYPE_CHECKING:
    from pathlib import Path

VOID = {"meta", "br", "link", "img", "rect", "path", "line", "circle"}
ELEMENTS = (
    "html head meta title style body a header h1 h2 h3 nav p ul li main section strong code pre div span bdi label "
    "select option button figure figcaption blockquote details summary table caption thead tbody tr th td footer "
    "script svg g rect path line text tspan circle defs clippath"
)
TURNS = re.compile("[\u202a-\u202e\u2066-\u2069\u200b\x00\x1b]")


class Reader(HTMLParser):
    """Reads a page: its elements with their attributes, the words in each kind of element, and what is not closed."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.elements: list[tuple[str, dict[str, str | None]]] = []
        self.open: list[str] = []
        self.words: list[tuple[str, str]] = []
        self.feed(text)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, dict(attrs)))
        if tag not in VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, dict(attrs)))

    def handle_endtag(self, tag: str) -> None:
        if tag not in VOID:
            assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        self.words.append((self.open[-1] if self.open else "", data))

    def all(self, tag: str) -> list[dict[str, str | None]]:
        return [attributes for name, attributes in self.elements if name == tag]


@pytest.fixture(scope="module")
def hostile() -> dict[str, str]:
    found = hostile_report()
    return {"md": render(found), "html": page(found), "json": as_json(found), **tables(found)}


def test_the_page_is_sound_and_can_be_found_ones_way_in() -> None:
    text = page(report(debate(120)))
    read = Reader(text)
    assert not read.open
    assert text.startswith("<!doctype html>")
    assert read.all("html") == [{"lang": "en"}]
    assert {"header", "nav", "main", "footer"} <= {tag for tag, _ in read.elements}
    ids = [attributes["id"] for _, attributes in read.elements if "id" in attributes]
    assert len(ids) == len(set(ids))
    assert read.all("a")[0] == {"class": "skip", "href": "#content"}
    inner = [attributes["href"][1:] for attributes in read.all("a") if (attributes["href"] or "").startswith("#")]
    assert set(inner) <= set(ids)
    levels = [int(tag[1]) for tag, _ in read.elements if tag in ("h1", "h2", "h3")]
    assert levels.count(1) == 1
    assert all(after - before <= 1 for before, after in pairwise(levels))
    assert {attributes["for"] for attributes in read.all("label")} == {"place", "period"} <= set(ids)
    assert len(text) < 3_000_000


def test_tables_have_captions_and_scopes_and_charts_have_words_and_numbers() -> None:
    found = report(debate(120))
    read = Reader(page(found))
    assert len(read.all("caption")) == len(read.all("table")) > 5
    assert {attributes["scope"] for attributes in read.all("th")} == {"row", "col"}
    charts = [attributes for attributes in read.all("div") if attributes.get("role") == "img"]
    assert len(charts) == 4
    assert all(len(chart["aria-label"] or "") > 30 for chart in charts)
    drawings = [(svg["class"], svg["aria-hidden"]) for svg in read.all("svg")]
    assert drawings == [("wide", "true"), ("narrow", "true")] * 4
    assert not any({"role", "aria-label"} & svg.keys() for svg in read.all("svg"))
    figures = page(found).split("<figure>")[1:]
    assert len(figures) == 4
    assert all("<table>" in figure.partition("</figure>")[0].partition("<details>")[2] for figure in figures)


def test_the_page_loads_nothing_and_allows_only_its_own_style_and_script() -> None:
    text = page(report(debate(60)))
    read = Reader(text)
    policy = next(m["content"] or "" for m in read.all("meta") if m.get("http-equiv") == "Content-Security-Policy")
    assert policy.startswith("default-src 'none'; style-src 'sha256-")
    assert "unsafe" not in policy
    assert not read.all("link")
    assert not {name for _, attributes in read.elements for name in attributes} & {"src", "srcset", "style", "action"}
    assert "@import" not in text
    assert "url(" not in text.partition("</style>")[0]


def test_a_camp_has_its_colour_in_the_page_too() -> None:
    found = report(debate(60))
    text = page(found)
    for place, camp in enumerate(found.camps[:-1]):
        assert f".camp-{place} {{ --camp: {camp_colours(found.targets)[camp]}; }}" in text


def test_the_filters_know_every_community_and_period_and_both_at_once() -> None:
    posts = [post._replace(community="r/a" if key % 3 else "r/b") for key, post in enumerate(debate(240))]
    found = report([*posts, opinion(999, community="r/c")], time_bin="month")
    cells = script_data(found)["cells"]
    assert isinstance(cells, dict)
    assert cells[","]["posts"] == 180
    assert {",0", ",1", ",2", "0,", "1,", "0,0", "1,2"} <= cells.keys()
    assert "2," not in cells  # nobody takes a side in r/c
    for pattern in ("{},{}", ",{1}", "{0},"):
        keys = {pattern.format(place, period) for place in range(2) for period in range(3)}
        assert sum(cells[key]["posts"] for key in keys) == 180, pattern
    assert cells["0,0"]["shares"][0][0] + cells["1,0"]["shares"][0][0] == cells[",0"]["shares"][0][0]
    assert cells[","]["lead"] == 0
    assert not cells[","]["small"]
    few = script_data(report(debate(20)))["cells"]
    assert isinstance(few, dict)
    assert few[","]["small"]


def test_posts_of_pooled_communities_are_crossed_together() -> None:
    posts = [opinion(key, camp="pro-jax", community=f"c{key % 60}") for key in range(240)]
    found = report(posts)
    assert sum(cell.sides.posts for cell in found.crossed) == 240
    assert found.crossed[-1].place == "45 others"


def test_the_table_beside_a_chart_is_folded_under_it() -> None:
    table, chart = Table(("A", "B"), (("x (small)", "1"),)), Picture("p", "words")
    blocks = Blocks({"p": Markup("<svg></svg>")}, {})
    near = blocks.write((chart, paragraph("Events."), table), "S")
    assert near.index("<details>") < near.index("<table>") < near.index("Events.")
    assert '<tr class="small"><th scope="row">' in near
    far = blocks.write((chart, paragraph(Strong("Else."), " More."), table), "S")
    assert "<details>" not in far
    assert "<caption>Else: A</caption>" in far
    counted, named = (blocks.write((table._replace(summary=text),), "S") for text in ("All 3 rows", "Of a kind"))
    assert "<summary>All 3 rows</summary>" in counted
    assert "<caption>S: A</caption>" in counted
    assert "<caption>Of a kind</caption>" in named
    assert "5–\u20606" in blocks.write((Table(("A", "B"), (("x", "5–6"),)),), "S")


def test_only_web_addresses_are_linked() -> None:
    blocks = Blocks({}, {})
    for url in (
        "javascript:alert(1)",
        "data:text/html,x",
        "//e.org",
        "https://a.org@b.org/",
        "https://",
        "ftp://e.org",
    ):
        assert blocks.write((Paragraph((Link("here", url),)),), "S") == "<p>here</p>"
        assert address(url) is None
    assert 'href="https://medium.com/@me?a=1#b"' in blocks.write(
        (Quotation("text", (Link("there", "https://medium.com/@me?a=1#b"),)),), "S"
    )


def test_charts_take_the_colours_of_the_page_and_tell_their_values() -> None:
    text = page(report(debate(120), time_bin="month"))
    assert 'data-told="PyTorch 67% (' in text
    assert 'data-told="January 2023: ' in text
    assert '.chart [fill="#24292F" i] { fill: var(--ink); }' in text


def test_the_two_drawings_of_a_chart_share_no_id_and_keep_what_a_page_needs() -> None:
    mark = 'aria-label="a 5% (0.0345678 to 0.06)" role="graphics-symbol" aria-roledescription="bar"'
    svg = (
        '<svg class="m" width="5" height="6" viewBox="0 0 5 6"><g id="clip1" role="x" clip-path="url(#clip1)"/>'
        f'<path class="background" d="M0,0"/><path {mark} d="M1.23456,7.0"/>'
        '<text class="a">b class="c" 1.23456</text></svg>'
    )
    wide, narrow = inlined("n", svg, svg).split("\n")
    assert wide == (
        '<svg xmlns="http://www.w3.org/2000/svg" class="wide" aria-hidden="true" width="5" height="6" '
        'viewBox="0 0 5 6"><g id="n-wide-clip1" clip-path="url(#n-wide-clip1)"/>'
        '<path data-told="a 5% (0.035 to 0.06)" d="M1.23,7.0"/><text>b class="c" 1.23456</text></svg>'
    )
    assert narrow == wide.replace("wide", "narrow")


def test_json_follows_its_schema() -> None:
    jsonschema.Draft202012Validator.check_schema(schema())
    check = jsonschema.Draft202012Validator(schema())
    for found in (report(debate(120)), report([opinion(1, camp=None, stances={})]), hostile_report()):
        check.validate(json.loads(as_json(found)))
    wrong = json.loads(as_json(report(debate(12))))
    wrong["ledger"]["total"] = "many"
    assert [error.json_path for error in check.iter_errors(wrong)] == ["$.ledger.total"]
    assert "description" in schema()["$defs"]["Share"]


def test_csv_has_numbers_as_numbers() -> None:
    table = Table(
        ("Name", "Share", "Posts", "Part", "Mixed"),
        (
            ("a", "62% (54–70)", "1,234", "0.4%", "1 of 2"),
            ("b", "–", "−4", "–", "=1+1"),
            ("c", "–", "+40.0", "+5%", "+a"),
        ),
    )
    assert list(csv.reader(io.StringIO(as_csv(table)))) == [
        ["Name", "Share", "Share low", "Share high", "Posts", "Part", "Mixed"],
        ["a", "0.62", "0.54", "0.7", "1234", "0.004", "1 of 2"],
        ["b", "", "", "", "-4", "", "'=1+1"],
        ["c", "", "", "", "40.0", "0.05", "'+a"],
    ]
    assert as_csv(Table(("Only head",), ())) == "Only head\r\n"


def test_csv_files_are_named_after_their_sections() -> None:
    names = set(tables(report(debate(120), time_bin="week")))
    assert {"opinion-overall--camps-camp", "over-time--week", "who-was-left-out-and-why--what-became-of-it"} <= names
    assert slug("Ünïcode / “quotes”!") == "n-code-quotes"
    assert slug("…") == "table"


@pytest.mark.parametrize("form", FORMATS)
def test_only_the_forms_asked_for_are_written(form: str, tmp_path: Path) -> None:
    write(report(debate(60)), tmp_path, [form])
    expected = {
        "md": {"report.md", "charts"},
        "html": {"report.html"},
        "json": {"report.json", "report.schema.json"},
        "csv": {"csv"},
    }
    assert {path.name for path in tmp_path.iterdir()} == expected[form]


def test_a_form_that_is_not_known_is_refused() -> None:
    asked = CliRunner().invoke(command, ["-o", "out", "--format", "md,pdf"])
    assert asked.exit_code == 2
    assert "'md,pdf' is not a list of md, html, json, csv" in asked.output
    assert command.params[2].default == ",".join(FORMATS)


def test_tables_of_an_earlier_report_do_not_stay_nor_other_files_go(tmp_path: Path) -> None:
    write(report(debate(60)), tmp_path, ["csv"])
    (tmp_path / "csv" / "mine.csv").write_text("mine")
    (tmp_path / "csv" / "what-moved--camps.csv").write_text("of a comparison, which the next report is not")
    write(report([opinion(1)]), tmp_path, ["csv"])
    names = {path.name for path in (tmp_path / "csv").iterdir()}
    assert "mine.csv" in names
    assert "what-moved--camps.csv" not in names
    assert "reasons-and-changes-of-mind--reasons-reason.csv" not in names
    assert "opinion-overall--camps-camp.csv" in names


def test_hostile_text_is_only_text_in_html(hostile: dict[str, str]) -> None:
    read = Reader(hostile["html"])
    assert not read.open
    assert {tag for tag, _ in read.elements} <= set(ELEMENTS.split())
    assert read.all("script") == [{"id": "cells", "type": "application/json"}, {}]
    names = {name for _, attributes in read.elements for name in attributes}
    assert not {name for name in names if name.startswith("on")} | names & {"style", "src", "srcset"}
    links = {link["href"] or "" for link in read.all("a")}
    assert {link for link in links if not link.startswith("#")} == {
        f"{SAFE_HOST}{rest}"
        for rest in ("ok", "a%22onmouseover=%22alert%289%29", "a%29b%20%3Cscript%3Ealert%2810%29%3C/script%3E%7C'")
    } | {link for link in links if re.fullmatch(r"https://e\.org/\d+", link)}
    cells = json.loads("".join(words for tag, words in read.words if tag == "script" and words.startswith('{"camps"')))
    assert cells == script_data(hostile_report())
    words = " ".join(words for tag, words in read.words if tag not in ("script", "style"))
    assert "<script>window.hacked = 1; alert(1)</script> is how this post" in words
    assert "=HYPERLINK(" in words
    assert "{{ 7 * 7 }}" in words
    assert not TURNS.search(hostile["html"])
    assert len(hostile["html"]) < 1_000_000


def test_hostile_text_is_only_text_in_markdown(hostile: dict[str, str]) -> None:
    text = hostile["md"]
    read = Reader(MarkdownIt("commonmark").enable(["table", "strikethrough"]).render(text))
    allowed = "h1 h2 ul ol li p strong code pre a img blockquote table thead tbody tr th td details summary"
    assert {tag for tag, _ in read.elements} <= set(allowed.split())
    assert len(read.all("h1")) == 1
    assert all((image["src"] or "").startswith("charts/") for image in read.all("img"))
    assert all((link["href"] or "").startswith(("#", SAFE_HOST)) for link in read.all("a"))
    for block in re.findall(r"(?:^\|.*\|\n)+", text, re.MULTILINE):
        assert len({len(re.findall(r"(?<!\\)\|", line)) for line in block.splitlines()}) == 1
    assert not TURNS.search(text)
    assert len(text.encode()) < 1_000_000


def test_hostile_text_is_only_text_in_json(hostile: dict[str, str]) -> None:
    assert hostile["json"].isascii()
    assert "<" not in hostile["json"]
    document = json.loads(hostile["json"])
    assert document["title"] == TEXTS[2]
    assert any("<script>window.hacked" in quote["text"] for quote in document["quotes"])
    assert json_in_html({"a": "</script><!--&"}) == '{"a":"\\u003c/script\\u003e\\u003c!--\\u0026"}'


def test_hostile_text_is_only_text_in_csv(hostile: dict[str, str]) -> None:
    text = hostile["by-community-and-platform--community"]
    rows = list(csv.reader(io.StringIO(text)))
    assert len({len(row) for row in rows}) == 1
    assert not TURNS.search(text)
    assert [row[0] for row in rows if row[0].startswith("'=1+1")]
    for name in hostile:
        if "--" in name:
            cells = [cell for row in csv.reader(io.StringIO(hostile[name])) for cell in row]
            assert not [cell for cell in cells if cell.startswith(("=", "+", "@")) or re.match(r"-(?!\d)", cell)]
    assert plain(NAMES[4]) == "<b>b</b>"
