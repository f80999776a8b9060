"""An answer to a question about a pack, and the finding where it is no."""

from __future__ import annotations

from dataclasses import dataclass

from banding.checking.profile import Profile
from banding.checking.questions import ASKED, Question
from banding.errors import Finding
from banding.pack.kinds import KINDS
from banding.pack.meaning import Pack


@dataclass(frozen=True, slots=True)
class Answer:
    """holds     whether it is as it should be; None: not decided.
    profiles  what shows it: an example, or a counterexample; two where one rating, or the pack, makes the difference.
    says      what they show, or why there are none.
    """

    question: Question
    holds: bool | None
    profiles: tuple[Profile, ...] = ()
    says: str = ""

    def finding(self, pack: Pack) -> Finding | None:
        """The finding where it is not as it should be, else None."""
        if self.holds is not False:
            return None
        code = self.question.code
        return Finding(code, *self._where(pack), f"{self.says}.", KINDS[code].remedy, "warning")

    def left_open(self, pack: Pack) -> Finding:
        """The finding that the solver came to no end."""
        message = f"{ASKED[self.question.code]}: not decided in the time given."
        return Finding("not-decided", *self._where(pack), message, KINDS["not-decided"].remedy, "warning")

    def _where(self, pack: Pack) -> tuple[str, str]:
        return pack.document.files[self.question.table], self.question.place


# What is said where nothing shows it, because there is no such profile.
NONE = {
    "item-never-matters": "No profile has another band by it",
    "band-unreachable": "No profile reaches it",
    "line-never-reached": "For no profile is it the first line that holds",
    "never-holds": "For no profile is its condition true",
    "always-holds": "For no profile is its condition false",
    "rule-never-matters": "No profile has another band without it",
}
