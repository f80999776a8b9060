"""The expression language as it is written: text to syntax tree.

Only the form is decided here; `resolve` gives names and types their meaning. Numbers are exact decimals from the first
token on. The parser is recursive descent over at most MOST_TOKENS tokens and MOST_DEPTH nested levels, of brackets and
of the tree alike, so its time is linear and a hostile text exhausts no stack, here or in whoever walks the tree.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass
from decimal import Decimal

from banding.pack.cells import EXACT, MOST_DIGITS, too_long

MOST_TOKENS = 2_000
MOST_DEPTH = 40


class SyntaxFault(Exception):
    """A text that is not an expression. `message` says what was expected, `remedy` what to do."""

    def __init__(self, message: str, remedy: str = "") -> None:
        self.message, self.remedy = message, remedy
        super().__init__(message)


@dataclass(frozen=True, slots=True)
class Number:
    value: Decimal


@dataclass(frozen=True, slots=True)
class Money:
    pounds: Decimal


@dataclass(frozen=True, slots=True)
class Truth:
    value: bool


@dataclass(frozen=True, slots=True)
class Name:
    id: str


@dataclass(frozen=True, slots=True)
class Listing:
    """`[a, b, c]`: items left out of a set, choices after `in`, edges and values of a step."""

    members: tuple[Syntax, ...]


@dataclass(frozen=True, slots=True)
class Call:
    function: str
    arguments: tuple[Syntax, ...]
    named: tuple[tuple[str, Syntax], ...]


@dataclass(frozen=True, slots=True)
class Unary:
    """`-x` or `not x`."""

    operator: str
    operand: Syntax


@dataclass(frozen=True, slots=True)
class Product:
    """`a * b` or `a // b`."""

    operator: str
    left: Syntax
    right: Syntax


@dataclass(frozen=True, slots=True)
class Sum:
    """`a + b - c`: each term with its sign, +1 or -1. Flat, so that a long sum does not nest."""

    terms: tuple[tuple[int, Syntax], ...]


@dataclass(frozen=True, slots=True)
class Junction:
    """`a and b and c`, or the same with `or`."""

    operator: str
    operands: tuple[Syntax, ...]


@dataclass(frozen=True, slots=True)
class Comparison:
    """`a < b`, or a chain such as `18 <= x < 56`, which holds where every link holds; `in` takes a Listing."""

    first: Syntax
    links: tuple[tuple[str, Syntax], ...]


Syntax = Number | Money | Truth | Name | Listing | Call | Unary | Product | Sum | Junction | Comparison

_TOKEN = re.compile(
    r"(?P<space>\s+)"
    r"|(?P<money>£\s*[0-9]+(?:\.[0-9]+)?)"
    r"|(?P<number>[0-9]+(?:\.[0-9]+)?)(?![A-Za-z_0-9.])"
    r"|(?P<name>[A-Za-z_][A-Za-z_0-9]*(?:\.[A-Za-z_][A-Za-z_0-9]*)?)"
    r"|(?P<symbol>//|<=|>=|==|!=|[-+*<>(),\[\]=])"
)
_WORDS = {"and", "or", "not", "in", "true", "false"}
_COMPARISONS = {"<", "<=", ">", ">=", "==", "!=", "in"}
_NO_DIVISION = "There is no division. Compare with a multiple instead, or divide and round down with //."
_NO_QUOTES = "Names and choices stand without quotation marks."
_HYPHEN = "Write minus with the plain hyphen: -."
_NUMBERS = "Write numbers as 12 or 1.5."
# What a word processor or a keyboard puts where the rule language wants something plainer.
_HINTS = {
    "/": _NO_DIVISION,
    "\N{DIVISION SIGN}": _NO_DIVISION,
    "'": _NO_QUOTES,
    '"': _NO_QUOTES,
    "\N{LEFT SINGLE QUOTATION MARK}": _NO_QUOTES,
    "\N{RIGHT SINGLE QUOTATION MARK}": _NO_QUOTES,
    "\N{LEFT DOUBLE QUOTATION MARK}": _NO_QUOTES,
    "\N{RIGHT DOUBLE QUOTATION MARK}": _NO_QUOTES,
    "\N{EN DASH}": _HYPHEN,
    "\N{EM DASH}": _HYPHEN,
    "\N{MINUS SIGN}": _HYPHEN,
    "\N{MULTIPLICATION SIGN}": "Multiply with *.",
    "\N{LESS-THAN OR EQUAL TO}": "Write <=.",
    "\N{GREATER-THAN OR EQUAL TO}": "Write >=.",
    "\N{NOT EQUAL TO}": "Write !=.",
    "&": "Write 'and'.",
    "|": "Write 'or'.",
    "!": "Write 'not', or '!=' between two values.",
    "%": "Write a share as a number: 0.05 for five per cent.",
    ".": _NUMBERS,
}
_ADVICE = {
    "=": "Compare with ==, >= or <=.",
    ",": "A comma stands between the values of a function or a list; write 1000, not 1,000.",
    **dict.fromkeys(("AND", "OR", "NOT", "IN"), "Write and, or, not and in with small letters."),
}


@dataclass(frozen=True, slots=True)
class _Token:
    kind: str
    text: str


def parse(text: str) -> Syntax:
    """The syntax tree of one expression.

    Raises SyntaxFault with a message in plain words where the text is empty, too long, too deep or malformed.
    """
    tree = _Parser(_tokens(text)).whole()
    waiting = [(tree, 1)]
    while waiting:
        node, depth = waiting.pop()
        if depth > MOST_DEPTH:
            raise _too_deep()
        waiting += [(part, depth + 1) for part in _parts(node)]
    return tree


def canonical(text: str) -> str:
    """The expression in the one spelling that spaces and the zeros behind a decimal point do not change."""
    return " ".join(
        f"{token.text[:1] if token.kind == 'money' else ''}{Decimal(token.text.lstrip('£ ')).normalize(EXACT):f}"
        if token.kind in ("number", "money")
        else token.text
        for token in _tokens(text)
    )


def names(text: str, choices: Collection[str]) -> set[str]:
    """Every name the expression reads, those after `choice ==` left out; nothing where it cannot be parsed.

    choices  names of facts that are a choice: what they are compared with belongs to their own list.
    """
    try:
        waiting = [parse(text)]
    except SyntaxFault:
        return set()
    found = set()
    while waiting:
        node = waiting.pop()
        if isinstance(node, Name):
            found.add(node.id)
        if isinstance(node, Comparison) and isinstance(node.first, Name) and node.first.id in choices:
            waiting.append(node.first)
        else:
            waiting += _parts(node)
    return found


def _parts(node: Syntax) -> Iterator[Syntax]:
    """The nodes directly below."""
    match node:
        case Listing(parts) | Junction(_, parts):
            yield from parts
        case Call(_, arguments, named):
            yield from arguments
            yield from (value for _, value in named)
        case Unary(_, operand):
            yield operand
        case Product(_, left, right):
            yield from (left, right)
        case Sum(terms):
            yield from (term for _, term in terms)
        case Comparison(first, links):
            yield first
            yield from (right for _, right in links)


def _too_deep() -> SyntaxFault:
    return SyntaxFault(f"The expression is nested more than {MOST_DEPTH} levels deep.", "Split it into several scores.")


def _tokens(text: str) -> list[_Token]:
    tokens: list[_Token] = []
    at = 0
    while at < len(text):
        match = _TOKEN.match(text, at)
        if match is None:
            rest = text[at:]
            number = re.match(r"[0-9][A-Za-z_0-9.]*", rest)
            shown = number.group() if number else rest[0]
            remedy = _NUMBERS if number else _HINTS.get(shown, "Delete it.")
            raise SyntaxFault(f'"{shown}" (character {at + 1}) is not part of the rule language.', remedy)
        kind, found = str(match.lastgroup), match.group()
        if kind == "name" and found in _WORDS:
            kind = "word"
        if kind != "space":
            tokens.append(_Token(kind, found))
        at = match.end()
        if len(tokens) > MOST_TOKENS:
            raise SyntaxFault(
                f"The expression has more than {MOST_TOKENS} words and signs.", "Split it into several scores."
            )
    return tokens


class _Parser:
    def __init__(self, tokens: list[_Token]) -> None:
        self._tokens = tokens
        self._at = 0
        self._depth = 0

    def whole(self) -> Syntax:
        if not self._tokens:
            raise SyntaxFault("The expression is empty.", "Write a rule, or delete the key.")
        tree = self._or()
        if self._at < len(self._tokens):
            raise self._unexpected(self._tokens[self._at], "an operator or the end")
        return tree

    def _unexpected(self, found: _Token, expected: str) -> SyntaxFault:
        advice = _ADVICE.get(found.text, "Check the brackets, commas and signs before it.")
        return SyntaxFault(f'Expected {expected}, found "{found.text}".', advice)

    def _peek(self) -> str:
        token = self._tokens[self._at] if self._at < len(self._tokens) else None
        return token.text if token is not None and token.kind in ("symbol", "word") else ""

    def _take(self) -> _Token:
        if self._at >= len(self._tokens):
            raise SyntaxFault("The expression ends too early.", "Check for a missing bracket or value.")
        self._at += 1
        return self._tokens[self._at - 1]

    def _expect(self, symbol: str) -> None:
        found = self._take()
        if found.text != symbol:
            raise self._unexpected(found, f'"{symbol}"')

    def _or(self) -> Syntax:
        self._depth += 1
        if self._depth > MOST_DEPTH:
            raise _too_deep()
        tree = self._joined("or", self._and)
        self._depth -= 1
        return tree

    def _and(self) -> Syntax:
        return self._joined("and", self._not)

    def _joined(self, operator: str, operand: Callable[[], Syntax]) -> Syntax:
        operands = [operand()]
        while self._peek() == operator:
            self._take()
            operands.append(operand())
        return operands[0] if len(operands) == 1 else Junction(operator, tuple(operands))

    def _not(self) -> Syntax:
        if self._peek() != "not":
            return self._comparison()
        self._take()
        if self._peek() == "not":
            raise SyntaxFault('"not not" says nothing.', "Delete both.")
        return Unary("not", self._comparison())

    def _comparison(self) -> Syntax:
        first = self._sum()
        links: list[tuple[str, Syntax]] = []
        while self._peek() in _COMPARISONS:
            operator = self._take().text
            links.append((operator, self._sum()))
        return Comparison(first, tuple(links)) if links else first

    def _sum(self) -> Syntax:
        terms = [(1, self._product())]
        while self._peek() in ("+", "-"):
            sign = 1 if self._take().text == "+" else -1
            terms.append((sign, self._product()))
        return terms[0][1] if len(terms) == 1 else Sum(tuple(terms))

    def _product(self) -> Syntax:
        tree = self._signed()
        while self._peek() in ("*", "//"):
            operator = self._take().text
            tree = Product(operator, tree, self._signed())
        return tree

    def _signed(self) -> Syntax:
        if self._peek() == "-":
            self._take()
            if self._peek() == "-":
                raise SyntaxFault('"--" is not part of the rule language.', "Write + or one -.")
            return Unary("-", self._atom())
        return self._atom()

    def _atom(self) -> Syntax:
        token = self._take()
        if token.kind in ("number", "money"):
            value = Decimal(token.text.lstrip("£ "))
            if too_long(value):
                most = f"At most {MOST_DIGITS} digits may stand on either side of the point."
                raise SyntaxFault(f"{most} Found {token.text[:40]}.", "Round it, or use a larger unit.")
            return Number(value) if token.kind == "number" else Money(value)
        if token.kind == "name":
            return self._call(token.text) if self._peek() == "(" else Name(token.text)
        if token.text in ("true", "false"):
            return Truth(token.text == "true")
        if token.text == "(":
            tree = self._or()
            self._expect(")")
            return tree
        if token.text == "[":
            return Listing(tuple(self._arguments("]")[0]))
        raise self._unexpected(token, "a value or a name")

    def _call(self, function: str) -> Syntax:
        self._expect("(")
        arguments, named = self._arguments(")")
        return Call(function, tuple(arguments), tuple(named))

    def _arguments(self, closing: str) -> tuple[list[Syntax], list[tuple[str, Syntax]]]:
        arguments: list[Syntax] = []
        named: list[tuple[str, Syntax]] = []
        if self._peek() == closing:
            self._take()
            return arguments, named
        while True:
            if closing == ")" and self._names_an_argument():
                name = self._take().text
                self._expect("=")
                named.append((name, self._or()))
            else:
                arguments.append(self._or())
            found = self._take()
            if found.text == closing:
                return arguments, named
            if found.text != ",":
                raise self._unexpected(found, f'"," or "{closing}"')

    def _names_an_argument(self) -> bool:
        ahead = self._tokens[self._at : self._at + 2]
        return [token.text for token in ahead[1:]] == ["="] and ahead[0].kind == "name"
