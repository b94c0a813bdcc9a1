"""The floors of the house, kept by reading every import, at module level and inside functions."""

import ast
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
MAY_IMPORT = {
    "corpus": {"corpus", "pyarrow"},
    "ingest": {"corpus", "ingest"},
    "nlp": {"corpus", "nlp"},
    "reports": {"corpus", "reports"},
    "stancemap": {"corpus", "ingest", "nlp", "reports", "stancemap"},
}
OWNERS = {
    "tweepy": {"ingest"}, "praw": {"ingest"}, "httpx": {"ingest"}, "requests": {"ingest"}, "zstandard": {"ingest"},
    "torch": {"nlp"}, "transformers": {"nlp"}, "ray": {"nlp"}, "tokenizers": {"nlp"}, "safetensors": {"nlp"},
    "altair": {"reports"}, "vl_convert": {"reports"}, "jinja2": {"reports"}, "markupsafe": {"reports"},
    "sqlite3": {"corpus"}, "click": {"stancemap"}, "rich": {"stancemap"},
}  # fmt: skip
FILES = [path for package in MAY_IMPORT for path in sorted((ROOT / package).rglob("*.py"))]


def imports(path: Path) -> set[str]:
    """Top-level names of all modules that a file imports, but for those that are only there for the type checker."""
    tree = ast.parse(path.read_text("utf-8"))
    typing_only = {
        id(inner)
        for node in ast.walk(tree)
        if isinstance(node, ast.If) and ast.unparse(node.test) == "TYPE_CHECKING"
        for inner in ast.walk(node)
    }
    found = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            names = [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path}: relative import"
            names = [node.module or ""]
        else:
            continue
        kept = {name.partition(".")[0] for name in names}
        found |= {name for name in kept if id(node) not in typing_only or name in MAY_IMPORT}
    return found


@pytest.mark.parametrize("path", FILES, ids=lambda path: str(path.relative_to(ROOT)))
def test_floors(path: Path) -> None:
    package = path.relative_to(ROOT).parts[0]
    for name in imports(path):
        if name in MAY_IMPORT:
            assert name in MAY_IMPORT[package], f"{package} may not import {name}"
        assert package in OWNERS.get(name, {package}), f"only {OWNERS.get(name)} may know {name}"
        if package == "corpus" and name not in sys.stdlib_module_names:
            assert name in MAY_IMPORT["corpus"], f"corpus may not import {name}"


@pytest.mark.parametrize("path", FILES, ids=lambda path: str(path.relative_to(ROOT)))
def test_sql_stands_in_the_store_alone(path: Path) -> None:
    if path.parent.name == "corpus" and path.stem.startswith(("store", "migrations")):
        return
    text = path.read_text("utf-8")
    for statement in ("SELECT ", "INSERT INTO", "DELETE FROM", "PRAGMA "):
        assert statement not in text, f"{path} holds SQL"


@pytest.mark.parametrize("path", FILES, ids=lambda path: str(path.relative_to(ROOT)))
def test_only_the_console_prints_and_only_the_program_reads_the_environment(path: Path) -> None:
    calls = {
        ast.unparse(node.func) for node in ast.walk(ast.parse(path.read_text("utf-8"))) if isinstance(node, ast.Call)
    }
    assert "print" not in calls
    if path.relative_to(ROOT).parts[0] != "stancemap":
        assert not {"os.getenv", "os.environ.get"} & calls
