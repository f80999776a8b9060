"""What a layout says that is well formed and cannot be meant: a code list that is not there, a scale with a hole in it,
a column that the vocabulary does not know, a spelling that stands for two columns.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Mapping

import polars as pl

from banding.caseload.layout_model import (
    BESIDE_FACTS,
    CHILD_ID,
    TRUTHS,
    YEAR_TO_DATE,
    Gives,
    Layout,
    LayoutField,
    Text,
    Texts,
    folds,
    parent,
)
from banding.caseload.layout_names import words_of
from banding.errors import did_you_mean
from banding.vocabulary import FACTS, Type

Mistake = tuple[str, str, str]  # place, message, remedy

OURS: dict[Type, Gives] = {
    Type.NUMBER: "number", Type.MONEY: "money", Type.TRUTH: "truth", Type.CHOICE: "text", Type.DATE: "date",
}  # fmt: skip


def mistakes(layout: Layout) -> Iterator[Mistake]:
    """What the layout says that cannot be meant; nothing where it is sound."""
    yield from _names(layout)
    yield from _spellings(layout)
    yield from _words(layout)
    yield from _accrued(layout)
    for name, codes in layout.codes.items():
        yield from _code_list(name, codes)
    for number, field in enumerate(layout.fields, 1):
        place = f"[[field]] {number} ({field.path})"
        for check in (_allowed, _codes, _left_out, _scale, _limits, _belongs, _ratings):
            yield from ((f"{place}, {key}", message, remedy) for key, message, remedy in check(layout, field))
        if field.to:
            yield from ((f"{place}, to", message, remedy) for message, remedy in _fits(field.to, field.gives))
    yield from _together(layout)


def _names(layout: Layout) -> Iterator[Mistake]:
    paths = Counter(field.path if layout.is_json else field.path.strip().casefold() for field in layout.fields)
    for path in (path for path, times in paths.items() if times > 1):
        yield "[[field]]", f"{path} is declared more than once.", "Keep one."
    ours = [field.to for field in layout.fields if field.to]
    ours += [*(single.to for single in layout.singles), *(constant.to for constant in layout.constants)]
    ours += ["cost_from", "cost_to"] if layout.heading.accrued is not None else []
    for name in (name for name, times in Counter(ours).items() if times > 1):
        yield "to", f"{name} is filled more than once.", "Leave it in one place."
    if not any(f.to == CHILD_ID and f.type == "text" and f.required for f in layout.fields):
        yield "[[field]]", f"No required text field goes to {CHILD_ID}; every layout needs one.", "Declare it."
    known = {name for field in layout.fields for name in field.spellings if not layout.is_json}
    known |= {field.path for field in layout.fields if parent(field.path) == ""}
    known |= {name for part in layout.objects if layout.is_json for name in (part.path, *part.also)}
    for name in layout.heading.identified_by:
        if name not in known:
            yield "[layout] identified_by", f"{name} is not declared below.", did_you_mean(name, known) or "Declare it."


def _spellings(layout: Layout) -> Iterator[Mistake]:
    """A spelling of a csv column must stand for one column."""
    if layout.is_json:
        return
    pairs = [(f"[[field]] ({field.path})", field.path, spelt) for field in layout.fields for spelt in field.spellings]
    pairs += [("[layout] not_read", spelt, spelt) for spelt in layout.heading.not_read]
    meant: dict[str, str] = {}
    for (place, path, spelt), folded in zip(pairs, folds(spelt for *_, spelt in pairs), strict=True):
        other = meant.setdefault(folded, path)
        if not folded:
            yield place, "A name has neither letter nor digit.", "Give it one, or delete it."
        elif other.strip().casefold() != path.strip().casefold():
            says = f"{spelt} also stands for {other}; case, spaces and punctuation do not count."
            yield place, says, "Leave it with one of them."


def _words(layout: Layout) -> Iterator[Mistake]:
    """The words of a field must not all be words of another: its columns could then be either."""
    wanted = {field.path: words_of(" ".join(field.words)) for field in layout.fields if field.words}
    for path, words in wanted.items():
        for other, more in wanted.items():
            if other != path and words <= more:
                says = f"A column with the words of {other} has those of {path} too."
                yield f"[[field]] ({path}), words", says, "Add a word that tells them apart."
        if not words:
            yield f"[[field]] ({path}), words", "A word has neither letter nor digit.", "Give it one, or delete it."


def _accrued(layout: Layout) -> Iterator[Mistake]:
    """Sums of a year to date need the fields that say over which days they ran up, and nothing else does."""
    accrued, place = layout.heading.accrued, "[layout] accrued"
    if (accrued is not None) != (layout.heading.cost_period == YEAR_TO_DATE):
        yield place, f'It goes with cost_period = "{YEAR_TO_DATE}", and that with it.', "Give both or neither."
    if accrued is None:
        return
    dates = [field.path for field in layout.fields if field.type == "date"]
    for path in (accrued.first, accrued.last, accrued.until):
        if path not in dates:
            yield place, f"{path} is not a date field.", did_you_mean(path, dates)


def _code_list(name: str, codes: dict[Text, Texts]) -> Iterator[Mistake]:
    meant: dict[str, str] = {}
    for code, forms in codes.items():
        for form in (code, *forms):
            folded = folds([form])[0]
            if not folded:
                yield f"[codes.{name}] {code}", "A form has neither letter nor digit.", "Give it one, or delete it."
            elif meant.setdefault(folded, code) != code:
                yield f"[codes.{name}] {code}", f"{form} also stands for {meant[folded]}.", "Leave it with one of them."


def _allowed(layout: Layout, field: LayoutField) -> Iterator[Mistake]:
    homes = {
        "codes": ("code", "codes"), "open": ("code",), "leaves_out": ("code",),
        "scale": ("code", "truth"), "unanswered": ("code", "truth"), "pattern": ("text",),
        "low": ("integer", "money"), "high": ("integer", "money"), "format": ("date",),
        "not_applicable": ("rating",), "extension_of": ("rating",),
    }  # fmt: skip
    for key, types in homes.items():
        if key in field.model_fields_set and field.type not in types:
            yield key, f"It has no meaning for type {field.type}; it is for {' and '.join(types)}.", "Delete it."
    if field.type == "date" and field.format is None:
        yield "format", "A date needs its format: yyyy-mm-dd or dd/mm/yyyy.", "Add it."
    if field.type == "codes" and field.to:
        yield "to", "A list of codes is checked, not carried.", "Delete it."
    if field.type == "money" and None in (layout.heading.currency, layout.heading.cost_period):
        yield "type", "Money needs currency and cost_period under [layout].", 'Add them, such as "GBP" and "week".'


def _codes(layout: Layout, field: LayoutField) -> Iterator[Mistake]:
    if field.type in ("code", "codes") and field.codes is None:
        yield "codes", f"Type {field.type} needs the name of a code list.", "Add it."
    elif field.codes is not None and not layout.codes.get(field.codes):
        yield "codes", f"There is no [codes.{field.codes}] with codes in it.", did_you_mean(field.codes, layout.codes)


def _left_out(layout: Layout, field: LayoutField) -> Iterator[Mistake]:
    codes = layout.codes.get(field.codes or "", {})
    for code in (code for code in field.leaves_out if codes and code not in codes):
        yield "leaves_out", f"{code} is not one of the codes.", did_you_mean(code, codes)


def _scale(layout: Layout, field: LayoutField) -> Iterator[Mistake]:
    codes = set(TRUTHS) if field.type == "truth" else set(layout.codes.get(field.codes or "", ()))
    given = [*field.scale, *field.unanswered]
    if not given or not codes:
        return
    for code in sorted(set(given) - codes):
        yield "scale", f"{code} is not one of the codes.", did_you_mean(code, codes)
    for code in sorted(codes - set(given)):
        yield "scale", f"{code} has no value.", "Give it one, or list it under unanswered."
    if len(given) != len(set(given)):
        yield "unanswered", "A code has a value and is unanswered too.", "Choose one."
    if len({type(value) for value in field.scale.values()}) != 1:
        yield "scale", "Its values are not all of one kind: whole numbers, true and false, or text.", "Use one kind."


def _limits(_: Layout, field: LayoutField) -> Iterator[Mistake]:
    if field.low is not None and field.high is not None and field.low > field.high:
        yield "low", "low is above high.", "Exchange them."
    if field.pattern is not None:
        try:
            re.compile(field.pattern)
            pl.Series([""]).str.contains(field.pattern)
        except (re.error, pl.exceptions.ComputeError):
            yield "pattern", "It is not a pattern that can be matched (no look-around, no back-references).", "Mend it."


def _belongs(layout: Layout, field: LayoutField) -> Iterator[Mistake]:
    for key in ("object", "separator", "may_be_absent", "also", "words", "leaves_out"):
        if layout.is_json and key in field.model_fields_set:
            yield key, "It is for csv.", "Delete it."
    name, known = layout.object_of(field), [part.path for part in layout.objects]
    if name is not None and name not in known:
        yield "object", f"There is no [[object]] {name}.", did_you_mean(name, known) or "Declare it."


def _ratings(layout: Layout, field: LayoutField) -> Iterator[Mistake]:
    if field.type != "rating":
        return
    if layout.heading.top is None:
        yield "type", "A rating needs top, the highest one, under [layout].", "Add it, such as 3."
    if layout.is_json:
        yield "type", "It is for csv.", "Use integer, with low and high."
    if layout.is_item(field) and field.to:
        yield "to", "An instrument's item has the name of its column.", "Delete it."
    openers = [other.path for other in layout.fields if other.type == "rating" and other.path != field.path]
    if field.extension_of is not None and field.extension_of not in openers:
        says = f"{field.extension_of} is not another rating field."
        yield "extension_of", says, did_you_mean(field.extension_of, openers)


def _fits(name: str, gives: Gives) -> Iterator[tuple[str, str]]:
    expected = OURS[FACTS[name].type] if name in FACTS else BESIDE_FACTS.get(name)
    if expected is not None and expected != gives:
        yield f"{name} holds {expected}, the field gives {gives}.", "Change the type or the scale."
    elif expected is None and gives != "number":
        yield f"{name} is not a fact, and an item holds whole numbers, not {gives}.", did_you_mean(name, FACTS)


def _choices(name: str, values: set[str]) -> Iterator[str]:
    if name in FACTS and FACTS[name].choices:
        yield from sorted(values - set(FACTS[name].choices))


def _together(layout: Layout) -> Iterator[Mistake]:
    fields = {field.path: field for field in layout.fields}
    for field in layout.fields:
        for value in _choices(field.to or "", {v for v in field.scale.values() if isinstance(v, str)}):
            yield f"[[field]] ({field.path}), scale", f"{value} is not a choice of {field.to}.", "Use one that is."
    for part in layout.objects:
        if not layout.is_json and (part.required or part.also):
            yield f"[[object]] ({part.path})", "required and also are for json.", "Delete them."
        if layout.is_json and (up := parent(part.path)) and up not in [other.path for other in layout.objects]:
            yield f"[[object]] ({part.path})", f"There is no [[object]] {up}.", "Declare it."
    for single in layout.singles:
        place = f"[[single]] ({single.to})"
        for path in single.among.values():
            source = fields.get(path)
            if source is None or source.type != "code" or source.to:
                yield place, f"{path} is not a code field without `to`.", _unless_known(path, fields)
            elif single.code not in layout.codes.get(source.codes or "", ()):
                yield place, f"{single.code} is not a code of {path}.", ""
        yield from ((place, *mistake) for mistake in _fits(single.to, "text"))
        yield from ((place, f"{value} is not a choice.", "") for value in _choices(single.to, set(single.among)))
    yield from _refined(layout, fields)
    for constant in layout.constants:
        place = f"[[constant]] ({constant.to})"
        if constant.beside not in {field.to for field in layout.fields}:
            yield place, f"No field goes to {constant.beside}.", ""
        yield from ((place, *mistake) for mistake in _fits(constant.to, "text"))
        yield from ((place, f"{value} is not a choice.", "") for value in _choices(constant.to, {constant.value}))
    for total in layout.sums:
        for path in (total.total, *total.parts):
            if path not in fields or fields[path].type != "money":
                yield f"[[sum]] ({total.total})", f"{path} is not a money field.", _unless_known(path, fields)


def _refined(layout: Layout, fields: Mapping[str, LayoutField]) -> Iterator[Mistake]:
    for one in layout.refinements:
        place = f"[[refinement]] ({one.to})"
        for path, held in ((one.field, one.codes), (one.by, tuple(one.scale))):
            codes = layout.codes.get(fields[path].codes or "", {}) if path in fields else {}
            if not codes or fields[path].type != "code":
                yield place, f"{path} is not a code field.", _unless_known(path, fields)
            else:
                for code in (code for code in held if code not in codes):
                    yield place, f"{code} is not a code of {path}.", did_you_mean(code, codes)
        if one.field in fields and (fields[one.field].to != one.to or {*one.codes} & {*fields[one.field].scale}):
            yield place, f"{one.field} does not fill {one.to}, or has a value for one of these codes.", "Leave one out."
        yield from ((place, *mistake) for mistake in _fits(one.to, "text"))
        yield from ((place, f"{value} is not a choice.", "") for value in _choices(one.to, set(one.scale.values())))


def _unless_known(path: str, fields: Mapping[str, LayoutField]) -> str:
    return "" if path in fields else did_you_mean(path, fields)
