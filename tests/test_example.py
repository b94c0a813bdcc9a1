"""The report kept in the repository is what the program writes."""

import re
from pathlib import Path

from program import ENVIRONMENT, run

KEPT = Path(__file__).resolve().parents[1] / "examples" / "report"
STEADY = KEPT.parent / "steady.toml"
FORMS = ("report.md", "report.html")  # in which the command stands as the reader would give it
ARCHIVES = ("x.jsonl", "reddit.jsonl", "hackernews.jsonl")


def lasting(text: str) -> str:
    """Leave out what differs from run to run: times of labelling, and the paths of the command."""
    return re.sub(r"begun on \d+ \w+ 20\d\d|stancemap report [^`]*`", "…", text)


def test_the_example_is_repeated_word_by_word(tmp_path: Path) -> None:
    ENVIRONMENT["STANCEMAP_PSEUDONYM_KEY"] = "example"
    try:
        run("sample", "-o", "sample", cwd=tmp_path)
        run("import", *(f"sample/{name}" for name in ARCHIVES), cwd=tmp_path)
        run("label", "--config", STEADY, cwd=tmp_path)
        run("report", "--config", STEADY, "--invented", "-o", "report", cwd=tmp_path)
    finally:
        del ENVIRONMENT["STANCEMAP_PSEUDONYM_KEY"]
    made = (tmp_path / "report" / "report.md").read_text("utf-8")
    assert lasting(made) == lasting((KEPT / "report.md").read_text("utf-8"))
    assert all(f"--config examples/{STEADY.name} " in (KEPT / name).read_text("utf-8") for name in FORMS)
    for chart in sorted((KEPT / "charts").iterdir()):
        assert (tmp_path / "report" / "charts" / chart.name).read_bytes() == chart.read_bytes(), chart.name
