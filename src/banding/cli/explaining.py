"""The command that explains one child's result."""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING, Annotated

import typer

from banding.cli.shared import (
    DEFAULT_PACK,
    DONE,
    SOME_REJECTED,
    OnOption,
    OverridesOption,
    PackOption,
    announce_compiling,
    date_of,
    pack_named,
    say,
    show,
    tell,
    tell_accounts,
    title,
)
from banding.cli.source_options import takes_sources

if TYPE_CHECKING:
    from banding.sources import Sources


class Audience(StrEnum):
    PANEL = "panel"
    AUTHOR = "author"


class Format(StrEnum):
    TEXT = "text"
    JSON = "json"


@takes_sources
def explain(
    sources: Sources,
    child: Annotated[str, typer.Option("--child", metavar="ID", help="The child_id of the child.")],
    pack: PackOption = DEFAULT_PACK,
    on: OnOption = None,
    overrides: OverridesOption = None,
    audience: Annotated[
        Audience, typer.Option("--for", help="A page for a panel, or everything for a rule author.")
    ] = Audience.PANEL,
    form: Annotated[Format, typer.Option("--format", help="Text in 80 columns, or JSON.")] = Format.TEXT,
) -> None:
    """Explain one child's result, for a panel or an author."""
    from banding.engine.crosswalk import in_pack_items  # noqa: PLC0415
    from banding.explanation.author import author_page  # noqa: PLC0415
    from banding.explanation.explain import explain_child  # noqa: PLC0415
    from banding.explanation.panel import panel_page  # noqa: PLC0415
    from banding.run import read_overrides  # noqa: PLC0415

    date = date_of(on)
    rules = pack_named(pack, date)
    announce_compiling()
    gathered = sources.read(rules, date)
    found = gathered.caseload
    by_hand = None if overrides is None else read_overrides(overrides, sources.limits)
    with found.told_by_file():
        frame = in_pack_items(found.frame, rules)
        explained = explain_child(frame, rules, child, date, read=found.findings, overrides=by_hand)
    say(f"Read as {found.layout}; explained by {title(rules)}, on {date}.")
    if gathered.accounts is not None:
        tell_accounts(gathered.accounts.iter_rows())
    tell(explained.findings)
    shown = explained.explanation
    if form is Format.JSON:
        show((shown if audience is Audience.AUTHOR else shown.for_panel()).model_dump_json(indent=1))
    else:
        show((author_page(shown) if audience is Audience.AUTHOR else panel_page(shown)).text())
    raise typer.Exit(SOME_REJECTED if shown.status == "rejected" else DONE)
