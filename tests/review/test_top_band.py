"""The share of the top band against the share at which the pack sees drift."""

from __future__ import annotations

from dataclasses import replace
from math import comb
from pathlib import Path

import polars as pl
import pytest

from banding.engine.score import score_caseload
from banding.pack.library import load_pack
from banding.review.drift import drift
from banding.review.reviewed import Reviewed, reviewed
from banding.synthetic import ON
from tests.review.made import by_hand, pack, said, sound, table
from tests.review.priced import child, of, priced_pack


def with_top(children: int, top: int) -> Reviewed:
    made = by_hand([{}] * children)
    band = pl.when(pl.int_range(pl.len()) < top).then(6).otherwise("band").cast(pl.Int16)
    return replace(made, frame=made.frame.with_columns(band=band))


@pytest.mark.parametrize(
    ("top", "finding"),
    [
        (0, "not above 4%, from which the pack holds bands to be drifting"),
        (4, "not above 4%, from which the pack holds bands to be drifting"),
        (5, "above 4%, from which the pack holds bands to be drifting, but chance could bring as many about"),
        (
            10,
            "above 4%, from which the pack holds bands to be drifting: look at how the highest ratings came about",
        ),
    ],
)
def test_a_share_is_held_against_the_packs_alarm_and_chance(top: int, finding: str) -> None:
    found = drift(with_top(100, top))
    sound(found)
    shown = table(found, "top_band").frame.row(0, named=True)
    assert [shown[name] for name in ("children", "top", "share", "finding")] == [100, top, top, finding]
    by_chance = sum(comb(100, number) * 0.04**number * 0.96 ** (100 - number) for number in range(top, 101))
    assert shown["chance"] == pytest.approx(by_chance)
    first = f"Care at the top band is what the profiles of {top} of 100 children ask for, {top}%: {finding}."
    assert said(found).startswith(first)


def test_who_is_not_in_care_or_was_rejected_does_not_count() -> None:
    made = with_top(100, 50)
    apart = replace(made, frame=made.frame.with_columns(in_care=pl.col("band") < 6))
    assert table(drift(apart), "top_band").frame["children"].item() == 50
    rejected = by_hand([{}, {"age_on": 18}])
    assert table(drift(rejected), "top_band").frame["children"].item() == 1


def test_a_local_pack_has_the_alarm_of_the_pack_it_extends(tmp_path: Path) -> None:
    (tmp_path / "pack.toml").write_text(
        '[pack]\nid = "our-council"\nversion = "1"\ntitle = "Ours"\nstatus = "local"\nfrom = 2026-04-01\n'
        f'extends = "england-reference@{pack().header.version}"\n',
        encoding="utf-8",
    )
    local = load_pack(tmp_path)
    frame = pl.DataFrame([{"child_id": "c", "age": 8, **dict.fromkeys(local.items, 0)}])
    found = drift(reviewed(score_caseload(frame, local, ON), frame, local, ON))
    assert table(found, "top_band").frame["finding"].item().startswith("not above 4%")


def test_a_pack_without_an_alarm_shows_the_share_alone(tmp_path: Path) -> None:
    made, _ = of(priced_pack(tmp_path), [child(number, "foster", 3 * (number < 2), 200) for number in range(4)])
    found = drift(made)
    sound(found)
    assert table(found, "top_band").frame.row(0) == (4, 2, 50.0)
    assert "ask for, 50%." in said(found)
    assert "This pack does not say at which share of the top band its bands are drifting." in found.cannot


def test_without_bands_or_children_it_says_so() -> None:
    sdq = load_pack("sdq@1997")
    frame = pl.DataFrame([{"child_id": "c", "age": 8, **dict.fromkeys(sdq.items, 0)}])
    found = drift(reviewed(score_caseload(frame, sdq, ON), frame, sdq, ON))
    assert not found.tables
    assert "This pack gives no band, so no share of the top band can be shown." in found.cannot
    found = drift(by_hand([]))
    assert not found.tables
    assert "No child in care could be scored, so no share of the top band can be shown." in found.cannot
