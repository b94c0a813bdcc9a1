"""What a Parquet corpus is, written into its folder: the set of its labels, and its secret."""

from __future__ import annotations

import json
from collections import defaultdict
from contextlib import suppress
from dataclasses import asdict, dataclass, field, replace
from datetime import datetime
from typing import TYPE_CHECKING, Any

from corpus.errors import CorpusError, InputError
from corpus.folder import Folder, explained, known_as
from corpus.label_set import LabelSet
from corpus.row import to_iso

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from corpus.folder import Found

NAME = "_corpus.json"
FORMAT = 1
EXPORTED = ""  # stands for the folder of posts where the files come from SQLite


@dataclass(frozen=True, slots=True, kw_only=True)
class Manifest:
    """The labels in a Parquet corpus (None: it has none yet) and the targets that they judge.

    `files` names those that it has when it is whole, by the folder whose posts they hold; without any, whichever are
    there. `pseudonym_key` is the secret of the corpus in SQLite from which it was made, so that its authors keep their
    pseudonyms.
    """

    pseudonym_key: str = field(repr=False)
    label_set: LabelSet | None = None
    targets: tuple[str, ...] = ()
    files: Mapping[str, Sequence[str]] = field(default_factory=dict)

    @property
    def names(self) -> frozenset[str]:
        """The names of its files."""
        return frozenset(name for names in self.files.values() for name in names)


def read(folder: Folder) -> Manifest | None:
    """Read the manifest of a folder; None where it has none, CorpusError where it is of no use."""
    with explained("read", folder.address):
        text = folder.read(NAME)
    if text is None:
        return None
    try:
        return _manifest(json.loads(text))
    except (ValueError, KeyError, TypeError) as error:
        raise CorpusError(
            f"{folder.address}/{NAME} is damaged or of a newer Stancemap: update, or write the folder anew"
        ) from error


def write(folder: Folder, manifest: Manifest) -> None:
    """Write the manifest of a folder."""
    document: dict[str, Any] = {"format": FORMAT, **asdict(manifest)}
    if manifest.label_set is not None:
        document["label_set"]["created_at"] = to_iso(manifest.label_set.created_at)
    with explained("write to", folder.address), folder.replacing(NAME) as stream:
        stream.write(json.dumps(document, indent=1).encode() + b"\n")


def with_inputs(manifest: Manifest, inputs: Sequence[Found]) -> Manifest:
    """Name the files that will hold the labels of these, beside those named before.

    Of the folders that these are in, those are dropped whose posts are no longer there. InputError where another folder
    holds posts under the same name.
    """
    named: defaultdict[str, set[str]] = defaultdict(set)
    for file in inputs:
        named[known_as(file.folder)].add(file.name)
    places = {known_as(file.folder): file.folder for file in inputs}
    asked = {file.name for file in inputs}
    for folder, names in manifest.files.items():
        others = set(names) - named[folder]
        doubted = others if folder in places else others & asked
        there = _names(places.get(folder, folder)) & doubted if doubted else set()
        if twice := there & asked:
            raise InputError(
                f"{min(twice)} of {folder} has its labels there already: name another folder with --output"
            )
        named[folder] |= others - doubted | there
    return replace(manifest, files={folder: sorted(names) for folder, names in named.items() if names})


def _names(folder: str) -> set[str]:
    """Name the files of a folder; none where it can no longer be read."""
    with suppress(InputError):
        return {file.name for file in Folder(folder).files()} if folder != EXPORTED else set()
    return set()


def _manifest(document: dict[str, Any]) -> Manifest:
    if document["format"] != FORMAT:
        raise ValueError(document["format"])
    labels = document["label_set"]
    if labels is not None:
        labels = LabelSet(**{**labels, "created_at": datetime.fromisoformat(labels["created_at"])})
    return Manifest(
        pseudonym_key=str(document["pseudonym_key"]),
        label_set=labels,
        targets=tuple(document["targets"]),
        files=files if isinstance(files := document["files"], dict) else {},  # once, only their number was kept
    )
