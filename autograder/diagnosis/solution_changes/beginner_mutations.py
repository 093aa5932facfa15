"""Small changes of a solution that beginners make and that the audit does not use.

They try more changes at each place than the operators of the audit: any other variable, the
complement of a gate, a choice that is left out, masks, arrangements of arrays, numbers that are
wrong by one. `mutation_candidates.py` tries them last.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator
from typing import TypeGuard

from autograder.mutations.array_operators import is_own_attribute, variables
from autograder.mutations.sites import (
    CodeSite,
    Mutate,
    called_name,
    changed,
    is_of_module,
    parsed,
    with_name,
)

_LIMITS = ("maximum", "minimum", "max", "min")
_OTHERS = {"any": "all", "all": "any", "std": "var", "var": "std"}
_SHAPES = ("range", "zeros", "ones", "empty", "full", "reshape", "eye", "arange", "len")


def unused_result(site: CodeSite) -> Iterator[ast.AST]:
    """``x = f(x)`` becomes ``f(x)``: the result is not used."""
    node = site.node
    if isinstance(node, ast.Assign) and isinstance(node.value, ast.Call):
        target = ast.unparse(node.targets[0])
        if target in map(ast.unparse, node.value.args):
            yield ast.Expr(node.value)


def dropped_choice(site: CodeSite) -> Iterator[ast.AST]:
    """``np.where(mask, a, b)`` becomes ``a`` or ``b``: the mask is forgotten."""
    node = site.node
    if isinstance(node, ast.Call) and called_name(node) == "where" and len(node.args) == 3:
        yield from node.args[1:]


def dropped_limit(site: CodeSite) -> Iterator[ast.AST]:
    """``np.maximum(a, b)`` becomes ``a`` or ``b``."""
    node = site.node
    if not isinstance(node, ast.Call) or not is_of_module(node):
        return
    if called_name(node) in _LIMITS and len(node.args) == 2:
        yield from node.args


def finite(site: CodeSite) -> Iterator[ast.AST]:
    """``np.inf`` becomes 0, so that padding can be the maximum."""
    node = site.node
    if isinstance(node, ast.Attribute) and node.attr == "inf":
        yield ast.Constant(0.0)


def complement(site: CodeSite) -> Iterator[ast.AST]:
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


def exchanged_weights(site: CodeSite) -> Iterator[ast.AST]:
    """``z * h + (1 - z) * c`` becomes ``(1 - z) * h + z * c``."""
    node = site.node
    if not (isinstance(node, ast.BinOp) and isinstance(node.op, ast.Add)):
        return
    left, right = node.left, node.right
    if _is_product(left) and _is_product(right) and _are_complements(left.left, right.left):
        yield changed(
            node,
            left=changed(left, left=right.left),
            right=changed(right, left=left.left),
        )


def _is_product(node: ast.expr) -> TypeGuard[ast.BinOp]:
    return isinstance(node, ast.BinOp) and isinstance(node.op, ast.Mult)


def _are_complements(first: ast.expr, second: ast.expr) -> bool:
    """Return whether the sum of two expressions is 1, as in ``z`` and ``1 - z``."""

    def is_one_minus(node: ast.expr, wanted: ast.expr) -> bool:
        return ast.unparse(node) in (f"{sign} - {ast.unparse(wanted)}" for sign in ("1", "1.0"))

    return is_one_minus(first, second) or is_one_minus(second, first)


def another_order(site: CodeSite) -> Iterator[ast.AST]:
    """``np.concatenate([a, b])`` becomes ``np.concatenate([b, a])``, and so on."""
    node, parent = site.node, site.parent
    if not isinstance(node, ast.List | ast.Tuple) or isinstance(parent, ast.Subscript | ast.Return):
        return
    for i in range(len(node.elts) - 1):
        elts = [*node.elts]
        elts[i : i + 2] = elts[i + 1], elts[i]
        yield changed(node, elts=elts)


def another_axis(site: CodeSite) -> Iterator[ast.AST]:
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


def another_end(site: CodeSite) -> Iterator[ast.AST]:
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


def another_power(site: CodeSite) -> Iterator[ast.AST]:
    """``a / b`` becomes ``a / b**2`` or ``a / np.sqrt(b)``; ``a**2`` becomes ``a``."""
    node = site.node
    if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Div):
        yield changed(node, right=ast.BinOp(node.right, ast.Pow(), ast.Constant(2)))
        yield changed(node, right=parsed(f"np.sqrt({ast.unparse(node.right)})"))


def another_kind(site: CodeSite) -> Iterator[ast.AST]:
    """``x.any()`` becomes ``x.all()``, ``x.std()`` becomes ``x.var()``, and the reverse."""
    node = site.node
    if isinstance(node, ast.Call) and called_name(node) in _OTHERS:
        yield with_name(node, _OTHERS[called_name(node)])


def one_iteration(site: CodeSite) -> Iterator[ast.AST]:
    """A loop runs only its first iteration, or only its last."""
    node, parent = site.node, site.parent
    if isinstance(parent, ast.For | ast.comprehension) and node is parent.iter:
        iterations = f"list({ast.unparse(node)})"
        yield parsed(f"{iterations}[:1]")
        yield parsed(f"{iterations}[-1:]")


def dropped_default(site: CodeSite) -> Iterator[ast.AST]:
    """``d.get(k, x)`` and ``d.setdefault(k, x)`` become ``d[k]``."""
    node = site.node
    if not isinstance(node, ast.Call) or called_name(node) not in ("get", "setdefault"):
        return
    if isinstance(node.func, ast.Attribute) and node.args:
        yield ast.Subscript(node.func.value, node.args[0], ast.Load())


def another_variable(site: CodeSite) -> Iterator[ast.AST]:
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


def whole_mask(site: CodeSite) -> Iterator[ast.AST]:
    """``mask = x != 0`` becomes a mask without a False: padding counts."""
    node, parent = site.node, site.parent
    if isinstance(node, ast.Compare) and not isinstance(parent, ast.If | ast.IfExp | ast.While):
        yield ast.BinOp(node, ast.BitOr(), ast.Constant(True))


def inverted_mask(site: CodeSite) -> Iterator[ast.AST]:
    """``x[mask]`` becomes ``x[~mask]``; so does a mask that is returned beside something."""
    node, parent = site.node, site.parent
    if not isinstance(node, ast.Name) or not isinstance(node.ctx, ast.Load):
        return
    is_index = isinstance(parent, ast.Subscript) and node is parent.slice
    is_returned = isinstance(parent, ast.Tuple) and isinstance(site.statement, ast.Return)
    if is_index or is_returned:
        yield ast.UnaryOp(ast.Invert(), node)


def size_of_axis(site: CodeSite) -> Iterator[ast.AST]:
    """``mask.sum(axis=1)`` becomes ``mask.shape[1]``: padding counts in a mean."""
    node = site.node
    if called_name(node) != "sum" or not isinstance(node, ast.Call) or is_of_module(node):
        return
    axes = [keyword.value for keyword in node.keywords if keyword.arg == "axis"]
    if isinstance(node.func, ast.Attribute) and len(axes) == 1:
        yield ast.Subscript(parsed(f"{ast.unparse(node.func.value)}.shape"), axes[0], ast.Load())


def reshaped(site: CodeSite) -> Iterator[ast.AST]:
    """``W.T`` becomes ``W`` with the shape of ``W.T``, its numbers in their old order."""
    node = site.node
    if isinstance(node, ast.Attribute) and node.attr == "T" and isinstance(node.ctx, ast.Load):
        yield parsed(f"np.reshape({ast.unparse(node.value)}, np.shape({ast.unparse(node)}))")


def later_term(site: CodeSite) -> Iterator[ast.AST]:
    """``np.tanh(a + b)`` becomes ``np.tanh(a) + b``."""
    node = site.node
    if not isinstance(node, ast.Call) or not node.args:
        return
    first = node.args[0]
    if isinstance(first, ast.BinOp) and isinstance(first.op, ast.Add):
        call = changed(node, args=[first.left, *node.args[1:]])
        yield ast.BinOp(call, ast.Add(), first.right)


_BASES = {"log": ("log2", "log10"), "exp": ("exp2",)}


def off_by_one(site: CodeSite) -> Iterator[ast.AST]:
    """``t // k`` becomes ``(t + 1) // k``; ``f(t)`` in a loop over t becomes ``f(t + 1)``."""
    node, function = site.node, site.function
    if function is None or not isinstance(node, ast.Name | ast.Call):
        return
    is_index = isinstance(node, ast.Name) and node.id in _loop_variables(function)
    is_argument = isinstance(node, ast.Name) and node.id in _arguments(function)
    is_computed_with = isinstance(site.parent, ast.BinOp | ast.Compare)
    is_number = is_index or is_argument or called_name(node) == "len"
    if (is_computed_with and is_number) or (is_index and _is_given(site)):
        yield ast.BinOp(node, ast.Add(), ast.Constant(1))
        yield ast.BinOp(node, ast.Sub(), ast.Constant(1))


