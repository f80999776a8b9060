"""One child's path: what was rated, what it came to, which rule and edge decided, and what the pounds rest on.

The results are the kernel's, the path is the reference scorer's; both are held to each other here, so that an
explanation can never say other than the score.
"""

from __future__ import annotations

import datetime as dt
import warnings
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

import polars as pl

from banding.engine import cells
from banding.engine.columns import REJECT_SCHEMA, Prepared, known_facts, prepare
from banding.engine.compile import Compiled
from banding.engine.overrides import REASONS, ByHand
from banding.engine.plan import TIERS
from banding.engine.quality import doubts
from banding.engine.reasons import reason
from banding.engine.reference import Child, exact
from banding.engine.reference_score import Scorer, pence
from banding.engine.score import BandingWarning, Scored, compiled, score_caseload
from banding.errors import CaseloadError, Finding
from banding.explanation import model
from banding.explanation.band import band, single_steps
from banding.explanation.cost import cost
from banding.explanation.model import Explanation
from banding.explanation.need import need, scores
from banding.pack.lower import UNANSWERED
from banding.pack.meaning import Pack, When

# Codes of reasons whose column is an item or a domain.
ABOUT_NEED = ("rating-off-scale", "too-many-unanswered")


@dataclass(frozen=True, slots=True)
class Explained:
    """An explanation, and warnings and notes about the child's row and the caseload it comes from."""

    explanation: Explanation
    findings: tuple[Finding, ...]


def explain(
    frame: pl.DataFrame | pl.LazyFrame,
    pack: Pack,
    child_id: str,
    *,
    on: dt.date | None = None,
    overrides: pl.DataFrame | None = None,
) -> Explanation:
    """Explains the result of one child, as `score` gives it.

    frame, on, overrides  as for `score`.
    child_id              as it stands in the frame, spaces around it aside.

    Returns everything, with what is for authors alone; `for_panel()` leaves that out. Money is whole pence, None is
    unknown.

    Raises CaseloadError where no row has the child_id or several have it, and where `score` would. Warns as `score`,
    of this child's row.
    """
    eager = frame.collect() if isinstance(frame, pl.LazyFrame) else frame
    by_hand = None if overrides is None else ByHand(overrides)
    explained = explain_child(eager, pack, child_id, on or dt.date.today(), overrides=by_hand)
    for finding in explained.findings:
        if finding.severity == "warning":
            warnings.warn(str(finding), BandingWarning, stacklevel=2)
    return explained.explanation


def explain_child(
    frame: pl.DataFrame,
    pack: Pack,
    child_id: str,
    on: dt.date,
    *,
    read: Sequence[Finding] = (),
    overrides: ByHand | None = None,
) -> Explained:
    """`explain` with what was found beside it.

    read  what was found where the caseload was read: an error with the index of the child's row rejects it.
    """
    program = compiled(pack, on)
    whole = prepare(frame, program, on)
    place = _place(whole.child_id, child_id)
    row = frame.slice(place, 1)
    own = [finding for finding in read if finding.index == place]
    errors = [(0, f.code, f.path, f.value) for f in own if f.severity == "error"]
    refused = pl.DataFrame(errors, schema=REJECT_SCHEMA, orient="row")
    scored = score_caseload(row, pack, on, refused=refused, overrides=overrides)
    told = [f for f in read if f.index is None] + [f for f in own if f.severity != "error"]
    told += [f for f in doubts(whole, pack) if not f.path]
    # The overrides of all other children are not of this one's explanation.
    told += [f for f in scored.findings if f.code != "no-such-child"]
    explainer = _Explainer(row, program, on, scored)
    rejected = scored.frame["status"][0] == "rejected"
    found = explainer.rejected(own) if rejected else explainer.accepted()
    return Explained(found, tuple(told))


def _place(ids: pl.Series, child_id: str) -> int:
    found = (ids == child_id.strip()).arg_true()
    if found.len() == 1:
        return int(found[0])
    if found.len():
        message, remedy = f"{found.len()} rows have this child_id.", "Keep the one that is right."
        raise CaseloadError(Finding("duplicate-child-id", "", "column child_id", message, remedy, path="child_id"))
    message = f"No row has this child_id; there are {ids.len()} rows."
    remedy = "Check it, and that this is the caseload with the child in it."
    raise CaseloadError(Finding("no-such-child", "", "column child_id", message, remedy, path="child_id"))


