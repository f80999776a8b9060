"""The commands. Only wiring: what a command does lives in the module it calls, imported when the command runs.

Results go to files or stdout, everything said on the way to stderr. Exit status: 0 done, 1 done but some rows rejected,
2 nothing done.
"""

from __future__ import annotations

import signal
import sys
from collections.abc import Sequence
from pathlib import Path

import typer

from banding.cli import explaining, forms, layouts, making, packs, reviewing, scoring
from banding.cli.progress import showing
from banding.cli.shared import NOTHING_DONE, say, speak_any_letter, tell

app = typer.Typer(
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
    context_settings={"help_option_names": ["-h", "--help"]},
)


@app.callback()
def main_callback() -> None:
    """Needs-to-cost banding for children's placements: supports a decision, never takes one."""


for name, command in (
    ("demo", scoring.demo),
    ("score", scoring.score),
    ("explain", explaining.explain),
    ("review", reviewing.review),
    ("calibrate", reviewing.calibrate),
    ("form", forms.form),
    ("synthetic", making.synthetic),
    ("packs", packs.packs),
    ("show", packs.show_pack),
    ("check", packs.check_pack),
    ("test", packs.test_pack),
    ("warm", packs.warm),
):
    app.command(name)(command)
app.add_typer(layouts.app, name="layouts")


def main(arguments: Sequence[str] | None = None) -> None:
    """The `banding` command."""
    from banding.errors import BandingError  # noqa: PLC0415

    speak_any_letter()
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(NOTHING_DONE))  # so that what was begun is cleaned away
    try:
        with showing(sys.stderr):
            app(args=list(arguments) if arguments is not None else None, prog_name="banding")
    except BandingError as error:
        tell(error.findings)
        if not any(finding.code == "half-in-place" for finding in error.findings):
            say("Nothing was done.")
        sys.exit(NOTHING_DONE)
    except KeyboardInterrupt:
        say("Stopped.")
        sys.exit(NOTHING_DONE)
    except SystemExit:
        raise
    except MemoryError:
        say("The system gives no more memory. Close other programs, or read fewer files at once.")
        say("Nothing was done.")
        sys.exit(NOTHING_DONE)
    except BaseException as error:  # a panic of polars is no Exception
        if isinstance(error, OSError) and error.strerror:
            say(f"banding failed: {error.strerror}.")
            sys.exit(NOTHING_DONE)
        # A crash is our fault, not the user's. Its text may quote a cell, so only its kind and place are shown.
        trace = error.__traceback__
        while trace is not None and trace.tb_next is not None:
            trace = trace.tb_next
        place = f" at {Path(trace.tb_frame.f_code.co_filename).name}:{trace.tb_lineno}" if trace else ""
        say(f"banding failed: {type(error).__name__}{place}. This is a fault of banding; please report it.")
        sys.exit(NOTHING_DONE)
