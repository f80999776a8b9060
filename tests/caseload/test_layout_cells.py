"""One cell at a time: what each declared type takes, what it makes of it, and what it refuses."""

from __future__ import annotations

import datetime as dt
import random
from decimal import Decimal
from typing import Any

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from banding.caseload import layout, layout_cells
from banding.caseload.layout_mistakes import mistakes
from banding.caseload.layout_model import Layout


def small(*fields: dict[str, Any], top: int | None = None, **tables: Any) -> Layout:
    """A layout of a child id and the given fields."""
    heading = {"id": "small", "title": "small", "format": "csv", "source": "a test", "identified_by": ["child"],
               "currency": "GBP", "cost_period": "week", **({"top": top} if top else {})}  # fmt: skip
    child = {"column": "child", "type": "text", "to": "child_id", "required": True}
    made = Layout.model_validate({"layout": heading, "field": [child, *fields], **tables})
    assert list(mistakes(made)) == []
    return made


def column(declared: dict[str, Any], cells: list[str | None], **tables: Any) -> tuple[list[Any], list[str | None]]:
    """The values a field gives for some cells, and for each cell the code of its finding."""
    name = declared["column"]
    made = small(declared, **tables)
    raw = pl.DataFrame({"child": [str(n) for n in range(len(cells))], name: pl.Series(cells, dtype=pl.String)})
    frame, findings = layout.apply(raw, made, "x.csv")
    codes: list[str | None] = [None] * len(cells)
    for one in findings:
        if one.index is not None:
            codes[one.index] = one.code
    return frame[declared["to"]].to_list() if declared.get("to") else [], codes


def test_less_and_more_than_five_days_are_told_apart() -> None:
    codes = {"yes": ["> 5 days"], "no": ["< 5 days"]}
    field = {"column": "a", "type": "code", "codes": "c", "to": "item", "scale": {"yes": 1, "no": 0}}
    assert column(field, ["<5 Days", "> 5 days"], codes={"c": codes}) == ([0, 1], [None, None])


MONEY = {"column": "cost", "type": "money", "to": "weekly_cost", "low": Decimal(0)}


