"""`stancemap annotations`: draw posts to be labelled by hand, and read the hand labels back."""

from __future__ import annotations

import json
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from corpus.errors import InputError
from stancemap import console
from stancemap.commands.labels import chosen
from stancemap.commands.options import Output, json_option, label_set_option, with_config
from stancemap.commands.report import conversations

if TYPE_CHECKING:
    from collections.abc import Iterator

    from corpus.store import Store
    from reports.drawing import Draw
    from stancemap.config import Config


@click.group("annotations", short_help="Draw posts to label by hand, and read hand labels back.")
def command() -> None:
    """Draw posts to be labelled by hand, and read the hand labels back, so that the report can correct its shares.

    The rules of labelling are in docs/annotation.md.

    \b
    Examples:
      stancemap annotations sample -n 150 -o todo.jsonl
      stancemap annotations import todo.jsonl --annotator ann
    """


@command.command("sample", short_help="Draw posts to be labelled by hand.")
@click.option("-n", "number", type=click.IntRange(1), default=150, show_default=True, help="How many posts to draw.")
@click.option("-o", "--output", "path", required=True, type=Output(path_type=Path), help="File to write.")
@click.option("--stratify", type=click.Choice(["community"]), help="Draw from each community alike.")
@click.option("--seed", type=click.IntRange(0), default=1, show_default=True, help="Another seed draws other posts.")
@label_set_option
@with_config
@json_option
def sample(
    config: Config, *, number: int, path: Path, stratify: str | None, seed: int, label_set: str | None, as_json: bool
) -> None:
    """Draw posts to be labelled by hand, from those that the report counts, into a file with a row for each.

    Fill in camp, stance, sentiment and so on, and import the file. Rows stand in random order, so one may stop
    anywhere. The same seed draws the same posts, and more of them include the fewer. What the model says is not shown.
    Once the corpus has grown, draw again with the same seed: the new posts had no chance in the earlier draw.

    \b
    Examples:
      stancemap annotations sample -n 150 -o todo.jsonl
      stancemap annotations sample -n 300 -o todo.jsonl --stratify community --seed 7
    """
    from corpus.store import Store
    from reports.drawing import draw

    with Store.open(config.corpus, readonly=True) as store:
        labels = chosen(store, label_set)
        if labels is None:
            raise InputError(f"{config.corpus} has no labels yet: run `stancemap label` first")
        drawn = draw(
            store.opinions(labels),
            number=number,
            seed=seed,
            by_community=stratify is not None,
            conversations=conversations(config, store),
        )
        text = "".join(json.dumps(row, ensure_ascii=False) + "\n" for row in _rows(config, store, drawn))
    try:
        with path.open("x", encoding="utf-8", newline="\n") as file:
            file.write(text)
    except FileExistsError as error:
        raise InputError(f"{path} exists and may hold labels: name another file") from error
    except OSError as error:
        raise InputError(f"{path} cannot be written: {error.strerror}: name another file") from error
    if as_json:
        console.as_json({"file": str(path), "posts": len(drawn.posts), "of": drawn.population, "design": drawn.design})
    else:
        posts, population = console.count(len(drawn.posts), "post"), f"{drawn.population:,}"
        console.say(f"Wrote {posts} of {population} to {path} ({drawn.design}). Label them, then import the file.")


@command.command("import", short_help="Read hand labels into the corpus.")
@click.argument("paths", metavar="FILE...", nargs=-1, required=True, type=click.Path(path_type=Path))
@click.option("--annotator", metavar="NAME", help="Who labelled the rows (default: the one that each row names).")
@with_config
@json_option
def import_(config: Config, *, paths: tuple[Path, ...], annotator: str | None, as_json: bool) -> None:
    """Read hand labels into the corpus: all rows of a file, or, where one is wrong, none.

    Rows that are still blank are passed over. What a person says of a post replaces what the same person said before;
    several people may label the same posts.

    \b
    Examples:
      stancemap annotations import todo.jsonl --annotator ann
      stancemap annotations import ann.jsonl bob.jsonl
    """
    from corpus.store import Store
    from ingest.annotations import read
    from reports.agreement import agreement

    targets = [target.name for target in config.targets]
    rows = {path: list(read(path, targets, annotator)) for path in paths}
    Store.open(config.corpus, readonly=True).close()  # says so, if there is none
    done: list[dict[str, Any]] = []
    with Store.open(config.corpus) as store:
        for path, items in rows.items():
            added = store.add_annotations(items)
            done.append({"file": str(path), **asdict(added)})
            if not as_json:
                console.say(
                    f"{path.name}: {added.new:,} new, {added.updated:,} updated, {added.unchanged:,} unchanged, "
                    f"{added.blank:,} blank"
                )
            if added.unknown:
                shown = ", ".join(added.unknown[:5])
                console.warn(f"{path.name}: {console.count(len(added.unknown), 'row')} left out: no post {shown}")
        stored = store.annotations()
    found = agreement(stored)
    if as_json:
        console.as_json({"files": done, "annotations": len(stored), "agreement": [asdict(each) for each in found]})
        return
    for each in found:
        kappa, alpha = ("-" if value is None else f"{value:.2f}" for value in (each.kappa, each.alpha))
        posts = console.count(each.posts, "shared post")
        console.say(f"  agreement on {each.question}: {each.equal:.0%} of {posts}, kappa {kappa}, alpha {alpha}")


def _rows(config: Config, store: Store, drawn: Draw) -> Iterator[dict[str, object]]:
    """Give the rows to be filled in, each with the text and what it answers."""
    for found in drawn.posts:
        post = store.get(found.platform, found.id)
        if post is None:
            continue  # deleted meanwhile
        parent = store.get(post.platform, post.reply_to) if post.reply_to else None
        yield {
            "platform": post.platform,
            "id": post.id,
            "text": post.full_text,
            "answers": parent.full_text if parent else None,
            "url": post.url,
            "camp": None,
            "stance": {target.name: None for target in config.targets},
            "sentiment": None,
            "reasons": [],
            "switch": None,
            "sure": True,
            "annotator": None,
            "annotated_at": None,
            "inclusion_probability": found.probability,
            "design": drawn.design,
        }
