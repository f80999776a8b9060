"""Two versions of a pack, or a pack and the one it extends: where the band may differ, and where it does not."""

from __future__ import annotations

from banding.checking.answers import Answer
from banding.checking.challenges import being_scored
from banding.checking.formulas import TooLarge, World
from banding.checking.questions import Question
from banding.checking.seen import Seen
from banding.checking.solver import Clock, Query, Undecided
from banding.checking.subject import Subject
from banding.checking.variables import Form, Truth, negated
from banding.pack.core import Node


def differs(later: Subject, earlier: Subject, clock: Clock) -> Answer:
    """Whether the band of every profile is the same in both, but for those that [[bands.changed]] of the later names.

    A profile is one that both can read: what one version alone asks is free, a rating off one's scale is none.
    """
    header = earlier.pack.header
    question = Question("band-differs", f"{header.id}@{header.version}", "rules", "[[bands.changed]]")
    try:
        found = _difference(later, earlier, clock)
    except (Undecided, TooLarge):
        return Answer(question, None)
    if found is None:
        return Answer(question, True)
    now, before = found
    if None in (now.band, before.band) or now.band == before.band:
        raise AssertionError(f"the reference scorer sees no difference from {question.about}")
    says = (
        f"The band is {now.band}, and {before.band} in {question.about}, where nothing says that it may differ. "
        f"The profile: {now.profile.words(later.pack)}"
    )
    return Answer(question, False, (now.profile, before.profile), says)


def _difference(later: Subject, earlier: Subject, clock: Clock) -> tuple[Seen, Seen] | None:
    form, common = Form(), [item for item in later.pack.items if item in earlier.pack.items]
    for item in common:
        form.cell(item, min(subject.pack.items[item].top for subject in (later, earlier)))
    for name in later.plan.choices:
        lists = [subject.plan.choices.get(name, ()) for subject in (later, earlier)]
        if name in earlier.plan.choices and lists[0] != lists[1]:
            form.codes[name] = tuple(dict.fromkeys((*lists[0], *lists[1])))
    apart = [item for item in common if later.pack.gates.get(item) != earlier.pack.gates.get(item)]
    now, before = (World(subject, form, apart=apart) for subject in (later, earlier))
    reads: list[list[Node]] = []
    conditions: list[Truth] = []
    for world in (now, before):
        nodes, truths = being_scored(world, whole=False)
        reads.append([*nodes, world.subject.band])
        conditions += truths
    for change in later.pack.changes:
        surely = later.plan.lower.truth(change.when).surely
        reads[0].append(surely)
        conditions.append(negated(now.truth(surely)))
    conditions.append(now.number(later.band) != before.number(earlier.band))
    found = Query(list(zip((now, before), reads, strict=True)), conditions, whole=False).find(clock)
    return None if found is None else (Seen.of(found.profile(now), later), Seen.of(found.profile(before), earlier))
