"""Formulas of students: parsed, checked against a list of what is allowed, and computed as floats.

A formula is untrusted text. It is never run: `ast` parses it, every node must be of a known kind,
and all numbers are floats, so that no power takes long and no number becomes large.
"""

from __future__ import annotations

import ast
import math
import operator
import re
from collections.abc import Callable, Collection, Mapping
from unicodedata import normalize

from autograder.course.source import parse

#: Maximum length of a formula, in characters.
MAX_LENGTH = 400
#: Characters of a formula that a message repeats.
MAX_QUOTED = 60

_BINARY: dict[type[ast.operator], Callable[[float, float], float]] = {
    ast.Add: operator.add,
    ast.Sub: operator.sub,
    ast.Mult: operator.mul,
    ast.Div: operator.truediv,
    ast.Pow: math.pow,  # `**` of floats makes complex numbers
}
#: A formula as a function of its variables.
Value = Callable[[Mapping[str, float]], float]

_CONSTANTS = {"pi": math.pi, "e": math.e}
_SIGNS = str.maketrans(
    {"^": "**", "·": "*", "×": "*", "∙": "*", "−": "-", "–": "-", "÷": "/", "²": "**2", "³": "**3"}
)
_EQUALS = re.compile(r"(?<![<>=!])=(?!=)")


def _sigmoid(z: float) -> float:
    return 1 / (1 + math.exp(-z)) if z >= 0 else math.exp(z) / (1 + math.exp(z))


_FUNCTIONS: dict[str, Callable[..., float]] = {
    "exp": math.exp,
    "log": math.log,
    "ln": math.log,
    "log2": math.log2,
    "log10": math.log10,
    "sqrt": math.sqrt,
    "tanh": math.tanh,
    "sigmoid": _sigmoid,
    "σ": _sigmoid,
    "abs": abs,
    "floor": math.floor,
    "ceil": math.ceil,
    "min": min,
    "max": max,
}


class UnreadableAnswerError(Exception):
    """An answer that cannot be compared; its message is a sentence for the student."""


class Expression:
    """A formula whose nodes are all known, in Python's notation; else `UnreadableAnswerError`."""

    def __init__(self, text: str, names: Collection[str] = ()) -> None:
        self._names = names
        self._value = self._compiled(_parsed(_plain(text)))

    def value(self, variables: Mapping[str, float] | None = None) -> float:
        """Return its value; not a number where it has none, as for ``1/0`` or ``sqrt(-1)``."""
        try:
            return self._value(variables or {})
        except (ArithmeticError, ValueError):
            return math.nan

    def _compiled(self, node: ast.expr) -> Value:
        """Return a function that computes `node` from the variables; all its parts are known."""
        match node:
            case ast.BinOp(left=left, op=op, right=right) if type(op) in _BINARY:
                return _applied(_BINARY[type(op)], *map(self._compiled, (left, right)))
            case ast.UnaryOp(op=ast.UAdd() | ast.USub() as op, operand=operand):
                sign = operator.neg if isinstance(op, ast.USub) else operator.pos
                return _applied(sign, self._compiled(operand))
            case ast.Constant(value=int() | float() as value) if not isinstance(value, bool):
                return lambda variables: float(value)  # a whole number may be too large
            case ast.Name(id=name) if name in self._names:
                return lambda variables: float(variables[name])
            case ast.Name(id=name) if name in _CONSTANTS:
                return lambda variables: _CONSTANTS[name]
            case ast.Name(id=name) if name not in _FUNCTIONS:
                raise UnreadableAnswerError(f"`{short(name)}` is not known: use {self._known}")
            case ast.Call(func=ast.Name(id=name), args=args, keywords=[]) if name in _FUNCTIONS:
                is_of_several = name in ("min", "max")
                if len(args) < 2 if is_of_several else len(args) != 1:
                    wanted = "at least two values" if is_of_several else "one value"
                    raise UnreadableAnswerError(f"`{name}` takes {wanted}, not {len(args)}")
                return _applied(_FUNCTIONS[name], *map(self._compiled, args))
        raise UnreadableAnswerError(
            f"`{short(ast.unparse(node))}` is not allowed in a formula: use numbers, "
            f"{self._known}, + - * / ** and brackets"
        )

    @property
    def _known(self) -> str:
        variables = f"the variables {', '.join(self._names)}, " if self._names else ""
        return f"{variables}{', '.join(_CONSTANTS)} and the functions {', '.join(_FUNCTIONS)}"


def _applied(function: Callable[..., float], *arguments: Value) -> Value:
    """Return the function of the variables that calls `function` with the `arguments`' values."""
    return lambda variables: float(function(*(argument(variables) for argument in arguments)))


def is_reserved(name: str) -> bool:
    """Return whether `name` is a function or a constant of formulas."""
    return name in _FUNCTIONS or name in _CONSTANTS


def short(text: str) -> str:
    """Return the start of `text`, for a message."""
    return text if len(text) <= MAX_QUOTED else f"{text[:MAX_QUOTED]}..."


def _plain(text: str) -> str:
    """Return `text` in Python's notation, without marks of Markdown and without a left side."""
    if len(text) > MAX_LENGTH:
        raise UnreadableAnswerError(
            f"it has {len(text)} characters: a formula may have {MAX_LENGTH}"
        )
    # Some keyboards type wide digits and brackets.
    *_, right = _EQUALS.split(normalize("NFKC", text.translate(_SIGNS)))
    return right.strip("`$ \t")  # marks of Markdown


def _parsed(text: str) -> ast.expr:
    try:
        body = parse(f"({text})").body
    except SyntaxError:
        raise UnreadableAnswerError(
            f"`{short(text)}` is not a formula: write products as 2*x, powers as x**2, and "
            "functions with brackets"
        ) from None
    if not text or len(body) != 1 or not isinstance(body[0], ast.Expr):
        raise UnreadableAnswerError("expected one formula in the first line")
    return body[0].value
