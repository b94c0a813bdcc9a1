"""`stancemap doctor` as a user runs it: against recorded traffic, servers that refuse, and files that are not well."""

from __future__ import annotations

import json
import os
import shutil
import sqlite3
import subprocess
import sys
from collections.abc import Callable
from contextlib import closing
from typing import TYPE_CHECKING, Any, NamedTuple

import pytest

from answering import Answer, Asked, answering
from corpus.migrations import STEPS
from corpus.post import Post
from corpus.store import Store
from program import ENVIRONMENT, command, tiny_config
from replay import needs_recordings, replaying
from stancemap.cli import main

if TYPE_CHECKING:
    from pathlib import Path

SECRET = "AAAAverySecretToken"
KEYS = {
    f"STANCEMAP_{name}": SECRET for name in ("X_BEARER_TOKEN", "REDDIT_CLIENT_ID", "REDDIT_CLIENT_SECRET")
}  # fmt: skip
TOKEN = {"access_token": "aToken", "token_type": "bearer", "expires_in": 86_400, "scope": "*"}
LIVE = ("x", "reddit", "hn")
CONFINED = ["unshare", "--user", "--map-root-user", "--mount", "sh", "-c"]


def configure(folder: Path, url: str = "http://127.0.0.1:9", *, x: str = "") -> None:
    text = tiny_config(folder).read_text("utf-8")
    text += f'[x]\napi_url = "{url}"\n{x}\n[reddit]\noauth_url = "{url}"\nreddit_url = "{url}"\n'
    text += f'[hackernews]\nalgolia_url = "{url}"\nfirebase_url = "{url}"\n'
    (folder / "stancemap.toml").write_text(text, "utf-8")


class Done(NamedTuple):
    """What a run printed."""

    stdout: str
    stderr: str


def installed(folder: Path, *arguments: str, code: int = 0, keys: Any = KEYS, inside: str = "") -> Done:
    """Run the installed program.

    `inside` is shell that is run before, in a namespace of its own, where mounting changes nothing else.
    """
    line: list[str] = command("doctor", *arguments)
    if inside:
        line = [*CONFINED, f'{inside} && exec "$@"', "sh", *line]
    done = subprocess.run(line, cwd=folder, env=ENVIRONMENT | keys, capture_output=True, encoding="utf-8", check=False)
    assert done.returncode == code, f"exit {done.returncode}\n{done.stdout}\n{done.stderr}"
    assert SECRET not in done.stdout + done.stderr
    return Done(done.stdout, done.stderr)


Run = Callable[..., Done]