class _Explainer:
    def __init__(self, row: pl.DataFrame, compiled: Compiled, on: dt.date, scored: Scored) -> None:
        self.row, self.compiled, self.pack, self.on, self.scored = row, compiled, compiled.pack, on, scored
        self.found: Mapping[str, Any] = scored.frame.row(0, named=True)
        header = self.pack.header
        used = model.PackUsed(
            id=header.id,
            version=header.version,
            title=header.title,
            status=header.status,
            fingerprint=self.pack.fingerprint,
            in_force=self.found["pack_in_force"],
            currency=header.currency,
            price_year=header.price_year,
        )
        self.start = {"child_id": self.found["child_id"], "on": on, "status": self.found["status"], "pack": used}

    def rejected(self, read: Sequence[Finding]) -> Explanation:
        told = {(f.code, f.path): f"{f.message} {f.remedy}".strip() for f in read}
        reasons = []
        for code, column in self.scored.rejects.select("code", "column").unique(maintain_order=True).iter_rows():
            rated = self.pack.items if code == "rating-off-scale" else self.pack.domains
            about = rated[column].label if code in ABOUT_NEED else ""
            because = told.get((code, column)) or reason(code, column, self.pack)
            reasons.append(model.Reason(code=code, column=column, about=about, because=because))
        return Explanation(**self.start, reasons=tuple(reasons))

    def accepted(self) -> Explanation:
        prepared = prepare(self.row, self.compiled, self.on)
        self.facts = known_facts(self.row, self.compiled, self.on)[0]
        self.child = Child(self.pack, ratings_of(prepared, 0), self.facts, self.on)
        self.scorer = Scorer(self.pack, self.child)
        self._agree(self.scorer.result())
        steps: tuple[model.Step, ...] = ()
        unanswered: tuple[str, ...] = ()
        if self.pack.banded:
            steps, unanswered = single_steps(self.child, self.found, prepared, self.compiled)
        view, preferred = self._choice("child_view"), self._choice("preferred_setting")
        return Explanation(
            **self.start,
            profile=self._profile(),
            need=need(self.child, self.found["completeness"]),
            scores=scores(self.pack, self.found),
            band=band(self.child, self.found, steps) if self.pack.banded else None,
            override=self._override(),
            wishes=model.Wishes(child_view=view, preferred=model.Setting.of(self.pack, preferred)),
            fit=self._fit(),
            holds=tuple(self._holds()),
            reviews=tuple(self._reviews()),
            priority=self.found["priority"],
            cost=cost(self.scorer, self.found),
            authors=model.Authors(
                steps=steps,
                unanswered=unanswered,
                price_variance_pence=self.found["price_variance_pence"],
                setting_variance_pence=self.found["setting_variance_pence"],
            ),
        )

    def _agree(self, reference: Mapping[str, Any]) -> None:
        differ = [name for name, value in reference.items() if self.found[name] != value]
        if differ:
            raise AssertionError(f"kernel and reference differ in {', '.join(differ)}")

    def _choice(self, name: str) -> str | None:
        found = self.facts.get(name)
        assert found is None or isinstance(found, str)
        return found

    def _profile(self) -> model.ProfileUsed:
        rated = cells.dates(self.row["profile_date"]) if "profile_date" in self.row.columns else None
        valid = self.child.given.get("validity.days")
        return model.ProfileUsed.model_validate(
            {
                "rated_by": self._choice("rater_role"),
                "date": None if rated is None else rated[0],
                "age": self.facts.get("age"),
                "age_on": self.facts.get("age_on"),
                "days_old": self.facts.get("profile_age_days"),
                "valid_days": exact(valid) if isinstance(valid, Fraction) else None,
            }
        )

    def _fit(self) -> model.Fit:
        return model.Fit.model_validate(
            {
                "setting": model.Setting.of(self.pack, self.found["setting"]),
                "fit": self.found["setting_fit"],
                "location": self._choice("location"),
                "distance_miles": self.facts.get("distance_miles"),
            }
        )

    def _override(self) -> model.Override | None:
        found = self.found
        if found.get("override_band") is None:
            return None
        return model.Override(
            band=found["override_band"],
            reason=found["override_reason"],
            reason_text=REASONS[found["override_reason"]],
            person=found["override_person"],
            date=found["override_date"],
        )

    # -- holds and reviews --------------------------------------------------------------------------------------------

    def _states(self, entries: Iterable[When]) -> Iterator[tuple[When, dict[str, Any]]]:
        """Those that stand or are unknown."""
        for entry in entries:
            truth = self.child.truth(entry.when)
            if truth is not False:
                yield entry, {"state": "stands" if truth else "unknown", "waits_for": waits_for(self.scorer, entry)}

    def _holds(self) -> Iterator[model.Hold]:
        written = {hold.id: hold.when for hold in self.pack.document.rules.hold}
        for hold, state in self._states(self.pack.holds):
            yield model.Hold(id=hold.id, when=written[hold.id], because=hold.because, **state)

    def _reviews(self) -> list[model.Review]:
        written = {review.id: review.when for review in self.pack.document.rules.review}
        found = [
            model.Review(
                id=review.id,
                kind=review.kind,
                tier=TIERS.get(review.kind),
                when=written[review.id],
                because=review.because,
                amount_pence=self._amount(review),
                **state,
            )
            for review, state in self._states(self.pack.reviews)
        ]
        return sorted(found, key=lambda review: review.tier or len(TIERS) + 1)

    def _amount(self, review: When) -> int | None:
        return None if review.amount is None else pence(self.child.number(review.amount))


def waits_for(scorer: Scorer, entry: When) -> tuple[model.Fact, ...]:
    """The unknown facts that a review or hold waits for, in the order of the pack's facts."""
    unknown = scorer.unknown_facts(entry.when)
    return tuple(model.Fact.of(scorer.child, name) for name in scorer.pack.facts if name in unknown)


def ratings_of(prepared: Prepared, row: int) -> dict[str, int | None]:
    """The ratings of one row as the reference takes them."""
    found: dict[str, int | None] = {}
    for name in (name for kind, name in prepared.columns if kind == "raw"):
        column = prepared.columns["raw", name]
        assert not isinstance(column, int)
        found[name] = None if column[row] == UNANSWERED else int(column[row])
    return found
