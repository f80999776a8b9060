"""Rows of text files are counted by their signs: what is called even is even to Python's reader too."""

from __future__ import annotations

import csv
import io

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from banding.caseload import text
from banding.caseload.limits import Limits
from banding.errors import CaseloadError

HEADER = "child_id,fire,self_harm\n"
PIECES = ("a", ",", ",", "a,b,c\n", "a,b,c\r\n", ",,\n", "\n", " ", '"', '"b"', '"b,c"', '"a\n"', '""', "\r", "\t", "é")


def even(content: str, block: int) -> bool:
    """Whether the rows are called even, looked at in blocks of about so many bytes."""
    header = text._Header(HEADER.strip().split(","), 0, title=False, offset=0, separator=",")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(text, "_BLOCK", block)
        return text._all_even(content.encode(), header, "x.csv", Limits())


@given(st.lists(st.sampled_from(PIECES), max_size=12).map("".join), st.integers(1, 40))
@example('a,b,c\n"a","b","c"\n', 1)
@example("a,b\nc,a,b,c\n", 40)
def test_what_is_called_even_is_even_to_pythons_reader(rows: str, block: int) -> None:
    if not even(HEADER + rows, block):
        return
    reader = csv.reader(io.StringIO(HEADER + rows, newline="\n"), strict=True)
    assert all(len(cells) == 3 or not any(cell.strip() for cell in cells) for cells in reader)


@pytest.mark.parametrize("end", ["\n", "\r\n"])
@pytest.mark.parametrize("more", ["", "\n", " , ,\n", 'a,"b, c",d\n', "a,b,c"])
def test_a_plain_table_is_called_even_wherever_its_blocks_end(end: str, more: str) -> None:
    content = (HEADER + "a,1,\n" * 9 + more).replace("\n", end)
    assert all(even(content, block) for block in range(1, len(content) + 1))


@pytest.mark.parametrize("row", ["a,1", "a,1,2,", "a,1,2,3", 'a,"1', 'a,1,"2"3', "a,1\r,2"])
def test_a_row_that_is_odd_is_found_in_every_block(row: str) -> None:
    for before in range(9):
        content = HEADER + "a,1,2\n" * before + f"{row}\n" + "a,1,2\n" * (8 - before)
        assert not any(even(content, block) for block in range(1, len(content) + 1))


def test_a_line_is_long_by_its_bytes_wherever_it_stands() -> None:
    for before in range(5):
        for length in range(1, 12):
            content = b"ab\n" * before + b"x" * length + b"\n" + b"ab\n" * 3
            assert text._long_line(content, 6) == (before * 3 if length > 6 else None)
    assert text._long_line(b"ab\n" + b"x" * 6, 6) is None
    assert text._long_line(b"ab\n" + b"x" * 7, 6) == 3


def test_a_cell_beyond_the_limit_is_refused_with_its_row() -> None:
    content = (HEADER + "a,1,2\n" * 3 + f"a,{'x' * 50},2\n").encode()
    limits = Limits().changed(["cell_characters=40"])
    with pytest.raises(CaseloadError, match=r"x.csv row 5: A cell of the row is too long"):
        text.read(content, "x.csv", lambda names: "child_id" in names, limits)


def test_a_row_in_quotes_of_thousands_of_columns_is_read() -> None:
    names = ["child_id", *(f"c{place}" for place in range(3_000))]
    row = ",".join(['"a, b"'] * len(names))
    content = f"{','.join(names)}\n{row}\n".encode()
    found = text.read(content, "x.csv", lambda cells: "child_id" in cells, Limits())
    assert (found.frame.width, found.frame.row(0)[-1]) == (3_001, "a, b")
