"""Expressions for hypothesis to draw, written as text, so that the parser is drawn upon too."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from hypothesis import strategies as st


@dataclass(frozen=True)
class Drawn:
    """The parts of a pack that expressions are written from."""

    items: dict[str, int]
    domains: dict[str, tuple[str, ...]]
    prorata: frozenset[str]
    draw: Any

    def pick(self, *options: Any) -> Any:
        return self.draw(st.sampled_from(options))

    def sets(self, *, scaled: bool) -> list[str]:
        """Sets all of whose items are under the rule prorata, or none of them."""
        return [name for name in self.domains if (name in self.prorata) == scaled]

    # -- text of expressions ------------------------------------------------------------------------------------------

    def number(self, depth: int, scores: tuple[str, ...] = (), *, review: bool = False) -> str:
        if depth == 0:
            return str(self.pick(*self.items, *scores, "age", "amount", "0", "3", "half", "-1.25", "many"))

        def inner() -> str:
            return self.number(depth - 1, scores, review=review)

        kind = self.pick(
            "leaf",
            "sum",
            "scale",
            "floor",
            "max",
            "clip",
            "set",
            "set",
            "set",
            "count",
            "if",
            "step",
            "value",
            "mean",
            "prorata",
            "round",
            *(("answered", "given") if review else ()),
        )
        plain, scaled = self.sets(scaled=False), self.sets(scaled=True)
        if kind == "sum":
            return f"({inner()} {self.pick('+', '-')} {inner()})"
        if kind == "scale":
            return f"{self.pick('2', '-1', '0.5', '1.25', 'half')} * ({inner()})"
        if kind == "floor":
            return f"({inner()}) // {self.pick('2', '0.5', '7')}"
        if kind == "max":
            return f"{self.pick('max', 'min')}({inner()}, {inner()})"
        if kind == "clip":
            return f"clip({inner()}, {self.pick('0', '-2')}, {self.pick('4', '6.5')})"
        if kind == "set" and plain:
            function = self.pick("sum", "points", "weighted", "max", "min", "highest")
            return f"{function}({self.pick(*plain)}{', 1' if function == 'highest' else ''})"
        if kind == "set" and scaled:
            return f"round_half_up({self.pick('sum', 'points')}({self.pick(*scaled)}){self.pick('', ', 1')})"
        if kind == "count":
            return f"count({self.pick(*self.domains)} {self.relation()} {self.pick('0', '1', '2', '1.5', '3')})"
        if kind == "if":
            return f"if({self.truth(depth - 1, scores, review=review)}, {inner()}, {inner()})"
        if kind == "step":
            values = ", ".join(str(self.draw(st.integers(-3, 5))) for _ in range(3))
            return f"step(max({inner()}, -2), [-2, 1, {self.pick('2.5', '4')}], [{values}])"
        if kind == "value":
            item = self.pick(*self.items)
            listed = ", ".join(str(self.pick(0, 1, 3, -2, "0.5")) for _ in range(self.items[item] + 1))
            return f"value({item}, [{listed}])"
        if kind == "mean":
            scale = self.pick("", " * 1.5", " * -2")
            return f"{self.pick('round_half_up', 'floor', 'ceiling')}(mean({self.pick(*self.domains)}){scale})"
        if kind == "prorata":
            return f"round_half_up(prorata({self.pick(*self.domains)}, at_least=1){self.pick('', ' * 2.5')})"
        if kind == "round":
            return f"{self.pick('round_half_up', 'floor', 'ceiling')}({inner()})"
        if kind == "answered":
            return f"{self.pick('answered', 'unanswered')}({self.pick(*self.domains)})"
        if kind == "given":
            return str(self.pick("completeness", "distance_miles", "profile_age_days"))
        return self.number(0, scores)

    def relation(self) -> str:
        return str(self.pick(">=", ">", "<=", "<", "==", "!="))

    def truth(self, depth: int, scores: tuple[str, ...] = (), *, review: bool = False) -> str:

        def number() -> str:
            return self.number(max(depth - 1, 0), scores, review=review)

        def inner() -> str:
            return self.truth(max(depth - 1, 0), scores, review=review)

        kinds = ["compare", "any", "flag", "colour", "worked"]
        if depth:
            kinds += ["and", "or", "not", "if", "chain", "mean", "compare", "any"]
        if review:
            kinds += ["known", "cost", "same", "fit"]
        kind = self.pick(*kinds)
        chosen = self.pick(*self.domains)
        if kind == "any":
            return f"{self.pick('any', 'all')}({chosen} {self.relation()} {self.pick('0', '1', '2')})"
        if kind == "flag":
            return "flagged"
        if kind == "worked" and scores:
            return "worked"
        if kind == "colour":
            return str(self.pick("colour == red", "colour != blue", "colour in [red, green]"))
        if kind in ("and", "or"):
            return f"({inner()} {kind} {inner()})"
        if kind == "not":
            return f"not ({inner()})"
        if kind == "if":
            return f"if({inner()}, {inner()}, {inner()})"
        if kind == "chain":
            return f"1 <= {number()} < 3"
        if kind == "mean":
            ratio = self.pick(f"mean({chosen})", f"prorata({chosen}, at_least=1) * 0.5")
            return f"{ratio} {self.relation()} {number()}"
        if kind == "known":
            return f"known({self.pick(*self.items, 'age', 'flagged', 'amount', *scores)})"
        if kind == "cost":
            return str(
                self.pick(
                    "care_cost > price.high",
                    "care_cost - price.expected > £100",
                    "weekly_cost == core_cost",
                    "reference.expected < care_cost",
                    "band >= 2",
                    "band_high > band_low",
                    "base_band < band",
                )
            )
        if kind == "same":
            return str(
                self.pick("setting == preferred_setting", "setting in [flat, cellar]", "support_review_due < on")
            )
        if kind == "fit":
            return str(self.pick("setting_fit == more_intensive", "cost_fit != within", "known(setting_fit)"))
        return f"{number()} {self.relation()} {number()}"
