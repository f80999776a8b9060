"""The options by which commands name what they read: declared once, and made into `Sources` before a command runs."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from functools import wraps
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, get_type_hints

import typer

from banding.cli.shared import date_of, limits_of

if TYPE_CHECKING:
    from banding.sources import Sources

Command = Callable[..., None]
Files = list[Path] | None


def _sources(
    context: typer.Context,
    caseload: Annotated[
        Files,
        typer.Argument(
            metavar="CASELOAD",
            help="CSV, Excel, Parquet or JSON files, a folder or a zip of them, or a folder of SSDA903 files.",
        ),
    ] = None,
    layout: Annotated[
        str | None,
        typer.Option("--layout", metavar="NAME|FILE", help="The layout of what is read, where it is not recognised."),
    ] = None,
    needs: Annotated[Files, typer.Option("--needs", metavar="FILE", help="Profiles, by profile_date.")] = None,
    placements: Annotated[
        Files, typer.Option("--placements", metavar="FILE", help="By placement_start and _end; or an SSDA903 folder.")
    ] = None,
    costs: Annotated[Files, typer.Option("--costs", metavar="FILE", help="Costs, by cost_from and cost_to.")] = None,
    extra: Annotated[Files, typer.Option("--extra", metavar="FILE", help="More, a row a child.")] = None,
    by: Annotated[str, typer.Option("--by", metavar="COLUMN", help="What children are matched by.")] = "child_id",
    database: Annotated[
        str | None,
        typer.Option(
            "--database", envvar="BANDING_DATABASE", metavar="URI", help="Asked by --query.", show_default=False
        ),
    ] = None,
    query: Annotated[
        str | None, typer.Option("--query", metavar="SQL", help="A SELECT in our columns or a layout's.")
    ] = None,
    driver: Annotated[str | None, typer.Option("--driver", metavar="NAME", help="An ADBC driver, by name.")] = None,
    accrued_to: Annotated[
        str | None,
        typer.Option("--accrued-to", metavar="DATE", help="The day to which costs since 1 April run, not counted."),
    ] = None,
    limit: Annotated[
        list[str] | None, typer.Option("--limit", metavar="NAME=N", help="Raise a limit, such as rows=5000000.")
    ] = None,
) -> Sources:
    from banding.sources import Query, Sources  # noqa: PLC0415

    if query is not None and database is None:
        raise typer.BadParameter("name the database, or set BANDING_DATABASE", param_hint="--query")
    parts = {"needs": needs, "placements": placements, "costs": costs, "extra": extra}
    return Sources(
        caseload=tuple(caseload or ()),
        parts={kind: tuple(paths) for kind, paths in parts.items() if paths},
        query=Query(database, query, driver) if database is not None and query is not None else None,
        by=by,
        layout=layout,
        limits=limits_of(limit, context),
        accrued_to=None if accrued_to is None else date_of(accrued_to, "--accrued-to"),
    )


def takes_sources(command: Command) -> Command:
    """The command with the options above behind its own; its parameter `sources` is what they name."""
    named = _parameters(_sources)
    own = [parameter for parameter in _parameters(command) if parameter.name != "sources"]

    @wraps(command)
    def with_sources(**given: Any) -> None:
        sources = _sources(**{parameter.name: given.pop(parameter.name) for parameter in named})
        command(sources=sources, **given)

    # What typer reads.
    parameters = [*own, *named]
    with_sources.__annotations__ = {parameter.name: parameter.annotation for parameter in parameters}
    with_sources.__signature__ = inspect.Signature(parameters)  # type: ignore[attr-defined]
    return with_sources


def _parameters(function: Callable[..., object]) -> list[inspect.Parameter]:
    # `Sources` itself loads polars, and no option is one.
    hints = get_type_hints(function, localns={"Sources": object}, include_extras=True)
    return [
        parameter.replace(kind=inspect.Parameter.KEYWORD_ONLY, annotation=hints[parameter.name])
        for parameter in inspect.signature(function).parameters.values()
    ]
