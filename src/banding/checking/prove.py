"""Every question about a pack answered for all profiles: by bounds where they decide, else by the solver.

A profile that answers a question is shown to the reference scorer before it is told of: what is reported as refuted, or
as reached, is so in `explain` too.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence

from banding.checking.answers import NONE, Answer
from banding.checking.bounds import Bounds
from banding.checking.challenges import Challenge, Challenges
from banding.checking.duties import aged, ages_of, unreached
from banding.checking.formulas import TooLarge, World
from banding.checking.profile import Profile
from banding.checking.questions import Question, questions
from banding.checking.seen import Seen, said, shows
from banding.checking.solver import Clock, Undecided
from banding.checking.subject import Subject
from banding.checking.variables import Form

# Questions of which one profile refutes; the others ask for one that is an example.
FOR_ALL = ("need-lowers-band", "strength-raises-band", "rule-not-kept", "range-not-exact")
# Questions whose example is told: the smallest.
SMALLEST = ("band-unreachable", "line-never-reached", "rule-never-matters")
# What any profile may answer, so that those seen already are asked first.
BY_ANY = ("never-holds", "always-holds")
MOST_SEEN = 40


def prove(subject: Subject, seconds: float) -> Iterator[Answer]:
    """An answer to every question about one pack, as they come.

    seconds  for all questions together; what is not decided then stays open.
    """
    prover = Prover(subject, Clock(seconds))
    for question in questions(subject):
        yield prover.answer(question)


class Prover:
    """Answers questions about one pack. The profiles it finds it keeps, for questions that any profile may answer."""

    def __init__(self, subject: Subject, clock: Clock) -> None:
        self.subject, self.clock = subject, clock
        self.world = World(subject, Form())
        self.bounds, self.challenges = Bounds(subject), Challenges(subject, self.world)
        self._seen: list[Seen] = []

    def answer(self, question: Question) -> Answer:
        """The answer to one question; open where neither bounds nor the solver decide it in time."""
        at_once = self.bounds.answer(question)
        if at_once is False:
            return Answer(question, False, says=self.bounds.why(question))
        try:
            if question.code in FOR_ALL:
                return Answer(question, True) if at_once else self._for_all(question)
            return self._duty(question) if question.code == "reach-fails" else self._some(question)
        except (Undecided, TooLarge):
            return Answer(question, at_once)

    # -- one profile, or none -----------------------------------------------------------------------------------------

    def _for_all(self, question: Question) -> Answer:
        (among_whole, _), (among_all, _) = self.challenges.of(question)
        found = self._solved(question, among_all, whole=False)
        if found is None:
            return Answer(question, True)
        # A whole profile reads more easily, where one will do.
        found = self._solved(question, among_whole, whole=True) or found
        return Answer(question, False, _profiles(found), said(self.subject, question, found))

    def _some(self, question: Question) -> Answer:
        if question.code in BY_ANY:
            for seen in self._seen:
                if shows(self.subject, question, [seen]):
                    return Answer(question, True, (seen.profile,))
        for challenge, whole in self.challenges.of(question):
            found = self._solved(question, challenge, whole=whole, small=question.code in SMALLEST)
            if found is not None:
                return Answer(question, True, _profiles(found))
        return Answer(question, False, says=NONE[question.code])

    def _solved(
        self, question: Question, challenge: Challenge, *, whole: bool, small: bool = True
    ) -> list[Seen] | None:
        found = challenge.query(whole=whole).find(self.clock, small=small)
        if found is None:
            return None
        seen = [Seen.of(found.profile(world), self.subject) for world in challenge.worlds]
        if not shows(self.subject, question, seen):
            raise AssertionError(f"the reference scorer sees no {question.code} of {question.about}")
        if len(self._seen) < MOST_SEEN:
            self._seen += seen
        return seen

    # -- duties -------------------------------------------------------------------------------------------------------

    def _duty(self, question: Question) -> Answer:
        """A profile for each band at each age that the duty names; one that serves at another age too is used again."""
        duty = self.subject.duty(question.about)
        found: list[Profile] = []
        missed: dict[int, list[int | None]] = defaultdict(list)
        for band in duty.bands:
            known: list[Profile] = []
            for age in ages_of(duty, self.subject):
                reached = self._again(band, age, known) or self._reached(band, age, duty.only)
                if reached is None:
                    missed[band].append(age)
                else:
                    known.append(reached)
            found += known[:1]
        if missed:
            return Answer(question, False, says=unreached(duty, missed, self.subject.pack))
        return Answer(question, True, tuple(found))

    def _again(self, band: int, age: int | None, known: Sequence[Profile]) -> Profile | None:
        pack = self.subject.pack
        tried = (aged(profile, age, pack) for profile in known if age is not None)
        return next((one for one in tried if Seen.of(one, self.subject).band == band), None)

    def _reached(self, band: int, age: int | None, only: Sequence[str] | None) -> Profile | None:
        challenge = self.challenges.reach(band, age, only)
        for whole in (True, False):
            found = challenge.query(whole=whole).find(self.clock)
            if found is not None:
                profile = found.profile(self.world)
                assert Seen.of(profile, self.subject).band == band
                return profile
        return None


def _profiles(seen: Sequence[Seen]) -> tuple[Profile, ...]:
    return tuple(one.profile for one in seen)
