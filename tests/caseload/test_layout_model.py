"""What a layout may say: everything wrong in a user's own TOML is said at once, with where and what to do."""

from __future__ import annotations

from pathlib import Path

import pytest

from banding.caseload import layout
from banding.errors import CaseloadError

FILES = Path(__file__).parent / "files"
NATIONAL = layout.shipped()["placements-standard-national"]

BROKEN = [
    ("[layout] identified_by", "Fee"),
    ("[codes.answer] No", "also stands for Yes"),
    ("[codes.answer] Neither", "neither letter nor digit"),
    ("[[field]]", "child is declared more than once"),
    ("[[field]]", "child_id"),
    ("to", "contract_kind is filled more than once"),
    ("[[field]] 1 (Child), to", "child_ref is not a fact"),
    ("[[field]] 2 (child ), codes", "Did you mean answer?"),
    ("[[field]] 2 (child ), to", "solo holds truth"),
    ("[[field]] 3 (Danger), scale", "Maybe is not one of the codes"),
    ("[[field]] 3 (Danger), scale", "No has no value"),
    ("[[field]] 4 (Cost), type", "currency"),
    ("[[field]] 4 (Cost), low", "above high"),
    ("[[field]] 4 (Cost), to", "Did you mean weekly_cost?"),
    ("[[field]] 5 (Placed), pattern", "no meaning for type date"),
    ("[[field]] 5 (Placed), pattern", "cannot be matched|look-around"),
    ("[[field]] 5 (Placed), format", "needs its format"),
    ("[[field]] 5 (Placed), object", "There is no"),
    ("[[field]] 5 (Placed), to", "contract_kind holds text"),
    ("[[field]] 6 (Bought), unanswered", "unanswered too"),
    ("[[field]] (Bought), scale", "barter"),
    ("[[field]] 8 (Harm), scale", "not all of one kind"),
    ("[[field]] 9 (Tags), to", "checked, not carried"),
    ("[[field]] 9 (Tags), to", "tags is not a fact"),
    ("[[object]] (placed)", "are for json"),
    ("[[single]] (preferred_setting)", "Danger is not a code field without"),
    ("[[single]] (preferred_setting)", "Bought is not a code field without"),
    ("[[single]] (preferred_setting)", "Best is not a code of Liked"),
    ("[[constant]] (cost_scope)", "No field goes to weekly_cost"),
    ("[[constant]] (cost_scope)", "wages is not a choice"),
    ("[[sum]] (Cost)", "Danger is not a money field"),
]


def test_every_mistake_of_a_users_layout_is_said_at_once() -> None:
    with pytest.raises(CaseloadError) as caught:
        layout.load(FILES / "broken-layout.toml")
    found = [(one.place, str(one)) for one in caught.value.findings]
    for place, words in BROKEN:
        assert any(at == place and any(w in says for w in words.split("|")) for at, says in found), (place, words)
    assert len(found) == len(BROKEN)


def test_every_key_of_the_wrong_shape_is_said_at_once(tmp_path: Path) -> None:
    file = tmp_path / "mine.toml"
    file.write_text(
        '[layout]\nid = "Mine!"\ntitle = "t"\nformat = "xml"\nsource = "s"\nidentified_by = []\ncost_period = "day"\n'
        '[[feild]]\n[[field]]\ncolumn = "a"\ntype = "txet"\nrequierd = true\nlow = "1"\nscale = { a = 1.5 }\n',
        encoding="utf-8",
    )
    with pytest.raises(CaseloadError) as caught:
        layout.load(file)
    says = "\n".join(str(one) for one in caught.value.findings)
    places = ("[layout] id", "[layout] format", "[layout] identified_by", "[layout] cost_period", "[[field]] 1 low")
    for words in (*places, "[[field]] 1 type", "Did you mean field?", "Did you mean required?"):
        assert words in says
    assert all(one.file == str(file) and one.code == "layout-mistake" for one in caught.value.findings)


def test_keys_of_the_other_format_are_refused(tmp_path: Path) -> None:
    file = tmp_path / "mine.toml"
    heading = 'id = "a"\ntitle = "t"\nsource = "s"\nidentified_by = ["x"]\n'
    field = '[[field]]\npath = "x"\ntype = "text"\nto = "child_id"\nrequired = true\nmay_be_absent = true\n'
    for form, words in (("json", "may_be_absent: It is for csv"), ("csv", "required and also are for json")):
        tables = f'[layout]\nformat = "{form}"\n{heading}[[object]]\npath = "part"\nrequired = true\n{field}'
        file.write_text(tables, encoding="utf-8")
        with pytest.raises(CaseloadError, match=words) as caught:
            layout.load(file)
        assert len(caught.value.findings) == 1


def test_an_object_inside_an_object_needs_the_outer_one(tmp_path: Path) -> None:
    file = tmp_path / "mine.toml"
    heading = '[layout]\nformat = "json"\nid = "a"\ntitle = "t"\nsource = "s"\nidentified_by = ["x"]\n'
    field = '[[field]]\npath = "x"\ntype = "text"\nto = "child_id"\nrequired = true\n'
    file.write_text(f'{heading}{field}[[object]]\npath = "outer.inner"\n', encoding="utf-8")
    with pytest.raises(CaseloadError, match=r"\(outer.inner\): There is no \[\[object\]\] outer"):
        layout.load(file)


