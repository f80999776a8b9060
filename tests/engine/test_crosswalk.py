"""From another instrument to the pack: direction, several sources, what is not asked, what a broader item covers."""

from __future__ import annotations

import csv
import datetime as dt
from pathlib import Path

import polars as pl
import pytest

import banding
from banding.engine.crosswalk import crosswalk
from banding.engine.score import score_caseload
from banding.errors import CaseloadError
from banding.pack.library import load_pack
from tests.small import pack_in

PACK = load_pack("england-reference@2026")
ON = dt.date(2026, 6, 1)
LABELS = Path(__file__).parents[3] / "shared" / "facts" / "cans_england_items.csv"
FORMS = ("cans_6_21", "cans_0_5")


def sources(form: str) -> list[str]:
    return list(dict.fromkeys(row.source_item for row in PACK.document.crosswalk if row.instrument == form))


def one(form: str, **ratings: int | None) -> dict[str, int | None]:
    """The pack's items of one child whose every other source item is rated 0."""
    names = dict(zip(map(plain, sources(form)), sources(form), strict=True))
    row = {**dict.fromkeys(sources(form), 0), **{names[name]: rating for name, rating in ratings.items()}}
    frame = pl.DataFrame([{"child_id": "c", **row}], schema_overrides=dict.fromkeys(row, pl.Int64))
    return crosswalk(frame, PACK, form).row(0, named=True)


def plain(label: str) -> str:
    return "".join(letter if letter.isalnum() else "_" for letter in label.lower())


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize(
    ("source", "item"),
    [("family_strengths", "family"), ("relationship_permanence", "trusted_adult"),
     ("natural_supports", "wider_network"), ("interpersonal", "friendships")],
)  # fmt: skip
def test_strengths_run_the_other_way(form: str, source: str, item: str) -> None:
    """On this instrument 0 is the best strength and 3 is none."""
    assert [one(form, **{source: rating})[item] for rating in (0, 1, 2, 3)] == [3, 2, 1, 0]


def test_a_child_with_the_best_strengths_has_credit_and_one_without_has_none() -> None:
    needs = {"depression": 2, "anxiety": 2, "attachment_difficulties": 2}
    strong = {plain(row.source_item): 0 for row in PACK.document.crosswalk if row.reversed}
    found = []
    for strengths in (strong, dict.fromkeys(strong, 3)):
        row = one("cans_6_21", **needs, **{name: rating for name, rating in strengths.items() if name in
                                          set(map(plain, sources("cans_6_21")))})  # fmt: skip
        frame = pl.DataFrame([{**row, "age": 12}], schema_overrides=dict.fromkeys(PACK.items, pl.Int8))
        scored = banding.score(frame.with_columns(age_on=12), PACK, on=ON)
        found.append((int(scored["need_score"][0]), scored["credit"][0]))
    assert found == [(2, 4), (6, 0)]


def test_the_highest_of_several_sources_is_taken() -> None:
    assert one("cans_6_21", sexual_aggression=1, avoidance=3, numbing=2)["trauma_effects"] == 3
    assert one("cans_6_21", avoidance=None, numbing=2)["trauma_effects"] == 2
    everything = {plain(r.source_item): None for r in PACK.document.crosswalk if r.item == "trauma_effects"}
    assert (
        one("cans_6_21", **{name: None for name in everything if name in map(plain, sources("cans_6_21"))})[
            "trauma_effects"
        ]
        is None
    )


def test_what_a_form_does_not_ask_is_unanswered_never_0() -> None:
    row = one("cans_0_5")
    assert row["suicide_risk"] is None
    assert row["going_missing"] is None
    assert row["hope"] is None


def test_a_broader_item_covers_a_narrower_one() -> None:
    for rating, expected in ((0, 0), (1, 0), (2, None), (3, None), (None, None), (-1, -1)):
        assert one("cans_6_21", medical_physical=rating)["mobility_and_senses"] == expected
        assert one("cans_0_5", medical_physical=rating)["mobility_and_senses"] == expected
        assert one("cans_0_5", oppositional__3yrs__=rating)["aggression"] == expected


def test_an_extension_that_was_not_opened() -> None:
    extension = "communication__developmental_intellectual_"
    for broader, narrower, expected in (
        (0, -1, 0), (1, -1, 0), (2, -1, None), (2, 3, 3), (0, 2, 2), (-1, -1, -1), (2, None, None),
    ):  # fmt: skip
        found = one("cans_6_21", **{"developmental_intellectual": broader, extension: narrower})
        assert found["communication"] == expected, (broader, narrower)


