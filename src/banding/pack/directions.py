"""In which direction each input acts on a core node: what makes the range of a band exact rather than outer, and what
shows at once that raising a need never lowers the band."""

from __future__ import annotations

from banding.pack.core import Core, Node, Op

Directions = tuple[frozenset[int], frozenset[int]]


def conflicting(core: Core, node: Node) -> bool:
    """True where some input acts in both directions on a node over complete profiles: its interval may then be wider
    than what the input can bring about."""
    up, down = directions_of(core, node)
    return bool(up & down)


def directions_of(core: Core, node: Node) -> Directions:
    """The keys of the inputs that may raise a node as they rise, and of those that may lower it; one in neither set
    leaves it as it is. Being asked and being answered are settled: an item rises from one rating to the next."""
    directions: dict[int, Directions] = {}
    waiting = [node]
    while waiting:
        at = waiting[-1]
        missing = [arg for arg in at.args if arg.key not in directions]
        if missing:
            waiting += missing
            continue
        waiting.pop()
        directions[at.key] = _directions(core, at, [directions[arg.key] for arg in at.args])
    return directions[node.key]


def _directions(core: Core, node: Node, parts: list[Directions]) -> Directions:
    """The inputs that raise and those that lower a node. Being asked is settled, so -1 is no value an item varies
    to."""
    nothing: frozenset[int] = frozenset()
    up, down = nothing, nothing
    if node.op is Op.INPUT:
        return frozenset({node.key}), nothing
    rating = bool(node.args) and node.args[0].op is Op.INPUT and core.inputs[node.args[0].data[0]][0] == "rating"
    signs: list[int]
    match node.op:
        case Op.SUM:
            signs = [1 if coefficient > 0 else -1 for coefficient in node.data[1:]]
        case Op.WITHIN:
            least = 0 if rating else node.args[0].low
            lower, upper = node.data[0] > least, node.data[1] < node.args[0].high
            if not lower and not upper:
                return nothing, nothing
            signs = [0 if lower and upper else 1 if lower else -1]
        case Op.STEP:
            values = [node.data[0], *node.data[2::2]]
            if rating and node.data[1] == 0:
                values = values[1:]
            signs = [1 if values == sorted(values) else -1 if values == sorted(values, reverse=True) else 0]
        case Op.SELECT:
            _, then, otherwise = node.args
            signs = [1 if then.low >= otherwise.high else -1 if then.high <= otherwise.low else 0, 1, 1]
        case Op.MUL | Op.FLOORDIV:
            signs = [1 if node.args[1].low >= 0 else 0, 1 if node.args[0].low >= 0 and node.op is Op.MUL else 0]
        case _:
            signs = [1] * len(parts)
    for sign, (raises, lowers) in zip(signs, parts, strict=True):
        if sign >= 0:
            up, down = up | raises, down | lowers
        if sign <= 0:
            up, down = up | lowers, down | raises
    return up, down
