"""[[bands.reach]]: bands that must be reached at each of some ages, by needs of some items alone."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence

from banding.checking.profile import Profile
from banding.checking.subject import Subject
from banding.engine.reference import Child, Fact
from banding.pack.meaning import Pack, Reach
from banding.pack.prices import ages_in_words

MONTHS_A_YEAR = 12
AGES = ("age", "age_months")


def ages_of(duty: Reach, subject: Subject) -> Sequence[int | None]:
    """The ages at which a duty holds; None: whatever the age, where it names none or the band reads none."""
    if duty.ages is None or not {*AGES} & {*subject.pack.read}:
        return (None,)
    return range(duty.ages[0], duty.ages[1] + 1)


def aged(profile: Profile, age: int, pack: Pack) -> Profile:
    """The profile at another age: what is not asked then is left blank, what is asked only then is at its least."""
    facts: dict[str, Fact] = {**profile.facts}
    for name, value in zip(AGES, (age, age * MONTHS_A_YEAR), strict=True):
        if name in pack.read:
            facts[name] = value
    child = Child(pack, {}, facts, pack.header.from_)
    ratings: dict[str, int | None] = {}
    for name, item in pack.items.items():
        least = item.top if item.reversed else 0
        given = profile.ratings[name]
        ratings[name] = None if not child.asked(name) else least if given is None else given
    return Profile(ratings, facts)


def unreached(duty: Reach, missed: Mapping[int, Sequence[int | None]], pack: Pack) -> str:
    """What is not reached, in words. missed: the ages at which each band, by its number, is not."""
    names = {band.number: name for name, band in pack.bands.items()}
    alike: dict[tuple[int | None, ...], list[str]] = defaultdict(list)
    for band, ages in missed.items():
        alike[tuple(ages)].append(names[band])
    parts = []
    for ages, bands in alike.items():
        known = [age for age in ages if age is not None]
        at = f" at {ages_in_words(known)}" if known else ""
        parts.append(f"{' and '.join(bands)}{at}")
    alone = "" if duty.only is None else f", by needs of {', '.join(duty.only)} alone"
    return f"No profile reaches {'; '.join(parts)}{alone}"