def test_a_rating_off_the_scale_rejects_the_row() -> None:
    row = one("cans_6_21", sleep=4)
    frame = pl.DataFrame([{**row, "age": 12, "age_on": 12}], schema_overrides=dict.fromkeys(PACK.items, pl.Int8))
    assert banding.score(frame, PACK, on=ON)["rejected_because"][0] == "rating-off-scale:sleep_and_night_care"


@pytest.mark.parametrize(("form", "age", "rejected"), [
    ("cans_6_21", 5, "refused:form_for_older"), ("cans_6_21", 6, None), ("cans_0_5", 5, None),
    ("cans_0_5", 6, "refused:form_for_younger"),
])  # fmt: skip
def test_a_profile_on_the_form_for_another_age_is_rejected_with_the_reason(
    form: str, age: int, rejected: str | None
) -> None:
    frame = pl.DataFrame([one(form)], schema_overrides=dict.fromkeys(PACK.items, pl.Int8))
    scored = score_caseload(frame.with_columns(age=age, age_on=age), PACK, ON).frame
    assert scored["rejected_because"][0] == rejected


def test_an_item_that_the_pack_reverses_has_its_most_need_at_0(tmp_path: Path) -> None:
    pack = pack_in(
        tmp_path,
        '[scores]\ntotal = "sum(needs)"\n',
        items="id,domain,kind,label,top,reversed\nsleep,d,need,Sleep,3,yes\nwalk,d,need,Walk,3,yes\n",
        domains="id,label,missing\nd,D,least\n",
        crosswalk="instrument,source_item,item,source_top,reversed,covered_when\n"
        "x,a,sleep,3,no,\nx,b,sleep,3,no,\nx,a,walk,3,no,2|3\n",
    )
    frame = pl.DataFrame({"child_id": ["p", "q"], "a": [0, 3], "b": [3, 3]})
    found = crosswalk(frame, pack, "x")
    assert found["sleep"].to_list() == [0, 3]
    assert found["walk"].to_list() == [None, 3]
    assert banding.score(found.drop("form"), pack, on=ON)["total"].to_list() == [3, 0]


def test_other_columns_stay_and_the_instruments_own_go() -> None:
    frame = pl.DataFrame({"child_id": ["a"], "solo": ["yes"], **{name: [0] for name in sources("cans_0_5")}})
    found = crosswalk(frame, PACK, "cans_0_5")
    assert found.columns == ["child_id", "solo", "form", *PACK.items]
    assert found["form"].to_list() == ["cans_0_5"]
    assert {found.schema[item] for item in PACK.items} == {pl.Int8()}


def test_all_that_is_absent_or_unreadable_is_told_at_once() -> None:
    frame = pl.DataFrame({"child_id": ["a"], **{name: [0] for name in sources("cans_0_5")}})
    broken = (
        frame.drop("Anxiety").rename({"Depression": "Depresion"}).with_columns(Playfulness=pl.lit(dt.date(2026, 1, 1)))
    )
    with pytest.raises(CaseloadError) as caught:
        crosswalk(broken, PACK, "cans_0_5")
    told = {(finding.code, finding.path): finding.remedy for finding in caught.value.findings}
    assert told.keys() == {("column-absent", "Anxiety"), ("column-absent", "Depression"), ("wrong-type", "Playfulness")}
    assert "Depresion" in told["column-absent", "Depression"]
    with pytest.raises(CaseloadError, match="cans_6_21"):
        crosswalk(frame, PACK, "cans_6_12")


def test_every_source_is_a_label_of_its_form() -> None:
    if not LABELS.is_file():
        pytest.skip("the instrument's published labels are not here")
    with LABELS.open(encoding="utf-8", newline="") as file:
        labels = [(f"cans_{row['form']}", row["column_label"].replace("*", "")) for row in csv.DictReader(file)]
    for form in FORMS:
        assert set(sources(form)) <= {label for owner, label in labels if owner == form}


def test_the_present_placement_and_history_are_never_mapped() -> None:
    mapped = {name for form in FORMS for name in sources(form)}
    assert not {name for name in mapped if "Caregiver" in name or "Abuse" in name}
    assert not {"Living Situation", "Legal", "Sexual Development", "Neglect"} & mapped