@pytest.fixture
def doctor(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Run:
    """Run the same command in this process, which has loaded a model already."""

    def run(*arguments: str, code: int = 0, keys: Any = KEYS) -> Done:
        with monkeypatch.context() as patch:
            patch.chdir(tmp_path)
            patch.setattr(sys, "argv", ["stancemap", "doctor", *arguments])
            for name in [name for name in os.environ if name.startswith("STANCEMAP_")]:
                patch.delenv(name)
            for name, value in keys.items():
                patch.setenv(name, value)
            with pytest.raises(SystemExit) as ended:
                main()
        done = Done(*capsys.readouterr())
        assert ended.value.code == code, done
        assert SECRET not in done.stdout + done.stderr
        return done

    return run


def lines(done: Done, about: str) -> list[tuple[str, str]]:
    """Give the levels and texts about one thing, in the order of their appearance."""
    rows = [line.split(maxsplit=2) for line in done.stdout.splitlines()]
    return [(level, text) for level, what, text in rows if what == about]


def healthy(asked: Asked) -> Any:
    """Answer as all three platforms do when all is well."""
    if asked.path.endswith("access_token"):
        return TOKEN
    if asked.path.endswith("maxitem.json"):
        return 48_000_000
    return {"kind": "Listing", "data": {"children": [], "after": None}, "hits": [], "meta": {"result_count": 0}}


def corpus(folder: Path) -> Path:
    with Store.open(folder / "stancemap.db") as store:
        store.add((Post(platform="x", id=str(n), conversation_id=str(n), text=f"{n}" * 500), None) for n in range(500))
    return folder / "stancemap.db"


# ---- Platforms


@needs_recordings
def test_all_is_well_at_one_request_a_service_and_its_price_is_said_before(tmp_path: Path) -> None:
    corpus(tmp_path)
    with replaying() as server:
        configure(tmp_path, server.url)
        done = installed(tmp_path, *LIVE)
        paths = [row["path"] for row in server.log()]
    assert paths == [
        "/2/tweets/search/all", "/api/v1/access_token", "/r/askreddit/new", "/api/v1/search", "/v0/maxitem.json",
    ]  # fmt: skip
    for name in LIVE:
        (first, price), (last, _) = lines(done, name)
        assert (first, last) == ("note", "ok")
        assert "free" in price or "$0.00" in price
    assert "each post found would cost $0.005" in lines(done, "x")[0][1]
    for about in ("config", "corpus", "disk", "model", "clock"):
        ((level, _),) = lines(done, about)
        assert level == "ok"
    assert "500 posts, whole" in lines(done, "corpus")[0][1]


@pytest.mark.parametrize(
    ("status", "messages"),
    [
        (401, ("STANCEMAP_X_BEARER_TOKEN", "STANCEMAP_REDDIT_CLIENT_ID", "HTTP 401")),
        (402, ("buy credit at https://console.x.com", "HTTP 402", "HTTP 402")),
        (403, ('archive = "recent" in [x]', "HTTP 403", "HTTP 403")),
        (404, ("check the network and the addresses", "HTTP 404", "check the network and the addresses")),
        (429, ("the rate limit is reached: wait",) * 3),
        (500, ("HTTP 500: check the network and the addresses",) * 3),
    ],
)
def test_each_refusal_is_one_line_that_says_what_to_do_after_one_request(
    doctor: Run, tmp_path: Path, status: int, messages: tuple[str, ...]
) -> None:
    with answering(lambda _: Answer({"detail": SECRET}, status)) as server:
        configure(tmp_path, server.url)
        done = doctor(*LIVE, code=1)
        assert len(server.asked) == len(LIVE)  # nothing is asked again
    for name, message in zip(LIVE, messages, strict=True):
        (_, (level, text)) = lines(done, name)
        assert level == "wrong"
        assert message in text, text
    assert not done.stderr


def test_a_reddit_app_whose_requests_are_refused(doctor: Run, tmp_path: Path) -> None:
    def answer(asked: Asked) -> Any:
        return TOKEN if asked.path.endswith("access_token") else Answer({"reason": "banned"}, 401)

    with answering(answer) as server:
        configure(tmp_path, server.url)
        done = doctor("reddit", code=1)
    assert "does not accept the app's keys (HTTP 401): copy them again" in lines(done, "reddit")[1][1]


def test_without_the_archive_the_last_days_can_be_asked_for(doctor: Run, tmp_path: Path) -> None:
    def answer(asked: Asked) -> Any:
        return Answer({"detail": "no"}, 403) if asked.path.endswith("search/all") else healthy(asked)

    with answering(answer) as server:
        configure(tmp_path, server.url, x='archive = "recent"')
        done = doctor("x")
    assert "the last 7 days can be searched" in lines(done, "x")[1][1]


def test_a_wrong_address_is_named(doctor: Run, tmp_path: Path) -> None:
    configure(tmp_path, "http://127.0.0.1:9")
    done = doctor(*LIVE, code=1)
    for name in LIVE:
        assert "no answer from" in lines(done, name)[1][1]
        assert "127.0.0.1:9" in lines(done, name)[1][1]
    with answering(lambda _: Answer("<html>a shop</html>")) as server:
        configure(tmp_path, server.url)
        done = doctor(*LIVE, code=1)
    for name in LIVE:
        assert "an answer that is not JSON: check the network and the addresses" in lines(done, name)[1][1]


@pytest.mark.parametrize(("skew", "side"), [(-4000, "ahead of"), (4000, "behind")])
def test_a_clock_that_is_wrong_is_told_even_by_a_refusal(doctor: Run, tmp_path: Path, skew: float, side: str) -> None:
    with answering(lambda asked: Answer({}, 500) if side == "behind" else healthy(asked)) as server:
        server.skew = skew
        configure(tmp_path, server.url)
        done = doctor("hn", code=1)
    ((level, text),) = lines(done, "clock")
    assert level == "wrong"
    assert f"s {side} the servers: set its clock" in text


def test_missing_keys_matter_where_a_platform_is_configured_or_named(doctor: Run, tmp_path: Path) -> None:
    done = doctor("--offline", keys={})
    assert [level for level, _ in lines(done, "x") + lines(done, "reddit")] == ["note", "note"]
    assert "not needed" in lines(done, "x")[0][1]
    done = doctor("--offline", "x", code=1, keys={})
    assert lines(done, "x")[0][0] == "wrong"
    (tmp_path / "stancemap.toml").write_text('[reddit]\nsubmissions = ["3hahrw"]\n', "utf-8")
    done = doctor("--offline", code=1, keys={})
    ((level, text),) = lines(done, "reddit")
    assert (level, "STANCEMAP_REDDIT_CLIENT_ID" in text) == ("wrong", True)
    done = doctor("--offline", code=1, keys={"STANCEMAP_X_BEARER_TOKEN": "two words"})
    assert "characters that no key has" in lines(done, "x")[0][1]


def test_offline_nothing_is_asked_and_json_is_one_document(tmp_path: Path) -> None:
    with answering(healthy) as server:
        configure(tmp_path, server.url)
        offline = installed(tmp_path, "--offline", "--json", *LIVE)
        assert not server.asked
        online = installed(tmp_path, "--json", *LIVE)
    for done, has_clock in ((offline, False), (online, True)):
        document = json.loads(done.stdout)
        assert document["ok"] is True
        assert ("clock" in {row["about"] for row in document["checks"]}) == has_clock
    assert "about to ask" in online.stderr  # the price is said before, whatever the form of the result


OTHER = f"""
from corpus.errors import SourceError
from ingest.source import Finding, Level
class Other:
    platform = "other"
    def check(self):
        yield Finding(Level.NOTE, "about to ask the moon: free")
        raise SourceError("the moon says {SECRET}: ask again")
    def close(self): pass
def open_other(opening): return Other()
"""


def install(site: Path, module: str) -> Path:
    """Leave a package with a source as an installer does."""
    (site / "other-1.0.dist-info").mkdir(parents=True)
    (site / "other-1.0.dist-info" / "METADATA").write_text("Metadata-Version: 2.1\nName: other\nVersion: 1.0\n")
    (site / "other-1.0.dist-info" / "entry_points.txt").write_text("[stancemap.sources]\nmoon = other:open_other\n")
    (site / "other.py").write_text(module)
    return site


def test_a_source_of_another_package_takes_part_and_its_secrets_are_blotted_out(tmp_path: Path) -> None:
    site = install(tmp_path / "site", OTHER)
    path = os.pathsep.join([str(site), *filter(None, [ENVIRONMENT.get("PYTHONPATH")])])
    done = installed(tmp_path, "moon", code=1, keys={"MOON_TOKEN": SECRET, "PYTHONPATH": path})
    assert lines(done, "moon") == [("note", "about to ask the moon: free"), ("wrong", "the moon says ***: ask again")]


@pytest.mark.parametrize("mistake", ["this_is_no_name", "1 / 0", "opening.settings['key']", "import no_such_module"])
def test_a_mistake_in_another_package_is_a_line_and_the_rest_is_checked(
    doctor: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, mistake: str
) -> None:
    opening = "def open_other(opening):\n    "
    site = install(tmp_path / "site", OTHER.replace("def open_other(opening): ", f"{opening}{mistake}\n    "))
    monkeypatch.syspath_prepend(site)
    monkeypatch.delitem(sys.modules, "other", raising=False)
    configure(tmp_path)
    done = doctor("moon", "hn", "--offline", code=1)
    ((level, text),) = lines(done, "moon")
    assert level == "wrong"
    assert text.startswith("the check failed (")
    assert text.endswith("): look at what it names, and if all is well there, report this line as a bug")
    assert [level for level, _ in lines(done, "hn")] == ["ok"]
    assert not done.stderr


# ---- Configuration, model, corpus and disk


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("[x]\ntweets = 1", "tweets = 1 should be a list"),
        ("[hackernews]\nstoreis = [1]", "did you mean 'stories'?"),
        ("[ingest]\nretires = 3", "unknown key 'retires'"),
        ("[x", "is not valid TOML"),
    ],
)
def test_a_mistake_in_the_configuration_is_a_line(doctor: Run, tmp_path: Path, text: str, message: str) -> None:
    (tmp_path / "stancemap.toml").write_text(text, "utf-8")
    done = doctor("--offline", code=1)
    assert [line for line in done.stdout.splitlines() if line.startswith("wrong") and message in line]
    assert not done.stderr


