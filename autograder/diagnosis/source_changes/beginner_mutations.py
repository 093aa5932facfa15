"""Small changes of a solution that beginners make and that the audit does not use.

They try more changes at each place than the operators of the audit: any other variable, the
complement of a gate, a choice that is left out. `mutation_candidates.py` tries them last.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator
from typing import TypeGuard

from autograder.diagnosis.source_changes.array_mutations import ARRAY_MUTATIONS
from autograder.diagnosis.source_changes.number_mutations import NUMBER_MUTATIONS
from autograder.mutations.operators import Mutate, Site
from autograder.mutations.operators.base import (
    called_name,
    changed,
    is_of_module,
    parsed,
    with_name,
)
from autograder.mutations.operators.indexing import is_own_attribute, variables

_LIMITS = ("maximum", "minimum", "max", "min")
_OTHERS = {"any": "all", "all": "any", "std": "var", "var": "std"}
_SHAPES = ("range", "zeros", "ones", "empty", "full", "reshape", "eye", "arange", "len")


def unused_result(site: Site) -> Iterator[ast.AST]:
    """``x = f(x)`` becomes ``f(x)``: the result is not used."""
    node = site.node
    if isinstance(node, ast.Assign) and isinstance(node.value, ast.Call):
        target = ast.unparse(node.targets[0])
        if target in map(ast.unparse, node.value.args):
            yield ast.Expr(node.value)


def dropped_choice(site: Site) -> Iterator[ast.AST]:
    """``np.where(mask, a, b)`` becomes ``a`` or ``b``: the mask is forgotten."""
    node = site.node
    if isinstance(node, ast.Call) and called_name(node) == "where" and len(node.args) == 3:
        yield from node.args[1:]


def dropped_limit(site: Site) -> Iterator[ast.AST]:
    """``np.maximum(a, b)`` becomes ``a`` or ``b``."""
    node = site.node
    if not isinstance(node, ast.Call) or not is_of_module(node):
        return
    if called_name(node) in _LIMITS and len(node.args) == 2:
        yield from node.args


def finite(site: Site) -> Iterator[ast.AST]:
    """``np.inf`` becomes 0, so that padding can be the maximum."""
    node = site.node
    if isinstance(node, ast.Attribute) and node.attr == "inf":
        yield ast.Constant(0.0)


def complement(site: Site) -> Iterator[ast.AST]:
    """``z * h`` becomes ``(1 - z) * h``: a gate is replaced by its complement."""
    node, parent = site.node, site.parent
    if (
        isinstance(node, ast.Assign)
        and isinstance(node.targets[0], ast.Name)
        and isinstance(node.value, ast.Call | ast.BinOp)
    ):
        yield changed(node, value=_one_minus(node.value))
    if not isinstance(node, ast.Name | ast.Attribute) or not isinstance(node.ctx, ast.Load):
        return
    is_factor = isinstance(parent, ast.BinOp) and isinstance(parent.op, ast.Mult)
    is_argument = isinstance(parent, ast.Call) and node in parent.args
    if is_factor or (is_argument and called_name(parent) not in _SHAPES):
        yield _one_minus(node)


def _one_minus(node: ast.expr) -> ast.expr:
    return ast.BinOp(ast.Constant(1), ast.Sub(), node)


def exchanged_weights(site: Site) -> Iterator[ast.AST]:
    """``z * h + (1 - z) * c`` becomes ``(1 - z) * h + z * c``."""
    node = site.node
    if not (isinstance(node, ast.BinOp) and isinstance(node.op, ast.Add)):
        return
    one, other = node.left, node.right
    if _is_product(one) and _is_product(other) and _are_complements(one.left, other.left):
        yield changed(
            node,
            left=changed(one, left=other.left),
            right=changed(other, left=one.left),
        )


def _is_product(node: ast.expr) -> TypeGuard[ast.BinOp]:
    return isinstance(node, ast.BinOp) and isinstance(node.op, ast.Mult)


def _are_complements(one: ast.expr, other: ast.expr) -> bool:
    """Return whether one of two expressions is 1 − the other one."""

    def is_one_minus(node: ast.expr, wanted: ast.expr) -> bool:
        return ast.unparse(node) in (f"{sign} - {ast.unparse(wanted)}" for sign in ("1", "1.0"))

    return is_one_minus(one, other) or is_one_minus(other, one)


def another_order(site: Site) -> Iterator[ast.AST]:
    """``np.concatenate([a, b])`` becomes ``np.concatenate([b, a])``, and so on."""
    node, parent = site.node, site.parent
    if not isinstance(node, ast.List | ast.Tuple) or isinstance(parent, ast.Subscript | ast.Return):
        return
    for i in range(len(node.elts) - 1):
        elts = [*node.elts]
        elts[i : i + 2] = elts[i + 1], elts[i]
        yield changed(node, elts=elts)


def another_axis(site: Site) -> Iterator[ast.AST]:
    """``x[:, ::-1]`` becomes ``x[::-1]``, ``x[..., ::-1]`` or ``x``; ``x[:, 0]`` likewise."""
    node = site.node
    if not isinstance(node, ast.Subscript) or not isinstance(node.ctx, ast.Load):
        return
    parts = node.slice.elts if isinstance(node.slice, ast.Tuple) else [node.slice]
    informative = [part for part in parts if ast.unparse(part) not in (":", "...")]
    if len(informative) != 1:
        return
    (part,) = informative
    if isinstance(part, ast.Slice) and part.step is not None:
        yield node.value
    elif not isinstance(node.slice, ast.Tuple):
        return
    colon = ast.Slice()
    for before in ([], [colon], [ast.Constant(...)]):
        yield changed(node, slice=ast.Tuple([*before, part], ast.Load()))


def another_end(site: Site) -> Iterator[ast.AST]:
    """``x[:k]`` becomes ``x[-k:]``, ``x[k:]`` becomes ``x[:k]``."""
    node = site.node
    if not isinstance(node, ast.Slice) or node.step is not None:
        return
    if node.lower is None and node.upper is not None:
        yield ast.Slice(_negative(node.upper), None)
        yield ast.Slice(node.upper, None)
    if node.upper is None and node.lower is not None:
        yield ast.Slice(None, _negative(node.lower))
        yield ast.Slice(None, node.lower)


def _negative(node: ast.expr) -> ast.expr:
    if isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.USub):
        return node.operand
    return ast.UnaryOp(ast.USub(), node)


def another_power(site: Site) -> Iterator[ast.AST]:
    """``a / b`` becomes ``a / b**2`` or ``a / np.sqrt(b)``; ``a**2`` becomes ``a``."""
    node = site.node
    if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Div):
        yield changed(node, right=ast.BinOp(node.right, ast.Pow(), ast.Constant(2)))
        yield changed(node, right=parsed(f"np.sqrt({ast.unparse(node.right)})"))


def another_kind(site: Site) -> Iterator[ast.AST]:
    """``x.any()`` becomes ``x.all()``, ``x.std()`` becomes ``x.var()``, and the reverse."""
    node = site.node
    if isinstance(node, ast.Call) and called_name(node) in _OTHERS:
        yield with_name(node, _OTHERS[called_name(node)])


def one_iteration(site: Site) -> Iterator[ast.AST]:
    """A loop runs only its first iteration, or only its last."""
    node, parent = site.node, site.parent
    if isinstance(parent, ast.For | ast.comprehension) and node is parent.iter:
        iterations = f"list({ast.unparse(node)})"
        yield parsed(f"{iterations}[:1]")
        yield parsed(f"{iterations}[-1:]")


def dropped_default(site: Site) -> Iterator[ast.AST]:
    """``d.get(k, x)`` and ``d.setdefault(k, x)`` become ``d[k]``."""
    node = site.node
    if not isinstance(node, ast.Call) or called_name(node) not in ("get", "setdefault"):
        return
    if isinstance(node.func, ast.Attribute) and node.args:
        yield ast.Subscript(node.func.value, node.args[0], ast.Load())


def another_variable(site: Site) -> Iterator[ast.AST]:
    """A variable becomes another one of its function; an attribute another one that it reads."""
    node, function = site.node, site.function
    if function is None or not isinstance(getattr(node, "ctx", None), ast.Load):
        return
    if isinstance(site.parent, ast.Call) and node is site.parent.func:
        return
    if isinstance(node, ast.Name):
        known = variables(function)
        if node.id in known:
            yield from (ast.Name(name, ast.Load()) for name in known if name != node.id)
    elif is_own_attribute(node):
        read = dict.fromkeys(n.attr for n in ast.walk(function) if is_own_attribute(n))
        yield from (changed(node, attr=name) for name in read if name != node.attr)


#: Name -> the sentence that describes the change to a student, and the change.
BEGINNER_MUTATIONS: dict[str, tuple[str, Mutate]] = {
    "unused result": ("one result is computed but not used", unused_result),
    "dropped choice": ("one choice by a mask is missing", dropped_choice),
    "dropped limit": ("one maximum or minimum of two values is missing", dropped_limit),
    "finite": ("0 instead of infinity", finite),
    "dropped default": ("no default for a missing key", dropped_default),
    "another kind": (
        "any and all, or variance and standard deviation, are exchanged",
        another_kind,
    ),
    "another order": ("two items are joined in the opposite order", another_order),
    "another axis": ("one slice or index is along another axis, or is missing", another_axis),
    "another end": ("one slice takes the opposite end", another_end),
    "another power": ("one divisor is squared, or is replaced by its square root", another_power),
    "one iteration": ("one loop runs only once", one_iteration),
    "complement": ("1 − x instead of x in one place, for example for a gate", complement),
    "exchanged weights": ("the weights x and 1 − x of two terms are exchanged", exchanged_weights),
    **ARRAY_MUTATIONS,
    **NUMBER_MUTATIONS,
}
#: Changes of which there are hundreds: they come after all others.
MANY_MUTATIONS: dict[str, tuple[str, Mutate]] = {
    "another variable": ("another variable in one place", another_variable),
}
