"""The options by which commands name the page and the workbook of a caseload."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

if TYPE_CHECKING:
    from banding.report.files import Reports

ReportOption = Annotated[
    Path | None, typer.Option("--report", metavar="FILE", help="The caseload's summary as a page, ending in .html.")
]
WorkbookOption = Annotated[
    Path | None, typer.Option("--workbook", metavar="FILE", help="The same as a workbook, ending in .xlsx.")
]
WithChildrenOption = Annotated[
    bool, typer.Option("--with-children", help="Working files with the lists of children: not to be shared.")
]
PanelSizeOption = Annotated[
    int | None, typer.Option("--panel-size", metavar="N", min=1, help="The most children on each of the lists.")
]
NationalOption = Annotated[bool, typer.Option("--national", help="Round counts to 10, as in national tables.")]


def reports_of(
    page: Path | None,
    workbook: Path | None,
    *,
    with_children: bool,
    panel_size: int | None,
    national: bool,
    **more: Any,
) -> Reports | None:
    """The reports that are asked for; None where none is.

    more  what else `Asked` takes.
    """
    if page is None and workbook is None:
        if with_children or panel_size is not None or national:
            message = "this shapes a page or a workbook: name one with --report or --workbook"
            raise typer.BadParameter(message, param_hint="--with-children, --panel-size, --national")
        return None
    if panel_size is not None and not with_children:
        raise typer.BadParameter("lists stand in working files alone: add --with-children", param_hint="--panel-size")
    if national and with_children:
        raise typer.BadParameter("counts are rounded in what is shared alone", param_hint="--national")
    from banding.extras import REPORT, check_extra  # noqa: PLC0415

    check_extra("report", *REPORT)
    from banding.report.files import Reports  # noqa: PLC0415
    from banding.review.summarise import Asked  # noqa: PLC0415

    asked = Asked(shareable=not with_children, national=national, panel_size=panel_size, **more)
    return Reports(page, workbook, asked)
