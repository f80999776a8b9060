"""An explanation as a panel reads it: about a page, need, wishes and fit before pounds, and no word of which rating
would move the band."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from banding.explanation.model import Explanation, Fact, Item
from banding.explanation.page import Page
from banding.explanation.words import (
    BASES,
    COST_FITS,
    KINDS,
    NO_REFERENCE,
    NOT_COMPARED,
    SCOPES,
    TIERS,
    VIEWS,
    care,
    counted,
    day,
    described,
    facts,
    header,
    listed,
    location,
    number,
    points,
    pounds,
    price,
    rejected,
    setting_fit,
    spaced,
)

# The page is read in ten minutes: of more high needs than this only so many of the highest say what their ratings mean.
# So few lower ratings are named; more are only counted.
MOST_IN_WORDS, FEW = 8, 2
ALL = 100
NO_VIEW = "What the child says of the placement is not recorded: ask, or say who speaks for the child."
NO_PREFERENCE = "No setting that the social worker preferred is recorded."
NOTHING_TO_COMPARE = "nothing to compare with here"


def panel_page(found: Explanation) -> Page:
    """The page for a panel."""
    return _Panel(found.for_panel()).written()


class _Panel:
    def __init__(self, found: Explanation) -> None:
        self.found, self.page = found, Page()

    def written(self) -> Page:
        header(self.page, self.found)
        if self.found.status == "rejected":
            rejected(self.page, self.found)
            return self.page
        self._care()
        self._needs()
        self._strengths()
        self._how_sure()
        self._wishes()
        self._reviews()
        self._pounds()
        self.page.note("This supports a decision and never takes one: people may decide otherwise.")
        return self.page

    # -- need ---------------------------------------------------------------------------------------------------------

    def _care(self) -> None:
        found, page, band = self.found, self.page, self.found.band
        if band is None:
            page.head("Scores")
            page.say("This pack stops at scores: it gives no band.")
            for score in found.scores:
                value = {True: "yes", False: "no", None: "unknown"}[score.holds]
                if score.value is not None:
                    value = number(score.value)
                elif score.value_pence is not None:
                    value = pounds(score.value_pence, found.pack.currency)
                page.point(f"{spaced(score.name)}: {value}")
            return
        page.head("The care that is asked for")
        page.say(care(band))
        days = [rule.review_in_days for rule in band.rules if rule.set_the_band and rule.review_in_days]
        again = f"To be looked at again within {counted(min(days), 'day')}." if days else ""
        if said := f"{described(band)} {again}".strip():
            page.say(said)
        for fact in band.reads:
            if not fact.name.startswith("age"):
                page.say(f"The band also reads {fact.describes}: {fact.value or 'not known'}.")
        for name, why in band.allowed.items():
            page.say(f"The pack lets the band read {spaced(name)}: {why}")
        if found.override is not None:
            other = found.override
            page.say(f"{other.person} set care at band {other.band} instead on {day(other.date)}: {other.reason_text}")

    def _items(self) -> list[Item]:
        assert self.found.need is not None
        return [item for domain in self.found.need.domains for item in domain.items if item.rating is not None]

    def _needs(self) -> None:
        page, need = self.page, self.found.need
        assert need is not None
        items = [item for item in self._items() if item.counted]
        page.head("Highest needs")
        weight = {domain.id: domain.weight for domain in need.domains}
        high = [item for item in items if is_high(item)]
        high.sort(key=lambda item: (item.reads_as < item.top, -item.points * weight[item.domain]))
        in_words = [item for item in high if item.meaning]
        if len(in_words) > MOST_IN_WORDS:
            in_words = [item for item in in_words if item.reads_as == item.top][:MOST_IN_WORDS]
        for item in in_words:
            page.point(f"{rated(item)}, {item.label}: {item.meaning}")
        _grouped(page, [item for item in high if item not in in_words])
        if not high:
            page.point("No need is rated high.")
        low = [item for item in items if not is_high(item)]
        if len(low) <= FEW:
            _grouped(page, low)
        else:
            ratings = sorted((item.reads_as for item in low), reverse=True)
            lower = [f"{counted(ratings.count(rating), 'need')} at {rating}" for rating in dict.fromkeys(ratings)]
            page.point(f"Rated lower: {listed(lower)}.")
        if need.not_asked:
            page.point(f"Not asked of this child: {counted(len(need.not_asked), 'item')}.")
        for item in self._items():
            if not item.counted and is_high(item):
                page.point(f"For matching, not counted: {item.label}, {rated(item)}. {item.meaning or ''}")

    def _strengths(self) -> None:
        assert self.found.need is not None
        if not self.found.need.strengths:
            return
        known = [item for item in self.found.need.strengths if item.rating is not None]
        strong = sorted((item for item in known if is_high(item)), key=lambda item: item.reads_as < item.top)
        self.page.head("Strengths that a family home could build on")
        _grouped(self.page, strong)
        if not strong:
            self.page.point("No strength is rated high." if known else "No strength is rated.")

    def _how_sure(self) -> None:
        page, band = self.page, self.found.band
        page.head("How sure this is")
        if band is not None and band.points is not None:
            ends = []
            if band.above is not None:
                above = f"{number(band.above)} above" if band.above else "just"
                ends.append(f"{above} where band {band.base_band} begins")
            if band.to_next is not None and band.base_band is not None:
                ends.append(f"{number(band.to_next)} short of band {band.base_band + 1}")
            rule = "; a rule, not the points, sets the band" if any(rule.set_the_band for rule in band.rules) else ""
            page.point(f"{points(band.points)}: {listed(ends)}{rule}.")
        if band is not None:
            some = "One rating one step different would move the band."
            page.point(some if band.one_step_moves else f"No single{some.removeprefix('One')}")
        page.point(" ".join(self._answered()))

    def _answered(self) -> Iterator[str]:
        """How much is answered, what is not, and what that could still lead to."""
        need, band = self.found.need, self.found.band
        assert need is not None
        whole = need.completeness == ALL
        yield "Every item asked is answered." if whole else f"{need.completeness}% of the items asked are answered."
        missing = {domain.id: domain.missing for domain in need.domains}
        stands: dict[str, list[str]] = {}
        for item in (*(item for domain in need.domains for item in domain.items), *need.strengths):
            if item.rating is None:
                stands.setdefault(_standing(item, missing[item.domain]), []).append(item.label)
        for how, labels in stands.items():
            yield f"Unanswered, {how}: {'; '.join(labels)}."
        if band is not None and band.low < band.high:
            widest = ", at the widest" if band.range == "outer" else ""
            yield f"What is not known could still lead to care at bands {band.low} to {band.high}{widest}."
        elif band is not None and not whole:
            yield "That could not lead to another band."

    # -- wishes, fit and reviews --------------------------------------------------------------------------------------

    def _wishes(self) -> None:
        wishes, fit = self.found.wishes, self.found.fit
        assert wishes is not None
        assert fit is not None
        page = self.page
        page.head("Wishes, and the placement")
        said = VIEWS.get(wishes.child_view or "", NO_VIEW)
        unknown = "" if fit.fit is None else NO_PREFERENCE
        preferred = f"The social worker preferred: {wishes.preferred.label}." if wishes.preferred else unknown
        page.point(f"{said} {preferred}".rstrip())
        where = location(fit)
        if fit.fit is not None:
            page.point(f"{fit.setting.label}. {setting_fit(fit)}" if fit.setting else setting_fit(fit))
        if where is not None:
            page.point(where)

    def _reviews(self) -> None:
        found, page = self.found, self.page
        stands = [review for review in found.reviews if review.state == "stands"]
        holds = [hold.because for hold in found.holds if hold.state == "stands"]
        page.head("Questions for people")
        for review in stands:
            page.point(f"{KINDS[review.kind]}: {review.because}")
        if not stands:
            page.point("No review stands.")
        if found.priority is not None:
            page.point(f"Priority {found.priority} of {len(TIERS)}: {TIERS[found.priority]}.")
        # Where no review is about the setting, no move is in question, and nothing need speak against one.
        moving = any(review.kind == "setting" for review in found.reviews)
        if holds:
            page.point(f"{'What speaks against a move for now' if moving else 'To keep in mind'}: {' '.join(holds)}")
        if holds and any(review.kind == "setting" for review in stands):
            page.point("While it does, a setting above the need gives no priority.")
        kinds: dict[str, list[Fact]] = {}
        for one in found.reviews:
            if one.state == "unknown":
                kinds.setdefault(KINDS[one.kind], []).extend(one.waits_for)
        for hold in found.holds:
            if hold.state == "unknown":
                kinds.setdefault("What may speak against a move", []).extend(hold.waits_for)
        if kinds:
            page.head("Check first: not recorded, which is not the same as no")
        for kind, waits_for in kinds.items():
            page.point(f"{kind}: {facts(waits_for) or NOTHING_TO_COMPARE}.")

    # -- pounds -------------------------------------------------------------------------------------------------------

    def _pounds(self) -> None:
        page, cost, pack = self.page, self.found.cost, self.found.pack
        assert cost is not None
        priced = cost.reference_none != "no_prices"
        if not priced and cost.care_cost_pence is None:
            return
        year = f", price year {pack.price_year}" if pack.price_year and priced else ""
        page.head(f"{pack.currency} a week ({pack.status}{year})")
        if cost.care_cost_pence is not None:
            scope = SCOPES.get(cost.scope or "", "what it covers is not recorded")
            page.point(f"Care cost: {pounds(cost.care_cost_pence, pack.currency)} ({BASES[cost.basis]}; {scope}).")
        if not priced:
            page.point("The pack has no prices to compare it with.")
            return
        expected = price(cost, pack.currency)
        if expected is not None:
            page.point(expected)
        page.point(COST_FITS.get(cost.fit or "") or NOT_COMPARED[cost.fit_unknown or "no_cost"])
        for review in self.found.reviews:
            if review.state == "stands" and review.amount_pence is not None:
                amount = pounds(review.amount_pence, pack.currency)
                page.point(f'The question "{spaced(review.id)}" is about {amount} a week.')
        if self._reference_helps():
            page.point(_reference(self.found))

    def _reference_helps(self) -> bool:
        """Whether the reference setting says anything here: beside a home with kin or parents, a setting no more
        intensive than the reference, or a child who cannot be judged yet, it would only hint at a move."""
        cost, fit = self.found.cost, self.found.fit
        assert cost is not None
        if any(review.kind == "cannot_judge" and review.state == "stands" for review in self.found.reviews):
            return False
        own = fit.setting.intensity if fit is not None and fit.setting is not None else None
        if own is None:
            return False
        other = cost.reference.intensity if cost.reference is not None else None
        return other is None or own > other


def is_high(item: Item) -> bool:
    """A rating in the upper third of its scale: 2 and 3 of 3, 1 of 1."""
    return 3 * item.reads_as >= 2 * item.top


def rated(item: Item) -> str:
    reads = f", read as {item.reads_as}" if item.reads_as != item.rating else ""
    return f"{item.rating} of {item.top}{reads}"


def _grouped(page: Page, items: Iterable[Item]) -> None:
    """Items by their rating, named without what it means."""
    ratings: dict[str, list[str]] = {}
    for item in items:
        ratings.setdefault(rated(item), []).append(item.label)
    for rating, labels in ratings.items():
        page.point(f"{rating}: {'; '.join(labels)}")


def _standing(item: Item, missing: str) -> str:
    if missing == "prorata":
        return "left out while the answered ones are scaled up"
    if item.kind == "strength":
        return f"taken as {'no strength' if item.reads_as == 0 else 'there in full'} until known"
    return "taken as no need until known"


def _reference(found: Explanation) -> str:
    cost, currency = found.cost, found.pack.currency
    assert cost is not None
    if cost.reference is None:
        return NO_REFERENCE[cost.reference_none or "none_named"]
    start = f"The reference setting for this band, family first: {cost.reference.label}"
    if cost.reference_expected_pence is None:
        return f"{start}. {NO_REFERENCE['no_price']}"
    return f"{start}, {pounds(cost.reference_expected_pence, currency)} expected."
