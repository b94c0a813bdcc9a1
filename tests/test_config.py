from pathlib import Path

import pytest

from corpus.errors import InputError
from corpus.frameworks import FRAMEWORKS
from stancemap import config
from stancemap.config import Config, parse


def test_the_example_says_what_the_defaults_are() -> None:
    example = parse(config.example(), "config.example.toml")
    assert example.targets == Config().targets == FRAMEWORKS
    assert example.corpus == Config().corpus
    assert example.model == Config().model
    assert example.imports.platform == Config().imports.platform
    assert set(example.imports.columns.values()) == {""}
    assert example.report.events == (("2023-01-14", "The article is shared"),)


def test_without_a_file_the_example_holds(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    assert config.load(None) == parse(config.example(), "config.example.toml")
    (tmp_path / "stancemap.toml").write_text('corpus = "mine.db"\n', "utf-8")
    assert config.load(None).corpus == Path("mine.db")


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
