import pytest

from corpus.errors import ModelError
from nlp.recipe import Recipe, clean


def keep(handle: str) -> bool:
    return handle.startswith("PyTorch")


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
        ("@alice.bsky.social @bob-b.dev hi", "@user hi"),
        ("@bob@torch.social @carl@fosstodon.org: hi", "@user @user: hi"),
        ("ask @bob@torch.social. Or (@alice.bsky.social)", "ask @user. Or (@user)"),
        ("@PyTorch.bsky.social and @PyTorch@hachyderm.io", "@PyTorch.bsky.social and @PyTorch@hachyderm.io"),
        ("thanks @bob. Then @bob.Then @bob...", "thanks @user. Then @user.Then @user..."),
        ("@functools.lru_cache @app.get(x) @cli.dev()", "@user.lru_cache @user.get(x) @user.dev()"),
        ("@PyTorch.no_grad()", "@PyTorch.no_grad()"),
        ("@bob/x @bob-x @bob's", "@user/x @user-x @user's"),
        ("Citroe\u0308n", "Citroën"),
    ],
)
def test_clean(text: str, cleaned: str) -> None:
    assert clean(text, keep_handle=keep) == cleaned


def test_cleaning_twice_changes_nothing() -> None:
    text = "@x https://y.z don’t &lt;b&gt; !!!!!"
    once = clean(text, keep_handle=keep)
    assert clean(once, keep_handle=keep) == once


@pytest.mark.parametrize(
    "text", ["@a.bsky.social @b@c.org hi", "e\u0301\u200d", "@PyTorch@c.org @x.com.", "o\u200d\u0308"]
)
def test_cleaning_twice_changes_nothing_of_other_handles_and_accents(text: str) -> None:
    once = clean(text, keep_handle=keep)
    assert clean(once, keep_handle=keep) == once


def test_an_unknown_recipe_is_refused_in_one_line() -> None:
    with pytest.raises(ModelError, match=r"^text recipe 2 is unknown here: update Stancemap, or use another model$"):
        Recipe(version=2)
