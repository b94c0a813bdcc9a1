"""The report as Markdown: prose, tables, links, and text that would like to be more than text."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import date
from typing import TYPE_CHECKING

import pytest
from markdown_it import MarkdownIt

from corpus.errors import InputError
from corpus.labels import Abstained, Target
from corpus.post import State
from debate import FRAMEWORKS, META, MONDAY, debate, opinion, report
from reports import write
from reports.document import Code, Link, Literal, Paragraph, Strong, Table, paragraph
from reports.estimates import Share
from reports.markdown import address, anchor, block, escape, render
from reports.plain import cut, plain
from reports.prose import compact, counted, days, joined, percent, period, points

if TYPE_CHECKING:
    from pathlib import Path

GONE = {"camp": None, "camp_probability": None, "stances": {}, "sentiment": None}
HOSTILE = (
    "<script>alert(1)</script><img src=x onerror=alert(1)> **bold** `code` | pipe | [link](javascript:alert(1)) "
    "![i](h://x) ~~gone~~ $x$ :smile: &amp; \\| http://evil.example www.evil.example [^1] <!-- c -->\n\n# Heading\n"
    "- list\n| a | b |\n\u202egnp.exe\u2066\u200b\x00\x1b[31m"
)


def html(markdown: str) -> str:
    return MarkdownIt("commonmark").enable(["table", "strikethrough"]).render(markdown)


def shown(markdown: str) -> str:
    """What a reader sees: the words without the tags."""
    words = re.sub(r"<[^>]+>", "", html(markdown))
    return words.replace("&lt;", "<").replace("&gt;", ">").replace("&quot;", '"').replace("&amp;", "&").strip()


def test_the_answer_comes_first_and_is_prose() -> None:
    text = render(report(debate(240)))
    opening = text[: text.index("**Contents**")]
    assert "Of the 180 posts that take a side, **67% are for PyTorch** (95% interval 59% to 73%)" in opening
    assert "PyTorch leads TensorFlow by 33 points (95% interval 19 to 46): more than chance" in opening
    assert "60 of the 240 judged posts (25%; 95% interval 19% to 30%) take no side" in opening
    assert "240 authors in 1 community on 1 platform, from 9 January to 20 March 2023." in opening
    assert "no hand labels correct them" in opening
    assert opening.count("\n- ") == 5


def test_a_lead_that_chance_may_reverse_is_no_lead() -> None:
    camps = ["pro-jax"] * 22 + ["pro-pytorch"] * 20
    text = render(report([opinion(key, camp=camp) for key, camp in enumerate(camps)]))
    assert "JAX and PyTorch cannot be told apart: the difference is 5 points (95% interval −26 to 34)" in text


def test_few_posts_are_a_hint() -> None:
    assert "rests on fewer than 30 posts: read it as a hint" in render(report(debate(20)))
    assert "rests on 3 authors" in render(
        report([opinion(key, author=f"u{key % 3}", camp="pro-jax") for key in range(40)])
    )
    assert "as a hint" not in render(report(debate(120)))


def test_an_invented_corpus_is_called_so_at_once() -> None:
    text = render(report(debate(12), meta=replace(META, is_invented=True)))
    assert text.split("\n\n")[1].startswith("**These posts are invented.**")


EDGES = {
    "one post": [opinion(1, camp="pro-jax")],
    "no side": [opinion(1), opinion(2)],
    "none judged": [
        opinion(1, abstained=Abstained.OFF_TOPIC, **GONE),
        opinion(2, state=State.DELETED, windows=None, **GONE),
    ],
    "no camps": [opinion(1, camp=None, camp_probability=None, stances={})],
    "no dates": [opinion(key, camp="pro-jax", created_at=None) for key in range(40)],
    "nobody known": [opinion(key, camp="pro-jax", author=None) for key in range(40)],
    "one thread": [
        opinion(key, camp="pro-jax" if key % 2 else "pro-pytorch", conversation_id="t") for key in range(40)
    ],
    "many communities": [opinion(key, camp="pro-jax", community=f"c{key % 60}") for key in range(240)],
}


@pytest.mark.parametrize("case", EDGES)
def test_every_report_reads_well(case: str, tmp_path: Path) -> None:
    paths = write(report(EDGES[case]), tmp_path)
    text = paths[0].read_text("utf-8")
    assert_sound(text, tmp_path)
    assert not re.search(r"nan|None\b(?! of the)|\bTrue|\b1 posts|\b1 authors|  |\(\)", text), text


def test_edges_are_said_in_words() -> None:
    says = {case: render(report(posts)) for case, posts in EDGES.items()}
    assert "Of the 1 post that takes a side, **100% are for JAX** (95% interval 21% to 100%)" in says["one post"]
    assert "None of the 2 judged posts takes a side." in says["no side"]
    assert "There is no opinion to report: no post could be judged." in says["none judged"]
    assert "the labels of this set name no camp" in says["no camps"]
    assert "No judged post has a date. 40 judged posts without a date cannot be placed here." in says["no dates"]
    assert "come from unknown authors in 1 community" in says["nobody known"]
    assert "The judged post comes from 1 author" in says["one post"]
    assert "Behind the post that takes a side is 1 author. It is but one" in says["one post"]
    assert "The one dated post falls on 9 January 2023." in says["one post"]
    assert "take no side" not in says["one post"]
    assert "It is a tie under every rule." in says["one thread"]
    assert "| 50% (35–65) | a tie |" in says["one thread"]
    assert "from 40 authors, tell about as much as" in says["one thread"]
    assert "The smallest 45 are pooled as “45 others”" in says["many communities"]


@pytest.mark.parametrize("count", [1, 2, 6])
def test_any_number_of_targets(count: int, tmp_path: Path) -> None:
    targets = [Target(name=f"t{place}", label=f"Thing {place}", aliases=(f"t{place}",)) for place in range(count)]
    none = {target.name: "none" for target in targets}
    posts = [opinion(key, camp=f"pro-t{key % count}", stances=none) for key in range(60)]
    assert_sound(write(report(posts, targets=targets), tmp_path)[0].read_text("utf-8"), tmp_path)


def test_one_neutral_post_takes_no_side() -> None:
    text = render(report([*(opinion(key, camp="pro-jax") for key in range(40)), opinion(99)]))
    assert "1 of the 41 judged posts (2%; 95% interval 0.4% to 13%) takes no side: it asks" in text


def test_a_tie_under_some_rules_makes_no_leader_of_them() -> None:
    loud = [opinion(key, camp="pro-pytorch", author=f"u{key % 20}") for key in range(40)]
    text = render(report([*loud, *(opinion(100 + key, camp="pro-jax") for key in range(20))]))
    assert "PyTorch is first, but it is a tie by “one author, one vote”" in text
    assert "Warning" not in text


def test_with_one_target_nobody_leads() -> None:
    targets = [Target(name="t", label="Thing", aliases=("t",))]
    posts = [opinion(key, camp="pro-t", stances={"t": "none"}, community=f"r/{key % 2}") for key in range(100)]
    text = render(report(posts, targets=targets))
    assert "There is but one side to take.\n\n![Shares of the camps, by community" in text
    assert "not clearly" not in text


def test_events_are_told_of_where_a_chart_marks_them() -> None:
    event = ((date(2023, 1, 14), "the article"),)
    assert "Lines mark events: the article" in render(report(debate(240), events=event))
    neutral = [opinion(key, created_at=MONDAY.replace(day=9 + key % 9)) for key in range(60)]
    assert "Lines mark events" not in render(report(neutral, events=event))
    stray = opinion(999, camp="pro-jax", created_at=MONDAY.replace(year=2012))
    text = render(report([*debate(240), stray], events=(*event, (date(2013, 1, 1), "long ago")), time_bin="day"))
    assert "Lines mark events: the article (14 January 2023)." in text


def test_reasons_that_clearly_differ_are_not_called_those_that_differ_most() -> None:
    counts = {"pro-pytorch": (90, 15, 12), "pro-tensorflow": (73, 1, 21)}  # posts, models, deployment
    posts = [
        opinion(
            1_000 * place + key,
            camp=camp,
            reasons=("models",) * (key < models) + ("deployment",) * (total - key <= deployment),
        )
        for place, (camp, (total, models, deployment)) in enumerate(counts.items())
        for key in range(total)
    ]
    text = render(report(posts))
    assert "They clearly differ in models: 17% of the posts for PyTorch name it, 1% of those for TensorFlow." in text
    both = [post._replace(reasons=("performance", "usability")) if post.key >= 1_000 else post for post in posts]
    assert "They clearly differ in 4 reasons, most of these in usability: 0%" in render(report(both))


def test_one_readable_change_over_time_is_told() -> None:
    posts = [opinion(key, camp="pro-jax" if key < 80 else "pro-pytorch", created_at=MONDAY.replace(month=1 + key // 80))
             for key in range(180)]  # fmt: skip
    text = render(report(posts, time_bin="month"))
    assert "in the last, February 2023, 100% (95% to 100%)" in text
    assert "the intervals do not overlap" in text


def test_long_tables_are_folded() -> None:
    text = render(report(debate(120), time_bin="day"))
    assert "<summary>All 70 days</summary>" in text


def test_hostile_text_is_only_text(tmp_path: Path) -> None:
    names = {"community": HOSTILE, "url": "https://e.org/a)b <script>\"'|"}
    posts = [
        *debate(60, **names),
        *(opinion(key, camp="pro-jax", url="javascript:alert(1)") for key in range(100, 140)),
    ]
    texts = {key: f"{key} {HOSTILE}" for key in (*range(60), *range(100, 140))}
    targets = [replace(target, label=f"{target.label} {HOSTILE}") for target in FRAMEWORKS]
    meta = replace(META, command=f"x ``` {HOSTILE}", label_set=replace(META.label_set, name=f"`{HOSTILE}"))
    events = ((date(2023, 1, 14), HOSTILE),)
    paths = write(report(posts, texts, targets=targets, meta=meta, title=HOSTILE, events=events), tmp_path)
    text = paths[0].read_text("utf-8")
    assert_sound(text, tmp_path)
    page = html(text)
    assert not re.search(r"<(script|img src=.x|h1>Heading|del|em)|href=.javascript|href=.http://evil", page)
    assert page.count("<h1>") == 1
    assert not re.search("[\u202a-\u202e\u2066-\u2069\u200b\x00\x1b]", text)
    assert "<script>alert(1)</script>" in shown(escape(HOSTILE))


def assert_sound(text: str, folder: Path) -> None:
    """Tables have as many cells in each row, contents lead to headings, and charts are there, each with its words."""
    for table in re.findall(r"(?:^\|.*\|\n)+", text, re.MULTILINE):
        assert len({len(re.findall(r"(?<!\\)\|", line)) for line in table.splitlines()}) == 1, table
    headings = {anchor(heading) for heading in re.findall(r"^## (.+)$", text, re.MULTILINE)}
    links = set(re.findall(r"\]\(#([^)]+)\)", text))
    assert links == headings
    charts = set(re.findall(r"^!\[.+\]\((charts/[^)]+)\)$", text, re.MULTILINE))
    assert charts == {str(path.relative_to(folder)) for path in folder.glob("charts/*")}
    assert html(text).count("<img") == len(charts)


@pytest.mark.parametrize(
    "text",
    [
        "a*b*c _d_ `e`",
        "[x](y) ![z](w)",
        "<b>&amp;</b>",
        "a | b",
        "~~x~~",
        "back\\slash \\* \\|",
        "$E=mc^2$",
        "x^2 [^1]",
    ],
)
def test_escaped_text_is_shown_as_it_is(text: str) -> None:
    assert shown(escape(text)) == text
    assert shown(block(Table(("head",), ((text,),)))) == f"head\n\n\n\n\n{text}"


@pytest.mark.parametrize(
    "text", ["# no heading", "- no list", "+ no list", "1. no list", "1) no list", "> no quote", "--- "]
)
def test_a_paragraph_stays_one(text: str) -> None:
    assert html(block(paragraph(text))).startswith("<p>")
    assert shown(block(paragraph(text))) == text.strip()


def test_links_and_autolinks_are_ours_alone() -> None:
    assert escape("see http://e.org and www.e.org") == "see http\\://e.org and www\\.e.org"
    assert block(Paragraph((Link("here", "https://e.org/a b)c"),))) == "[here](https://e.org/a%20b%29c)"
    assert block(Paragraph((Link("here", "javascript:alert(1)"),))) == "here"
    assert block(Paragraph((Link("there", "#The Place, so"),))) == "[there](#the-place-so)"
    assert address("https://" + "a" * 600) is None


def test_spans_and_literals_keep_what_they_hold() -> None:
    assert block(paragraph("a ", Strong("b*"), " c")) == "a **b\\*** c"
    assert block(paragraph(Code("a`b"))) == "`` a`b ``"
    assert block(Literal("x ``` y\nz")) == "````\nx ``` y z\n````"


def test_strange_text_is_made_plain() -> None:
    assert plain("a\u202eb\nc\td\u200be\x00f") == "ab c de f"
    assert plain("🔥" * 10_000) == "🔥🔥🔥…"
    assert plain("ha" * 20 + " ok") == "hahaha… ok"
    assert len(plain("e" + "\u0301" * 500)) == 3
    assert plain("👩\u200d💻") == "👩\u200d💻"


def test_texts_are_cut_at_a_word() -> None:
    assert cut("one two three", 9) == "one two…"
    assert cut("one two", 7) == "one two"
    assert cut("x" * 20, 5) == "xxxx…"


def test_numbers_are_written_as_people_do() -> None:
    assert [percent(share) for share in (0, 0.004, 0.621, 0.997, 1)] == ["0%", "0.4%", "62%", "99.7%", "100%"]
    assert compact(Share(label="a", n=1, authors=1, share=0.62, low=0.54, high=0.7)) == "62% (54–70)"
    assert [counted(n, "post") for n in (0, 1, 1234)] == ["0 posts", "1 post", "1,234 posts"]
    assert [joined(parts) for parts in ([], ["a"], ["a", "b"], ["a", "b", "c"])] == ["", "a", "a and b", "a, b and c"]
    assert points(-0.042) == "−4"
    assert days(date(2022, 12, 3), date(2023, 1, 4)) == "from 3 December 2022 to 4 January 2023"
    assert days(date(2023, 1, 4), date(2023, 1, 4)) == "on 4 January 2023"
    assert period(date(2023, 4, 1), "quarter") == "quarter 2 of 2023"


def test_the_same_posts_give_the_same_bytes(tmp_path: Path) -> None:
    for name in ("one", "two"):
        write(report(debate(150), events=((date(2023, 1, 14), "article"),)), tmp_path / name)
    files = sorted(path.relative_to(tmp_path / "one") for path in (tmp_path / "one").rglob("*") if path.is_file())
    assert {"report.md", "report.html", "report.json", "report.schema.json"} < {str(file) for file in files}
    assert all((tmp_path / "one" / file).read_bytes() == (tmp_path / "two" / file).read_bytes() for file in files)


def test_charts_of_an_earlier_report_do_not_stay_nor_other_files_go(tmp_path: Path) -> None:
    write(report(debate(120)), tmp_path)
    (tmp_path / "charts" / "mine.svg").write_text("mine")
    write(report(EDGES["none judged"]), tmp_path)
    assert [path.name for path in (tmp_path / "charts").iterdir()] == ["mine.svg"]


def test_a_folder_that_cannot_be_written_is_named(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(InputError, match=r"cannot write the report to .*file .*choose another folder with -o"):
        write(report(debate(12)), tmp_path / "file")
