"""Layouts as people see them: the list, one as a table, and what can be read."""

from __future__ import annotations

import pytest

from banding.caseload.layout_files import shipped
from banding.caseload.layout_show import WIDTH, describe, listing, readable

LAYOUTS = list(shipped().values())


@pytest.mark.parametrize("name", shipped())
def test_a_layout_is_told_whole_in_80_columns(name: str) -> None:
    made = shipped()[name]
    text = describe(made)
    assert max(map(len, text.splitlines())) <= WIDTH
    table = text.partition("-" * WIDTH)[2]
    first = "".join("".join(line[:34].split()) for line in table.splitlines())
    for field in made.fields:
        for spelling in field.spellings:
            assert "".join(spelling.split()) in first
    flat = "".join(text.split())
    for codes in made.codes.values():
        for code, forms in codes.items():
            assert all("".join(form.split()) in flat for form in (code, *forms))


def test_what_a_column_holds_and_becomes() -> None:
    lines = describe(shipped()["cans-england-6-21"]).splitlines()
    at = next(n for n, line in enumerate(lines) if line.startswith("Severity of Use"))
    assert lines[at].endswith(" item")
    assert "0 to 3, opened by" in lines[at]
    assert any(line.split() == ["DOB", "dd/mm/yyyy", "or", "date_of_birth"] for line in lines)
    assert "or Sexual Agression" in lines
    never = " ".join(lines).partition("Never read: ")[2]
    assert never.startswith("Assessor Name, Youth Last Name, Youth First Name")
    national = " ".join(describe(shipped()["placements-standard-national"]).split())
    assert "Money is GBP a week." in national
    assert "cost_scope: fee, wherever weekly_cost is known." in national
    assert "total_weekly_cost should be the sum of cost_core_weekly" in national


def test_the_list_names_each_with_its_source() -> None:
    lines = listing(LAYOUTS).splitlines()
    assert max(map(len, lines)) <= WIDTH
    assert [line.split()[0] for line in lines if not line.startswith(" ")] == list(shipped())
    assert "cans-england-0-5  (a table, or one workbook a child)" in lines
    assert sum("Source: " in line for line in lines) == len(LAYOUTS)


def test_the_table_of_what_can_be_read() -> None:
    lines = readable(LAYOUTS).splitlines()
    assert len(lines) == len(LAYOUTS) + 2
    assert all(line.count("|") == 5 for line in lines)
    (cans,) = [line for line in lines if "`cans-england-6-21`" in line]
    assert "158 items of cans_6_21; `child_id`, `profile_date`, `date_of_birth`" in cans
    (national,) = [line for line in lines if "`placements-standard-national`" in line]
    assert "13 items; `child_id`, " in national
    assert "`cost_scope`" in national
