"""From the kernel's outputs back to a frame: one row an input row, the scored columns in their fixed order.

Codes become words here and nowhere else. A rejected row keeps its child_id and every reason, and no result.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from decimal import Decimal

import numpy as np
import numpy.typing as npt
import polars as pl

from banding.engine.columns import REJECT_SCHEMA, Prepared
from banding.engine.compile import Compiled
from banding.engine.plan import COST_BASES, NO_TIER, WORD
from banding.pack.resolve import COST_FITS, SETTING_FITS
from banding.vocabulary import Type

Outputs = dict[str, npt.NDArray[np.signedinteger]]
STATUSES = ("scored", "rejected")
BAND_RANGES = ("exact", "outer")
MONEY = (
    "care_cost",
    "price_low",
    "price_expected",
    "price_high",
    "price_variance",
    "reference_expected",
    "setting_variance",
)
COLUMNS = (
    "child_id",
    "status",
    "rejected_because",
    "band",
    "band_name",
    "band_low",
    "band_high",
    "band_range",
    "completeness",
    "need_score",
    "base_band",
    "raised_by",
    "setting",
    "setting_fit",
    "care_cost",
    "cost_basis",
    "price_low",
    "price_expected",
    "price_high",
    "cost_fit",
    "price_variance",
    "reference_setting",
    "reference_expected",
    "setting_variance",
    "reviews",
    "reviews_unknown",
    "holds",
    "priority",
    "pack",
    "pack_version",
    "pack_fingerprint",
    "pack_in_force",
    "on",
)


def scored_columns(compiled: Compiled) -> list[str]:
    """The scored columns of a pack in the API's names, in order: money ends in `_pence`, named scores come last."""
    money = {name: f"{name}_pence" for name in MONEY}
    scores = [
        f"{name}_pence" if compiled.pack.scores[name].type is Type.MONEY else name
        for name in sorted(compiled.pack.named)
    ]
    return [money.get(name, name) for name in COLUMNS] + scores


def assemble(
    prepared: Prepared, outputs: Outputs, compiled: Compiled, on: dt.date
) -> tuple[pl.DataFrame, pl.DataFrame]:
    """The scored frame, and every reason for which a row was rejected (REJECT_SCHEMA, by row)."""
    return _Assembler(prepared, outputs, compiled, on).frames()


