"""Which columns of a file a layout's fields are: by their spellings, else by the words in the columns' titles."""

from __future__ import annotations

import re
from collections.abc import Iterable

from banding.caseload.layout_model import Layout, folds


def title_of(name: str) -> str:
    """A column's name without what explains it: what stands in brackets, and all after its first line or question."""
    line = re.split(r"\n|(?<=\?)\s", name.strip(), maxsplit=1)[0]
    return re.sub(r"\([^()]*\)", " ", line)


def words_of(name: str) -> frozenset[str]:
    """The words of a column's name; case and punctuation do not count."""
    return frozenset(re.findall(r"[^\W_]+", name.casefold()))


def columns_of(columns: Iterable[str], layout: Layout) -> dict[str, list[str]]:
    """csv: for each field's path the columns that could be its; none where the file lacks it.

    More than one, or one column for two fields, can only be told apart by a person.
    """
    names = list(columns)
    held: dict[str, list[str]] = {}
    for column, folded in zip(names, folds(names), strict=True):
        held.setdefault(folded, []).append(column)
    known = {spelling for spelt in layout.spelt.values() for spelling in spelt} | {*folds(layout.heading.not_read)}
    strangers = [column for name, same in held.items() if name not in known for column in same]
    by_words = any(field.words for field in layout.fields)
    loose = {column: words_of(title_of(column)) for column in strangers} if by_words else {}
    found: dict[str, list[str]] = {}
    for field in layout.fields:
        found[field.path] = [column for spelling in layout.spelt[field.path] for column in held.get(spelling, [])]
        if field.words and not found[field.path]:
            wanted = words_of(" ".join(field.words))
            found[field.path] = [column for column, words in loose.items() if wanted <= words]
    return found
