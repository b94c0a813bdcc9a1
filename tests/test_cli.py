"""The program as a user runs it: what it prints, where, and with which exit code."""

import json
import os
import shlex
import signal
import sqlite3
import subprocess
import time
import zlib
from pathlib import Path

import click
import pytest

from program import ENVIRONMENT, command, run, tiny_config
from stancemap import config
from stancemap.cli import cli

ARCHIVES = ("x.jsonl", "reddit.jsonl", "hackernews.jsonl")


@pytest.fixture(scope="module")
def sample(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("sample")
    run("sample", "-o", ".", cwd=folder)
    return folder


def imported(folder: Path, sample: Path) -> Path:
    run("import", *(sample / name for name in ARCHIVES), cwd=folder)
    return folder / "stancemap.db"


def labelled(folder: Path, sample: Path) -> Path:
    imported(folder, sample)
    run("label", "--config", tiny_config(folder), cwd=folder)
    return folder / "stancemap.db"


def ask(path: Path, query: str) -> list[tuple[object, ...]]:
    connection = sqlite3.connect(path)
    try:
        return connection.execute(query).fetchall()
    finally:
        connection.close()


@pytest.mark.parametrize("name", sorted(cli.commands))
def test_every_command_has_help_with_an_example(name: str) -> None:
    described = cli.commands[name]
    assert described.help is not None
    assert "Example" in described.help
    assert f"stancemap {name}" in described.help
    assert described.short_help


def test_help_is_quick_because_it_loads_nothing_heavy(tmp_path: Path) -> None:
    heavy = ("torch", "transformers", "pandas", "altair", "rich", "pyarrow")
    probe = f"import sys, stancemap.cli; print([name for name in {heavy} if name in sys.modules])"
    line = [*command()[:-2], "-c", probe]
    done = subprocess.run(line, cwd=tmp_path, env=ENVIRONMENT, capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_import_names_the_format_and_importing_twice_changes_nothing(tmp_path: Path, sample: Path) -> None:
    first = run("import", *(sample / name for name in ARCHIVES), cwd=tmp_path)
    assert "x.jsonl: X API v2 posts, flattened: 103 posts (103 new, 0 updated, 0 unchanged)" in first.stdout
    assert "stancemap.db now holds 329 posts." in first.stdout
    before = ask(tmp_path / "stancemap.db", "SELECT * FROM posts")
    again = run("import", *(sample / name for name in ARCHIVES), "--json", cwd=tmp_path)
    document = json.loads(again.stdout)
    assert document["posts"] == 329
    assert [file["unchanged"] for file in document["files"]] == [103, 157, 69]
    assert ask(tmp_path / "stancemap.db", "SELECT * FROM posts") == before


def test_one_bad_file_does_not_stop_the_others(tmp_path: Path, sample: Path) -> None:
    (tmp_path / "empty.jsonl").write_text("")
    (tmp_path / "half.jsonl").write_text((sample / "x.jsonl").read_text("utf-8")[:3000], "utf-8")
    done = run("import", "empty.jsonl", "missing.jsonl", "half.jsonl", sample / "reddit.jsonl", cwd=tmp_path, code=1)
    errors = [line for line in done.stderr.splitlines() if "error" in line]
    assert any("empty.jsonl" in line for line in errors)
    assert any("missing.jsonl" in line for line in errors)
    assert any(("half.jsonl" in line and "line 4" in line) or "half.jsonl" in line for line in done.stderr.splitlines())
    [[posts]] = ask(tmp_path / "stancemap.db", "SELECT count(*) FROM posts WHERE platform = 'reddit'")
    assert posts == 157


def test_columns_of_a_table_are_named_on_the_command_line(tmp_path: Path) -> None:
    (tmp_path / "survey.csv").write_text("who,said\nann,torch for me\nbob,tf for me\n", "utf-8")
    run("import", "survey.csv", "--column", "text=said", "--column", "author=who", "--platform", "forum", cwd=tmp_path)
    rows = ask(tmp_path / "stancemap.db", "SELECT platform, author, text FROM posts ORDER BY author")
    assert rows == [("forum", "ann", "torch for me"), ("forum", "bob", "tf for me")]
    wrong = run("import", "survey.csv", "--column", "txt=said", cwd=tmp_path, code=1)
    assert "no part 'txt'" in wrong.stderr
    assert "PART=NAME" in run("import", "survey.csv", "--column", "text", cwd=tmp_path, code=2).stderr


def test_label_is_complete_once_and_empty_the_second_time(tmp_path: Path, sample: Path) -> None:
    path = labelled(tmp_path, sample)
    assert ask(path, "SELECT count(*) FROM labels") == [(312,)]  # the live ones
    assert ask(
        path, "SELECT count(*) FROM labels JOIN posts ON key = post WHERE state NOT IN ('live', 'truncated')"
    ) == [(0,)]
    again = run("label", "--config", "tiny.toml", "--json", cwd=tmp_path)
    assert (json.loads(again.stdout)["labelled"], json.loads(again.stdout)["left"]) == (0, 0)
    (tmp_path / "more.csv").write_text("id,text\n1,i love torch\n", "utf-8")
    run("import", "more.csv", cwd=tmp_path)
    more = run("label", "--config", "tiny.toml", "--json", cwd=tmp_path)
    assert json.loads(more.stdout)["labelled"] == 1


def test_another_configuration_makes_another_label_set(tmp_path: Path, sample: Path) -> None:
    path = labelled(tmp_path, sample)
    config = (tmp_path / "tiny.toml").read_text("utf-8")
    (tmp_path / "vue.toml").write_text(
        config + '[[targets]]\nname = "react"\naliases = ["react"]\n[[targets]]\nname = "torch"\naliases = ["torch"]\n',
        "utf-8",
    )
    run("label", "--config", "vue.toml", cwd=tmp_path)
    assert ask(path, "SELECT count(*) FROM label_sets") == [(2,)]
    assert ask(path, "SELECT DISTINCT target FROM stances WHERE label_set = 2 ORDER BY 1") == [("react",), ("torch",)]


def test_status_and_export(tmp_path: Path, sample: Path) -> None:
    labelled(tmp_path, sample)
    status = run("status", cwd=tmp_path).stdout
    for part in ("329 posts", "31 threads", "312 live", "r/MachineLearning", "label set tiny-"):
        assert part in status
    assert json.loads(run("status", "--json", cwd=tmp_path).stdout)["posts"] == 329
    run("export", "-o", "posts.jsonl", cwd=tmp_path)
    rows = [json.loads(line) for line in (tmp_path / "posts.jsonl").read_text("utf-8").splitlines()]
    assert len(rows) == 329
    one = next(row for row in rows if row["camp"])
    assert sum(one["camp_probabilities"].values()) == pytest.approx(1, abs=1e-3)
    assert set(one["stance"]) == {"pytorch", "tensorflow", "jax"}
    assert "no label set 'other'" in run("export", "-o", "x.csv", "--label-set", "other", cwd=tmp_path, code=1).stderr


def test_reparse_reads_the_payloads_again(tmp_path: Path, sample: Path) -> None:
    path = imported(tmp_path, sample)
    connection = sqlite3.connect(path)
    with connection:
        connection.execute("UPDATE posts SET text = 'spoilt' WHERE platform = 'x'")
    connection.close()
    done = json.loads(run("reparse", "--json", cwd=tmp_path).stdout)
    assert done == {"payloads": 329, "changed": 103, "refused": 0}
    assert ask(path, "SELECT count(*) FROM posts WHERE text = 'spoilt'") == [(0,)]


def test_reparse_leaves_what_a_parser_refuses_and_goes_on(tmp_path: Path) -> None:
    (tmp_path / "few.csv").write_text("id,text\n1,one\n2,two\n3,three\n", "utf-8")
    run("import", "few.csv", cwd=tmp_path)
    connection = sqlite3.connect(tmp_path / "stancemap.db")
    with connection:
        connection.execute("UPDATE payloads SET body = ? WHERE post = 2", (zlib.compress(b'{"id": "2"}'),))
        connection.execute("UPDATE posts SET text = 'spoilt'")
    connection.close()
    done = run("reparse", cwd=tmp_path)
    assert done.stdout == "3 payloads read again, 2 posts changed, 1 left as they were.\n"
    assert " 2 stays as it is, its payload cannot be read: no text" in done.stderr
    assert ask(tmp_path / "stancemap.db", "SELECT text FROM posts") == [("one",), ("spoilt",), ("three",)]


def test_init_writes_what_the_program_reads(tmp_path: Path) -> None:
    run("init", cwd=tmp_path)
    assert "exists" in run("init", cwd=tmp_path, code=1).stderr
    run("init", "--force", cwd=tmp_path)
    assert "import something first" in run("status", cwd=tmp_path, code=1).stderr


@pytest.mark.parametrize(
    "arguments", [["label"], ["status"], ["export", "-o", "a.csv"], ["report", "-o", "out"], ["reparse"]]
)
def test_without_a_corpus_the_next_step_is_named(tmp_path: Path, arguments: list[str]) -> None:
    done = run(*arguments, cwd=tmp_path, code=1)
    assert "stancemap import" in done.stderr
    assert done.stderr.count("\n") == 1
    assert list(tmp_path.iterdir()) == []


def test_usage_errors_have_code_2(tmp_path: Path) -> None:
    run("import", cwd=tmp_path, code=2)
    run("nonsense", cwd=tmp_path, code=2)
    run("label", "--config", "missing.toml", cwd=tmp_path, code=1)


def test_a_model_folder_that_does_not_fit_is_one_line(tmp_path: Path, sample: Path) -> None:
    imported(tmp_path, sample)
    config = tiny_config(tmp_path)
    (tmp_path / "tiny-model" / "model.safetensors").unlink()
    done = run("label", "--config", config, cwd=tmp_path, code=1)
    assert "model.safetensors missing" in done.stderr.splitlines()[-1]


def test_interrupted_labelling_goes_on_where_it_was(tmp_path: Path, sample: Path) -> None:
    imported(tmp_path, sample)
    rows = "\n".join(f"{n},torch is better than tf {'one two three ' * (n % 40)}" for n in range(6000))
    (tmp_path / "many.csv").write_text(f"id,text\n{rows}\n", "utf-8")
    run("import", "many.csv", cwd=tmp_path)
    config, path = tiny_config(tmp_path), tmp_path / "stancemap.db"
    for stop, code in ((signal.SIGKILL, -9), (signal.SIGINT, 130)):
        before = ask(path, "SELECT count(*) FROM labels")[0][0]
        line = command("label", "--config", config)
        process = subprocess.Popen(
            line, cwd=tmp_path, env=ENVIRONMENT, stderr=subprocess.DEVNULL, preexec_fn=heed_interrupts
        )
        while ask(path, "SELECT count(*) FROM labels")[0][0] == before:
            assert process.poll() is None, "it was done before it could be stopped"
            time.sleep(0.02)
        process.send_signal(stop)
        assert process.wait() == code
        assert 0 < ask(path, "SELECT count(*) FROM labels")[0][0] < 6312  # type: ignore[operator]
        assert ask(path, "SELECT count(*) FROM labels") == [
            (ask(path, "SELECT count(*) FROM stances")[0][0] // 3 + abstained(path),)
        ]  # type: ignore[operator]
    run("label", "--config", config, cwd=tmp_path)
    undisturbed = tmp_path / "undisturbed"
    undisturbed.mkdir()
    imported(undisturbed, sample)
    run("import", tmp_path / "many.csv", cwd=undisturbed)
    run("label", "--config", config, cwd=undisturbed)
    labels = "SELECT post, camp, sentiment, abstained, windows FROM labels ORDER BY post"
    assert ask(path, labels) == ask(undisturbed / "stancemap.db", labels)


def heed_interrupts() -> None:
    """Undo what a shell does to its background jobs, in one of which the tests may run."""
    signal.signal(signal.SIGINT, signal.SIG_DFL)


def abstained(path: Path) -> int:
    return int(str(ask(path, "SELECT count(*) FROM labels WHERE abstained IS NOT NULL")[0][0]))


def test_nothing_of_a_bar_is_seen_in_a_pipe(tmp_path: Path, sample: Path) -> None:
    done = run("import", sample / "x.jsonl", cwd=tmp_path)
    assert done.stderr == ""
    assert "\r" not in done.stdout


@pytest.mark.parametrize("name", sorted(cli.commands))
def test_every_command_takes_a_corpus_and_a_configuration(name: str) -> None:
    described = cli.commands[name]
    leaves = described.commands.values() if isinstance(described, click.Group) else [described]
    for leaf in leaves:
        assert {"--corpus", "--config"} <= {option for parameter in leaf.params for option in parameter.opts}


def test_init_names_the_corpus_asked_for(tmp_path: Path) -> None:
    for name in ("my posts.db", "😀.db", 'a"b\\c\x7f.db'):
        run("init", "mine.toml", "--force", "--corpus", name, cwd=tmp_path)
        assert config.load(tmp_path / "mine.toml").corpus == Path(name)


def test_init_refuses_a_name_that_no_configuration_can_hold(tmp_path: Path) -> None:
    done = run("init", "mine.toml", "--corpus", os.fsdecode(b"b\xff.db"), cwd=tmp_path, code=1)
    assert "not UTF-8" in done.stderr
    assert list(tmp_path.iterdir()) == []


def test_a_reader_that_leaves_early_is_no_error(tmp_path: Path, sample: Path) -> None:
    imported(tmp_path, sample)
    process = subprocess.Popen(
        command("status"), cwd=tmp_path, env=ENVIRONMENT, stdout=subprocess.PIPE, stderr=subprocess.PIPE
    )
    assert process.stdout
    assert process.stderr
    process.stdout.close()
    assert process.stderr.read() == b""
    assert process.wait() == 0
    process.stderr.close()


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="there is no device that is always full")
def test_a_full_disk_under_the_output_is_one_line(tmp_path: Path, sample: Path) -> None:
    imported(tmp_path, sample)
    with Path("/dev/full").open("wb") as full:
        done = subprocess.run(
            command("status"), cwd=tmp_path, env=ENVIRONMENT, stdout=full, stderr=subprocess.PIPE, check=False
        )
    assert done.returncode == 1
    assert done.stderr.count(b"\n") == 1


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="there is no device that is always full")
def test_a_full_disk_under_the_help_is_one_line(tmp_path: Path) -> None:
    with Path("/dev/full").open("wb") as full:
        done = subprocess.run(
            command("--help"), cwd=tmp_path, env=ENVIRONMENT, stdout=full, stderr=subprocess.PIPE, check=False
        )
    assert done.returncode == 1
    assert done.stderr == b"stancemap: error: the output cannot be written: No space left on device\n"


@pytest.mark.parametrize("arguments", [["import", "few.csv"], ["status"]])
def test_a_name_too_long_is_one_line(tmp_path: Path, arguments: list[str]) -> None:
    (tmp_path / "few.csv").write_text("id,text\n1,one\n", "utf-8")
    done = run(*arguments, "--corpus", "n" * 300 + ".db", cwd=tmp_path, code=1)
    assert "File name too long" in done.stderr
    assert done.stderr.count("\n") == 1


def test_an_odd_name_of_a_file_is_shown_escaped_and_the_next_file_is_read(tmp_path: Path) -> None:
    odd = tmp_path / os.fsdecode(b"b\xff.csv")
    try:
        odd.write_text("id,text\n1,one\n", "utf-8")
    except OSError:
        pytest.skip("this file system has no names that are not UTF-8")
    (tmp_path / "next.csv").write_text("id,text\n2,two\n", "utf-8")
    strict = ENVIRONMENT | {"PYTHONUTF8": "1", "PYTHONIOENCODING": "utf-8:strict"}
    done = subprocess.run(
        command("import", odd.name, "next.csv"), cwd=tmp_path, env=strict, capture_output=True, check=False
    )
    assert (done.returncode, done.stderr) == (0, b"")
    assert done.stdout.startswith(b"b\\udcff.csv: ")
    assert ask(tmp_path / "stancemap.db", "SELECT id FROM posts") == [("1",), ("2",)]


@pytest.mark.skipif(os.name != "posix", reason="needs a shell that closes streams")
def test_closed_streams_are_no_traceback(tmp_path: Path) -> None:
    def closed(line: list[str], stream: str) -> subprocess.CompletedProcess[bytes]:
        shell = ["sh", "-c", f"exec {shlex.join(line)} {stream}"]
        return subprocess.run(shell, cwd=tmp_path, env=ENVIRONMENT, capture_output=True, check=False)

    done = closed(command("import", "-"), "<&-")
    assert done.returncode == 1
    assert done.stderr.startswith(b"stancemap: error: the standard input is closed")
    done = closed(command("--version"), ">&-")
    assert (done.returncode, done.stderr) == (0, b"")
    (tmp_path / "few.csv").write_text("id,text\n1,one\n", "utf-8")
    done = closed(command("import", "few.csv"), ">&-")
    assert (done.returncode, done.stderr) == (0, b"")


def test_ids_that_only_mending_would_make_alike_are_refused(tmp_path: Path) -> None:
    rows = [
        {"id": name, "text": text}
        for name, text in (("\ud800", "one"), ("\ud801", "two"), ("a\0b", "three"), ("ab", "four"))
    ]
    (tmp_path / "odd.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows), "utf-8")
    done = run("import", "odd.jsonl", cwd=tmp_path)
    assert done.stderr.count("characters that no id has") == 3
    assert ask(tmp_path / "stancemap.db", "SELECT id, text FROM posts") == [("ab", "four")]


def test_a_corpus_without_a_table_is_named(tmp_path: Path, sample: Path) -> None:
    path = imported(tmp_path, sample)
    connection = sqlite3.connect(path)
    connection.execute("DROP TABLE label_sets")
    connection.close()
    done = run("status", cwd=tmp_path, code=1)
    assert "lacks what a corpus has" in done.stderr
    assert done.stderr.count("\n") == 1
