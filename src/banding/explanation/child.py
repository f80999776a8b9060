"""An explanation for the child: plain words, no pounds, no points, and how to say that something is wrong.

What it says of rights rests on the Children Act 1989: wishes and feelings s22(4), the independent reviewing officer
s25A and s25B, complaints and the advocate that a council must arrange s26 and s26A. To be read together with an adult.
"""

from __future__ import annotations

from banding.explanation.model import Explanation, Item
from banding.explanation.page import Page
from banding.explanation.panel import is_high
from banding.explanation.words import RATED_BY, day, described, listed

VIEWS = {
    "wants_to_stay": "It is written down that you want to stay where you live.",
    "mixed": "It is written down that you like some things about where you live, and not others.",
    "wants_to_move": "It is written down that you want to move.",
}
NO_VIEW = "Nobody has written down what you say about where you live. You have a right to be asked."
# Fees and the pounds behind support are for the adults.
KINDS = {
    "legal": "Whether everything about where you live keeps to the law.",
    "unmet_need": "Whether you get all the help that you need.",
    "setting": "Whether a family home could be right for you. What you say about it comes first.",
    "cannot_judge": "What is missing or out of date in what is written about you.",
}
RIGHTS = (
    "You can say that something here is wrong. Say what it is, and what would be right. You need not have proof.",
    "You can tell your social worker, or your independent reviewing officer, who checks that the council looks after "
    "you as it should.",
    "You can have an advocate: somebody who is on your side and helps you to say what you want. The council must help "
    "you to find one when you complain.",
    "You can ask for all of it to be looked at again. What was wrong is changed, and who changed it and why is "
    "written down.",
)


def child_page(found: Explanation) -> Page:
    """The sheet for the child whom an explanation is about. Ratings have no numbers there."""
    page = Page()
    page.title("What was written about you, and what it is used for")
    page.line(f"For {found.child_id}, {day(found.on)}. Please read this together with an adult whom you trust.")
    page.line(
        "Adults wrote down what you need and what you are good at. Rules that are the same for every child turn that "
        "into a kind of care. It helps people to decide. People decide, and you have a say."
    )
    if found.status == "rejected":
        page.head("There is nothing to say yet")
        page.say("Too little is written about you, or something in it is wrong. The adults have to put that right.")
    else:
        _written(page, found)
        _care(page, found)
        _you_said(page, found)
        _questions(page, found)
    page.head("If you think that something is wrong")
    for right in RIGHTS:
        page.point(right)
    return page


def _written(page: Page, found: Explanation) -> None:
    assert found.need is not None
    needs = [item for domain in found.need.domains for item in domain.items if item.rating is not None]
    high = [item for item in needs if is_high(item)]
    much, some = [item for item in high if item.reads_as == item.top], [i for i in high if i.reads_as < i.top]
    page.head("What you need help with")
    for how, items in (("A lot of help", much), ("Some help", some)):
        if items:
            page.point(f"{how}: {_labels(items)}.")
    if not high:
        page.point("Nothing that needs more than the usual help is written down.")
    strengths = [item for item in found.need.strengths if item.rating is not None and is_high(item)]
    page.head("What is going well for you")
    page.point(f"{_labels(strengths)}." if strengths else "Nothing is written here yet. What would you write?")
    profile = found.profile
    if profile is not None and profile.rated_by is not None:
        when = f" on {day(profile.date)}" if profile.date is not None else ""
        page.say(f"This was written by {RATED_BY[profile.rated_by]}{when}.")
    else:
        page.say("Who wrote this is not recorded. You can ask.")


def _labels(items: list[Item]) -> str:
    return "; ".join(item.label for item in items)


def _care(page: Page, found: Explanation) -> None:
    band = found.band
    if band is None:
        return
    page.head("The kind of care that fits this")
    page.say(f"{band.name}. {described(band)}".rstrip())
    if found.override is not None:
        other = found.override
        page.say(f"{other.person} decided otherwise on {day(other.date)}: {other.reason_text}")
    if band.low < band.high:
        page.say("Some answers are missing. With them it could be another kind of care.")


def _you_said(page: Page, found: Explanation) -> None:
    assert found.wishes is not None
    page.head("What you say")
    page.say(VIEWS.get(found.wishes.child_view or "", NO_VIEW))


def _questions(page: Page, found: Explanation) -> None:
    stands = {review.kind for review in found.reviews if review.state == "stands"}
    asked = [words for kind, words in KINDS.items() if kind in stands]
    page.head("What the adults want to look at")
    for words in asked:
        page.point(words)
    if not asked:
        page.point("Nothing about you that waits for an answer.")
    holds = [hold.because.rstrip(".") for hold in found.holds if hold.state == "stands"]
    if holds and "setting" in stands:
        page.say(f"What counts for you where you are: {listed(holds)}.")
