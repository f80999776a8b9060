"""Findings as a table: the same findings in the same order, however they are kept."""

from __future__ import annotations

from dataclasses import fields

import polars as pl
import pytest

from banding.caseload import model
from banding.caseload.model import IS_ERROR, OF_A_ROW, Findings, places
from banding.errors import Finding

NOTE = Finding("title-above", "x.csv", "", "A title.", "", "note")
BAD = Finding("bad-date", "x.csv", "row 3", "No date.", "Correct it.", "error", 1, "profile_date", "31/02/2026")
DOUBT = Finding("rule-violation", "x.csv", "row 9", "A doubt.", index=7, path="fire", severity="warning")


def test_findings_are_the_same_as_a_table() -> None:
    found = Findings.of([NOTE, BAD], (), Findings.of([DOUBT]))
    assert list(found) == [NOTE, BAD, DOUBT]
    assert found == [NOTE, BAD, DOUBT]
    assert found == (NOTE, BAD, DOUBT)
    assert hash(found) == hash((NOTE, BAD, DOUBT))
    assert found != [NOTE, DOUBT, BAD]
    assert found != [NOTE, BAD]
    assert (len(found), found[1], found[-1]) == (3, BAD, DOUBT)
    assert found[1:] == [BAD, DOUBT]
    assert Findings.of() == ()


def test_a_finding_and_a_row_of_the_table_have_the_same_fields() -> None:
    assert [field.name for field in fields(Finding)] == list(Findings.SCHEMA)


def test_one_kind_of_finding_stands_for_each_row() -> None:
    index = pl.Series([4, 6])
    found = Findings.each(BAD, index=index, place=places("row", index + 2), value=pl.Series(["a", None]))
    assert [(one.index, one.place, one.value) for one in found] == [(4, "row 6", "a"), (6, "row 8", None)]
    assert {(one.code, one.file, one.message, one.severity, one.path) for one in found} == {
        ("bad-date", "x.csv", "No date.", "error", "profile_date")
    }
    assert Findings.each(BAD, index=index.clear()) == ()


def test_findings_are_chosen_by_their_fields() -> None:
    found = Findings.of([NOTE, BAD, DOUBT])
    assert found.where(OF_A_ROW & IS_ERROR) == [BAD]
    assert found.where(~OF_A_ROW) == [NOTE]


def test_none_is_made_before_it_is_asked_for(monkeypatch: pytest.MonkeyPatch) -> None:
    found = Findings.each(BAD, index=pl.Series(range(1_000)))

    def made(*_: object) -> None:
        raise AssertionError("it was made")

    monkeypatch.setattr(model, "Finding", made)
    assert len(Findings.of(found, found).where(OF_A_ROW)) == 2_000