class _Assembler:
    def __init__(self, prepared: Prepared, outputs: Outputs, compiled: Compiled, on: dt.date) -> None:
        self.prepared, self.outputs, self.compiled, self.on = prepared, outputs, compiled, on
        self.pack, self.plan = compiled.pack, compiled.plan
        self.rows = prepared.rows

    def frames(self) -> tuple[pl.DataFrame, pl.DataFrame]:
        rejects = self._rejects()
        reasons = (
            rejects.group_by("index", maintain_order=True)
            .agg(
                pl.concat_str([pl.col("code"), pl.col("column")], separator=":")
                .str.strip_chars_end(":")
                .unique(maintain_order=True)
            )
            .with_columns(pl.col("code").list.join(";"))
        )
        bad = np.zeros(self.rows, np.bool_)
        bad[reasons["index"].to_numpy()] = True
        because = pl.repeat(None, self.rows, dtype=pl.String, eager=True).scatter(reasons["index"], reasons["code"])
        self.accepted = pl.Series("accepted", ~bad)
        header = self.pack.header
        found = {
            "child_id": self.prepared.child_id,
            "status": self._words(bad.astype(np.int64), STATUSES),
            "rejected_because": because,
            **self._band(),
            **self._placement(),
            **self._reviews(),
            "pack": self._constant(header.id),
            "pack_version": self._constant(header.version),
            "pack_fingerprint": self._constant(self.pack.fingerprint),
            "pack_in_force": pl.repeat(self.pack.in_force(self.on), self.rows, dtype=pl.Boolean, eager=True),
            "on": pl.repeat(self.on, self.rows, dtype=pl.Date, eager=True),
            **self._scores(),
        }
        frame = pl.DataFrame({name: found[name] for name in scored_columns(self.compiled)})
        return frame, rejects

    # -- rows that are refused ----------------------------------------------------------------------------------------

    def _rejects(self) -> pl.DataFrame:
        """Every reason of every rejected row: bad cells, then what the pack refuses, then a band that is unknown."""
        found = [self.prepared.rejects]
        off = np.flatnonzero(self.outputs["off_scale"])
        if off.size:
            for name, item in self.pack.items.items():
                column = self.prepared.columns["raw", name]
                assert not isinstance(column, int)
                found.append(self._because("rating-off-scale", name, off[column[off] > item.top]))
        limited = [domain.id for domain in self.pack.domains.values() if domain.refuse_above is not None]
        for place, domain in enumerate(limited):
            found.append(self._because("too-many-unanswered", domain, self._flagged("incomplete", place)))
        for place, refusal in enumerate(self.pack.refusals):
            found.append(self._because("refused", refusal.id, self._flagged("refused", place)))
        told = pl.concat(found)
        if self.pack.banded:
            for code, here in (
                ("nothing-rated", self.outputs["nothing_rated"]), ("band_unknown", self.outputs["band.known"] == 0),
            ):  # fmt: skip
                index = np.flatnonzero(here)
                # A row that is rejected already has its reason: its band was never in question.
                told = pl.concat([told, self._because(code, "", index[~np.isin(index, told["index"].to_numpy())])])
        return told.sort("index", maintain_order=True)

    def _flagged(self, name: str, place: int) -> npt.NDArray[np.signedinteger]:
        return np.flatnonzero(self.outputs[f"{name}.{place // WORD}"] & (1 << place % WORD))

    def _because(self, code: str, column: str, index: npt.NDArray[np.signedinteger]) -> pl.DataFrame:
        return pl.DataFrame(
            {"index": index, "code": code, "column": column, "value": None}, schema_overrides=REJECT_SCHEMA
        )

    # -- columns ------------------------------------------------------------------------------------------------------

    def _constant(self, text: str) -> pl.Series:
        return pl.repeat(text, self.rows, dtype=pl.String, eager=True)

    def _nothing(self, kind: pl.DataType | type[pl.DataType]) -> pl.Series:
        return pl.repeat(None, self.rows, dtype=kind, eager=True)

    def _words(self, codes: npt.NDArray[np.signedinteger], names: Sequence[str]) -> pl.Series:
        return pl.Series(names, dtype=pl.Enum(list(names))).gather(codes.astype(np.uint32))

    def _known(self, name: str) -> pl.Series:
        """Where a result is known and its row accepted."""
        known = self.outputs.get(f"{name}.known")
        return self.accepted if known is None else self.accepted & pl.Series(known == 1)

    def _number(self, name: str, kind: type[pl.DataType]) -> pl.Series:
        if name not in self.outputs:
            return self._nothing(kind)
        found = pl.Series(name, self.outputs[name]).cast(kind)
        return found.set(~self._known(name), None)

    def _decimal(self, name: str) -> pl.Series:
        """A score as an exact decimal at the compiler's scale."""
        scale = self.plan.scales.get(name, 0)
        if name not in self.outputs:
            return self._nothing(pl.Decimal(38, scale))
        found = pl.Series(name, self.outputs[name]).cast(pl.Decimal(38, 0))
        if scale:
            found = pl.select(pl.lit(found) * pl.lit(Decimal(1).scaleb(-scale))).to_series()
        return found.set(~self._known(name), None).rename(name)

    def _choice(self, name: str, names: Sequence[str], *, offset: int = 0) -> pl.Series:
        if name not in self.outputs or not names:
            return self._nothing(pl.Enum(list(names)))
        codes = np.maximum(self.outputs[name].astype(np.int64) - offset, 0)
        return self._words(codes, names).set(~self._known(name), None)

    def _band(self) -> dict[str, pl.Series]:
        names = [band.name for band in self.pack.bands.values()]
        found = {name: self._number(name, pl.Int16) for name in ("band", "band_low", "band_high", "base_band")}
        if self.pack.banded:
            band_name = found["band"].replace_strict(dict(enumerate(names, start=1)), return_dtype=pl.String)
            sure = (self.outputs["band_low"] == self.outputs["band_high"]) | self.compiled.program.exact
            band_range = self._words((~sure).astype(np.int8), BAND_RANGES)
            band_range = band_range.set(~self.accepted, None)
            rules = [rule.id for rule in (*self.pack.at_least, *self.pack.at_most)]
            raised_by = self._flags("raised", rules)
        else:
            band_name, raised_by = self._nothing(pl.String), self._nothing(pl.String)
            band_range = self._nothing(pl.Enum(list(BAND_RANGES)))
        return {
            **found,
            "band_name": band_name,
            "band_range": band_range,
            "completeness": self._number("completeness", pl.Int16),
            "need_score": self._decimal("need_score"),
            "raised_by": raised_by,
        }

    def _placement(self) -> dict[str, pl.Series]:
        settings = list(self.pack.settings)
        setting = self._nothing(pl.Enum(settings))
        column = self.prepared.columns.get(("column", "setting"))
        if settings and isinstance(column, np.ndarray):
            setting = self._words(np.maximum(column, 0), settings).set(~self.accepted | pl.Series(column < 0), None)
        outputs = self.outputs
        for name in ("price_low", "price_expected", "price_high"):
            if name in outputs:
                outputs[f"{name}.known"] = outputs["price.known"]
        cost, expected = self._number("care_cost", pl.Int64), self._number("price_expected", pl.Int64)
        reference = self._number("reference_expected", pl.Int64)
        fit = self._choice("cost_fit", COST_FITS)
        variance = (cost - expected).set((fit == COST_FITS[0]).fill_null(value=True), None)
        return {
            "setting": setting,
            "setting_fit": self._choice("setting_fit", SETTING_FITS),
            "care_cost_pence": cost,
            "cost_basis": self._choice("cost_basis", COST_BASES),
            "price_low_pence": self._number("price_low", pl.Int64),
            "price_expected_pence": expected,
            "price_high_pence": self._number("price_high", pl.Int64),
            "cost_fit": fit,
            "price_variance_pence": variance,
            "reference_setting": self._choice("reference_setting", settings, offset=1),
            "reference_expected_pence": reference,
            "setting_variance_pence": expected - reference,
        }

    def _reviews(self) -> dict[str, pl.Series]:
        reviews, holds = [review.id for review in self.pack.reviews], [hold.id for hold in self.pack.holds]
        standing, doubted = self._flags("holds", holds), self._flags("holds_unknown", [f"{hold}?" for hold in holds])
        both = (
            pl.DataFrame({"standing": standing, "doubted": doubted})
            .select(
                pl.when(pl.col("standing") == "")
                .then("doubted")
                .when(pl.col("doubted") == "")
                .then("standing")
                .otherwise(pl.concat_str(["standing", "doubted"], separator=";"))
            )
            .to_series()
        )
        priority = self._number("priority", pl.Int8)
        return {
            "reviews": self._flags("reviews", reviews),
            "reviews_unknown": self._flags("reviews_unknown", reviews),
            "holds": both,
            "priority": priority.set((priority == NO_TIER).fill_null(value=False), None),
        }

    def _flags(self, name: str, ids: Sequence[str]) -> pl.Series:
        """The ids whose flag is set, joined by `;`: text for every word's 128 states, then one look-up a word."""
        if not ids:
            return pl.repeat("", self.rows, dtype=pl.String, eager=True).set(~self.accepted, None)
        words = []
        for start in range(0, len(ids), WORD):
            part = ids[start : start + WORD]
            states = [
                ";".join(id_ for bit, id_ in enumerate(part) if state >> bit & 1) for state in range(1 << len(part))
            ]
            table = pl.Series([state or None for state in states], dtype=pl.String)
            words.append(table.gather(self.outputs[f"{name}.{start // WORD}"].astype(np.uint32)).alias(str(start)))
        joined = pl.DataFrame(words).select(pl.concat_str(pl.all(), separator=";", ignore_nulls=True)).to_series()
        return joined.set(~self.accepted, None)

    def _scores(self) -> dict[str, pl.Series]:
        found = {}
        for name in self.pack.named:
            output = f"score.{name}"
            kind = self.pack.scores[name].type
            if kind is Type.TRUTH:
                found[name] = pl.Series(self.outputs[output] == 1).set(~self._known(output), None)
            elif kind is Type.MONEY:
                found[f"{name}_pence"] = self._number(output, pl.Int64)
            else:
                found[name] = self._decimal(output)
        return found