def test_a_model_that_is_missing_or_not_yet_there(doctor: Run, tmp_path: Path) -> None:
    (tmp_path / "stancemap.toml").write_text('[model]\npath = "no-model"\n', "utf-8")
    ((level, text),) = lines(doctor("--offline", code=1), "model")
    assert (level, "no-model" in text) == ("wrong", True)
    (tmp_path / "stancemap.toml").write_text('[model.sentiment]\nmodel = "nobody/nothing"\n', "utf-8")
    ((level, text),) = lines(doctor("--offline"), "model")
    assert (level, "`stancemap label` downloads it" in text) == ("note", True)


@pytest.mark.parametrize(
    ("about", "where"), [("config", "sources.surroundings"), ("corpus", "doctor._corpus"), ("model", "models.labeller")]
)
def test_a_failure_that_nobody_foresaw_is_a_line(
    doctor: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, about: str, where: str
) -> None:
    def fail(*_: object) -> None:
        raise RuntimeError(f"the device\nsays {SECRET}")

    configure(tmp_path)
    monkeypatch.setattr(f"stancemap.{where}", fail)
    done = doctor("hn", "--offline", code=1)
    ((level, text),) = lines(done, about)
    assert (level, "(RuntimeError: the device says ***)" in text) == ("wrong", True)
    others = {line.split()[1] for line in done.stdout.splitlines()} - {about}
    assert others == (set() if about == "config" else {"config", "corpus", "disk", "model", "hn"} - {about})
    assert not done.stderr


