"""Whether a profile is in date: its age beside the days for which a pack lets it stand."""

from __future__ import annotations

from banding.pack import tree
from banding.vocabulary import Type

AGE = "profile_age_days"


def in_date(days: tree.Node) -> tree.Node:
    """The truth that a profile is no older than so many days.

    Where the days hang on a condition that is unknown, a profile that is in date either way is in date.
    """
    if not isinstance(days, tree.If):
        return tree.Compare("<=", tree.FactRef(AGE, Type.NUMBER), days)
    then, otherwise = in_date(days.then), in_date(days.otherwise)
    ways = ((days.test, then), (tree.Not(days.test), otherwise), (then, otherwise))
    return tree.Junction("or", tuple(tree.Junction("and", way) for way in ways))