@pytest.mark.parametrize(("content", "word"), [(b"[layout", "not TOML"), (b"\xff", "UTF-8"), (None, "cannot be read")])
def test_a_layout_that_cannot_be_read(tmp_path: Path, content: bytes | None, word: str) -> None:
    file = tmp_path / "mine.toml"
    if content is not None:
        file.write_bytes(content)
    with pytest.raises(CaseloadError, match=word):
        layout.load(file)


def test_a_users_own_layout_is_read_like_a_shipped_one(tmp_path: Path) -> None:
    source = Path(layout.__file__).parent / "layouts" / "placements-standard-national.toml"
    text = source.read_text(encoding="utf-8")
    (tmp_path / "mine.toml").write_text(text, encoding="utf-8")
    assert layout.load(tmp_path / "mine.toml") == NATIONAL


HEADING = '[layout]\nid = "mine"\ntitle = "t"\nformat = "csv"\nsource = "s"\nidentified_by = ["Child"]\n'
CHILD = '[[field]]\ncolumn = "Child"\ntype = "text"\nto = "child_id"\nrequired = true\n'


def mistakes_of(tmp_path: Path, text: str) -> list[str]:
    (tmp_path / "mine.toml").write_text(text, encoding="utf-8")
    with pytest.raises(CaseloadError) as caught:
        layout.load(tmp_path / "mine.toml")
    return [str(one).partition("mine.toml ")[2] for one in caught.value.findings]


def test_a_spelling_stands_for_one_column_alone(tmp_path: Path) -> None:
    text = HEADING + 'not_read = ["Self harm!"]\n' + CHILD
    text += '[[field]]\ncolumn = "Harm"\nalso = ["Self-Harm*", "??"]\ntype = "text"\n'
    text += '[[field]]\ncolumn = "SELFHARM"\ntype = "text"\n'
    found = "\n".join(mistakes_of(tmp_path, text))
    assert "SELFHARM also stands for Harm; case, spaces and punctuation do not count. Leave it with one of" in found
    assert "Self harm! also stands for Harm" in found
    assert "A name has neither letter nor digit" in found
    assert found.count("\n") == 2


def test_what_a_rating_may_say(tmp_path: Path) -> None:
    text = HEADING + 'instrument = "some_form"\n' + CHILD
    text += '[[field]]\ncolumn = "A"\ntype = "rating"\nto = "anxiety"\nextension_of = "Sleeep"\n'
    text += '[[field]]\ncolumn = "Sleep"\ntype = "integer"\nnot_applicable = true\nextension_of = "A"\n'
    found = mistakes_of(tmp_path, text)
    assert [one.split(": ")[0] for one in found] == [
        "[[field]] 2 (A), type", "[[field]] 2 (A), to", "[[field]] 2 (A), extension_of",
        "[[field]] 3 (Sleep), not_applicable", "[[field]] 3 (Sleep), extension_of",
    ]  # fmt: skip


def test_money_without_a_stated_period_is_refused(tmp_path: Path) -> None:
    money = '[[field]]\ncolumn = "Cost"\ntype = "money"\nto = "weekly_cost"\n'
    (found,) = mistakes_of(tmp_path, HEADING + 'currency = "GBP"\n' + CHILD + money)
    assert "Money needs currency and cost_period" in found


EXTENDS = '[layout]\nextends = "placements-standard-national"\nid = "mine"\ntitle = "t"\nsource = "s"\n'


def test_a_layout_that_says_only_what_differs(tmp_path: Path) -> None:
    text = EXTENDS + 'identified_by = ["child_ID", "Pupil"]\nwithout = ["dol"]\n[codes.yes_no]\nYes = ["J"]\nNo = []\n'
    text += '[[field]]\ncolumn = "Pupil"\ntype = "text"\n[[field]]\ncolumn = "provider_URN"\ntype = "integer"\n'
    (tmp_path / "mine.toml").write_text(text, encoding="utf-8")
    made = layout.load(tmp_path / "mine.toml")
    paths = [field.path for field in NATIONAL.fields if field.path != "dol"]
    assert [field.path for field in made.fields] == [*paths, "Pupil"]
    assert {field.path: field.type for field in made.fields}["provider_URN"] == "integer"
    assert made.forms["yes_no"] == {"yes": "Yes", "j": "Yes", "no": "No"}
    assert made.forms["risk"] == NATIONAL.forms["risk"]
    assert (made.heading.cost_period, made.id, made.sums) == ("week", "mine", NATIONAL.sums)


def test_a_difference_that_cannot_be_meant(tmp_path: Path) -> None:
    rest = 'identified_by = ["child_ID"]\n'
    (found,) = mistakes_of(tmp_path, EXTENDS + rest + 'without = ["doll"]\n')
    assert found == "[layout] without: It has no doll. Did you mean dol?"
    (found,) = mistakes_of(tmp_path, EXTENDS.replace("-national", "-nationl") + rest)
    assert found.endswith("There is no such shipped layout. Did you mean placements-standard-national?")
    (found,) = mistakes_of(tmp_path, EXTENDS.replace("-national", "-south-east") + rest)
    assert found.endswith("It extends another itself. Extend that one.")
    (found,) = mistakes_of(tmp_path, EXTENDS + rest + '[[field]]\ncolumn = "x"\ntype = "code"\n')
    assert found == "[[field]] (x), codes: Type code needs the name of a code list. Add it."
    (found,) = mistakes_of(tmp_path, EXTENDS + rest + '[[field]]\ncolumn = "x"\ntype = "txet"\n')
    assert found.startswith("[[field]] 1 type: ")
