"""The code lists by year, and that what they mean stands in the vocabulary and the reference pack."""

from __future__ import annotations

import datetime as dt

import pytest

from banding import load_pack
from banding.caseload.ssda903.codes import codes, label, meaning, of_year, tables, year_named, year_of, years
from banding.vocabulary import FACTS


def test_years_are_named_as_the_return_names_them() -> None:
    assert [label(2017), label(1999), year_named("2017/18")] == ["2017/18", "1999/00", 2017]
    assert [year_of(dt.date(2018, 3, 31)), year_of(dt.date(2018, 4, 1))] == [2017, 2018]
    assert years() == (2017, 2026)


@pytest.mark.parametrize(
    ("name", "code", "held"),
    [
        ("SEX", "1", range(2017, 2024)), ("SEX", "F", range(2024, 2027)), ("SEX", "U", range(2024, 2027)),
        ("PLACE", "H5", range(2017, 2024)), ("PLACE", "P2", range(2017, 2024)), ("PLACE", "K3", range(2024, 2027)),
        ("PLACE", "Z1", range(2017, 2025)), ("PLACE", "Z11", range(2025, 2027)), ("PLACE", "Z14", range(2025, 2027)),
        ("PLACE", "U4", range(2017, 2027)), ("MISSING", "A", range(2017, 2027)),
    ],
)  # fmt: skip
def test_a_code_stands_in_its_years_alone(name: str, code: str, held: range) -> None:
    assert [year for year in range(2017, 2027) if code in of_year(name, year)] == [*held]


def test_before_and_after_the_known_years_the_nearest_is_used() -> None:
    assert of_year("SEX", 2010) == of_year("SEX", 2017)
    assert of_year("PLACE", 2030) == of_year("PLACE", 2026)


def test_every_meaning_is_a_value_of_ours() -> None:
    settings = {*load_pack("england-reference@2026").settings}
    assert {*meaning("PLACE", "setting").values()} - {"foster"} <= settings
    assert {*meaning("PLACE_PROVIDER", "foster").values()} == {"own_foster", "agency_foster"}
    assert {*meaning("PLACE_PROVIDER", "kind").values()} == {*FACTS["provider_kind"].choices}
    assert {*meaning("LS", "status").values()} <= {*FACTS["legal_status"].choices}
    assert {*meaning("SEX", "sex").values()} == {*FACTS["sex"].choices}


def test_every_table_is_whole() -> None:
    for table in tables().values():
        names = {column.name for column in table.columns}
        assert "CHILD" in names
        assert {table.start, table.end} - {None} <= names
        assert {*table.gives} <= {*FACTS}
        for column in table.columns:
            if column.type == "code":
                assert codes(column.name)
            assert column.unless in {"", *names}
