"""The command line: one group, one file a command, one place where errors become exit codes.

0 done, 1 expected failure, 2 usage, 130 interrupted.
"""

from __future__ import annotations

import errno
import sys

import click

from corpus.errors import InputError, StancemapError
from stancemap import __version__, console
from stancemap.commands import (
    annotate,
    compare,
    doctor,
    evaluate,
    export,
    import_,
    ingest,
    init,
    label,
    label_sets,
    reparse,
    report,
    sample,
    status,
    sync_deletions,
    train,
)


@click.group(context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
@click.version_option(__version__, prog_name="stancemap")
def cli() -> None:
    """Label the stance and sentiment of a public discussion and report opinion with honest intervals.

    \b
    From saved archives to a report, offline:
      stancemap import archive.jsonl.zst
      stancemap label
      stancemap report -o out/
    """


for module in (
    init,
    doctor,
    sample,
    import_,
    ingest,
    sync_deletions,
    label,
    label_sets,
    compare,
    annotate,
    report,
    export,
    status,
    reparse,
    evaluate,
    train,
):
    cli.add_command(module.command)


def main() -> None:
    """Run the command line and leave with its exit code."""
    console.prepare()
    try:
        code = _run()
    except StancemapError as error:
        console.fail(str(error))
        code = 1
    except click.UsageError as error:
        error.show()
        code = 2
    except click.ClickException as error:
        error.show()
        code = error.exit_code
    except (click.Abort, KeyboardInterrupt):
        console.note("stancemap: interrupted; what was finished is stored, the same command goes on from there")
        code = 130
    sys.exit(code if isinstance(code, int) else 0)


def _run() -> object:
    """Run the command line; InputError for a name too long to be a file's, and for help that cannot be written."""
    try:
        return cli.main(prog_name="stancemap", standalone_mode=False)
    except OSError as error:
        if error.errno == errno.ENAMETOOLONG:
            raise InputError(f"{error.filename}: {error.strerror}: name another file") from error
        if error.errno == errno.ENOSPC and error.filename is None:  # of the help, which click prints
            console.leave(error)
        raise
