"""From syntax to meaning: names are looked up, types are checked, every mistake is collected.

`Names` is the one namespace of a pack. `Resolver` turns one expression into a typed tree; where a part makes no sense
it reports a finding and goes on with None, so that one run tells of every mistake and no mistake is told twice.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Literal

from banding.errors import did_you_mean
from banding.pack import expression as syntax
from banding.pack import tree
from banding.pack.calls import FUNCTIONS, call
from banding.pack.cells import EXACT
from banding.pack.comparisons import comparison
from banding.pack.model import Item
from banding.vocabulary import Fact, Type

GIVEN: dict[str, Type] = {
    "band": Type.NUMBER,
    "base_band": Type.NUMBER,
    "band_low": Type.NUMBER,
    "band_high": Type.NUMBER,
    "completeness": Type.NUMBER,
    "need_score": Type.NUMBER,
    "setting_fit": Type.CHOICE,
    "cost_fit": Type.CHOICE,
    "care_cost": Type.MONEY,
    "price.low": Type.MONEY,
    "price.expected": Type.MONEY,
    "price.high": Type.MONEY,
    "reference.expected": Type.MONEY,
    "validity.days": Type.NUMBER,
    "on": Type.DATE,
}
SETTING_FITS = ("unknown", "legal_check", "not_assessed", "more_intensive", "less_intensive", "within")
COST_FITS = ("unknown", "below", "within", "above")
GIVEN_CHOICES = {"setting_fit": SETTING_FITS, "cost_fit": COST_FITS}

WORDS = frozenset((*FUNCTIONS, "and", "or", "not", "in", "true", "false", "needs", "strengths", *GIVEN))
# A score is a column of the result and an item one of the caseload: neither may take the name of another column.
COLUMNS = frozenset(
    (
        "child_id", "profile_date", "currency", "rater", "evidence", "status", "rejected_because", "band_name",
        "band_range", "raised_by", "cost_basis", "price_low", "price_expected", "price_high", "price_variance",
        "reference_setting", "reference_expected", "setting_variance", "reviews", "reviews_unknown", "holds",
        "priority", "pack", "pack_version", "pack_fingerprint", "pack_in_force", "override_band", "override_reason",
        "override_person", "override_date",
    )
)  # fmt: skip

Report = Callable[[str, str, str], None]
Context = Literal["gate", "score", "band", "refuse", "review"]


@dataclass(frozen=True, slots=True)
class Names:
    """All that an expression of one pack may name.

    scores   a named score, or an own fact that is worked out, with its type; it grows as scores are resolved.
    pending  names that are declared, but not (or not yet) with a meaning: their mistake is told at the declaration.
    """

    items: Mapping[str, Item]
    item_rows: Mapping[str, str]
    prorata_items: frozenset[str]
    facts: Mapping[str, Fact]
    parameters: Mapping[str, tree.Const]
    settings: tuple[str, ...]
    bands: Mapping[str, int]
    sets: dict[str, tuple[str, ...]] = field(default_factory=dict)
    scores: dict[str, Type] = field(default_factory=dict)
    pending: set[str] = field(default_factory=set)

    def everything(self) -> Iterable[str]:
        for part in (self.items, self.facts, self.parameters, self.sets, self.scores, self.pending, GIVEN):
            yield from part

    def choices(self, node: tree.Node) -> tuple[str, ...]:
        """The ids a choice may be compared with; empty where any may stand. `unknown` is asked with known(...)."""
        if isinstance(node, tree.Given):
            return GIVEN_CHOICES[node.name][1:]
        fact = self.facts[node.name] if isinstance(node, tree.FactRef) else None
        if fact is None:
            return ()
        return self.settings if fact.from_settings else fact.choices


class Resolver:
    """Resolves the expressions of one place. `report(code, message, remedy)` is called for every mistake."""

    def __init__(self, names: Names, context: Context, report: Report) -> None:
        self.names, self._context, self._report = names, context, report

    def resolve(self, text: str, wanted: tuple[Type, ...]) -> tree.Node | None:
        """The typed tree of `text`, or None where a mistake was reported. `wanted` names the types that may stand."""
        try:
            written = syntax.parse(text)
        except syntax.SyntaxFault as fault:
            return self.wrong("bad-expression", fault.message, fault.remedy)
        node = self.node(written)
        if node is None:
            return None
        if node.type not in wanted:
            expected = " or ".join(tree.SAID[kind] for kind in wanted)
            return self.wrong(
                "wrong-type", f"This is {tree.SAID[node.type]}; expected {expected}.", _type_advice(node, wanted)
            )
        if tree.is_ratio(node):
            return self._ratio()
        if self._context == "gate" and any(isinstance(part, _NOT_IN_A_GATE) for part in tree.walk(node)):
            return self._gate()
        return node

    def item_set(self, text: str | tuple[str, ...]) -> tuple[str, ...] | None:
        """The items of a set declaration, in the order of items.csv, or None where a mistake was reported."""
        if isinstance(text, tuple):
            return self._listing(syntax.Listing(tuple(syntax.Name(name) for name in text)))
        try:
            return self.set_of(syntax.parse(text))
        except syntax.SyntaxFault as fault:
            self.wrong("bad-expression", fault.message, fault.remedy)
            return None

    def wrong(self, code: str, message: str, remedy: str = "") -> tree.Node | None:
        """Reports a mistake. Always None: what stands for a part that has no meaning."""
        self._report(code, message, remedy)
        return None

    # -- sets ---------------------------------------------------------------------------------------------------------

    def is_set(self, written: syntax.Syntax) -> bool:
        if isinstance(written, syntax.Sum):
            return self.is_set(written.terms[0][1])
        if isinstance(written, syntax.Name):
            return written.id in self.names.sets
        return isinstance(written, syntax.Listing)

    def set_of(self, written: syntax.Syntax) -> tuple[str, ...] | None:
        if isinstance(written, syntax.Listing):
            return self._listing(written)
        if isinstance(written, syntax.Name):
            found = self._members(written.id)
            if found is None and written.id not in self.names.pending:
                self.no_such(written.id, (*self.names.sets, *self.names.items), "a set or item")
            return found
        if isinstance(written, syntax.Sum) and all(sign < 0 for sign, _ in written.terms[1:]):
            parts = [self.set_of(term) for _, term in written.terms]
            if any(part is None for part in parts):
                return None
            left_out = {item for part in parts[1:] if part for item in part}
            return tuple(item for item in parts[0] or () if item not in left_out)
        self.wrong("wrong-type", "A set was expected here.", "Name a set, or write set - [item], or [item, item].")
        return None

    def _listing(self, written: syntax.Listing) -> tuple[str, ...] | None:
        members: set[str] = set()
        good = True
        for member in written.members:
            if not isinstance(member, syntax.Name):
                good = False
                self.wrong("wrong-type", "A list of items holds item names only.", "Write, say, [self_harm, anxiety].")
                continue
            found = self._members(member.id)
            good = good and found is not None
            if found is None and member.id not in self.names.pending:
                self.no_such(member.id, (*self.names.items, *self.names.sets), "an item or set")
            members.update(found or ())
        return tuple(item for item in self.names.items if item in members) if good else None

    def _members(self, name: str) -> tuple[str, ...] | None:
        return (name,) if name in self.names.items else self.names.sets.get(name)

    def no_such(self, name: str, known: Iterable[str], kind: str) -> tree.Node | None:
        suggestion = did_you_mean(name, known)
        for item, row in self.names.item_rows.items():
            if suggestion == f"Did you mean {item}?":
                suggestion = f"Did you mean {item} ({row})?"
        return self.wrong("unknown-name", f'"{name}" is not {kind}.', suggestion or "Declare it, or correct the name.")

    # -- values -------------------------------------------------------------------------------------------------------

    def node(self, written: syntax.Syntax) -> tree.Node | None:
        match written:
            case syntax.Number(value):
                return tree.Const(Type.NUMBER, value)
            case syntax.Money(pounds):
                if pounds != round(pounds, 2):
                    return self.wrong("wrong-type", "Money has at most two decimals.", "Round it to the penny.")
                return tree.Const(Type.MONEY, pounds)
            case syntax.Truth(value):
                return tree.Const(Type.TRUTH, value)
            case syntax.Name(name):
                return self._name(name)
            case syntax.Call():
                return call(self, written)
            case syntax.Unary("not", operand):
                inner = self.typed(operand, Type.TRUTH, "after 'not'")
                return None if inner is None else tree.Not(inner)
            case syntax.Unary(_, operand):
                return self._scaled(self.node(operand), Decimal(-1))
            case syntax.Junction(operator, operands):
                parts = [self.typed(part, Type.TRUTH, f"beside '{operator}'") for part in operands]
                found = tuple(part for part in parts if part is not None)
                joined: Literal["and", "or"] = "and" if operator == "and" else "or"
                return tree.Junction(joined, found) if len(found) == len(parts) else None
            case syntax.Sum():
                return self._sum(written)
            case syntax.Product(operator, left, right):
                return self._product(operator, self.node(left), self.node(right))
            case syntax.Comparison():
                return comparison(self, written)
            case syntax.Listing():
                return self.wrong(
                    "wrong-type",
                    "A list stands only after 'in', inside step and value, or as a set.",
                    "Write, say, sum([self_harm, anxiety]).",
                )

    def _name(self, name: str) -> tree.Node | None:
        names = self.names
        if name in names.items:
            return self._allowed(tree.ItemRef(name))
        if name in names.parameters:
            return names.parameters[name]
        if name in names.scores:
            return self._allowed(tree.ScoreRef(name, names.scores[name]))
        if name in names.pending:
            # Its own mistake, or the circle it stands in, is told where it is declared.
            return self._gate() if self._context == "gate" else None
        if name in names.facts:
            return self._allowed(tree.FactRef(name, names.facts[name].type))
        if name in GIVEN:
            if self._context == "review":
                return tree.Given(name, GIVEN[name])
            return self.wrong(
                "not-readable-here",
                f"{name} is a result of banding and can be read by validity, reviews and holds only.",
                "Move this to a review.",
            )
        if name in names.sets:
            return self.wrong(
                "wrong-type",
                f"{name} is a set and cannot stand alone.",
                f"Write sum({name}), count({name} >= 2) or so.",
            )
        return self.no_such(name, names.everything(), "an item, set, score, parameter or fact")

    def _allowed(self, node: tree.ItemRef | tree.ScoreRef | tree.FactRef) -> tree.Node | None:
        if self._context != "gate" or (isinstance(node, tree.FactRef) and node.name in ("age", "age_months")):
            return node
        return self._gate()

    def _gate(self) -> tree.Node | None:
        return self.wrong(
            "not-readable-here",
            "Whether an item is asked may depend on age or age_months alone.",
            "Write, say, age >= 6.",
        )

    def typed(self, written: syntax.Syntax, wanted: Type, where: str) -> tree.Node | None:
        node = self.node(written)
        if node is not None and node.type != wanted:
            found, expected = tree.SAID[node.type], tree.SAID[wanted]
            message = f"{found.capitalize()} stands {where}; expected {expected}."
            return self.wrong("wrong-type", message, _type_advice(node, (wanted,)))
        return node

    def _sum(self, written: syntax.Sum) -> tree.Node | None:
        if self.is_set(written.terms[0][1]):
            return self.wrong(
                "wrong-type", "A set cannot stand alone.", "Write sum(...), count(... >= 2) or so around it."
            )
        parts = [(sign, self.node(term)) for sign, term in written.terms]
        terms = tuple((sign, node) for sign, node in parts if node is not None)
        if len(terms) < len(parts):
            return None
        kinds = {node.type for _, node in terms}
        if len(kinds) > 1 or not kinds <= {Type.NUMBER, Type.MONEY}:
            shown = " and ".join(tree.SAID[kind] for kind in sorted(kinds))
            remedy = tree.COUNTED if Type.TRUTH in kinds else tree.MIXED
            return self.wrong("wrong-type", f"Adding needs numbers alone or money alone; found {shown}.", remedy)
        if any(tree.is_ratio(node) for _, node in terms):
            return self._ratio()
        kind = kinds.pop()
        if all(isinstance(node, tree.Const) for _, node in terms):
            total = Decimal(0)
            for sign, node in terms:
                total = EXACT.add(total, EXACT.multiply(Decimal(sign), tree.constant(node) or Decimal(0)))
            return tree.Const(kind, total)
        return tree.Sum(terms, kind)

    def _ratio(self) -> tree.Node | None:
        return self.wrong(
            "ratio-needs-rounding",
            "A mean or pro rata is a quotient: it may be multiplied by a constant, rounded, or stand on one side of a "
            "comparison.",
            "Round it first: write round_half_up(...), floor(...) or ceiling(...) around it.",
        )

    def _scaled(self, node: tree.Node | None, factor: Decimal) -> tree.Node | None:
        if node is None:
            return None
        if node.type not in (Type.NUMBER, Type.MONEY):
            return self.wrong("wrong-type", f"{tree.SAID[node.type].capitalize()} cannot be multiplied.", _NUMBERS)
        if isinstance(node, tree.Const):
            return tree.Const(node.type, EXACT.multiply(Decimal(node.value), factor))
        return tree.Scaled(node, factor, node.type)

    def _product(self, operator: str, left: tree.Node | None, right: tree.Node | None) -> tree.Node | None:
        if left is None or right is None:
            return None
        number = tree.constant(right)
        if operator == "//":
            if number is None or right.type != Type.NUMBER or number <= 0:
                return self.wrong("wrong-type", "// needs a number above 0 on its right.", "Write, say, x // 10.")
            if left.type != Type.NUMBER:
                return self.wrong("wrong-type", f"// divides a number, not {tree.SAID[left.type]}.", _NUMBERS)
            return self._ratio() if tree.is_ratio(left) else tree.FloorDivided(left, number)
        if number is not None and right.type == Type.NUMBER:
            return self._scaled(left, number)
        factor = tree.constant(left)
        if factor is not None and left.type == Type.NUMBER:
            return self._scaled(right, factor)
        return self.wrong(
            "wrong-type",
            "Multiplying needs a plain number or number parameter on one side.",
            "Use step or if to choose between fixed multiples.",
        )


_NOT_IN_A_GATE = (tree.OverSet, tree.Count, tree.Known)
_NUMBERS = "Only numbers and money are multiplied, and only numbers divided."


def _type_advice(node: tree.Node, wanted: tuple[Type, ...]) -> str:
    if Type.TRUTH in wanted:
        return "Compare it with something, as in x >= 2 or x == a."
    if node.type == Type.TRUTH:
        return tree.COUNTED
    return tree.MIXED if node.type in (Type.NUMBER, Type.MONEY) else "Compare it, and choose with if(...)."
