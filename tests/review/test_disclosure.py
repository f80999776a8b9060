"""What disclosure control leaves of tables written out by hand."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import polars as pl
import pytest

from banding.review.disclosure import controlled
from banding.review.model import ALL, Cell, Column, Section, Sentence, Table, Unit
from tests.review.audit import Reader
from tests.review.tabled import section, typed

SETTING = Column("setting", "Setting", Unit.KEY)
CHILDREN = Column("children", "Children", Unit.CHILDREN)
COMPARED = Column("compared", "Compared", Unit.CHILDREN, {"compared": "yes"})
MEAN = Column("mean", "Mean cost a week", Unit.POUNDS)


def by_setting(*counts: int, name: str = "by_setting", **more: Any) -> Table:
    rows = [*((f"S{number}", count) for number, count in enumerate(counts)), (ALL, sum(counts))]
    return typed(name, (SETTING, CHILDREN), rows, whole=("setting",), **more)


def one(*tables: Table, national: bool = False) -> tuple[Table, ...]:
    return controlled([section(*tables)], national=national)[0].tables


def written(table: Table, name: str) -> list[str]:
    return [table.written(row, name) for row in range(table.frame.height)]


def rests(name: str, *lines: tuple[int | None, int | None, float | None]) -> pl.DataFrame:
    return pl.DataFrame(lines, schema=[f"{name}.children", f"{name}.providers", f"{name}.largest"], orient="row")


def with_means(*lines: tuple[int, int | None, float | None]) -> Table:
    """A line a setting, without a total: its children, their providers and the largest share, with a mean of £100."""
    rows = [(f"S{number}", children, 100.0) for number, (children, _, _) in enumerate(lines)]
    return typed("means", (SETTING, CHILDREN, MEAN), rows, support=rests("mean", *lines))


# -- counts -----------------------------------------------------------------------------------------------------------


def test_a_small_count_takes_the_least_that_hides_it_along() -> None:
    (table,) = one(by_setting(3, 0, 40, 12))
    assert written(table, "children") == ["[c]", "0", "40", "[c]", "55"]


def test_two_small_counts_whose_sum_is_small_need_a_third() -> None:
    # 3 and 2 would be known to be 5 together, each 1 to 4.
    assert written(one(by_setting(3, 2, 40, 12))[0], "children") == ["[c]", "[c]", "40", "[c]", "57"]
    # 5 and 3 are 8 together: each could be 6 or more.
    assert written(one(by_setting(5, 3, 40, 12))[0], "children") == ["[c]", "[c]", "40", "12", "60"]


def test_six_and_more_need_nothing() -> None:
    assert written(one(by_setting(6, 0, 40))[0], "children") == ["6", "0", "40", "46"]


@pytest.mark.parametrize("children", [1, 5])
def test_of_a_caseload_of_one_or_five_only_noughts_are_shown(children: int) -> None:
    table = one(by_setting(children, 0))[0]
    assert written(table, "children") == ["[c]", "0", "[c]"]


def test_one_count_in_two_tables_is_withheld_in_both() -> None:
    bands = Column("band", "Band", Unit.KEY)
    rows = [("S0", "1", 3), ("S0", "2", 30), ("S1", "1", 25), ("S1", "2", 8), ("S0", ALL, 33), ("S1", ALL, 33)]
    both = typed("both", (SETTING, bands, CHILDREN), rows, whole=("setting", "band"))
    by_band = typed("by_band", (bands, CHILDREN), [("1", 28), ("2", 38)], whole=("band",))
    first, second, third = one(both, by_setting(33, 33), by_band)
    reader = Reader((first, second, third))
    assert reader.hidden
    assert all(low < high and high > 5 for low, high in map(reader.bounds, reader.hidden))
    assert [first.frame["children"][row] for row in (4, 5)] == second.frame["children"][:2].to_list()
    # Apart from each other the tables hide it with less: the total of each setting would tell the other's.
    assert one(by_setting(33, 33))[0].frame["children"].null_count() == 0


def test_tables_of_different_sections_are_protected_together() -> None:
    first = Section("first", "What?", tables=(by_setting(3, 12, 40, about={"status": "scored"}),))
    whole = typed("whole", (Column("scored", "Scored", Unit.CHILDREN, {"status": "scored"}),), [(55,)])
    rest = typed(
        "rest", (SETTING, Column("children", "Children", Unit.CHILDREN, {"status": "scored"})), [("S1", 12), ("S2", 40)]
    )
    tables = [table for part in controlled([first, section(whole, rest)]) for table in part.tables]
    assert written(tables[0], "children") == ["[c]", "[c]", "40", "55"]
    assert written(tables[2], "children") == ["[c]", "40"]


def test_columns_that_add_up_to_another_are_a_sum() -> None:
    parts = [Column(cost, cost, Unit.CHILDREN, {**COMPARED.where, "cost": cost}) for cost in ("below", "above")]
    table = one(typed("costs", (SETTING, COMPARED, *parts), [("S0", 30, 2, 28), ("S1", 40, 20, 20)]))[0]
    assert [written(table, name)[0] for name in ("compared", "below", "above")] in (
        ["30", "[c]", "[c]"],
        ["[c]", "[c]", "28"],
    )
    assert table.frame.row(1) == ("S1", 40, 20, 20)


def test_the_same_children_under_the_name_of_a_statistic_are_the_same_count() -> None:
    statistics = typed(
        "statistics",
        (Column("of", "Variance of", Unit.KEY), Column("by", "By", Unit.KEY), CHILDREN),
        [("cost", "need", 6), ("cost", "setting", 6)],
    )
    # With 6 known to be the sum, 4 would be known to be 5 at the most.
    both, table = one(statistics, by_setting(4, 2))
    assert written(table, "children") == ["[c]", "[c]", "[c]"]
    assert written(both, "children") == ["[c]", "[c]"]
    assert written(one(statistics)[0], "children") == ["6", "6"]


def test_a_line_without_a_count_is_not_available_and_tells_nothing() -> None:
    rows = [("S0", 3), ("S1", None), ("S2", 40), (ALL, 50)]
    (table,) = one(typed("lines", (SETTING, CHILDREN), rows, whole=("setting",)))
    assert written(table, "children") == ["[c]", "[x]", "40", "50"]


# -- shares and other figures -----------------------------------------------------------------------------------------


def test_a_share_goes_with_each_of_its_counts() -> None:
    share, spread = (Column(name, name, Unit.PERCENT, of=("compared", "children")) for name in ("share", "spread"))
    of_all = Column("of_all", "Of all", Unit.PERCENT, of=("children",))
    rows = [("S0", 40, 3, 7.5, 1.0, 2.0), ("S1", 40, 20, 50.0, 1.0, 2.0), ("S2", 40, 0, 0.0, 1.0, 2.0)]
    (table,) = one(typed("shares", (SETTING, CHILDREN, COMPARED, share, spread, of_all), rows))
    assert written(table, "share") == ["[c]", "50%", "0%"]
    assert written(table, "spread") == ["[c]", "1%", "1%"]
    assert written(table, "of_all") == ["2%", "2%", "2%"]


def test_a_number_needs_its_count_ten_children_and_none_over_half() -> None:
    ratio = Column("ratio", "Ratio", Unit.NUMBER)
    rows = [(f"S{row}", count, 1.5) for row, count in enumerate((9, 10, 40, 40, 3))]
    lines = [(9, 3, 0.2), (10, 1, 0.5), (40, None, None), (40, 3, 0.6), (3, 3, 0.4)]
    (table,) = one(typed("ratios", (SETTING, CHILDREN, ratio), rows, support=rests("ratio", *lines)))
    assert written(table, "ratio") == ["[c]", "1.50", "1.50", "[c]", "[c]"]


@pytest.mark.parametrize("unit", [Unit.POUNDS, Unit.NUMBER, Unit.PERCENT])
def test_a_figure_that_does_not_say_what_it_rests_on_is_withheld(unit: Unit) -> None:
    (table,) = one(typed("figures", (SETTING, CHILDREN, Column("figure", "Figure", unit)), [("S0", 40, 7.0)]))
    assert written(table, "figure") == ["[c]"]
    assert written(table, "children") == ["40"]


def test_a_mean_and_a_number_go_with_their_count() -> None:
    ratio = Column("ratio", "Ratio", Unit.NUMBER)
    lines = [(3, 1, 0.9), (12, 5, 0.1), (40, 5, 0.1), (55, 6, 0.1)]
    rows = [(name, line[0], 100.0, 1.5) for name, line in zip(("S0", "S1", "S2", ALL), lines, strict=True)]
    support = pl.concat([rests("mean", *lines), rests("ratio", *lines)], how="horizontal")
    (table,) = one(typed("both", (SETTING, CHILDREN, MEAN, ratio), rows, support=support, whole=("setting",)))
    assert written(table, "children") == ["[c]", "[c]", "40", "55"]
    assert written(table, "mean") == ["[c]", "[c]", "£100", "£100"]
    assert written(table, "ratio") == ["[c]", "[c]", "1.50", "1.50"]


# -- pounds -----------------------------------------------------------------------------------------------------------


def test_a_mean_needs_ten_children_three_providers_and_none_over_half() -> None:
    table = with_means((10, 3, 0.5), (9, 3, 0.2), (10, 2, 0.2), (10, 3, 0.51), (10, 3, None), (10, None, 0.2))
    assert written(one(table)[0], "mean") == ["£100", "[c]", "[c]", "[c]", "£100", "[c]"]
    assert written(one(table)[0], "children") == ["10", "9", "10", "10", "10", "10"]


def test_that_providers_are_not_known_is_said() -> None:
    known, unknown = section(with_means((10, 3, 0.5))), section(with_means((10, None, 0.5)))
    few = section(with_means((9, None, 0.5)))
    assert controlled([known])[0].cannot == controlled([few])[0].cannot == ()
    (said,) = controlled([unknown])[0].cannot
    assert "providers are not known" in said


def test_all_pounds_of_the_same_children_stand_or_fall_together() -> None:
    # Cost less expected cost is the variance: two of the three tell the third.
    names = ("care_cost", "expected", "variance")
    support = pl.concat(
        [rests(name, (20, 5, 0.7 if name == "variance" else 0.1), (20, 5, 0.1)) for name in names], how="horizontal"
    )
    columns = (SETTING, CHILDREN, *(Column(name, name, Unit.POUNDS) for name in names))
    rows = [("S0", 20, 100.0, 90.0, 10.0), ("S1", 20, 100.0, 90.0, 10.0)]
    (table,) = one(typed("money", columns, rows, support=support))
    assert [written(table, name) for name in names] == [["[c]", "£100"], ["[c]", "£90"], ["[c]", "£10"]]
    assert written(table, "children") == ["20", "20"]


def test_a_mean_of_all_with_all_means_but_one_would_tell_that_one() -> None:
    lines = [(40, 5, 0.1), (12, 2, 0.1), (14, 5, 0.1), (66, 6, 0.1)]
    rows = [(name, line[0], 100.0) for name, line in zip(("S0", "S1", "S2", ALL), lines, strict=True)]
    columns = (SETTING, CHILDREN, MEAN)
    (table,) = one(typed("means", columns, rows, support=rests("mean", *lines), whole=("setting",)))
    # The mean of S1 is one of two providers; that of S2 is withheld to hide it, the smaller of the two others.
    assert written(table, "mean") == ["£100", "[c]", "[c]", "£100"]
    assert written(table, "children") == ["40", "12", "14", "66"]


def test_sums_of_few_children_are_hidden_where_no_figure_of_theirs_is_given() -> None:
    # 43 children, 40 of them compared: two means would tell what the other three cost.
    known = Column("known", "Of known cost", Unit.POUNDS)
    support = pl.concat([rests("mean", (40, 5, 0.1)), rests("known", (43, 5, 0.1))], how="horizontal")
    (table,) = one(typed("costs", (CHILDREN, COMPARED, MEAN, known), [(43, 40, 100.0, 120.0)], support=support))
    assert [*written(table, "mean"), *written(table, "known")].count("[c]") == 1
    assert written(table, "children") == ["43"]


def test_pounds_of_children_whom_no_column_counts_stand_on_their_own() -> None:
    lines = [(38, 5, 0.1), (7, 5, 0.1), (45, 5, 0.1)]
    rows = [(name, count, 100.0) for name, count in (("S0", 40), ("S1", 10), (ALL, 50))]
    columns = (SETTING, CHILDREN, MEAN)
    (table,) = one(typed("means", columns, rows, support=rests("mean", *lines), whole=("setting",)))
    # The total less S0 would be S1, which rests on 7.
    assert written(table, "mean")[1] == "[c]"
    assert written(table, "mean").count("[c]") == 2
    assert written(table, "children") == ["40", "10", "50"]


# -- national ---------------------------------------------------------------------------------------------------------


def test_nationally_counts_are_rounded_and_one_to_four_are_low() -> None:
    rows = [(f"S{row}", count) for row, count in enumerate((0, 1, 4, 5, 14, 15, 1234))]
    (table,) = one(typed("counts", (SETTING, CHILDREN), rows), national=True)
    assert written(table, "children") == ["0", "[low]", "[low]", "10", "10", "20", "1,230"]
    assert table.frame["children"].dtype == pl.Int64


def test_rounding_that_would_tell_is_helped() -> None:
    # 5 and more twice and 1 and more four times are 14, the most that 10 can be: each would be at its least.
    table = by_setting(5, 5, 1, 1, 1, 1)
    (shown,) = one(table, national=True)
    assert "[c]" in written(shown, "children")
    reader = Reader((shown,), national=True)
    bounds = {own: reader.bounds(own) for own in reader.hidden}
    assert all(low < high for low, high in bounds.values())
    assert "[c]" not in written(one(by_setting(5, 5, 1, 1, 1), national=True)[0], "children")


def test_nationally_a_share_needs_counts_above_five_as_it_is_not_rounded() -> None:
    share = Column("share", "Share", Unit.PERCENT, of=("compared", "children"))
    rows = [("S0", 43, 5, 500 / 43), ("S1", 43, 6, 600 / 43), ("S2", 43, 0, 0.0), ("S3", 43, 3, 300 / 43)]
    (table,) = one(typed("shares", (SETTING, CHILDREN, COMPARED, share), rows), national=True)
    assert written(table, "compared") == ["10", "10", "0", "[low]"]
    assert written(table, "share") == ["[c]", "14%", "0%", "[c]"]
    assert table.frame["share"][1] == 600 / 43


def test_nationally_a_count_with_a_mean_is_taken_to_be_known_exactly() -> None:
    lines = [(24, 5, 0.1), (1, 1, 1.0), (25, 6, 0.1)]
    rows = [(name, line[0], 100.0) for name, line in zip(("S0", "S1", ALL), lines, strict=True)]
    columns = (SETTING, CHILDREN, MEAN)
    (table,) = one(typed("means", columns, rows, support=rests("mean", *lines), whole=("setting",)), national=True)
    # Were 24 and 25 known from their sums and means, 1 would be too.
    assert written(table, "mean").count("[c]") >= 2
    assert "[c]" in written(table, "children")


# -- symbols, and what is returned ------------------------------------------------------------------------------------


def marked(symbols: Mapping[str, Sequence[str | None]]) -> Table:
    return typed(
        "marked",
        (SETTING, CHILDREN, MEAN, Column("says", "Says", Unit.TEXT)),
        [("S0", 3, 100.0, "a"), ("S1", 40, 100.0, None), ("S2", 40, None, "c"), ("S3", 40, None, "d")],
        support=rests("mean", (3, 3, 0.5), (40, 3, 0.1), (None, None, None), (None, None, None)),
        symbols=pl.DataFrame(symbols, schema=dict.fromkeys(symbols, pl.String)),
    )


def test_symbols_stand_in_place_of_figures_and_u_beside_them() -> None:
    (table,) = one(marked({"children": [None, "u", "u", None], "mean": ["u", "u", "z", None]}))
    assert written(table, "children") == ["[c]", "40 [u]", "40 [u]", "40"]
    assert written(table, "mean") == ["[c]", "£100 [u]", "[z]", "[x]"]
    assert table.symbols.to_dict(as_series=False) == {
        "children": ["c", "u", "u", None],
        "mean": ["c", "u", "z", "x"],
    }


def test_without_symbols_of_its_own_a_table_has_those_of_what_is_withheld() -> None:
    (table,) = one(marked({}))
    assert table.symbols["mean"].to_list() == ["c", None, "x", "x"]


def test_nothing_withheld_is_left_anywhere() -> None:
    before = marked({})
    says = (Sentence("{} children cost {}.", (Cell("marked", 0, "children"), Cell("marked", 0, "mean"))),)
    (after,) = controlled([section(before, says=says, cannot=("It cannot.",))])
    table = after.tables[0]
    assert after.says[0].filled({"marked": table}) == "[c] children cost [c]."
    assert after.cannot == ("It cannot.",)
    assert (table.id, table.title, table.columns) == (before.id, before.title, before.columns)
    assert table.frame.schema == before.frame.schema
    assert table.frame.row(0) == ("S0", None, None, "a")
    assert table.support.is_empty()
    assert before.frame.row(0) == ("S0", 3, 100.0, "a")


def test_no_tables_need_nothing() -> None:
    assert controlled([]) == ()
    assert controlled([section(cannot=("Nothing.",))]) == (section(cannot=("Nothing.",)),)


def test_an_empty_table_stays() -> None:
    (table,) = one(typed("empty", (SETTING, CHILDREN, MEAN), [], whole=("setting",)))
    assert table.frame.height == 0
    assert table.symbols.columns == ["children", "mean"]
