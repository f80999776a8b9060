"""Layouts from their TOML files: those that are shipped, a user's own, and one that says only how it differs from
another.
"""

from __future__ import annotations

import re
import tomllib
from decimal import Decimal
from functools import cache
from importlib import resources
from pathlib import Path

from pydantic import BaseModel, ValidationError

from banding.caseload.layout_mistakes import mistakes
from banding.caseload.layout_model import (
    Constant,
    Difference,
    Heading,
    Layout,
    LayoutField,
    LayoutObject,
    Refinement,
    Single,
    Sum,
)
from banding.errors import CaseloadError, Finding, did_you_mean

FOLDER = "layouts"


@cache
def _shipped() -> dict[str, Layout]:
    folder = resources.files("banding.caseload") / FOLDER
    files = sorted((file for file in folder.iterdir() if file.name.endswith(".toml")), key=lambda file: file.name)
    layouts = [_read(file.read_bytes(), f"{FOLDER}/{file.name}") for file in files]
    return {layout.id: layout for layout in layouts}


def shipped() -> dict[str, Layout]:
    """The layouts that come with the library, by id."""
    return dict(_shipped())


def named(name: str) -> Layout:
    """A layout by its id, or by the path of a .toml file. Raises CaseloadError where there is none."""
    known = _shipped()
    if name in known:
        return known[name]
    if Path(name).suffix == ".toml":
        return load(name)
    remedy = did_you_mean(name, known) or f"Layouts: {', '.join(known)}; or give a layout's .toml file."
    raise CaseloadError(Finding("no-such-layout", "", "", f'There is no layout called "{name}".', remedy))


def load(path: str | Path) -> Layout:
    """A user's own layout. Raises CaseloadError with all that is wrong: first its shape, then what it says."""
    try:
        content = Path(path).read_bytes()
    except OSError as error:
        says = f"The layout cannot be read: {error.strerror or 'unknown reason'}."
        raise CaseloadError(Finding("layout-unreadable", str(path), "", says, "Check the path.")) from None
    return _read(content, str(path))


def _read(content: bytes, file: str) -> Layout:
    try:
        document = tomllib.loads(content.decode("utf-8"), parse_float=Decimal)
    except UnicodeDecodeError:
        says = "The layout is not UTF-8 text."
        raise CaseloadError(Finding("layout-unreadable", file, "", says, "Save it as UTF-8.")) from None
    except tomllib.TOMLDecodeError as error:
        says = f"The layout is not TOML: {error}."
        raise CaseloadError(Finding("layout-unreadable", file, "", says, "Mend that line.")) from None
    heading = document.get("layout")
    kind: type[Difference | Layout] = Difference if isinstance(heading, dict) and "extends" in heading else Layout
    try:
        found = kind.model_validate(document)
    except ValidationError as error:
        raise CaseloadError([_shape(one["loc"], one["msg"], one["type"], file) for one in error.errors()]) from None
    if isinstance(found, Layout):
        layout = found
        wrong = [Finding("layout-mistake", file, *mistake) for mistake in mistakes(layout)]
    else:
        layout = _extended(found, file)
        # Its fields stand among those of the layout that it extends, so that their numbers say nothing to its author.
        wrong = [
            Finding("layout-mistake", file, re.sub(r"^(\[\[field\]\]) [0-9]+", r"\1", place), message, remedy)
            for place, message, remedy in mistakes(layout)
        ]
    if wrong:
        raise CaseloadError(wrong)
    return layout


def _extended(own: Difference, file: str) -> Layout:
    """The layout that `own` extends, with what differs: keys, code lists and fields by name; of the other tables all,
    where it has any."""
    place = "[layout] extends"
    source = resources.files("banding.caseload") / FOLDER / f"{own.heading.extends}.toml"
    if not source.is_file():
        known = [name.name.removesuffix(".toml") for name in (resources.files("banding.caseload") / FOLDER).iterdir()]
        remedy = did_you_mean(own.heading.extends, known) or f"Layouts: {', '.join(sorted(known))}."
        raise CaseloadError(Finding("layout-mistake", file, place, "There is no such shipped layout.", remedy))
    base = tomllib.loads(source.read_text(encoding="utf-8"), parse_float=Decimal)
    if "extends" in base["layout"]:
        raise CaseloadError(Finding("layout-mistake", file, place, "It extends another itself.", "Extend that one."))
    layout = Layout.model_validate(base)
    paths = [field.path for field in layout.fields]
    if strange := [name for name in own.heading.without if name not in paths]:
        found = [
            Finding("layout-mistake", file, "[layout] without", f"It has no {name}.", did_you_mean(name, paths))
            for name in strange
        ]
        raise CaseloadError(found)
    changed = {field.path: field for field in own.fields}
    fields = [changed.pop(field.path, field) for field in layout.fields if field.path not in own.heading.without]
    given = {key: getattr(own.heading, key) for key in own.heading.model_fields_set - {"extends", "without"}}
    whole = own.model_fields_set & {"objects", "singles", "refinements", "constants", "sums"}
    tables = {key: getattr(own, key) for key in whole}
    return layout.model_copy(
        update={
            "heading": layout.heading.model_copy(update=given),
            "codes": {**layout.codes, **own.codes},
            "fields": (*fields, *changed.values()),
            **tables,
        }
    )


_TABLES: dict[str, type[BaseModel]] = {
    "layout": Heading, "object": LayoutObject, "field": LayoutField, "single": Single,
    "refinement": Refinement, "constant": Constant, "sum": Sum,
}  # fmt: skip


def _shape(loc: tuple[int | str, ...], message: str, kind: str, file: str) -> Finding:
    """One of pydantic's findings as ours; `loc` is the table, the row in it where it has rows, then keys."""
    table, *keys = loc
    number = keys.pop(0) if keys and isinstance(keys[0], int) else None
    where = f"[{table}]" if number is None else f"[[{table}]] {int(number) + 1}"
    where = " ".join([where, ".".join(map(str, keys))]).rstrip()
    if kind != "extra_forbidden":
        return Finding("layout-mistake", file, where, f"{message.removeprefix('Value error, ')}.")
    known = [*_TABLES[str(table)].model_fields, "column"] if keys else [*_TABLES, "codes"]
    return Finding("layout-mistake", file, where, "There is no such key.", did_you_mean(str(loc[-1]), known))
