"""Operators for whole statements, calls, arithmetic, comparisons, conditions and constants."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from autograder.mutations.sites import (
    CodeSite,
    both_ways,
    called_name,
    calls,
    changed,
    is_of_module,
    operand,
    parsed,
    with_name,
)


def dropped_statement(site: CodeSite) -> Iterator[ast.AST]:
    """A statement, or a whole block, becomes ``pass``."""
    simple = ast.Assign | ast.AugAssign | ast.Expr | ast.Return | ast.Raise
    if isinstance(site.node, simple | ast.If | ast.For):
        yield ast.Pass()


def dropped_target(site: CodeSite) -> Iterator[ast.AST]:
    """``a, b = x, y`` assigns only one of the two."""
    match site.node:
        case ast.Assign(targets=[ast.Tuple(targets), *_], value=ast.Tuple(values)):
            for target, value in zip(targets, values, strict=True):
                yield ast.Assign([target], value)


def swapped_parts(site: CodeSite) -> Iterator[ast.AST]:
    """``return a, b`` becomes ``return b, a``."""
    node = site.node
    if isinstance(node, ast.Return) and isinstance(node.value, ast.Tuple):
        for elts in _swapped(node.value.elts):
            yield changed(node, value=changed(node.value, elts=elts))


def _swapped(nodes: list[ast.expr]) -> Iterator[list[ast.expr]]:
    """Yield `nodes` with two neighbours in the reverse order, for each pair of neighbours."""
    for i in range(len(nodes) - 1):
        yield [*nodes[:i], nodes[i + 1], nodes[i], *nodes[i + 2 :]]


def dropped_part(site: CodeSite) -> Iterator[ast.AST]:
    """``return a, b`` becomes ``return a``."""
    node = site.node
    if isinstance(node, ast.Return) and isinstance(node.value, ast.Tuple):
        parts = node.value.elts[:-1]
        yield changed(node, value=parts[0] if len(parts) == 1 else changed(node.value, elts=parts))


_OTHER = {
    **both_ways(("exp", "log"), ("zeros", "ones"), ("zeros_like", "ones_like")),
    "tanh": "arctan",
    "sqrt": "square",
    "abs": "square",
    "outer": "inner",
}
_COPIES = ("copy", "array", "asarray", "ascontiguousarray", "astype")
#: The result does not depend on the order of the first two arguments.
_SYMMETRIC = ("maximum", "minimum", "multiply", "logaddexp", "swapaxes")
#: Functions of one argument that is not a number.
_NOT_OF_NUMBERS = (*_COPIES, "range", "len", "enumerate", "zip")
#: What stands around a number that is returned as it is.
_RESULTS = (ast.Return, ast.UnaryOp, ast.Tuple, ast.Dict, ast.DictComp)


def function(site: CodeSite) -> Iterator[ast.AST]:
    """``exp`` becomes ``log``, ``zeros`` becomes ``ones``, and so on."""
    if calls(node := site.node, _OTHER):
        yield with_name(node, _OTHER[called_name(node)])
        if called_name(node) == "tanh":
            yield parsed(f"1 / (1 + np.exp(-({ast.unparse(node.args[0])})))")


def dropped_call(site: CodeSite) -> Iterator[ast.AST]:
    """``f(x)`` becomes ``x``: a function call is missing.

    ``return float(x + y)`` stays: a number of NumPy reaches the checks as a float.
    """
    match site.node:
        case ast.Call(args=[argument]) as node if called_name(node) not in _NOT_OF_NUMBERS:
            is_result = isinstance(site.statement, ast.Return) and isinstance(site.parent, _RESULTS)
            is_number = isinstance(argument, ast.BinOp | ast.Call)
            if is_of_module(node) and not (
                is_result and is_number and called_name(node) == "float"
            ):
                yield argument


def dropped_copy(site: CodeSite) -> Iterator[ast.AST]:
    """``x.copy()``, ``np.array(x)`` and ``x.astype(t)`` become ``x``.

    ``np.asarray(a + b)`` stays: the sum is an array already.
    """
    if calls(node := site.node, _COPIES):
        is_array = isinstance(operand(node), ast.BinOp | ast.Compare)
        if not (is_array and called_name(node) == "asarray"):
            yield operand(node)


def swapped_arguments(site: CodeSite) -> Iterator[ast.AST]:
    """``f(a, b)`` becomes ``f(b, a)``, unless the order does not matter."""
    if isinstance(node := site.node, ast.Call):
        is_extreme = ast.unparse(node.func) in ("max", "min") and not node.keywords
        if len(node.args) != 2 or not (is_extreme or called_name(node) in _SYMMETRIC):
            yield from (changed(node, args=args) for args in _swapped(node.args))


def dropped_argument(site: CodeSite) -> Iterator[ast.AST]:
    """``f(a, b, c=1)`` becomes ``f(a, c=1)`` or ``f(a, b)``: a default is used."""
    if not isinstance(node := site.node, ast.Call):
        return
    if len(node.args) > 1:
        yield changed(node, args=node.args[:-1])
    for keyword in node.keywords:
        if keyword.arg != "axis":  # another operator drops it
            yield changed(node, keywords=[k for k in node.keywords if k is not keyword])


def loop_bounds(site: CodeSite) -> Iterator[ast.AST]:
    """``range(n)`` becomes ``range(1, n)`` or ``range(n - 1)``."""
    if calls(node := site.node, ("range",)) and len(node.args) <= 2:
        start, stop = node.args if len(node.args) == 2 else (ast.Constant(0), node.args[0])
        step = ast.Constant(1)
        yield changed(node, args=[ast.BinOp(start, ast.Add(), step), stop])
        yield changed(node, args=[start, ast.BinOp(stop, ast.Sub(), step)])


_ARITHMETIC = {
    **both_ways((ast.Add, ast.Sub), (ast.Mult, ast.Div), (ast.Mod, ast.FloorDiv)),
    **both_ways((ast.BitAnd, ast.BitOr)),
    ast.MatMult: ast.Mult,
    ast.Pow: ast.Mult,
}
_COMPARISONS: dict[type[ast.cmpop], tuple[type[ast.cmpop], ...]] = {
    ast.Lt: (ast.LtE, ast.GtE),
    ast.LtE: (ast.Lt, ast.Gt),
    ast.Gt: (ast.GtE, ast.LtE),
    ast.GtE: (ast.Gt, ast.Lt),
    ast.Eq: (ast.NotEq,),
    ast.NotEq: (ast.Eq,),
    ast.Is: (ast.IsNot,),
    ast.IsNot: (ast.Is,),
    ast.In: (ast.NotIn,),
    ast.NotIn: (ast.In,),
}
_NOT_COMMUTATIVE = (ast.Sub, ast.Div, ast.MatMult, ast.Pow, ast.Mod, ast.FloorDiv)


def arithmetic(site: CodeSite) -> Iterator[ast.AST]:
    """``a + b`` becomes ``a - b``, ``a * b`` becomes ``a / b``, and so on; ``+=`` likewise."""
    node = site.node
    if isinstance(node, ast.BinOp | ast.AugAssign) and type(node.op) in _ARITHMETIC:
        yield changed(node, op=_ARITHMETIC[type(node.op)]())


def dropped_operand(site: CodeSite) -> Iterator[ast.AST]:
    """``a + b`` becomes ``a`` or ``b``: a term or factor is missing."""
    if isinstance(site.node, ast.BinOp):
        yield from (site.node.left, site.node.right)


def swapped_operands(site: CodeSite) -> Iterator[ast.AST]:
    """``a - b`` becomes ``b - a``, ``A @ B`` becomes ``B @ A``."""
    node = site.node
    if isinstance(node, ast.BinOp) and isinstance(node.op, _NOT_COMMUTATIVE):
        yield changed(node, left=node.right, right=node.left)


def comparison(site: CodeSite) -> Iterator[ast.AST]:
    """``a < b`` becomes ``a <= b`` and ``a >= b``, and so on."""
    if isinstance(site.node, ast.Compare) and len(site.node.ops) == 1:
        for other in _COMPARISONS[type(site.node.ops[0])]:
            yield changed(site.node, ops=[other()])


def condition(site: CodeSite) -> Iterator[ast.AST]:
    """``if x`` becomes ``if not x``, ``if True`` or ``if False``."""
    parent = site.parent
    if isinstance(parent, ast.If | ast.IfExp | ast.While) and site.node is parent.test:
        yield from (ast.UnaryOp(ast.Not(), parent.test), ast.Constant(True), ast.Constant(False))


def boolean(site: CodeSite) -> Iterator[ast.AST]:
    """``a and b`` becomes ``a or b``, ``a`` or ``b``, and the reverse."""
    node = site.node
    if isinstance(node, ast.BoolOp):
        yield changed(node, op=ast.Or() if isinstance(node.op, ast.And) else ast.And())
        for i in range(len(node.values)):
            left = node.values[:i] + node.values[i + 1 :]
            yield changed(node, values=left) if len(left) > 1 else left[0]


def constant(site: CodeSite) -> Iterator[ast.AST]:
    """``2`` becomes 0, 1, −1, −2 or 3; ``True`` becomes ``False``."""
    value = _number(site.node)
    match site.parent:
        case ast.UnaryOp(op=ast.USub()) | ast.keyword(arg="axis" | "axes" | "keepdims"):
            return  # its negative, or another operator, is changed
    if value is None:
        return
    kind = type(value)
    others = (not value,) if kind is bool else (kind(0), kind(1), -value, value + 1)
    for other in dict.fromkeys(others):
        if other != value:
            yield ast.Constant(other)


def _number(node: ast.AST) -> bool | int | float | None:
    """Return the value of the number `node`, with its sign."""
    match node:
        case ast.UnaryOp(op=ast.USub(), operand=positive):
            value = _number(positive)
            return -value if value is not None else None
        case ast.Constant(value=bool() | int() | float() as value):
            return value
    return None


def dropped_minus(site: CodeSite) -> Iterator[ast.AST]:
    """``-a`` becomes ``a``, ``~a`` becomes ``a``, ``not a`` becomes ``a``."""
    if isinstance(site.node, ast.UnaryOp):
        yield site.node.operand


def added_minus(site: CodeSite) -> Iterator[ast.AST]:
    """``return a`` becomes ``return -a``; assigned and added values likewise."""
    node = site.node
    value = node.value if isinstance(node, ast.Assign | ast.AugAssign | ast.Return) else None
    may_be_a_number = isinstance(value, ast.BinOp | ast.Subscript | ast.Attribute | ast.Call)
    if value and may_be_a_number and not calls(value, ("zeros", "zeros_like", "range")):
        if calls(value, ("empty", "empty_like")) and "bool" not in ast.unparse(value):
            return  # every entry is written before it is read
        yield changed(node, value=ast.UnaryOp(ast.USub(), value))
