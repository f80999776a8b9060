"""Files of a child's costs, from file to scored row: the regions' census and the sums since 1 April."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from decimal import Decimal
from fractions import Fraction
from pathlib import Path

import polars as pl
import pytest

from banding.caseload import layout
from banding.caseload.layout_show import describe, readable
from banding.caseload.read import read
from banding.errors import CaseloadError, Finding
from banding.pack.library import load_pack
from banding.run import Run, score_files
from banding.sources import Sources
from banding.synthetic import synthesise

FILES = Path(__file__).parent / "files"
LIIA, NORTH_WEST = FILES / "liia-costs.csv", FILES / "north-west.csv"
COSTS = layout.shipped()["liia-placement-costs"]
CENSUS = layout.shipped()["placements-north-west"]
PACK = load_pack("england-reference@2026")
ON = dt.date(2026, 5, 1)
TOTAL = "Total committed cost accrued in FY to date"


def raw(file: Path) -> pl.DataFrame:
    return pl.read_csv(file, infer_schema=False)


def week_of(start: str, end: str, until: str, total: str) -> tuple[Decimal | None, Sequence[Finding]]:
    """What one row of the return gives for a week, and what is said of it."""
    row = (
        raw(LIIA)
        .head(1)
        .with_columns(
            pl.lit(start).alias("Placement start date"),
            pl.lit(end).alias("Placement end date"),
            pl.lit(until).alias("Period end"),
            pl.lit(total).alias(TOTAL),
        )
    )
    frame, findings = layout.apply(row, COSTS, "f.csv")
    return frame["weekly_cost"][0], findings


@pytest.mark.parametrize(("file", "made"), [(LIIA, COSTS), (NORTH_WEST, CENSUS)])
def test_each_file_is_known_from_the_others(file: Path, made: layout.Layout) -> None:
    assert layout.recognise(raw(file).columns) is made
    for other in FILES.glob("*.csv"):
        assert other == file or layout.recognise(raw(other).columns) is not made


def test_a_sum_since_april_becomes_a_weeks_cost_by_the_days() -> None:
    frame, findings = layout.apply(raw(LIIA), COSTS, "f.csv")
    # 1 April to 1 May is 30 days; 15 April to 1 May is 16; 1 to 11 April is 10; 11 April to 1 May is 20.
    assert frame["weekly_cost"].to_list() == [
        Decimal("7000.00"), Decimal("540.12"), Decimal("700.00"), Decimal("35000.00"),
    ]  # fmt: skip
    assert frame["health_contribution"].to_list() == [Decimal("466.67"), None, Decimal(0), None]
    assert frame["education_contribution"].to_list() == [Decimal("233.33"), None, Decimal(0), None]
    assert frame["setting"].to_list() == [
        "childrens_home",
        "agency_foster",
        "supported_accommodation",
        "childrens_home",
    ]
    assert frame["unaccompanied"].to_list() == [False, None, True, True]
    assert frame["provider_kind"].to_list() == ["private", "voluntary", "private", "private"]
    assert frame["contract_kind"].to_list() == ["spot", "framework", "block", "spot"]
    assert "cost_scope" not in frame.columns
    assert frame["placement_end"].to_list() == [None, None, dt.date(2025, 4, 11), None]
    assert frame["cost_from"].to_list() == frame["placement_start"].to_list()
    assert frame["cost_to"].to_list() == [None, None, dt.date(2025, 4, 10), None]
    assert findings == []


@pytest.mark.parametrize(
    ("start", "end", "until", "days"),
    [
        ("01/04/2025", "", "31/03/2026", 364),
        ("01/04/2025", "", "01/04/2026", 365),
        ("01/04/2025", "", "02/04/2026", 1),
        ("31/03/2024", "", "01/01/2025", 275),
        ("01/02/2024", "", "01/03/2024", 29),
        ("10/06/2025", "20/06/2025", "01/09/2025", 10),
        ("10/06/2025", "20/12/2025", "01/09/2025", 83),
    ],
)
@pytest.mark.parametrize("total", ["0", "0.01", "999.99", "1234.50", "123456789.01", "3.50"])
def test_a_week_is_exact_and_half_up(start: str, end: str, until: str, days: int, total: str) -> None:
    exact = Fraction(total) * 700 / days
    pence = (2 * exact + 1).__floor__() // 2
    assert week_of(start, end, until, total) == (Decimal(pence) / 100, [])


def test_without_a_period_the_end_of_the_placement_is_taken_and_said() -> None:
    week, (said,) = week_of("01/01/2025", "11/04/2025", "", "1000")
    assert week == Decimal(700)
    assert (said.severity, said.path, said.index) == ("warning", "Period end", None)
    assert "In 1 rows the end of the placement was taken" in said.message


@pytest.mark.parametrize(
    ("start", "end", "until", "words"),
    [
        ("01/01/2025", "", "", "nothing says to which day"),
        ("01/01/2024", "01/02/2024", "01/05/2025", "no day in the financial year"),
        ("02/05/2025", "", "01/05/2025", "no day in the financial year"),
        ("02/05/2025", "01/05/2025", "", "no day in the financial year"),
    ],
)
def test_where_no_week_can_be_told_none_is(start: str, end: str, until: str, words: str) -> None:
    week, (said,) = week_of(start, end, until, "1000")
    assert week is None
    assert (said.severity, said.index) == ("warning", 0)
    assert words in said.message


def test_another_placement_type_is_unanswered_and_the_row_stays() -> None:
    row = raw(LIIA).head(1).with_columns(pl.lit("Z99").alias("Placement type"))
    frame, (said,) = layout.apply(row, COSTS, "f.csv")
    assert frame["setting"].to_list() == [None]
    assert (said.code, said.severity, said.value) == ("value-not-allowed", "warning", "Z99")


def test_one_placement_twice_is_refused_and_two_placements_are_not() -> None:
    twice = pl.concat([raw(LIIA), raw(LIIA).tail(1)])
    _, findings = layout.apply(twice, COSTS, "f.csv")
    assert [(one.code, one.index) for one in findings] == [("duplicate-child-id", 3), ("duplicate-child-id", 4)]


def test_the_census_is_read_by_the_words_of_its_headings() -> None:
    frame, findings = layout.apply(raw(NORTH_WEST), CENSUS, "f.csv")
    first = frame.row(0, named=True)
    assert first == {
        "child_id": "c1",
        "council": "Anytown",
        "contract_kind": "framework",
        "provider": "SC100001",
        "setting": "childrens_home",
        "unaccompanied": False,
        "placement_start": dt.date(2024, 9, 3),
        "distance_reason": "none_exists",
        "weekly_cost": Decimal("5250.50"),
        "education_contribution": Decimal("1000.50"),
        "health_contribution": Decimal("250.00"),
        "deprivation_of_liberty": True,
        "solo": True,
        "cost_scope": "fee",
    }
    assert frame["setting"].to_list() == ["childrens_home", "agency_foster", "supported_lodgings"]
    assert frame["distance_reason"].to_list() == ["none_exists", None, "legal"]
    assert frame["solo"].to_list() == [True, False, None]
    assert [(one.severity, one.index, one.path) for one in findings] == [("warning", 1, "Placing at Distance Reason")]


def test_two_columns_for_one_field_are_refused_by_their_names() -> None:
    table = raw(NORTH_WEST).with_columns(pl.lit("9").alias("total cost, weekly"))
    _, findings = layout.apply(table, CENSUS, "f.csv")
    (said,) = [one for one in findings if one.severity == "error"]
    assert said.message == "2 columns could be Total weekly cost: Total Weekly Cost (£), total cost, weekly."
    # A column that has the name itself leaves no doubt.
    named = table.rename({"total cost, weekly": "total weekly cost"})
    frame, findings = layout.apply(named, CENSUS, "f.csv")
    assert frame["weekly_cost"].to_list() == [Decimal(9)] * 3
    assert [one for one in findings if one.severity == "error"] == []


def test_one_column_for_two_fields_is_refused_by_its_name(tmp_path: Path) -> None:
    table = raw(NORTH_WEST).drop("Contribution from Education")
    table = table.rename({"Contribution from Health": "Contribution from Health / Education"})
    _, findings = layout.apply(table, CENSUS, "f.csv")
    (said,) = [one for one in findings if one.severity == "error"]
    assert said.place == "column Contribution from Health / Education"
    assert said.message == "The column could be Contribution from Education or Contribution from Health."
    table.write_csv(tmp_path / "census.csv")
    with pytest.raises(CaseloadError, match=r"could be Contribution from Education or"):
        read([tmp_path / "census.csv"])


def needs(folder: Path) -> Path:
    drawn = synthesise(3, 3, pack=PACK, on=ON).frame.with_columns(child_id=pl.Series(["c1", "c2", "c3"]))
    file = folder / "needs.csv"
    drawn.select("child_id", *PACK.items, age=pl.Series([13, 11, 17])).with_columns(
        profile_date=pl.lit(dt.date(2025, 4, 20))
    ).write_csv(file)
    return file


def scored(folder: Path, **parts: Path) -> Run:
    files = {"needs": (needs(folder),), **{kind: (file,) for kind, file in parts.items()}}
    return score_files(Sources(parts=files), PACK, ON, folder / "out.csv")


def test_from_the_census_to_scored_rows(tmp_path: Path) -> None:
    run = scored(tmp_path, placements=NORTH_WEST)
    assert run.counts["scored"] == 3, run.reasons
    assert "placements-north-west" in run.layout
    assert run.frame["setting"].to_list() == ["childrens_home", "agency_foster", "supported_lodgings"]
    assert run.frame["care_cost_pence"].to_list() == [525050, 90100, 45000]


@pytest.mark.parametrize("kind", ["costs", "placements"])
def test_from_sums_since_april_to_scored_rows(kind: str, tmp_path: Path) -> None:
    run = scored(tmp_path, **{kind: LIIA})
    assert run.counts["scored"] == 3, run.reasons
    assert run.frame["setting"].to_list() == ["childrens_home", "agency_foster", "childrens_home"]
    # Of the two placements of one child the one that is open on the date counts.
    assert run.frame["care_cost_pence"].to_list() == [700000, 54012, 3500000]
    assert set(run.frame["cost_fit"]) == {"unknown"}
    assert (kind, "ended before it", 1) in run.accounts


def test_people_are_told_how_a_week_is_made() -> None:
    told = " ".join(describe(COSTS).split())
    assert "Money is GBP since 1 April." in told
    assert "from Placement start date to Placement end date or Period end, without the last" in told
    assert "or with the words total," in told
    assert "one of place, or" in told
    assert (
        "Expected an amount in GBP since 1 April of 0 or more"
        in week_of("01/04/2025", "", "01/05/2025", "-1")[1][0].message
    )
    (row,) = [line for line in readable([COSTS]).splitlines() if "liia" in line]
    assert " items" not in row
    assert "`placement_start`, `placement_end`" in row
    assert row.endswith("`cost_from`, `cost_to` |")


MINE = """[layout]
id = "mine"
title = "t"
format = "csv"
source = "s"
identified_by = ["Child"]
currency = "GBP"
{heading}
[[field]]
column = "Child"
type = "text"
to = "child_id"
required = true
[[field]]
column = "Start"
type = "date"
format = "dd/mm/yyyy"
to = "placement_start"
{field}
"""
ACCRUED = 'cost_period = "year to date"\n[layout.accrued]\nfirst = "Start"\nlast = "Start"\nuntil = "{until}"\n'


@pytest.mark.parametrize(
    ("heading", "field", "words"),
    [
        ('cost_period = "year to date"', "", "Give both or neither"),
        (ACCRUED.format(until="Start").replace("year to date", "week"), "", "Give both or neither"),
        (ACCRUED.format(until="Strat"), "", "Strat is not a date field. Did you mean Start?"),
        (ACCRUED.format(until="Child"), "", "Child is not a date field"),
        (
            ACCRUED.format(until="Start"),
            '[[field]]\ncolumn = "a"\ntype = "date"\nformat = "dd/mm/yyyy"\nto = "cost_from"',
            "cost_from is filled more than once",
        ),
        ("", 'words = ["start"]\n[[field]]\ncolumn = "S"\ntype = "text"\nwords = ["start", "day"]', "of Start too"),
        ("", 'words = ["--"]', "neither letter nor digit"),
        ("", "open = true", "no meaning for type date"),
        ("", '[[field]]\ncolumn = "e"\ntype = "text"\nto = "placement_end"', "placement_end holds date"),
    ],
)
def test_what_cannot_be_meant_is_refused(heading: str, field: str, words: str, tmp_path: Path) -> None:
    (tmp_path / "mine.toml").write_text(MINE.format(heading=heading, field=field), encoding="utf-8")
    with pytest.raises(CaseloadError) as caught:
        layout.load(tmp_path / "mine.toml")
    (found,) = caught.value.findings
    assert words in str(found)


def test_a_sound_layout_of_ones_own_is_read(tmp_path: Path) -> None:
    cost = '[[field]]\ncolumn = "Cost"\ntype = "money"\nto = "weekly_cost"'
    text = MINE.format(heading=ACCRUED.format(until="Start"), field=cost)
    (tmp_path / "mine.toml").write_text(text, encoding="utf-8")
    assert layout.load(tmp_path / "mine.toml").money == "GBP since 1 April"


def test_a_column_that_is_known_by_its_name_is_never_taken_for_another_by_its_words(tmp_path: Path) -> None:
    heading = 'not_read = ["Start of care"]'
    text = MINE.format(heading=heading, field='words = ["start"]')
    (tmp_path / "mine.toml").write_text(text, encoding="utf-8")
    made = layout.load(tmp_path / "mine.toml")
    table = pl.DataFrame({"Child": ["a"], "Start of care": ["01/02/2025"]})
    _, (said,) = layout.apply(table, made, "f.csv")
    assert said.message.startswith("The column Start is not in the file")
    frame, findings = layout.apply(table.with_columns(pl.lit("03/02/2025").alias("Date of start")), made, "f.csv")
    assert frame["placement_start"].to_list() == [dt.date(2025, 2, 3)]
    assert findings == []