def first_index(site: CodeSite) -> Iterator[ast.AST]:
    """``f(t)`` and ``x[t]`` in a loop over t become ``f(0)`` and ``x[0]``."""
    node, function = site.node, site.function
    if function is None or not isinstance(node, ast.Name):
        return
    is_used = _is_given(site) or isinstance(site.parent, ast.Subscript)
    if is_used and node.id in _loop_variables(function):
        yield ast.Constant(0)


def another_base(site: CodeSite) -> Iterator[ast.AST]:
    """``np.log`` becomes ``np.log2`` or ``np.log10``, ``np.exp`` becomes ``np.exp2``."""
    node = site.node
    if isinstance(node, ast.Call) and ast.unparse(node.func).startswith(("np.", "math.")):
        yield from (with_name(node, name) for name in _BASES.get(called_name(node), ()))


def _is_given(site: CodeSite) -> bool:
    """Return whether the node is an argument of a call."""
    return isinstance(site.parent, ast.Call) and site.node in site.parent.args


def _arguments(function: ast.FunctionDef) -> set[str]:
    arguments = function.args
    return {
        argument.arg
        for argument in (*arguments.posonlyargs, *arguments.args, *arguments.kwonlyargs)
    }


def _loop_variables(function: ast.FunctionDef) -> set[str]:
    """Return the names of the simple variables of its loops."""
    loops = (n.target for n in ast.walk(function) if isinstance(n, ast.For | ast.comprehension))
    return {target.id for target in loops if isinstance(target, ast.Name)}


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
    "whole mask": ("one comparison leaves nothing out, so that padding may count", whole_mask),
    "inverted mask": ("one mask is inverted", inverted_mask),
    "size of axis": ("the size of one axis instead of a sum along it", size_of_axis),
    "reshaped": ("one array is reshaped instead of transposed", reshaped),
    "later term": ("one term is added after a function instead of before it", later_term),
    "off by one": ("one number is too large or too small by one", off_by_one),
    "first index": ("the first index of a loop instead of the current one", first_index),
    "another base": ("one logarithm or exponential function has another base", another_base),
}
#: Changes of which there are hundreds: they come after all others.
MANY_MUTATIONS: dict[str, tuple[str, Mutate]] = {
    "another variable": ("another variable in one place", another_variable),
}
