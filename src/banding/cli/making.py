"""The commands that make something: a synthetic caseload."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from banding.cli.shared import DEFAULT_PACK, PackOption, announce_compiling, date_of, pack_named, say, title


def synthetic(
    children: Annotated[int, typer.Option("--children", metavar="N", min=1, help="How many children to invent.")],
    seed: Annotated[
        int, typer.Option("--seed", metavar="S", min=0, help="The same seed gives the same children, on any day.")
    ],
    out: Annotated[
        Path,
        typer.Option(
            "--out",
            metavar="FILE",
            help="The caseload, ending in .csv or .parquet; -earlier, -hidden and -truth.json come beside it.",
        ),
    ],
    on: Annotated[
        str | None, typer.Option("--on", metavar="DATE", help="The caseload's date; default 2026-06-30, not today.")
    ] = None,
    need_cost_link: Annotated[
        float | None,
        typer.Option("--need-cost-link", metavar="X", help="0 to 1: how far cost follows need in a setting."),
    ] = None,
    provider_effect: Annotated[
        float | None,
        typer.Option("--provider-effect", metavar="X", help="Standard deviation of providers' log multipliers."),
    ] = None,
    placement_link: Annotated[
        float | None,
        typer.Option("--placement-link", metavar="X", help="0 to 1: how far the setting follows need."),
    ] = None,
    market: Annotated[
        float | None, typer.Option("--market", metavar="X", help="Multiplier on every cost; 1.2 is a fifth dearer.")
    ] = None,
    rater_noise: Annotated[
        float | None, typer.Option("--rater-noise", metavar="X", help="Share of ratings one step off the true one.")
    ] = None,
    missing: Annotated[
        float | None, typer.Option("--missing", metavar="X", help="Share of asked ratings left blank.")
    ] = None,
    pack: PackOption = DEFAULT_PACK,
) -> None:
    """Invent a caseload by what is published of England."""
    from banding.synthetic import ON, Truth, synthesise, write_synthetic  # noqa: PLC0415
    from banding.synthetic.write import targets  # noqa: PLC0415

    targets(out)  # a name that cannot be written is told before the work, not after it
    stated = {
        "need_cost_link": need_cost_link,
        "placement_link": placement_link,
        "provider_effect": provider_effect,
        "market": market,
        "rater_noise": rater_noise,
        "missing": missing,
    }
    truth = Truth(**{name: value for name, value in stated.items() if value is not None})
    date = ON if on is None else date_of(on)
    read = pack_named(pack, date)
    announce_compiling()
    made = synthesise(children, seed, pack=read, on=date, truth=truth)
    written = write_synthetic(made, out)
    say(f"SYNTHETIC: {made.frame.height} invented children, by {title(read)}, on {date}. No real child is among them.")
    for path in written:
        say(f"Wrote {path}")
