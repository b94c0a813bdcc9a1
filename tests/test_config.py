from dataclasses import fields
from pathlib import Path
from typing import Any

import pytest

from corpus.errors import InputError
from corpus.frameworks import FRAMEWORKS
from ingest.bluesky_api import BlueskySettings
from ingest.hackernews_api import HackerNewsSettings
from ingest.mastodon_api import MastodonSettings
from ingest.reddit_api import RedditSettings
from ingest.x_api import XSettings
from stancemap import config
from stancemap.config import Config, parse

LIVE: list[tuple[str, type[Any]]] = [
    ("x", XSettings), ("reddit", RedditSettings), ("hackernews", HackerNewsSettings), ("bluesky", BlueskySettings),
    ("mastodon", MastodonSettings),
]  # fmt: skip


def test_the_example_says_what_the_defaults_are() -> None:
    example = parse(config.example(), "config.example.toml")
    assert example.targets == Config().targets == FRAMEWORKS
    assert example.corpus == Config().corpus
    assert example.model == Config().model
    assert example.imports.platform == Config().imports.platform
    assert set(example.imports.columns.values()) == {""}
    assert [when for when, _ in example.report.events] == ["2023-01-13", "2023-01-14"]
    assert [figure.name for figure in example.report.figures] == ["Yann LeCun", "Jeremy Howard", "François Chollet"]
    assert {claim.target for claim in example.report.claims} == {"pytorch", "tensorflow"}


@pytest.mark.parametrize(("name", "kind"), LIVE)
def test_the_example_says_what_the_defaults_of_each_platform_are(name: str, kind: type[Any]) -> None:
    table = parse(config.example(), "config.example.toml").live[name]
    assert set(table) == {field.name for field in fields(kind)}
    assert config.build(kind, table, f"[{name}]") == kind()


def test_what_is_wrong_in_the_tables_of_the_report_is_named() -> None:
    for text, message in (
        ("[[report.claims]]\ntext = 'x'", "missing .* 'target'"),
        ("[[report.figures]]\nnam = 'x'", "unknown key 'nam': did you mean 'name'"),
        ("[report]\nfigures = 3", r"write figures as tables: \[\[report.figures\]\]"),
        ("[[report.events]]\ndate = 'soon'\ntext = 'x'", "date = 'soon' should be a day"),
    ):
        with pytest.raises(InputError, match=message):
            parse(text, "x.toml")


def test_the_hash_of_the_report_is_that_of_what_it_depends_on() -> None:
    assert parse("", "x").report_hash == parse("corpus = 'other.db'", "x").report_hash
    assert parse("", "x").report_hash != parse("[report]\nseed = 2", "x").report_hash


def test_without_a_file_the_example_holds(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    assert config.load(None) == parse(config.example(), "config.example.toml")
    (tmp_path / "stancemap.toml").write_text('corpus = "mine.db"\n', "utf-8")
    assert config.load(None).corpus == Path("mine.db")


def test_what_speaks_of_the_debate_goes_with_its_targets() -> None:
    """A file without targets keeps all of the example; one with its own collects and shows nothing of that debate."""
    example, short = parse(config.example(), "config.example.toml"), parse("[report]\nseed = 1", "c.toml")
    assert short.report == example.report
    assert parse("[[report.events]]\ndate = 2024-05-01\ntext = 'x'", "c.toml").report.events == (("2024-05-01", "x"),)
    targets = "[[targets]]\nname = 'vi'\naliases = ['vi']\n"
    other = parse(targets + "[x]\nquote_depth = 0\n[ingest]\nqueries = ['vi']", "c.toml")
    assert other.report.title == "vi?"
    assert (other.report.events, other.report.figures, other.report.claims) == ((), (), ())
    assert other.live == {"x": {"tweets": [], "quote_depth": 0}, "ingest": {"urls": [], "queries": ["vi"]}}


def test_another_debate() -> None:
    text = """
    [[targets]]
    name = "react"
    label = "React"
    aliases = ["react", "react.js"]
    [[targets]]
    name = "vue"
    aliases = ["vue*"]
    """
    react, vue = parse(text, "c.toml").targets
    assert (react.label, react.aliases) == ("React", ("react", "react.js"))
    assert (vue.label, vue.weak_aliases) == ("vue", ())


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("corpsu = 'a'", "did you mean 'corpus'?"),
        ("[report]\ntitel = 'a'", r"\[report\].*did you mean 'title'\?"),
        ("[model]\nthreads = 'two'", "threads = 'two' should be a whole number"),
        ("[report]\ntitle = 3", "title = 3 should be text"),
        ("[[targets]]\nname = 'a'", "at least one alias"),
        ("[[targets]]\nname = 'a'\naliases = ['a', '@ ']", "the alias '@ ' names nothing"),
        ("[[targets]]\nname = 'a'\naliases = ['a']\nweak_aliases = ['*']", "the alias '\\*' names nothing"),
        ("[[targets]]\nname = 'a'\naliases = ['a']\nweak_aliases = ['']", "the alias '' names nothing"),
        ("[[targets]]\nname = 'a'\naliases = ['a']\n[[targets]]\nname = 'a'\naliases = ['b']", "names that differ"),
        ("[[targets]]\nname = 'neutral'\naliases = ['a']", "none named neutral"),
        ("targets = 3", r"\[\[targets\]\]"),
        ("model = 'x'", r"write model as a table: \[model\]"),
        ("[[report.events]]\ndate = 2023-01-01", "needs a date and a text"),
        ("a = ", "not valid TOML"),
    ],
)
def test_mistakes_are_named_in_one_line(text: str, message: str) -> None:
    with pytest.raises(InputError, match=message) as caught:
        parse(text, "c.toml")
    assert "\n" not in str(caught.value)


def test_unreadable_files(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="stancemap init"):
        config.load(tmp_path / "none.toml")
    (tmp_path / "latin.toml").write_bytes(b"corpus = 'caf\xe9'")
    with pytest.raises(InputError, match="UTF-8"):
        config.load(tmp_path / "latin.toml")


@pytest.mark.parametrize(
    "text",
    [
        "corpus = 5",
        "[report]\nthreads = 5",
        '[report]\nthreads = "https://x.com/a/status/1"',
        "[report]\nthreads = [5]",
        "[report]\nevents = 5",
        '[[report.events]]\ndate = "2023-02-30"\ntext = "x"',
        "[report]\ncommunities = 5",
        '[report.communities]\na = "r/x"',
        "[report.communities]\na = [5]",
        "[model]\nsentiment = 5",
        '[import]\ncolumns = "x"',
        '[[targets]]\nname = "a"\naliases = "a"',
        '[[targets]]\nname = "a"\naliases = ["*"]',
        '[[targets]]\nname = "a"\naliases = ["a"]\nweak_aliases = 5',
        '[[targets]]\nname = "a"\naliases = ["a"]\ncolour = "red<script>"',
        "a = " + "[" * 50_000,
        "[report]\nseed = " + "9" * 5_000,
    ],
    ids=lambda text: text[:40],
)
def test_wrong_types_are_named_in_one_line(text: str) -> None:
    with pytest.raises(InputError) as caught:
        parse(text, "c.toml")
    assert str(caught.value).startswith("c.toml")
    assert "\n" not in str(caught.value)


def test_the_corpus_may_be_in_the_home_folder(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("USERPROFILE", str(tmp_path))
    assert parse("corpus = '~/x.db'", "x.toml").corpus == tmp_path / "x.db"
    with pytest.raises(InputError, match="the home folder of nobody"):
        parse("corpus = '~no-such-user/x.db'", "x.toml")
