"""How the band came about, and what one rating more or less would do: the band's part of one explanation."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Literal

import numpy as np

from banding.engine.columns import Prepared
from banding.engine.compile import Compiled
from banding.engine.execute import run_program
from banding.engine.reference import Child
from banding.explanation import model
from banding.pack.meaning import BandRule

Steps = tuple[model.Step, ...]


def band(child: Child, found: Mapping[str, Any], steps: Steps) -> model.Band:
    """The band of a scored row, its edges and every rule.

    steps  what `single_steps` found.
    """
    pack = child.pack
    bands, base, points = list(pack.bands.values()), found["base_band"], found["need_score"]
    lower = upper = None
    if base is not None and points is not None:
        lower, upper = (None, *pack.edges, None)[base - 1 : base + 1]
    moved = {band for step in steps for band in (step.if_lower, step.if_higher)} - {None, found["band"]}
    return model.Band(
        band=found["band"],
        name=found["band_name"],
        describes=bands[found["band"] - 1].describes,
        base_band=base,
        base_name=None if base is None else bands[base - 1].name,
        points=points,
        from_points=lower,
        next_from_points=upper,
        above=None if lower is None else points - lower,
        to_next=None if upper is None else upper - points,
        lines=_lines(child),
        rules=(
            *_rules(child, "at_least", pack.at_least, found["raised_by"].split(";")),
            *_rules(child, "at_most", pack.at_most, found["raised_by"].split(";")),
        ),
        low=found["band_low"],
        high=found["band_high"],
        range=found["band_range"],
        one_step_moves=bool(moved),
        reads=tuple(model.Fact.of(child, name) for name in pack.read),
        allowed=dict(pack.allowed),
    )


def _lines(child: Child) -> tuple[model.Line, ...]:
    rules = child.pack.document.rules.bands
    written = rules.first_that_holds if rules is not None else ()
    return tuple(
        model.Line(band=number, when=line.when, holds=child.truth(when))
        for (number, when), line in zip(child.pack.first_that_holds, written, strict=True)
    )


def _rules(
    child: Child, at: Literal["at_least", "at_most"], rules: Sequence[BandRule], set_by: Sequence[str]
) -> list[model.Rule]:
    written = {rule.id: rule.when for rule in getattr(child.pack.document.rules.bands, at)}
    return [
        model.Rule(
            id=rule.id,
            at=at,
            band=rule.band,
            when=written[rule.id],
            because=rule.because,
            review_in_days=rule.review_in_days,
            holds=child.truth(rule.when),
            set_the_band=rule.id in set_by,
        )
        for rule in rules
    ]


def single_steps(
    child: Child, found: Mapping[str, Any], prepared: Prepared, compiled: Compiled
) -> tuple[Steps, tuple[str, ...]]:
    """The band after each single step of an answered item, and the unanswered items an answer to which could move the
    band or its range.

    prepared  the child's row alone.
    """
    tops = {name: item.top for name, item in child.pack.items.items() if child.asked(name)}
    given = {name: child.ratings[name] for name in tops}
    changes = [
        (name, to)
        for name, rating in given.items()
        for to in (range(tops[name] + 1) if rating is None else (rating - 1, rating + 1))
        if 0 <= to <= tops[name]
    ]
    results = dict(zip(changes, _changed(prepared, compiled, changes), strict=True))
    now = found["band"], found["band_low"], found["band_high"]
    steps = []
    for name, rating in given.items():
        if rating is not None:
            lower, higher = (results.get((name, rating + step), (None,))[0] for step in (-1, 1))
            steps.append(model.Step(item=name, rating=rating, if_lower=lower, if_higher=higher))
    telling = dict.fromkeys(name for (name, _), result in results.items() if given[name] is None and result != now)
    return tuple(steps), tuple(telling)


def _changed(
    child: Prepared, compiled: Compiled, changes: Sequence[tuple[str, int]]
) -> list[tuple[int | None, int, int]]:
    """The band, None where unknown, and the ends of its range after each change of one rating: the kernel over as many
    copies of the child."""
    columns = {
        source: column if isinstance(column, int) else np.repeat(column, len(changes))
        for source, column in child.columns.items()
    }
    for place, (item, rating) in enumerate(changes):
        column = columns["raw", item]
        assert not isinstance(column, int)
        column[place] = rating
    found = run_program(compiled.program, columns, len(changes))
    names = ("band", "band.known", "band_low", "band_high")
    rows = zip(*(found[name].tolist() for name in names), strict=True)
    return [(band if known else None, low, high) for band, known, low, high in rows]
