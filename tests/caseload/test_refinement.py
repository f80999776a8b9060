"""What a code alone does not tell, that of another field does: whose foster carers a child lives with."""

from __future__ import annotations

from pathlib import Path

import polars as pl
import pytest
from tests.caseload.test_cost_files import COSTS, LIIA, PACK, raw
from tests.caseload.test_layout_model import CHILD, HEADING, mistakes_of

from banding.caseload import layout
from banding.caseload.layout_show import describe
from banding.caseload.ssda903.codes import codes

ROW = raw(LIIA).head(1)


def setting_of(place: str | None, provider: str | None) -> str | None:
    row = ROW.with_columns(
        pl.lit(place, pl.String).alias("Placement type"), pl.lit(provider, pl.String).alias("Provider type")
    )
    found: str | None = layout.apply(row, COSTS, "f.csv")[0]["setting"][0]
    return found


@pytest.mark.parametrize("place", ["U4", "u5", "U6 "])
@pytest.mark.parametrize(
    ("provider", "setting"),
    [("PR1", "own_foster"), ("PR2", "own_foster"), ("pr4", "agency_foster"), ("PR5", "agency_foster"), ("PR0", None),
     ("PR3", None), ("PR9", None), (None, None), ("", None)],
)  # fmt: skip
def test_foster_care_is_told_by_who_provides_it(place: str, provider: str | None, setting: str | None) -> None:
    assert setting_of(place, provider) == setting
    assert setting is None or setting in PACK.settings


@pytest.mark.parametrize("place", ["K2", "U1", "S1", "Z1", "Z14", "H5", "Q9", None])
def test_no_other_place_is(place: str | None) -> None:
    assert {setting_of(place, provider) for provider in ("PR0", "PR1", "PR4", None)} == {setting_of(place, "PR5")}


def test_every_place_and_provider_is_read_as_the_statutory_return_reads_it() -> None:
    for place, said in codes("PLACE").items():
        for provider, by in codes("PLACE_PROVIDER").items():
            expected = said.means.get("setting")
            expected = by.means.get("foster") if expected == "foster" else expected
            if place not in ("H5", "P2"):  # each stood for several settings, and of a return the year is known
                assert setting_of(place, provider) == expected, (place, provider)


FIELDS = (
    '[codes.a]\nX = []\nY = []\n[codes.b]\nP = []\n[[field]]\ncolumn = "A"\ntype = "code"\ncodes = "a"\n'
    'to = "contract_kind"\nscale = { X = "spot" }\nunanswered = ["Y"]\n'
    '[[field]]\ncolumn = "B"\ntype = "code"\ncodes = "b"\n[[refinement]]\n'
)


@pytest.mark.parametrize(
    ("said", "words"),
    [
        ('to = "contract_kind"\nfield = "A"\ncodes = ["Z"]\nby = "B"\nscale = { P = "block" }', "Z is not a code of A"),
        ('to = "contract_kind"\nfield = "A"\ncodes = ["Y"]\nby = "B"\nscale = { Q = "block" }', "Q is not a code of B"),
        ('to = "contract_kind"\nfield = "A"\ncodes = ["Y"]\nby = "C"\nscale = { P = "block" }', "C is not a code"),
        ('to = "contract_kind"\nfield = "A"\ncodes = ["Y"]\nby = "B"\nscale = { P = "blok" }', "blok is not a choice"),
        ('to = "contract_kind"\nfield = "A"\ncodes = ["X"]\nby = "B"\nscale = { P = "block" }', "has a value for one"),
        ('to = "provider_kind"\nfield = "A"\ncodes = ["Y"]\nby = "B"\nscale = { P = "private" }', "does not fill"),
    ],
)  # fmt: skip
def test_what_cannot_be_meant_is_refused(said: str, words: str, tmp_path: Path) -> None:
    (found,) = mistakes_of(tmp_path, HEADING + FIELDS + said + "\n" + CHILD)
    assert words in found
    assert "[[refinement]]" in found


def test_a_sound_one_of_ones_own_is_read(tmp_path: Path) -> None:
    said = 'to = "contract_kind"\nfield = "A"\ncodes = ["Y"]\nby = "B"\nscale = { P = "block" }\n'
    (tmp_path / "mine.toml").write_text(HEADING + FIELDS + said + CHILD, encoding="utf-8")
    made = layout.load(tmp_path / "mine.toml")
    table = pl.DataFrame({"Child": list("abcd"), "A": ["X", "Y", "Y", None], "B": ["P", "P", None, "P"]})
    frame, _ = layout.apply(table, made, "f.csv")
    assert frame["contract_kind"].to_list() == ["spot", "block", None, None]
    told = " ".join(describe(made).split())
    assert "contract_kind, where A is one of Y: by B, block where it is P." in told
