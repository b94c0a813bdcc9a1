import pytest

from nlp.recipe import clean


def keep(handle: str) -> bool:
    return handle == "PyTorch"


@pytest.mark.parametrize(
    ("text", "cleaned"),
    [
        ("see https://a.b/c?d=1 and www.e.f", "see http and http"),
        ("@someone @PyTorch hi", "@user @PyTorch hi"),
        ("@a @b @c hello", "@user hello"),
        ("me@example.org", "me@example.org"),
        ("5 &lt; 6 &amp; so on", "5 < 6 & so on"),
        ("wow!!!!!! ......", "wow!!! ..."),
        ("don’t\n\n  shout", "don't shout"),
        ("   ", ""),
    ],
)
def test_clean(text: str, cleaned: str) -> None:
    assert clean(text, keep_handle=keep) == cleaned


def test_cleaning_twice_changes_nothing() -> None:
    text = "@x https://y.z don’t &lt;b&gt; !!!!!"
    once = clean(text, keep_handle=keep)
    assert clean(once, keep_handle=keep) == once
