"""A profile that shows something: what the reference scorer makes of it, how it reads, and how it stands in a file."""

from __future__ import annotations

import csv
import datetime as dt
import io
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal

from banding.engine.reference import NOT_ASKED, Child, Fact
from banding.engine.reference_score import Scorer
from banding.pack.meaning import Pack
from banding.vocabulary import Type


@dataclass(frozen=True, slots=True)
class Profile:
    """Ratings as they are given (None unanswered, -1 not asked; all items) and the facts that are known."""

    ratings: Mapping[str, int | None]
    facts: Mapping[str, Fact]

    def said(self, pack: Pack) -> dict[str, str]:
        """The known facts as a caseload's file writes them."""
        return {name: _shown(pack, name, value) for name, value in self.facts.items()}

    def scorer(self, pack: Pack, on: dt.date) -> Scorer:
        """The reference scorer's way of this profile."""
        return Scorer(pack, Child(pack, self.ratings, self.facts, on))

    def words(self, pack: Pack) -> str:
        """`Self-harm (self_harm) 3, ...; every other need and strength 0; age 10`: as a rater would say it."""
        child = Child(pack, self.ratings, self.facts, pack.header.from_)
        said = []
        for name, item in pack.items.items():
            rating = self.ratings[name]
            if rating == NOT_ASKED:
                said.append(f"{item.label} ({name}) not asked")
            elif child.asked(name) and rating is None:
                said.append(f"{item.label} ({name}) unanswered")
            elif child.asked(name) and child.rating(name):
                said.append(f"{item.label} ({name}) {rating}")
        turned = any(item.reversed for item in pack.items.values())
        rest = "every other item at its least" if turned else "every other item 0" if said else "every item 0"
        facts = [f"{name} {value}" for name, value in self.said(pack).items()]
        return "; ".join([*([", ".join(said)] if said else []), rest, *([", ".join(facts)] if facts else [])])


def _shown(pack: Pack, name: str, value: Fact) -> str:
    """A fact as a caseload's file writes it."""
    if isinstance(value, bool):
        return "yes" if value else "no"
    return f"{value:.2f}" if pack.facts[name].type is Type.MONEY and isinstance(value, Decimal) else str(value)


def as_csv(pack: Pack, profiles: Iterable[tuple[str, Profile]]) -> str:
    """Profiles as a caseload that `explain` and `score` read: a row each under its child_id."""
    named = list(profiles)
    facts = list(dict.fromkeys(fact for _, profile in named for fact in profile.facts))
    text = io.StringIO()
    rows = csv.writer(text, lineterminator="\n")
    rows.writerow(["child_id", *pack.items, *facts])
    for name, profile in named:
        ratings = ["not_asked" if rating == NOT_ASKED else rating for rating in profile.ratings.values()]
        known = profile.said(pack)
        rows.writerow([name, *ratings, *(known.get(fact) for fact in facts)])
    return text.getvalue()
