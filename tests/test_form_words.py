"""What stands in the rating form, and that Excel can show it: columns, lists, notes, what each rating means."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from banding.form import write_form
from banding.pack.library import listing, load_pack
from banding.pack.meaning import Pack
from banding.vocabulary import FACTS
from tests.opened import PROFILES, RATINGS, READ_ME, elements, part, table, validations
from tests.small import pack_in

PACKS = [f"{entry.header.id}@{entry.header.version}" for entry in listing()]
WHO = ["child_id", "date_of_birth", "profile_date", "rater", "rater_role"]


# -- columns -----------------------------------------------------------------------------------------------------------


def test_the_columns_are_who_and_when_needs_by_domain_strengths_and_evidence(blank_form: Path, england: Pack) -> None:
    (header,) = table(blank_form, PROFILES)
    items = [str(name) for name in header[5:-1]]
    assert (header[:5], header[-1]) == (WHO, "evidence")
    assert sorted(items) == sorted(england.items)
    kinds = [england.items[item].kind for item in items]
    assert kinds == sorted(kinds)
    domains = [england.items[item].domain for item in items]
    assert list(dict.fromkeys(domains)) == list(england.domains)
    assert domains == sorted(domains, key=list(england.domains).index)


@pytest.mark.parametrize("name", PACKS)
def test_every_rating_has_its_list_and_what_it_means_beside_it(name: str, tmp_path: Path) -> None:
    pack, path = load_pack(name), tmp_path / "x.xlsx"
    assert write_form(path, pack) == 500
    found = validations(path)
    assert set(found) == {*WHO, *pack.items, "evidence"}
    for item in pack.items.values():
        valid = found[item.id]
        assert valid["type"] == "list"
        assert valid["formulas"] == [f'"{",".join(map(str, range(item.top + 1)))},not_asked"']
        assert valid.get("errorStyle", "stop") == "stop"
        assert re.fullmatch("[A-Z]+2:[A-Z]+501", valid["sqref"])
        assert valid["showErrorMessage"] == valid["showInputMessage"] == valid["allowBlank"] == "1"
        assert item.label.startswith(valid["promptTitle"].removesuffix("…"))
        beside = valid["prompt"].split("\n")
        if item.ratings:
            assert len(beside) == item.top + 1
        for rating, (line, text) in enumerate(zip(beside, item.ratings, strict=False)):
            assert f"{rating} {text}".startswith(line.removesuffix("…"))
            assert len(line) > 40 or not line.endswith("…")
    for valid in found.values():
        assert 0 < len(valid["promptTitle"]) <= 32
        assert 0 < len(valid["prompt"]) <= 255
        assert len(valid.get("error", "")) <= 255
        assert len(valid.get("errorTitle", "")) <= 32


def test_dates_and_roles_are_held_to_what_score_takes(blank_form: Path) -> None:
    found = validations(blank_form)
    assert found["rater_role"]["formulas"] == [f'"{",".join(FACTS["rater_role"].choices)}"']
    assert (found["date_of_birth"]["type"], found["profile_date"]["type"]) == ("date", "date")
    assert found["date_of_birth"]["formulas"][1] == "TODAY()"
    assert found["profile_date"]["formulas"][1] == "TODAY()+31"


def test_keys_stay_as_they_are_typed_and_dates_are_shown_year_first(blank_form: Path) -> None:
    columns = elements(blank_form, PROFILES, "col")
    (cells,) = elements(blank_form, "xl/styles.xml", "cellXfs")
    codes = {one.get("numFmtId"): one.get("formatCode") for one in elements(blank_form, "xl/styles.xml", "numFmt")}
    shown = [codes.get(cells[int(column.get("style", 0))].get("numFmtId")) for column in columns[:4]]
    assert shown == ["@", "yyyy-mm-dd", None, None]
    assert (columns[1].get("min"), columns[1].get("max")) == ("2", "3")


def test_the_note_of_each_item_says_in_full_what_each_rating_means(blank_form: Path, england: Pack) -> None:
    notes = {one.get("ref"): "".join(one.itertext()) for one in elements(blank_form, "xl/comments1.xml", "comment")}
    assert len(notes) == len(england.items) + 6
    for item in england.items.values():
        (note,) = [note for note in notes.values() if note.startswith(f"{item.label}\n")]
        assert all(f"{rating}: {text}" in note for rating, text in enumerate(item.ratings))
    aggression = next(note for note in notes.values() if note.startswith("Hurting or threatening others"))
    assert "Need, Behaviour; asked from 3" in aggression


def test_the_sheet_of_ratings_has_every_item_in_full(blank_form: Path, england: Pack) -> None:
    header, *rows = table(blank_form, RATINGS)
    assert header == ["item", "label", "domain", "kind", "asked", *(f"rating_{rating}" for rating in range(4))]
    assert [row[0] for row in rows] == table(blank_form, PROFILES)[0][5:-1]
    for row in rows:
        item = england.items[str(row[0])]
        assert row[1:4] == [item.label, england.domains[item.domain].label, item.kind]
        assert row[4] == ("at every age" if item.asked is None else f"from {item.asked.removeprefix('age >= ')}")
        assert row[5:] == list(item.ratings)


@pytest.mark.parametrize(
    ("asked", "words"),
    [
        ("", "at every age"), ("age >= 6", "from 6"), ("age > 6", "from 7"), ("age <= 5", "up to 5"),
        ("age < 5", "up to 4"), ("3 <= age <= 5", "where 3 <= age <= 5"), ("age_months >= 9", "where age_months >= 9"),
    ],
)  # fmt: skip
def test_the_ages_of_an_item_stand_in_words(tmp_path: Path, asked: str, words: str) -> None:
    items = f"id,domain,kind,label,top,asked\nfire,d,need,Fire,3,{asked}\n"
    write_form(tmp_path / "x.xlsx", pack_in(tmp_path / "pack", items=items, domains="id,label,missing\nd,D,least\n"))
    assert table(tmp_path / "x.xlsx", RATINGS)[1] == ["fire", "Fire", "D", "need", words]


def test_read_me_says_what_it_is_and_which_rules_it_belongs_to(blank_form: Path, england: Pack) -> None:
    lines = [row[0] or "" for row in table(blank_form, READ_ME)]
    told = "\n".join(lines)
    assert all(line.strip() for line in lines)
    assert lines[0] == f"Rating form: {england.header.title}"
    header = england.header
    for words in (header.id, header.version, header.status, england.fingerprint):
        assert words in told
    for words in ("unanswered", "never counts as 0", "dropped", "second rater", *FACTS["rater_role"].choices):
        assert words in told


def test_a_wide_scale_and_long_words_stay_inside_excels_bounds(tmp_path: Path) -> None:
    label, text = "🔥 and everything that a label of an item could ever have to say", "🔥 word " * 60
    items = (
        "id,domain,kind,label,top,rating_0,rating_1,rating_2\n"
        f"wide,d,need,{label},120,,,\nlong,d,need,{label}s,2,{text},{'x' * 400},short\nmany,d,strength,Many,84,,,\n"
    )
    pack = pack_in(tmp_path / "pack", items=items, domains="id,label,missing\nd,D,least\n")
    write_form(tmp_path / "x.xlsx", pack)
    found = validations(tmp_path / "x.xlsx")
    wide, long, many = found["wide"], found["long"], found["many"]
    assert (wide["type"], wide["formulas"], wide["errorStyle"]) == ("whole", ["0", "120"], "warning")
    assert "from 0 to 120, or not_asked" in wide["prompt"]
    assert many["type"] == "list"
    for valid in (wide, long, many):
        assert len(valid["promptTitle"].encode("utf-16-le")) // 2 <= 32
        assert len(valid["prompt"].encode("utf-16-le")) // 2 <= 255
    assert long["promptTitle"] == "🔥 and everything that a label…"
    lines = long["prompt"].split("\n")
    assert [line[0] for line in lines] == ["0", "1", "2"]
    assert lines[2] == "2 short"
    assert all(len(line) > 100 for line in lines[:2])
    assert [row[7] for row in table(tmp_path / "x.xlsx", RATINGS)[1:]] == ["not described", "short", "not described"]


# -- accessible -------------------------------------------------------------------------------


def test_it_keeps_to_the_habits_of_accessible_spreadsheets(blank_form: Path, england: Pack) -> None:
    core = part(blank_form, "docProps/core.xml")
    assert f"<dc:title>Rating form: {england.header.title}</dc:title>" in core
    assert "<dc:language>en-GB</dc:language>" in core
    assert "<dc:creator></dc:creator>" in core
    assert "<cp:lastModifiedBy></cp:lastModifiedBy>" in core
    assert f">{england.header.from_}T00:00:00Z</dcterms:created>" in core
    names = [one.get("name") for one in elements(blank_form, "xl/workbook.xml", "sheet")]
    assert names == ["Read me", "Profiles", "Ratings"]
    for sheet in (READ_ME, PROFILES, RATINGS):
        text = part(blank_form, sheet)
        assert not re.search("<mergeCell|<sheetProtection|hidden=|<f>|<conditionalFormatting", text)
        numbers = [int(row.get("r", 0)) for row in elements(blank_form, sheet, "row")]
        assert numbers == list(range(1, len(numbers) + 1))
    tables = [one for number in (1, 2) for one in elements(blank_form, f"xl/tables/table{number}.xml", "table")]
    assert {one.get("name"): one.get("ref") for one in tables} == {
        "profiles_table": "A1:AT501", "ratings_table": "A1:I41",
    }  # fmt: skip
    (fonts,) = elements(blank_form, "xl/styles.xml", "fonts")
    for font in fonts:
        told = {one.tag.rpartition("}")[2]: one.get("val") for one in font}
        # Tahoma is xlsxwriter's for notes; each note names its own.
        assert "scheme" not in told
        assert told["name"] == "Tahoma" or (told["name"] == "Arial" and int(told["sz"] or 0) >= 12)
    (pane,) = elements(blank_form, PROFILES, "pane")
    assert (pane.get("xSplit"), pane.get("ySplit"), pane.get("state")) == ("1", "1", "frozen")
