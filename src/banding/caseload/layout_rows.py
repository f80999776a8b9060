"""Rows that a layout leaves out, because they are of no child in care: counted and said, never scored."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import polars as pl

from banding.caseload import layout_cells, tables
from banding.caseload.layout_model import Layout
from banding.caseload.layout_names import columns_of
from banding.caseload.tables import Table
from banding.errors import CaseloadError, Finding


def of_children(table: Table, layout: Layout, file: str) -> tuple[Table, int]:
    """The table without the rows that the layout leaves out, a note for each reason, and how many they are.

    A blank or unknown answer leaves no row out. Raises CaseloadError where no row is left.
    """
    found = list(_left_out(table, layout))
    if not found:
        return table, 0
    out = pl.select(pl.any_horizontal(*(rows for _, _, rows in found))).to_series()
    if out.all():
        message = f"Every row is left out: {'; '.join(reason for _, reason, _ in found)}."
        raise CaseloadError(Finding("empty-file", file, "", message, "Check that this is the right file."))
    said = [
        Finding("rows-left-out", file, f"column {path}", tables.left_out_of(table.lines.filter(rows), reason), "",
                "note", path=path)
        for path, reason, rows in found
    ]  # fmt: skip
    kept = (~out).arg_true()
    places = dict(zip(kept, range(len(kept)), strict=True))
    others = [one for one in table.findings if one.index is None or one.index in places]
    moved = [one if one.index is None else replace(one, index=places[one.index]) for one in others]
    return Table(table.frame[kept], table.lines.gather(kept), (*said, *moved)), int(out.sum())


def _left_out(table: Table, layout: Layout) -> Iterator[tuple[str, str, pl.Series]]:
    """For each field that leaves rows out, and each reason: its path, the reason, and which rows."""
    fields = [field for field in layout.fields if field.leaves_out]
    held = columns_of(table.frame.columns, layout) if fields else {}
    for field in fields:
        if len(held[field.path]) == 1:
            cells = layout_cells.read(field, table.frame[held[field.path][0]].cast(pl.String), layout).value
            for code, reason in field.leaves_out.items():
                if (rows := (cells == code).fill_null(value=False)).any():
                    yield field.path, reason, rows