@settings(deadline=None, max_examples=50)
@given(st.lists(st.tuples(st.integers(0, 10**11), st.integers(0, 20))))
def test_money_is_exact_and_rounds_half_up(amounts: list[tuple[int, int]]) -> None:
    """Whole numbers and powers of ten alone say what the answer is: no decimal library to agree with."""
    digits = [f"{number:0{places + 1}d}" for number, places in amounts]
    written = [f"{d[: len(d) - p]}.{d[len(d) - p :]}" if p else d for d, (_, p) in zip(digits, amounts, strict=True)]
    values, codes = column(MONEY, list(written))
    assert codes == [None] * len(amounts)
    assert [int(value * 100) for value in values] == [(200 * n + 10**p) // (2 * 10**p) for n, p in amounts]


@pytest.mark.parametrize(
    ("cell", "value", "code"),
    [
        ("£1,250.50", "1250.50", None),
        ("£ 99", "99.00", None),
        ("1,234,567", "1234567.00", None),
        ("0.005", "0.01", None),
        ("0.0049999999999999999", "0.00", None),
        ("-0.00", "0.00", None),
        ("007", "7.00", None),
        (f"1.{'0' * 60}", "1.00", None),
        ("-0.001", None, "out-of-range"),
        ("-£5", None, "out-of-range"),
        ("9" * 13, None, "out-of-range"),
        ("9" * 99, None, "out-of-range"),
        (f"0.{'0' * 20}1", None, "bad-format"),
        ("1,25", None, "wrong-type"),
        ("12,34.00", None, "wrong-type"),
        ("(50)", None, "wrong-type"),
        ("1e3", None, "wrong-type"),
        ("NaN", None, "wrong-type"),
        ("inf", None, "wrong-type"),
        ("€10", None, "wrong-type"),
        ("10.", None, "wrong-type"),
        ("\u0661\u0662", None, "wrong-type"),
    ],
)
def test_how_money_may_be_written(cell: str, value: str | None, code: str | None) -> None:
    assert column(MONEY, [cell]) == ([Decimal(value) if value else None], [code])


@pytest.mark.parametrize(("cell", "value", "code"), [("3", 3, None), ("3.0", 3, None), ("-1", None, "out-of-range"),
    ("3.5", None, "wrong-type"), ("three", None, "wrong-type"), ("9" * 30, None, "out-of-range"),
    ("21", None, "out-of-range")])  # fmt: skip
def test_whole_numbers(cell: str, value: int | None, code: str | None) -> None:
    field = {"column": "n", "type": "integer", "to": "siblings_here", "low": 0, "high": 20}
    assert column(field, [cell]) == ([value], [code])


@pytest.mark.parametrize(("cell", "value", "code"), [("05/01/2026", dt.date(2026, 1, 5), None),
    ("5/1/2026", dt.date(2026, 1, 5), None), ("29/02/2024", dt.date(2024, 2, 29), None),
    ("29/02/2026", None, "bad-format"), ("01/13/2026", None, "bad-format"), ("2026-01-05", None, "bad-format"),
    ("05/01/26", None, "bad-format"), ("05/01/2026 00:00", None, "bad-format")])  # fmt: skip
def test_dates_are_of_the_declared_format_alone(cell: str, value: dt.date | None, code: str | None) -> None:
    field = {"column": "born", "type": "date", "to": "date_of_birth", "format": "dd/mm/yyyy"}
    assert column(field, [cell]) == ([value], [code])


@pytest.mark.parametrize(
    ("cell", "value", "code"),
    [
        ("05/01/2026", dt.date(2026, 1, 5), None),
        ("2026-01-05", dt.date(2026, 1, 5), None),
        ("01/13/2026", None, "bad-format"),
        ("2026/01/05", None, "bad-format"),
    ],
)
def test_dates_of_two_formats_that_cannot_be_confused(cell: str, value: dt.date | None, code: str | None) -> None:
    field = {"column": "born", "type": "date", "to": "date_of_birth", "format": "dd/mm/yyyy or yyyy-mm-dd"}
    assert column(field, [cell]) == ([value], [code])


def test_truths() -> None:
    field = {"column": "s", "type": "truth", "to": "solo"}
    assert column(field, ["TRUE", "false", None, "1"]) == ([True, False, None, None], [None, None, None, "wrong-type"])
    scaled = {"column": "s", "type": "truth", "to": "item", "scale": {"true": 2}, "unanswered": ["false"]}
    assert column(scaled, ["true", "false", "yes"]) == ([2, None, None], [None, None, "wrong-type"])


@pytest.mark.parametrize("most", [0, layout_cells.MOST_TOGETHER])
@pytest.mark.parametrize("name", layout.shipped())
def test_fields_read_together_are_those_read_alone(name: str, most: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(layout_cells, "MOST_TOGETHER", most)
    made, chance = layout.shipped()[name], random.Random(name)
    forms = [form for codes in made.codes.values() for code, others in codes.items() for form in (code, *others)]
    cells = [
        *forms,
        *"0123",
        "7",
        "N/A",
        "true",
        "100.50",
        "-3",
        "2026-04-01",
        "01/04/2026",
        "BS10",
        "x y",
        " ",
        "",
        None,
    ]
    raws = {field.path: pl.Series(chance.choices(cells, k=40), dtype=pl.String) for field in made.fields}
    for path, column in layout_cells.read_all(raws, made).items():
        alone = layout_cells.read(column.field, raws[path], made)
        assert column.field.path == path
        for ours, theirs in ((column.value, alone.value), (column.fault, alone.fault), (column.given, alone.given)):
            assert ours.dtype == theirs.dtype
            assert ours.to_list() == theirs.to_list()
    assert [*layout_cells.read_all(raws, made)] == [field.path for field in made.fields]


@pytest.mark.parametrize("most", [0, layout_cells.MOST_TOGETHER])
@given(st.lists(st.sampled_from([*"0123456789:/x ", None]), min_size=1), st.integers(1, 12))
def test_ratings_are_read_alone_as_beside_any_other_cell(most: int, cells: list[str | None], top: int) -> None:
    field = {"column": "r", "type": "rating", "to": "item"}
    values, codes = column(field, [*cells, "02"], top=top)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(layout_cells, "MOST_TOGETHER", most)
        assert column(field, cells, top=top) == (values[:-1], codes[:-1])
    told = {str(number): (number, None) if number <= top else (None, "out-of-range") for number in range(10)}
    wanted = [told.get(cell or "", (None, "value-not-allowed" if (cell or " ").strip() else None)) for cell in cells]
    assert list(zip(values, codes, strict=True))[:-1] == wanted


@pytest.mark.parametrize("order", ["abc", "cba"])
def test_what_opens_a_rating_may_be_opened_itself(order: str) -> None:
    opened = {"a": {}, "b": {"extension_of": "a"}, "c": {"extension_of": "b"}}
    made = small(*({"column": name, "type": "rating", "to": f"item_{name}", **opened[name]} for name in order), top=3)
    cells = {"child": ["1", "2", "3"], "a": ["0", "2", None], "b": None, "c": None}
    frame, _ = layout.apply(pl.DataFrame(cells, schema=dict.fromkeys(cells, pl.String)), made, "x.csv")
    assert frame.select("item_a", "item_b", "item_c").rows() == [(0, -1, -1), (2, None, None), (None, None, None)]