def test_a_damaged_corpus(doctor: Run, tmp_path: Path) -> None:
    path = corpus(tmp_path)
    content = bytearray(path.read_bytes())
    content[60 * 4096 : 70 * 4096] = b"\xa5" * (10 * 4096)
    path.write_bytes(content)
    ((level, text),) = lines(doctor("--offline", code=1), "corpus")
    assert (level, "is damaged" in text, "restore a copy" in text) == ("wrong", True, True)


def test_a_corpus_of_another_program_and_one_that_lacks_a_table(doctor: Run, tmp_path: Path) -> None:
    with closing(sqlite3.connect(tmp_path / "other.db")) as other:
        other.execute("CREATE TABLE a (b)")
    done = doctor("--offline", "--corpus", "other.db", code=1)
    assert "the database of another program" in lines(done, "corpus")[0][1]
    with closing(sqlite3.connect(corpus(tmp_path))) as ours:
        ours.execute("DROP TABLE gaps")
    assert "lacks what a corpus has" in lines(doctor("--offline", code=1), "corpus")[0][1]


def test_an_older_corpus_is_noted_and_left_as_it_is(doctor: Run, tmp_path: Path) -> None:
    path = corpus(tmp_path)
    with closing(sqlite3.connect(path)) as plain, plain:
        plain.execute("DELETE FROM migrations WHERE number = ?", (len(STEPS),))
    before = path.read_bytes()
    ((level, text),) = lines(doctor("--offline"), "corpus")
    assert (level, f"step {len(STEPS) - 1} of {len(STEPS)}" in text) == ("note", True)
    assert path.read_bytes() == before


def test_a_corpus_in_use_is_no_fault_and_none_is_made(doctor: Run, tmp_path: Path) -> None:
    with closing(sqlite3.connect(corpus(tmp_path), isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        assert lines(doctor("--offline"), "corpus")[0][0] == "ok"
    doctor("--offline", "--corpus", "none.db")
    assert not (tmp_path / "none.db").exists()


def needs_namespace() -> None:
    if not shutil.which("unshare") or subprocess.run([*CONFINED, "mount -t tmpfs none /tmp"], check=False).returncode:
        pytest.skip("this system lets no user mount a file system of its own")


def test_a_corpus_that_cannot_be_written(tmp_path: Path) -> None:
    needs_namespace()
    corpus(tmp_path)
    readonly = f"mount --bind '{tmp_path}' '{tmp_path}' && mount -o remount,bind,ro '{tmp_path}' && cd '{tmp_path}'"
    ((level, text),) = lines(installed(tmp_path, "--offline", code=1, inside=readonly), "corpus")
    assert (level, "check the permissions of the file and its folder" in text) == ("wrong", True)


def test_a_full_disk(tmp_path: Path) -> None:
    needs_namespace()
    (tmp_path / "small").mkdir()
    small = f"mount -t tmpfs -o size=1m none '{tmp_path}/small'"
    done = installed(tmp_path, "--offline", "--corpus", "small/a.db", code=1, inside=small)
    ((level, text),) = lines(done, "disk")
    assert (level, "free some space" in text) == ("wrong", True)
