"""An explanation as a rule author reads it: every expression, weight, edge, rule and price row by its id."""

from __future__ import annotations

from collections.abc import Iterable
from decimal import Decimal

from banding.explanation.model import Explanation, Hold, Item, PriceRow, Review, Step
from banding.explanation.page import Page
from banding.explanation.words import (
    COST_FITS,
    NO_REFERENCE,
    NOT_COMPARED,
    between,
    care,
    counted,
    header,
    location,
    number,
    points,
    pounds,
    rejected,
    setting_fit,
)

_TRUTHS = {True: "holds", False: "does not hold", None: "not known"}


def author_page(found: Explanation) -> Page:
    """All of an explanation; it needs the authors' part."""
    return _Author(found).written()


class _Author:
    def __init__(self, found: Explanation) -> None:
        self.found, self.page = found, Page()

    def written(self) -> Page:
        found, page, pack = self.found, self.page, self.found.pack
        header(page, found)
        page.line(f"{pack.id} {pack.version}, fingerprint {pack.fingerprint}")
        if found.status == "rejected":
            rejected(page, found)
            return page
        self._band()
        self._rules()
        self._scores()
        self._items()
        self._steps()
        self._placement()
        self._questions()
        self._pounds()
        return page

    # -- need ---------------------------------------------------------------------------------------------------------

    def _band(self) -> None:
        page, band = self.page, self.found.band
        if band is None:
            return
        page.head("Band")
        page.say(care(band))
        base = "not known" if band.base_band is None else f"{band.base_band}, {band.base_name}"
        page.point(f"base band {base}")
        if band.points is not None:
            page.point(f"{points(band.points)} ({between(band)}): {_or(band.above)} above, {_or(band.to_next)} short")
        page.point(f"range {band.low} to {band.high} ({band.range})")
        for fact in band.reads:
            page.point(f"reads {fact.name}: {fact.value or 'not known'} ({fact.describes})")
        for name, why in band.allowed.items():
            page.point(f"allowed to read {name}: {why}")
        if found := self.found.override:
            page.point(f"set by hand to {found.band} by {found.person} on {found.date}: {found.reason}")

    def _rules(self) -> None:
        page, band = self.page, self.found.band
        if band is None:
            return
        if band.lines:
            page.head("Lines: the first that holds gives the base band")
        for line in band.lines:
            page.point(f"band {line.band}, {_TRUTHS[line.holds]}: {line.when}")
        if band.rules:
            page.head("Rules")
        for rule in band.rules:
            set_it = ", sets the band" if rule.set_the_band else ""
            days = f" Review in {counted(rule.review_in_days, 'day')}." if rule.review_in_days else ""
            page.point(f"{rule.id} ({rule.at} {rule.band}), {_TRUTHS[rule.holds]}{set_it}: {rule.when}")
            page.say(f"{rule.because}{days}", depth=2)

    def _scores(self) -> None:
        if self.found.scores:
            self.page.head("Scores")
        for score in self.found.scores:
            value = _or(score.value) if score.holds is None else _TRUTHS[score.holds]
            if score.value_pence is not None:
                value = self._money(score.value_pence)
            strengths = " (here strengths count)" if score.reads_strengths else ""
            self.page.point(f"{score.name} = {value}{strengths}: {score.expression}")

    def _items(self) -> None:
        page, need = self.page, self.found.need
        assert need is not None
        page.head(f"Items: {need.completeness}% answered")
        for domain in need.domains:
            cap = f", cap {number(domain.cap)}" if domain.cap is not None else ""
            page.say(f"{domain.id}, {domain.label}: weight {number(domain.weight)}{cap}, unanswered: {domain.missing}")
            weighted = "" if domain.weighted is None else f", weighted {number(domain.weighted)}"
            page.say(f"= {points(domain.points)}{weighted}{' (capped)' if domain.capped else ''}", depth=1)
            self._each(domain.items)
            self._each(item for item in need.strengths if item.domain == domain.id)
        if need.not_asked:
            page.say(f"Not asked: {', '.join(need.not_asked)}")

    def _each(self, items: Iterable[Item]) -> None:
        for item in items:
            rating = f"{item.rating} of {item.top}" if item.rating is not None else "unanswered"
            turned = f", reads as {item.reads_as}" if item.reads_as != item.rating else ""
            matching = "" if item.counted else ", for matching, not counted"
            meaning = f": {item.meaning}" if item.meaning and item.rating else ""
            text = f"{item.id} {rating}{turned}, {points(item.points)}{matching}. {item.label}{meaning}"
            self.page.point(text, depth=1)

    def _steps(self) -> None:
        page, band, authors = self.page, self.found.band, self.found.authors
        if band is None or authors is None:
            return
        page.head("One rating one step different")
        moves = self.found.moves()
        for step in moves:
            page.point(f"{step.item} {step.rating}: {', '.join(_moved(step, band.band))}")
        if not moves:
            page.point(f"None of {counted(len(authors.steps), 'answered item')} moves the band.")
        if authors.unanswered:
            page.point(f"An answer could move the band or its range: {', '.join(authors.unanswered)}")

    # -- the placement ------------------------------------------------------------------------------------------------

    def _placement(self) -> None:
        found, page = self.found, self.page
        assert found.wishes is not None
        assert found.fit is not None
        page.head("Wishes and fit")
        preferred = found.wishes.preferred.id if found.wishes.preferred is not None else "not known"
        page.point(f"child_view {found.wishes.child_view or 'not known'}; preferred_setting {preferred}")
        if found.fit.fit is not None:
            setting = found.fit.setting.id if found.fit.setting is not None else "not known"
            page.point(f"setting {setting}; setting_fit {found.fit.fit}: {setting_fit(found.fit)}")
        if where := location(found.fit):
            page.point(where)

    def _questions(self) -> None:
        found, page = self.found, self.page
        page.head(f"Reviews and holds: priority {found.priority or 'none'}")
        for review in found.reviews:
            amount = "" if review.amount_pence is None else f", {self._money(review.amount_pence)}"
            self._question(review, f"{review.id} [{review.kind}]", amount)
        for hold in found.holds:
            self._question(hold, f"{hold.id} [hold]", "")
        if not found.reviews and not found.holds:
            page.point("None stands, and none is unknown.")

    def _question(self, one: Review | Hold, name: str, amount: str) -> None:
        waits = f" Not known: {', '.join(fact.name for fact in one.waits_for)}." if one.waits_for else ""
        self.page.point(f"{name} {one.state}{amount}: {one.when}")
        self.page.say(f"{one.because}{waits}", depth=2)

    def _pounds(self) -> None:
        page, cost, authors, pack = self.page, self.found.cost, self.found.authors, self.found.pack
        assert cost is not None
        assert authors is not None
        page.head(
            f"{pack.currency} a week, {pack.status}{f', price year {pack.price_year}' if pack.price_year else ''}"
        )
        page.point(
            f"care cost {self._money(cost.care_cost_pence)}; basis {cost.basis}; scope {cost.scope or 'not known'}"
        )
        if cost.reference_none == "no_prices":
            page.point(NO_REFERENCE["no_prices"])
            return
        low, expected, high = (
            self._money(figure) for figure in (cost.price_low_pence, cost.price_expected_pence, cost.price_high_pence)
        )
        page.point(f"price {low} / {expected} / {high}{_row(cost.price_row)}")
        compared = COST_FITS.get(cost.fit or "") or NOT_COMPARED.get(cost.fit_unknown or "", "")
        page.point(f"cost_fit {cost.fit}: {compared} Variance {self._money(authors.price_variance_pence)}.")
        if cost.reference is not None:
            row = _row(cost.reference_row)
            page.point(f"reference {cost.reference.id}: {self._money(cost.reference_expected_pence)}{row}")
        if cost.reference_none is not None:
            page.point(NO_REFERENCE[cost.reference_none])
        page.point(f"setting variance {self._money(authors.setting_variance_pence)}")

    def _money(self, pence: int | None) -> str:
        return "not known" if pence is None else pounds(pence, self.found.pack.currency)


def _or(value: Decimal | None) -> str:
    return "-" if value is None else number(value)


def _moved(step: Step, band: int) -> Iterable[str]:
    for word, moved in (("lower", step.if_lower), ("higher", step.if_higher)):
        if moved not in (None, band):
            yield f"one {word} gives band {moved}"


def _row(row: PriceRow | None) -> str:
    if row is None:
        return ""
    limits = [f"basis {row.basis}", *(f"scope {scope}" for scope in row.scopes), *row.regions]
    limits += [f"ages {row.ages[0]} to {row.ages[1]}"] if row.ages else []
    limits += [] if row.covers_scope else ["not known to be the scope of the child's cost"]
    source = f". {row.source}: {row.source_text}" if row.source else ""
    return f" (prices.csv row {row.row}; {', '.join(limits)}){source}"
