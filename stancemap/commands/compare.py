"""`stancemap compare`: how far two label sets agree, and what differs."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING

import click

from corpus.errors import InputError
from nlp.evaluation.table import aligned
from stancemap import console
from stancemap.commands.labels import chosen
from stancemap.commands.options import json_option, with_config

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from reports.relabelling import Flip, Question, Relabelling, ShareChange
    from stancemap.config import Config

_PLACES = 12
_QUOTED = 160  # characters of a post


@click.command("compare", short_help="Compare two label sets of the corpus.")
@click.argument("first")
@click.argument("second")
@click.option(
    "-n", "most", type=click.IntRange(0), default=20, show_default=True, help="How many flipped posts to list."
)
@with_config
@json_option
def command(config: Config, *, first: str, second: str, most: int, as_json: bool) -> None:
    """Compare two label sets: agreement, shares of the camps by community, and the posts that changed camp.

    Agreement is Cohen's kappa, and for each label the share of its uses in which both agree. Flipped posts come with
    the lesser of the two probabilities, the surest first. For two corpora or periods, see `stancemap report --compare`.

    \b
    Examples:
      stancemap compare stancemap-minilm-1a2b3c mine
      stancemap compare old new -n 200 --json > changes.json
    """
    from reports.relabelling import relabelled
    from stancemap.corpora import open_corpus

    with open_corpus(config.corpus) as store:
        sets = [chosen(store, name) for name in (first, second)]
        if first == second:
            raise InputError(f"{first} is one label set: name two of `stancemap label-sets list`")
        found = relabelled(*(store.opinions(label_set) for label_set in sets), most=most)
        texts = store.texts(flip.key for flip in found.flips)
    if as_json:
        flips = [{**flip._asdict(), "text": texts.get(flip.key)} for flip in found.flips]
        console.as_json({"first": first, "second": second, **asdict(found), "flips": flips})
        return
    for line in lines(first, second, found, texts):
        console.say(line)


def lines(first: str, second: str, found: Relabelling, texts: Mapping[int, str]) -> Iterator[str]:
    """Write a comparison for people."""
    yield f"{first} (first) and {second} (second): {console.count(found.both, 'post')} judged by both"
    yield f"  abstained: {found.only_second:,} by the first alone, {found.only_first:,} by the second alone"
    for question in found.questions:
        yield ""
        yield from _question(question)
    if found.shares:
        yield ""
        yield from _shares(found.shares)
    yield ""
    yield f"{console.count(found.flipped, 'post')} in another camp" + (", the surest first" if found.flips else "")
    for flip in found.flips:
        yield from _flip(flip, texts.get(flip.key, ""))


def _question(question: Question) -> Iterator[str]:
    kappa = "not defined (one label only)" if question.kappa is None else f"{question.kappa:.3f}"
    yield f"{question.name}: {question.equal:.1%} alike, Cohen's kappa {kappa}"
    table = [["", "first", "second", "agreement"]]
    table += [[use.label, f"{use.first:,}", f"{use.second:,}", f"{use.agreement:.3f}"] for use in question.labels]
    yield from aligned(table)


def _shares(shares: tuple[ShareChange, ...]) -> Iterator[str]:
    places = list(dict.fromkeys(share.place for share in shares))
    yield "shares of the camps; in brackets the 95% interval of the difference, by author or thread"
    table = [["", "posts", "camp", "first", "second", "difference"]]
    for share in shares:
        if share.place in places[: _PLACES + 1]:
            gap = f"{100 * (share.second - share.first):+.1f}"
            reach = (
                "" if share.low is None or share.high is None else f" [{100 * share.low:+.1f}, {100 * share.high:+.1f}]"
            )
            table.append(
                [share.place, f"{share.posts:,}", share.camp, f"{share.first:.1%}", f"{share.second:.1%}", gap + reach]
            )
    yield from aligned(table)
    if len(places) > _PLACES + 1:
        yield f"  and {console.count(len(places) - _PLACES - 1, 'more community', 'more communities')} (see --json)"


def _flip(flip: Flip, text: str) -> Iterator[str]:
    from reports.plain import cut, plain

    yield f"  {flip.confidence:.2f}  {flip.first} -> {flip.second}  {flip.url or f'{flip.platform} {flip.id}'}"
    yield f"        {cut(plain(text), _QUOTED)}"
