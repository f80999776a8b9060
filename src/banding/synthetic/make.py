"""Making a synthetic caseload: the stages in order, chunk by chunk."""

from __future__ import annotations

import datetime as dt
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

import numpy as np
import polars as pl

from banding.engine.execute import available_threads
from banding.engine.score import score_caseload
from banding.errors import BandingError, Finding, PackError
from banding.pack.meaning import Pack
from banding.steps import step
from banding.synthetic import mix
from banding.synthetic.cost import Costs, draw_care_cost, log_prices, price_levels
from banding.synthetic.draws import CHUNK, Purpose, Wholes, chance, stream, where_known, words
from banding.synthetic.facts import draw_facts, support_reviews
from banding.synthetic.market import KINDS, Market, draw_market
from banding.synthetic.needs import ITEMS, NOT_ASKED, Needs, Ratings, asked_at, draw_needs, rate
from banding.synthetic.people import Days, People, draw_people, whole_years
from banding.synthetic.placement import BANDS, CONTRACTS, Placements, place
from banding.synthetic.truth import Truth

PREFIX = "synthetic-"


@dataclass(frozen=True, slots=True)
class Synthetic:
    """A caseload of invented children.

    frame    the caseload, one row a child: ratings Int8 (null: not asked or left blank), money whole pounds a week,
             choices Enum; ready for `banding.score`.
    earlier  earlier profiles of some of the children, a caseload too: its scored band, need score and care cost stand
             in `frame` as earlier_band, earlier_need_score and earlier_cost.
    truth    the stated parameters.
    hidden   what nobody would know of real children, a row a row of `frame`: child_id, true_band, true_need_score,
             provider_multiplier, full_care_cost (whole pounds a week; null where none).
    """

    frame: pl.DataFrame
    earlier: pl.DataFrame
    truth: Truth
    hidden: pl.DataFrame
    seed: int
    pack: Pack
    on: dt.date


@dataclass(frozen=True, slots=True)
class _Placed:
    """A chunk half made: what the second half takes up."""

    number: int
    people: People
    needs: Needs
    band: Wholes
    need_score: Wholes
    placements: Placements


def synthesise(
    children: int, seed: int, *, pack: Pack, on: dt.date, truth: Truth | None = None, threads: int | None = None
) -> Synthetic:
    """Invents a caseload of so many children, with needs, placements, costs and earlier profiles.

    pack     the England reference pack or one that extends it: true needs are banded by it, and costs follow the prices
             it has on the date.
    on       the caseload's date: ages, and what is overdue.
    truth    default Truth(). The same seed draws the same children whatever the truth about costs and raters.
    threads  at most this many; default the processors this process may use. The result does not depend on it.

    Raises BandingError where children or seed is out of range, PackError where the pack's items, bands or settings are
    others than are drawn here.
    """
    _check(children, seed, pack)
    step(f"Drawing {children:,} children")
    return _Maker(children, seed, pack, on, truth or Truth(), threads or available_threads()).made()


def _check(children: int, seed: int, pack: Pack) -> None:
    findings = []
    for name, value, least in (("children", children, 1), ("seed", seed, 0)):
        if value < least:
            findings.append(Finding("out-of-range", "", name, f"Expected a whole number from {least}.", ""))
    if findings:
        raise BandingError(findings)
    others = {*pack.items} ^ {*ITEMS}
    if others or len(pack.bands) != BANDS or not {*mix.SETTING_IDS} <= {*pack.settings}:
        message = (
            f"Synthetic children have the items, bands and settings of england-reference; {pack.header.id} differs."
        )
        raise PackError(Finding("pack-differs", "", "", message, "Use england-reference or a pack that extends it."))


