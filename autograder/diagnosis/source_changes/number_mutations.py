"""Small changes that beginners make with numbers: off by one, the first index, another base."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from autograder.mutations.operators import Mutate, Site
from autograder.mutations.operators.base import called_name, with_name

_BASES = {"log": ("log2", "log10"), "exp": ("exp2",)}


def off_by_one(site: Site) -> Iterator[ast.AST]:
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


def first_index(site: Site) -> Iterator[ast.AST]:
    """``f(t)`` and ``x[t]`` in a loop over t become ``f(0)`` and ``x[0]``."""
    node, function = site.node, site.function
    if function is None or not isinstance(node, ast.Name):
        return
    is_used = _is_given(site) or isinstance(site.parent, ast.Subscript)
    if is_used and node.id in _loop_variables(function):
        yield ast.Constant(0)


def another_base(site: Site) -> Iterator[ast.AST]:
    """``np.log`` becomes ``np.log2`` or ``np.log10``, ``np.exp`` becomes ``np.exp2``."""
    node = site.node
    if isinstance(node, ast.Call) and ast.unparse(node.func).startswith(("np.", "math.")):
        yield from (with_name(node, name) for name in _BASES.get(called_name(node), ()))


def _is_given(site: Site) -> bool:
    """Return whether the node is an argument of a call."""
    return isinstance(site.parent, ast.Call) and site.node in site.parent.args


def _arguments(function: ast.FunctionDef) -> set[str]:
    arguments = function.args
    return {one.arg for one in (*arguments.posonlyargs, *arguments.args, *arguments.kwonlyargs)}


def _loop_variables(function: ast.FunctionDef) -> set[str]:
    """Return the names of the simple variables of its loops."""
    loops = (n.target for n in ast.walk(function) if isinstance(n, ast.For | ast.comprehension))
    return {target.id for target in loops if isinstance(target, ast.Name)}


#: Name -> the sentence that describes the change to a student, and the change.
NUMBER_MUTATIONS: dict[str, tuple[str, Mutate]] = {
    "off by one": ("one number is too large or too small by one", off_by_one),
    "first index": ("the first index of a loop instead of the current one", first_index),
    "another base": ("one logarithm or exponential function has another base", another_base),
}
