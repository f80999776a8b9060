"""Typed columns, such as those of a database, as the text that a layout's own files would hold."""

from __future__ import annotations

import polars as pl

from banding.caseload.layout_model import Layout, LayoutField, folds
from banding.caseload.layout_names import columns_of

_WORDS_OF_TRUTH = (("true", "false"), ("yes", "no"))


def as_text(frame: pl.DataFrame, layout: Layout) -> dict[str, pl.Series]:
    """By path of the layout's fields the columns that they read, each as text in its field's form; null stays null.

    Dates and date-times are written as the field's dates are, a date-time in a field of dates by its day; truths in a
    field of codes in the words of its list (yes and no); whole floats without a point, others with every digit.
    """
    found = columns_of(frame.columns, layout)
    return {field.path: _text(frame[name], field, layout) for field in layout.fields for name in found[field.path]}


def _text(column: pl.Series, field: LayoutField, layout: Layout) -> pl.Series:
    if field.type == "date" and isinstance(column.dtype, pl.Date | pl.Datetime):
        day_first = field.format == "dd/mm/yyyy"
        return column.dt.to_string("%d/%m/%Y" if day_first else "%Y-%m-%d")
    text = column.cast(pl.String)
    if column.dtype.is_float():
        return text.str.replace(r"\.0$", "")
    if column.dtype == pl.Boolean and field.type == "code":
        forms = layout.forms[field.codes or ""]
        words = next((pair for pair in _WORDS_OF_TRUTH if {*folds(pair)} <= forms.keys()), _WORDS_OF_TRUTH[0])
        return text.replace({"true": words[0], "false": words[1]})
    return text