class _Maker:
    def __init__(self, children: int, seed: int, pack: Pack, on: dt.date, truth: Truth, threads: int) -> None:
        self.children, self.seed, self.pack, self.on, self.truth, self.threads = (
            children, seed, pack, on, truth, threads,
        )  # fmt: skip
        self.councils = max(1, round(children / mix.CHILDREN_A_COUNCIL))
        self.market: Market = draw_market(seed, truth, self.councils)
        self.prices = log_prices(pack, on)

    def made(self) -> Synthetic:
        chunks = range(-(-self.children // CHUNK))
        with ThreadPoolExecutor(min(self.threads, len(chunks))) as pool:
            placed = list(pool.map(self._placed, chunks))
            counts = sum(
                (np.bincount(part.placements.setting * BANDS + part.band - 1, minlength=self.prices.size)
                 for part in placed), np.zeros(self.prices.size, np.int64),
            )  # fmt: skip
            self.levels = price_levels(self.prices, counts.reshape(self.prices.shape))
            parts = list(pool.map(self._finished, placed))
        frame, earlier, hidden = (pl.concat(part, rechunk=True) for part in zip(*parts, strict=True))
        return Synthetic(frame, earlier, self.truth, hidden, self.seed, self.pack, self.on)

    def _stream(self, purpose: Purpose, chunk: int) -> np.random.Generator:
        return stream(self.seed, purpose, chunk)

    def _placed(self, chunk: int) -> _Placed:
        n = min(CHUNK, self.children - chunk * CHUNK)
        people = draw_people(self._stream(Purpose.PEOPLE, chunk), n, self.on, self.councils)
        needs = draw_needs(self._stream(Purpose.NEEDS, chunk), people, self.truth)
        asked = asked_at(whole_years(people.born, people.rated))
        true = np.where(asked, needs.now, np.int8(NOT_ASKED))
        scored = self._scored(self._profiles(chunk, people, people.rated, true))
        band, score = (scored[name].cast(pl.Int64).to_numpy() for name in ("band", "need_score"))
        linked = chance(self._stream(Purpose.LINKED, chunk), self.truth.placement_link, n)
        placements = place(self._stream(Purpose.PLACEMENT, chunk), people, band, linked, self.market)
        return _Placed(chunk, people, needs, band, score, placements)

    def _finished(self, placed: _Placed) -> tuple[pl.DataFrame, pl.DataFrame, pl.DataFrame]:
        chunk, people, placements, band = placed.number, placed.people, placed.placements, placed.band
        cost_rng = self._stream(Purpose.COST, chunk)
        care = draw_care_cost(cost_rng, placements, band, self.prices, self.levels, self.market, self.truth)
        costs = Costs(cost_rng, people, placements, band, care)
        facts_rng = self._stream(Purpose.FACTS, chunk)
        facts = draw_facts(facts_rng, people, placed.needs, band, placements, self.on)
        in_kind = (facts["solo"] | facts["extra_staffing"]).to_numpy()
        asked = asked_at(whole_years(people.born, people.rated))
        rated = rate(self._stream(Purpose.RATERS, chunk), placed.needs.now, asked, self.truth)
        earlier, results = self._earlier(placed, costs)
        profiles = self._profiles(chunk, people, people.rated, rated)
        frame = profiles.select("child_id", "date_of_birth", "profile_date").with_columns(
            **self._known_of(chunk, people, placements),
            **facts,
            **costs.columns(),
            support_review_due=support_reviews(facts_rng, costs.supported | in_kind, self.on),
        )
        frame = frame.hstack(profiles.drop("child_id", "date_of_birth", "profile_date"))
        frame = frame.join(results, on="child_id", how="left", maintain_order="left")
        effect = np.where(placements.provider < 0, 0.0, self.market.effect[placements.provider])
        hidden = profiles.select("child_id").with_columns(
            true_band=pl.Series(band.astype(np.int16)),
            true_need_score=pl.Series(placed.need_score),
            provider_multiplier=pl.Series(np.exp(effect)),
            full_care_cost=where_known(np.nan_to_num(care).astype(np.int64), ~np.isnan(care)),
        )
        return frame, earlier, hidden

    # -- frames -------------------------------------------------------------------------------------------------------

    def _profiles(self, chunk: int, people: People, rated: Days, ratings: Ratings) -> pl.DataFrame:
        frame = pl.DataFrame(
            {
                "child_id": PREFIX + _numbers(np.arange(len(people)) + chunk * CHUNK + 1),
                "date_of_birth": people.born,
                "profile_date": rated,
                **dict(zip(ITEMS, ratings, strict=True)),
            }
        )
        return frame.with_columns(pl.when(pl.col(name) >= 0).then(pl.col(name)) for name in ITEMS)

    def _known_of(self, chunk: int, people: People, placements: Placements) -> dict[str, pl.Series]:
        """The facts that follow from people and placements as they were drawn."""
        market = self.market
        return {
            "council": words(people.council, market.council_names()),
            "household": "household-" + _numbers(people.first + chunk * CHUNK + 1),
            "sex": words(people.male.astype(np.int64), ("female", "male")),
            "unaccompanied": pl.Series(people.unaccompanied),
            "days_in_care": pl.Series(people.days_in_care.astype(np.int32)),
            "setting": words(placements.setting, mix.SETTING_IDS),
            "provider_kind": words(placements.kind, KINDS),
            "provider": words(placements.provider, market.names),
            "contract_kind": words(placements.contract, CONTRACTS),
            "region": words(placements.region, tuple(mix.REGIONS)),
            "location": words(placements.location, mix.LOCATIONS),
            "distance_miles": pl.Series(placements.tenths / 10),
            "distance_reason": words(placements.reason, tuple(mix.DISTANCE_REASONS)),
            "siblings_here": pl.Series(placements.together.astype(np.int8)),
        }

    def _earlier(self, placed: _Placed, costs: Costs) -> tuple[pl.DataFrame, pl.DataFrame]:
        """The earlier profiles of a chunk, and what the pack makes of them, by child_id."""
        people, rng = placed.people, self._stream(Purpose.EARLIER, placed.number)
        n = len(people)
        least, most = mix.EARLIER_DAYS
        rated = people.rated - rng.integers(least, most + 1, n)
        days_ago = (np.datetime64(self.on, "D") - rated).astype(np.int64)
        has = chance(rng, mix.EARLIER, n) & (days_ago <= people.days_in_care)
        asked = asked_at(whole_years(people.born, rated))
        ratings = rate(self._stream(Purpose.EARLIER_RATERS, placed.number), placed.needs.then, asked, self.truth)
        profiles = self._profiles(placed.number, people, rated, ratings)
        keys = ["child_id", "date_of_birth", "profile_date"]
        earlier = (
            profiles.select(keys)
            .with_columns(**costs.earlier(rng, days_ago))
            .hstack(profiles.drop(keys))
            .filter(pl.Series(has))
        )
        results = self._scored(earlier).select(
            "child_id",
            earlier_band="band",
            earlier_need_score=pl.col("need_score").cast(pl.Int32),
            earlier_cost=(pl.col("care_cost_pence") // 100).cast(pl.Int32),
            earlier_support_cost=earlier["additional_support_cost"],
        )
        return earlier, results

    def _scored(self, profiles: pl.DataFrame) -> pl.DataFrame:
        return score_caseload(profiles, self.pack, self.on, threads=1).frame


def _numbers(numbers: Wholes) -> pl.Series:
    return pl.Series(numbers).cast(pl.String).str.zfill(7)
