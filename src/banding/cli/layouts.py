"""The commands about layouts: which there are, what one of them reads, and a start for a file that none fits."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from banding.cli.shared import say, show

app = typer.Typer(rich_markup_mode=None, add_completion=False, context_settings={"help_option_names": ["-h", "--help"]})


@app.callback(invoke_without_command=True)
def layouts(context: typer.Context) -> None:
    """List the layouts of files that are read as they are."""
    if context.invoked_subcommand is not None:
        return
    from banding.caseload.layout_files import shipped  # noqa: PLC0415
    from banding.caseload.layout_show import listing  # noqa: PLC0415

    show(listing(list(shipped().values())))
    say("Beside these: our own columns, the rating form of `banding form`, and SSDA903 returns (--placements).")
    say("`banding layouts show NAME` prints one; `banding layouts draft FILE` begins one for another file.")


@app.command("show")
def show_layout(
    name: Annotated[str, typer.Argument(metavar="NAME", help="A layout's id, or the path of its .toml file.")],
) -> None:
    """Print one layout as a table."""
    from banding.caseload.layout_files import named  # noqa: PLC0415
    from banding.caseload.layout_show import describe  # noqa: PLC0415

    show(describe(named(name)))


@app.command("draft")
def draft_layout(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="A CSV file or an Excel workbook with a table in it.")],
) -> None:
    """Begin a layout for a file that none fits, for you to finish."""
    from banding.caseload.layout_draft import draft_of  # noqa: PLC0415

    show(draft_of(file))
    say("A start, not a layout yet: finish what its comments ask, save it as .toml, and name it with --layout.")
