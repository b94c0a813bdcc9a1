"""What a tag of a platform or of a table says about a post's language, and what is left to the detector."""

import pytest

from nlp.language import language, readable

SHORT = "torch is great"
GERMAN = "Ich habe gestern den ganzen Tag versucht, das Modell zu trainieren, und es war furchtbar langsam."


@pytest.mark.parametrize(
    ("tag", "name"),
    [
        ("en", "en"), ("EN", "en"), ("en-US", "en"), ("en_US", "en"), (" en ", "en"), ("eng", "en"), ("zh-Hant", "zh"),
        ("de_DE.UTF-8", "de"), ("in", "id"), ("iw", "he"), ("ckb", "ckb"),
    ],
)  # fmt: skip
def test_a_tag_names_a_language(tag: str, name: str) -> None:
    assert language(SHORT, tag) == name


@pytest.mark.parametrize(
    "tag", ["", "English", "und", "zxx", "mul", "mis", "art", "qme", "qht", "QST", "unk", "x-klingon", "n/a", "12", "-"]
)
def test_what_names_no_language_is_left_to_the_detector(tag: str) -> None:
    assert language(SHORT, tag) is None
    assert readable(SHORT, tag, ("en",))
    assert language(GERMAN, tag) == "de"
    assert not readable(GERMAN, tag, ("en",))


def test_half_of_the_letters_in_another_script_say_too_little() -> None:
    assert language("torch хорош", None) is None
    assert language("これはとても良いです", None) == "ja"
