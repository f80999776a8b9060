"""The functions of the rule language, each with what it takes. `resolve` calls this for every `name(...)`."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from typing import TYPE_CHECKING, Literal

from banding.errors import did_you_mean
from banding.pack import expression as syntax
from banding.pack import tree
from banding.vocabulary import Type

if TYPE_CHECKING:
    from banding.pack.resolve import Resolver

MOST_ROUNDING_DIGITS = 6
Handler = Callable[["Resolver", syntax.Call], tree.Node | None]


def call(at: Resolver, written: syntax.Call) -> tree.Node | None:
    """The typed node of one call, or None where a mistake was reported."""
    handler = _HANDLERS.get(written.function)
    if handler is None:
        remedy = did_you_mean(written.function, FUNCTIONS) or f"The functions are {', '.join(FUNCTIONS)}."
        return at.wrong("unknown-name", f'"{written.function}" is not a function.', remedy)
    if written.named and written.function != "prorata":
        name = written.named[0][0]
        message = f"{written.function} takes nothing called {name}."
        return at.wrong("wrong-arguments", message, "To compare, write == instead of =.")
    return handler(at, written)


def _takes(at: Resolver, written: syntax.Call, count: int, usage: str) -> bool:
    if len(written.arguments) == count:
        return True
    values = "1 value" if count == 1 else f"{count} values"
    message = f"{written.function} takes {values} in its brackets, found {len(written.arguments)}."
    at.wrong("wrong-arguments", message, f"Write {usage}.")
    return False


def _over_set(function: tree.SetFunction) -> Handler:
    def handler(at: Resolver, written: syntax.Call) -> tree.Node | None:
        if not _takes(at, written, 1, f"{function}(set)"):
            return None
        items = _members(at, written.arguments[0])
        if items is None:
            return None
        scaled = [item for item in items if item in at.names.prorata_items]
        if not scaled or function not in ("sum", "points", "weighted"):
            return tree.OverSet(function, items)
        return _scaled(at, function, items, scaled)

    return handler


def _scaled(at: Resolver, function: tree.SetFunction, items: tuple[str, ...], scaled: list[str]) -> tree.Node | None:
    """A sum or points of items that are scaled pro rata where some of them are unanswered."""
    if function == "weighted":
        return at.wrong(
            "ratio-needs-rounding",
            f"weighted() adds up domains, and the domain of {scaled[0]} is scaled pro rata.",
            "Round each such domain by itself: round_half_up(points(domain)).",
        )
    if len(scaled) < len(items):
        return at.wrong(
            "mixed-missing",
            f"{function} mixes items scaled pro rata ({scaled[0]}) with others.",
            "Add them up one domain at a time.",
        )
    if function == "sum" and len({at.names.items[item].top for item in items}) > 1:
        return _unequal_tops(at)
    if function == "points" and len({_points_range(at, item) for item in items}) > 1:
        return at.wrong(
            "unequal-scales",
            "Points scaled pro rata need items with the same least and most points, weight included.",
            "Take the items that differ out of the set.",
        )
    return tree.OverSet(function, items, scaled=True)


def _points_range(at: Resolver, name: str) -> tuple[Decimal, Decimal]:
    item = at.names.items[name]
    points = item.points or tuple(Decimal(rating) for rating in range(item.top + 1))
    return item.weight * min(points), item.weight * max(points)


def _unequal_tops(at: Resolver) -> tree.Node | None:
    return at.wrong(
        "unequal-scales",
        "Items scaled pro rata need the same top.",
        "Take the items with another top out of the set.",
    )


def _members(at: Resolver, written: syntax.Syntax) -> tuple[str, ...] | None:
    items = at.set_of(written)
    if items == ():
        at.wrong("empty-set", "The set has no items.", "Name a set that has items.")
        return None
    return items


def _highest(at: Resolver, written: syntax.Call) -> tree.Node | None:
    if not _takes(at, written, 2, "highest(set, 2)"):
        return None
    items = _members(at, written.arguments[0])
    number = _whole(at, written.arguments[1], 1, "how many ratings to add up")
    if items is None or number is None:
        return None
    always = [item for item in items if at.names.items[item].asked is None]
    if len(always) < number:
        return at.wrong(
            "too-few-items",
            f"highest adds up {number} ratings, but of this set {len(always)} can be counted on at every age.",
            "Take a smaller number or a larger set.",
        )
    return tree.OverSet("highest", items, number)


def _prorata(at: Resolver, written: syntax.Call) -> tree.Node | None:
    named = dict(written.named)
    if len(written.arguments) != 1 or set(named) != {"at_least"} or len(written.named) != 1:
        return at.wrong("wrong-arguments", "prorata takes a set and at_least.", "Write prorata(set, at_least=3).")
    items = _members(at, written.arguments[0])
    number = _whole(at, named["at_least"], 1, "at_least")
    if items is None or number is None:
        return None
    if number > len(items):
        message = f"prorata needs {number} answers, but the set has {len(items)} items."
        return at.wrong("too-few-items", message, "Take a smaller number or a larger set.")
    if len({at.names.items[item].top for item in items}) > 1:
        return _unequal_tops(at)
    return tree.OverSet("prorata", items, number)


def _whole(at: Resolver, written: syntax.Syntax, least: int, what: str) -> int | None:
    node = at.node(written)
    value = tree.constant(node)
    if node is not None and (value is None or node.type != Type.NUMBER or value != int(value) or value < least):
        at.wrong("wrong-arguments", f"Expected {what}: a whole number, {least} or more.", "Write, say, 2.")
        return None
    return None if value is None else int(value)


def _extreme(at: Resolver, written: syntax.Call) -> tree.Node | None:
    function: Literal["max", "min"] = "max" if written.function == "max" else "min"
    if len(written.arguments) == 1:
        return _over_set(function)(at, written)
    operands = _alike(at, written)
    return None if operands is None else tree.Extreme(function, operands, operands[0].type)


def _clip(at: Resolver, written: syntax.Call) -> tree.Node | None:
    if not _takes(at, written, 3, "clip(x, 0, 16)"):
        return None
    operands = _alike(at, written)
    if operands is None:
        return None
    operand, least, most = operands
    low, high = tree.constant(least), tree.constant(most)
    if low is not None and high is not None and low > high:
        return at.wrong("wrong-arguments", "clip has its least above its most.", "Write clip(x, least, most).")
    return tree.Clip(operand, least, most, operand.type)


def _alike(at: Resolver, written: syntax.Call) -> tuple[tree.Node, ...] | None:
    """The arguments as numbers alone or money alone, none of them a quotient."""
    function = written.function
    if not written.arguments:
        at.wrong("wrong-arguments", f"{function} has nothing in its brackets.", f"Write {function}(set).")
        return None
    found = [at.node(argument) for argument in written.arguments]
    nodes = tuple(node for node in found if node is not None)
    if len(nodes) < len(found):
        return None
    kinds = {node.type for node in nodes}
    if len(kinds) > 1 or not kinds <= {Type.NUMBER, Type.MONEY}:
        remedy = tree.COUNTED if Type.TRUTH in kinds else tree.MIXED
        at.wrong("wrong-type", f"{function} needs numbers alone or money alone.", remedy)
    elif any(tree.is_ratio(node) for node in nodes):
        at.wrong("ratio-needs-rounding", f"A quotient stands inside {function}.", _ROUND)
    else:
        return nodes
    return None


def _count(at: Resolver, written: syntax.Call) -> tree.Node | None:
    usage = f"{written.function}(set >= 2)"
    if not _takes(at, written, 1, usage):
        return None
    test = written.arguments[0]
    if not isinstance(test, syntax.Comparison) or len(test.links) != 1 or test.links[0][0] == "in":
        return at.wrong("wrong-arguments", f"{written.function} needs one comparison.", f"Write {usage}.")
    operator, right = test.links[0]
    left = test.first
    if tree.constant(at.node(left) if isinstance(left, syntax.Number) else None) is not None:
        left, right, operator = right, left, tree.FLIPPED[operator]
    items = _members(at, left)
    threshold = at.node(right)
    value = tree.constant(threshold)
    if items is None or threshold is None:
        return None
    if value is None or threshold.type != Type.NUMBER:
        return at.wrong("wrong-arguments", "Ratings are compared with a plain number or parameter.", f"Write {usage}.")
    quantifier: Literal["count", "any", "all"] = (
        "count" if written.function == "count" else "any" if written.function == "any" else "all"
    )
    kind = Type.NUMBER if quantifier == "count" else Type.TRUTH
    return tree.Count(quantifier, items, operator, value, kind)


def _known(at: Resolver, written: syntax.Call) -> tree.Node | None:
    if not _takes(at, written, 1, "known(x)"):
        return None
    node = at.node(written.arguments[0])
    if node is None:
        return None
    if not isinstance(node, tree.ItemRef | tree.FactRef | tree.ScoreRef | tree.Given):
        return at.wrong("wrong-arguments", "known asks of one item, fact, score or result.", "Write known(name).")
    return tree.Known(node)


def _if(at: Resolver, written: syntax.Call) -> tree.Node | None:
    if not _takes(at, written, 3, "if(test, a, b)"):
        return None
    test = at.typed(written.arguments[0], Type.TRUTH, "as the test of if")
    then, otherwise = at.node(written.arguments[1]), at.node(written.arguments[2])
    if test is None or then is None or otherwise is None:
        return None
    if then.type != otherwise.type or then.type not in (Type.NUMBER, Type.MONEY, Type.TRUTH):
        message = f"if chooses between {tree.SAID[then.type]} and {tree.SAID[otherwise.type]}."
        return at.wrong("wrong-type", message, "Choose between two numbers, two sums of money or two conditions.")
    if tree.is_ratio(then) or tree.is_ratio(otherwise):
        return at.wrong("ratio-needs-rounding", "A quotient stands inside if.", _ROUND)
    return tree.If(test, then, otherwise, then.type)


def _constants(at: Resolver, written: syntax.Syntax, what: str) -> tuple[tuple[Decimal, ...], Type] | None:
    if not isinstance(written, syntax.Listing) or not written.members:
        at.wrong("wrong-arguments", f"Expected {what} as a list.", "Write, say, [0, 12, 24].")
        return None
    nodes = [at.node(member) for member in written.members]
    if any(node is None for node in nodes):
        return None
    values = [tree.constant(node) for node in nodes]
    known = tuple(value for value in values if value is not None)
    kinds = {node.type for node in nodes if node is not None}
    if len(known) < len(values) or len(kinds) != 1:
        message = f"Expected {what} as plain numbers or parameters, all numbers or all money."
        at.wrong("wrong-arguments", message, "Write, say, [0, 12, 24].")
        return None
    return known, kinds.pop()


def _step(at: Resolver, written: syntax.Call) -> tree.Node | None:
    if not _takes(at, written, 3, "step(x, [0, 12, 24], [1, 2, 3])"):
        return None
    operand = at.node(written.arguments[0])
    edges = _constants(at, written.arguments[1], "the edges of step")
    values = _constants(at, written.arguments[2], "the values of step")
    if operand is None or edges is None or values is None:
        return None
    if operand.type not in (Type.NUMBER, Type.MONEY) or tree.is_ratio(operand):
        message = "step reads a number or a sum of money, and no quotient, condition or choice."
        return at.wrong("wrong-type", message, "Round a quotient first; choose by a condition with if(...).")
    if edges[1] != operand.type:
        message = f"step reads {tree.SAID[operand.type]}, and each of its edges is {tree.SAID[edges[1]]}."
        return at.wrong("wrong-type", message, tree.MIXED)
    if len(edges[0]) != len(values[0]):
        return at.wrong(
            "wrong-arguments",
            f"step has {len(edges[0])} edges and {len(values[0])} values.",
            "Give each edge its value.",
        )
    if any(after <= before for before, after in zip(edges[0], edges[0][1:], strict=False)):
        return at.wrong("wrong-arguments", "The edges of step must rise.", "Put them in order, each once.")
    return tree.Step(operand, edges[0], values[0], values[1])


def _value(at: Resolver, written: syntax.Call) -> tree.Node | None:
    if not _takes(at, written, 2, "value(item, [0, 1, 3, 9])"):
        return None
    item = at.node(written.arguments[0])
    values = _constants(at, written.arguments[1], "the values")
    if item is None or values is None:
        return None
    if not isinstance(item, tree.ItemRef):
        return at.wrong("wrong-arguments", "value takes an item by name.", "For anything else write step.")
    top = at.names.items[item.item].top
    if len(values[0]) != top + 1:
        return at.wrong(
            "values-do-not-fit",
            f"value has {len(values[0])} values, expected {top + 1}: one for each rating 0 to {top} of {item.item}.",
            "Give each rating its value.",
        )
    return tree.ValueOf(item.item, values[0], values[1])


def _rounded(at: Resolver, written: syntax.Call) -> tree.Node | None:
    function = next(name for name in _ROUNDINGS if name == written.function)
    most = 2 if function == "round_half_up" else 1
    if not 1 <= len(written.arguments) <= most:
        message = f"{function} takes {'1 or 2 values' if most > 1 else '1 value'} in its brackets."
        return at.wrong("wrong-arguments", message, f"Write {function}(x){', or round_half_up(x, 2)' * (most > 1)}.")
    operand = at.node(written.arguments[0])
    digits = _whole(at, written.arguments[1], 0, "the number of decimals") if len(written.arguments) > 1 else 0
    if operand is None or digits is None:
        return None
    if operand.type not in (Type.NUMBER, Type.MONEY):
        message = f"{function} rounds a number or a sum of money, not {tree.SAID[operand.type]}."
        return at.wrong("wrong-type", message, "Round what the condition or choice was made from.")
    if digits > MOST_ROUNDING_DIGITS:
        message = f"At most {MOST_ROUNDING_DIGITS} decimals can be asked for."
        return at.wrong("wrong-arguments", message, "Take fewer.")
    return tree.Rounded(function, operand, digits, operand.type)


def _lookup(at: Resolver, written: syntax.Call) -> tree.Node | None:
    del written
    return at.wrong(
        "not-supported",
        "Decision tables (lookup) are not read by this version.",
        "Write the table as if(...), step(...) or first_that_holds.",
    )


_ROUND = "Round it first: round_half_up(...)."
_ROUNDINGS: tuple[Literal["round_half_up", "floor", "ceiling"], ...] = ("round_half_up", "floor", "ceiling")
_SETS: tuple[tree.SetFunction, ...] = ("sum", "points", "weighted", "mean", "answered", "unanswered")
_HANDLERS: dict[str, Handler] = {
    **{function: _over_set(function) for function in _SETS},
    **dict.fromkeys(("max", "min"), _extreme),
    **dict.fromkeys(("count", "any", "all"), _count),
    **dict.fromkeys(_ROUNDINGS, _rounded),
    "highest": _highest,
    "prorata": _prorata,
    "clip": _clip,
    "known": _known,
    "if": _if,
    "step": _step,
    "value": _value,
    "lookup": _lookup,
}
FUNCTIONS = tuple(_HANDLERS)
