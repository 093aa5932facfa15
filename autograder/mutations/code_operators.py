"""Operators for whole statements, calls, arithmetic, comparisons, conditions and constants."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from autograder.mutations.sites import (
    CodeSite,
    Mutate,
    called_name,
    changed,
    is_of_module,
    parsed,
    with_name,
)

_SIMPLE = (ast.Assign, ast.AugAssign, ast.Expr, ast.Return, ast.Raise)
_BLOCKS = (ast.If, ast.For)


def dropped_statement(site: CodeSite) -> Iterator[ast.AST]:
    """A statement, or a whole block, becomes ``pass``."""
    if isinstance(site.node, (*_SIMPLE, *_BLOCKS)):
        yield ast.Pass()


def dropped_target(site: CodeSite) -> Iterator[ast.AST]:
    """``a, b = x, y`` assigns only one of the two."""
    node = site.node
    if not (isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Tuple)):
        return
    targets, value = node.targets[0].elts, node.value
    if isinstance(value, ast.Tuple):
        for i in range(len(targets)):
            yield ast.Assign([targets[i]], value.elts[i])


def swapped_parts(site: CodeSite) -> Iterator[ast.AST]:
    """``return a, b`` becomes ``return b, a``."""
    node = site.node
    if isinstance(node, ast.Return) and isinstance(node.value, ast.Tuple):
        for i in range(len(node.value.elts) - 1):
            elts = [*node.value.elts]
            elts[i : i + 2] = elts[i + 1], elts[i]
            yield changed(node, value=changed(node.value, elts=elts))


def dropped_part(site: CodeSite) -> Iterator[ast.AST]:
    """``return a, b`` becomes ``return a``."""
    node = site.node
    if isinstance(node, ast.Return) and isinstance(node.value, ast.Tuple):
        parts = node.value.elts[:-1]
        yield changed(node, value=parts[0] if len(parts) == 1 else changed(node.value, elts=parts))


STATEMENTS: dict[str, Mutate] = {
    "dropped statement": dropped_statement,
    "dropped target": dropped_target,
    "swapped parts": swapped_parts,
    "dropped part": dropped_part,
}


_OTHER = {
    "exp": "log",
    "log": "exp",
    "tanh": "arctan",
    "sqrt": "square",
    "abs": "square",
    "zeros": "ones",
    "ones": "zeros",
    "zeros_like": "ones_like",
    "ones_like": "zeros_like",
    "outer": "inner",
    "empty": "ones",
    "empty_like": "ones_like",
}
_COPIES = ("copy", "array", "asarray", "ascontiguousarray", "astype")
_UNTOUCHED = ("axis", "keepdims")
#: Functions of one argument that is not a number.
_NOT_OF_NUMBERS = (*_COPIES, "reversed", "range", "len", "enumerate", "zip")


def function(site: CodeSite) -> Iterator[ast.AST]:
    """``exp`` becomes ``log``, ``zeros`` becomes ``ones``, and so on."""
    node = site.node
    if isinstance(node, ast.Call) and called_name(node) in _OTHER:
        yield with_name(node, _OTHER[called_name(node)])
        if called_name(node) == "tanh":
            yield parsed(f"1 / (1 + np.exp(-({ast.unparse(node.args[0])})))")


def dropped_call(site: CodeSite) -> Iterator[ast.AST]:
    """``f(x)`` becomes ``x``: a function call is missing."""
    node = site.node
    if not isinstance(node, ast.Call) or called_name(node) in _NOT_OF_NUMBERS:
        return
    if is_of_module(node) and len(node.args) == 1:
        yield node.args[0]


def dropped_reversed(site: CodeSite) -> Iterator[ast.AST]:
    """``reversed(x)`` becomes ``x``."""
    if isinstance(site.node, ast.Call) and called_name(site.node) == "reversed":
        yield site.node.args[0]


def dropped_copy(site: CodeSite) -> Iterator[ast.AST]:
    """``x.copy()``, ``np.array(x)`` and ``x.astype(t)`` become ``x``."""
    node = site.node
    if not isinstance(node, ast.Call) or called_name(node) not in _COPIES:
        return
    if is_of_module(node):
        yield node.args[0]
    elif isinstance(node.func, ast.Attribute):
        yield node.func.value


def swapped_arguments(site: CodeSite) -> Iterator[ast.AST]:
    """``f(a, b)`` becomes ``f(b, a)``."""
    node = site.node
    if isinstance(node, ast.Call):
        for i in range(len(node.args) - 1):
            args = [*node.args]
            args[i : i + 2] = args[i + 1], args[i]
            yield changed(node, args=args)


def dropped_argument(site: CodeSite) -> Iterator[ast.AST]:
    """``f(a, b, c=1)`` becomes ``f(a, c=1)`` or ``f(a, b)``: a default is used."""
    node = site.node
    if not isinstance(node, ast.Call):
        return
    if len(node.args) > 1:
        yield changed(node, args=node.args[:-1])
    for keyword in node.keywords:
        if keyword.arg not in _UNTOUCHED:
            yield changed(node, keywords=[k for k in node.keywords if k is not keyword])


def loop_bounds(site: CodeSite) -> Iterator[ast.AST]:
    """``range(n)`` becomes ``range(1, n)`` or ``range(n - 1)``."""
    node = site.node
    if not isinstance(node, ast.Call) or called_name(node) != "range" or len(node.args) > 2:
        return
    start, stop = node.args if len(node.args) == 2 else (ast.Constant(0), node.args[0])
    step = ast.Constant(1)
    yield changed(node, args=[ast.BinOp(start, ast.Add(), step), stop])
    yield changed(node, args=[start, ast.BinOp(stop, ast.Sub(), step)])


CALLS: dict[str, Mutate] = {
    "function": function,
    "dropped call": dropped_call,
    "dropped reversed": dropped_reversed,
    "dropped copy": dropped_copy,
    "swapped arguments": swapped_arguments,
    "dropped argument": dropped_argument,
    "loop bounds": loop_bounds,
}


_ARITHMETIC: dict[type[ast.operator], ast.operator] = {
    ast.Add: ast.Sub(),
    ast.Sub: ast.Add(),
    ast.Mult: ast.Div(),
    ast.Div: ast.Mult(),
    ast.MatMult: ast.Mult(),
    ast.Pow: ast.Mult(),
    ast.Mod: ast.FloorDiv(),
    ast.FloorDiv: ast.Mod(),
    ast.BitAnd: ast.BitOr(),
    ast.BitOr: ast.BitAnd(),
}
_COMPARISONS: dict[type[ast.cmpop], tuple[ast.cmpop, ...]] = {
    ast.Lt: (ast.LtE(), ast.GtE()),
    ast.LtE: (ast.Lt(), ast.Gt()),
    ast.Gt: (ast.GtE(), ast.LtE()),
    ast.GtE: (ast.Gt(), ast.Lt()),
    ast.Eq: (ast.NotEq(),),
    ast.NotEq: (ast.Eq(),),
    ast.Is: (ast.IsNot(),),
    ast.IsNot: (ast.Is(),),
    ast.In: (ast.NotIn(),),
    ast.NotIn: (ast.In(),),
}
_NOT_COMMUTATIVE = (ast.Sub, ast.Div, ast.MatMult, ast.Pow, ast.Mod, ast.FloorDiv)


def arithmetic(site: CodeSite) -> Iterator[ast.AST]:
    """``a + b`` becomes ``a - b``, ``a * b`` becomes ``a / b``, and so on; ``+=`` likewise."""
    node = site.node
    if isinstance(node, ast.BinOp | ast.AugAssign) and type(node.op) in _ARITHMETIC:
        yield changed(node, op=_ARITHMETIC[type(node.op)])


def dropped_operand(site: CodeSite) -> Iterator[ast.AST]:
    """``a + b`` becomes ``a`` or ``b``: a term or factor is missing."""
    if isinstance(site.node, ast.BinOp):
        yield site.node.left
        yield site.node.right


def swapped_operands(site: CodeSite) -> Iterator[ast.AST]:
    """``a - b`` becomes ``b - a``, ``A @ B`` becomes ``B @ A``."""
    node = site.node
    if isinstance(node, ast.BinOp) and isinstance(node.op, _NOT_COMMUTATIVE):
        yield changed(node, left=node.right, right=node.left)


def comparison(site: CodeSite) -> Iterator[ast.AST]:
    """``a < b`` becomes ``a <= b`` and ``a >= b``, and so on."""
    if isinstance(site.node, ast.Compare) and len(site.node.ops) == 1:
        for other in _COMPARISONS[type(site.node.ops[0])]:
            yield changed(site.node, ops=[other])


def condition(site: CodeSite) -> Iterator[ast.AST]:
    """``if x`` becomes ``if not x``, ``if True`` or ``if False``."""
    parent = site.parent
    if isinstance(parent, ast.If | ast.IfExp | ast.While) and site.node is parent.test:
        yield ast.UnaryOp(ast.Not(), parent.test)
        yield ast.Constant(True)
        yield ast.Constant(False)


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
    if value is None or _is_minus(site.parent):
        return
    if isinstance(site.parent, ast.keyword) and site.parent.arg in ("axis", "axes", "keepdims"):
        return  # other operators change these
    if isinstance(value, bool):
        yield ast.Constant(not value)
        return
    kind = type(value)
    for other in dict.fromkeys((kind(0), kind(1), -value, value + 1)):
        if other != value:
            yield ast.Constant(other)


def _number(node: ast.AST) -> bool | int | float | None:
    """Return the value of the number `node`, with its sign."""
    if _is_minus(node) and isinstance(node, ast.UnaryOp):
        positive = _number(node.operand)
        return -positive if positive is not None else None
    value = getattr(node, "value", None) if isinstance(node, ast.Constant) else None
    return value if isinstance(value, bool | int | float) else None


def _is_minus(node: ast.AST) -> bool:
    return isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.USub)


def dropped_minus(site: CodeSite) -> Iterator[ast.AST]:
    """``-a`` becomes ``a``, ``~a`` becomes ``a``, ``not a`` becomes ``a``."""
    if isinstance(site.node, ast.UnaryOp):
        yield site.node.operand


def added_minus(site: CodeSite) -> Iterator[ast.AST]:
    """``return a`` becomes ``return -a``; assigned and added values likewise."""
    node = site.node
    if not isinstance(node, ast.Assign | ast.AugAssign | ast.Return) or node.value is None:
        return
    if _may_be_a_number(node.value):
        yield changed(node, value=ast.UnaryOp(ast.USub(), node.value))


def _may_be_a_number(node: ast.expr) -> bool:
    if isinstance(node, ast.BinOp | ast.Subscript | ast.Attribute):
        return True
    return isinstance(node, ast.Call) and called_name(node) not in ("zeros", "zeros_like", "range")


ARITHMETIC: dict[str, Mutate] = {
    "arithmetic": arithmetic,
    "dropped operand": dropped_operand,
    "swapped operands": swapped_operands,
    "comparison": comparison,
    "condition": condition,
    "boolean": boolean,
    "constant": constant,
    "dropped minus": dropped_minus,
    "added minus": added_minus,
}
