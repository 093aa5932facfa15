"""Operators that change the source as beginners do, for a diagnosis.

Beginners make more changes at each place than the operators of the audit: any other variable, the
complement of a gate, a choice that is left out, masks, arrangements of arrays, parentheses, numbers
that are wrong by one.
"""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterator
from itertools import pairwise

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

#: Name -> the sentence that describes the change to a student, and the change.
BEGINNER_MUTATIONS: dict[str, tuple[str, Mutate]] = {}
#: Changes of which there are hundreds: they come after all others.
MANY_MUTATIONS: dict[str, tuple[str, Mutate]] = {}

_LIMITS = ("maximum", "minimum", "max", "min")
_OTHERS = {"any": "all", "all": "any", "std": "var", "var": "std"}
_SHAPES = ("range", "zeros", "ones", "empty", "full", "reshape", "eye", "arange", "len")
_BASES = {"log": ("log2", "log10"), "exp": ("exp2",)}


def described(
    sentence: str, table: dict[str, tuple[str, Mutate]] = BEGINNER_MUTATIONS
) -> Callable[[Mutate], Mutate]:
    """Return a decorator that enters a change into `table`, under the name of its function."""

    def enter(mutate: Mutate) -> Mutate:
        table[mutate.__name__.replace("_", " ")] = sentence, mutate
        return mutate

    return enter


@described("one result is computed but not used")
def unused_result(site: CodeSite) -> Iterator[ast.AST]:
    """``x = f(x)`` becomes ``f(x)``: the result is not used."""
    match site.node:
        case ast.Assign([target, *_], ast.Call() as call):
            if ast.unparse(target) in map(ast.unparse, call.args):
                yield ast.Expr(call)


@described("one choice by a mask is missing")
def dropped_choice(site: CodeSite) -> Iterator[ast.AST]:
    """``np.where(mask, a, b)`` becomes ``a`` or ``b``: the mask is forgotten."""
    match site.node:
        case ast.Call(args=[_, first, second]) as call if called_name(call) == "where":
            yield from (first, second)


@described("one maximum or minimum of two values is missing")
def dropped_limit(site: CodeSite) -> Iterator[ast.AST]:
    """``np.maximum(a, b)`` becomes ``a`` or ``b``."""
    match site.node:
        case ast.Call(args=[first, second]) as call if called_name(call) in _LIMITS:
            if is_of_module(call):
                yield from (first, second)


@described("0 instead of infinity")
def finite(site: CodeSite) -> Iterator[ast.AST]:
    """``np.inf`` becomes 0, so that padding can be the maximum."""
    if isinstance(site.node, ast.Attribute) and site.node.attr == "inf":
        yield ast.Constant(0.0)


@described("no default for a missing key")
def dropped_default(site: CodeSite) -> Iterator[ast.AST]:
    """``d.get(k, x)`` and ``d.setdefault(k, x)`` become ``d[k]``."""
    match site.node:
        case ast.Call(ast.Attribute(table, "get" | "setdefault"), [key, *_]):
            yield ast.Subscript(table, key, ast.Load())


@described("any and all, or variance and standard deviation, are exchanged")
def another_kind(site: CodeSite) -> Iterator[ast.AST]:
    """``x.any()`` becomes ``x.all()``, ``x.std()`` becomes ``x.var()``, and the reverse."""
    if isinstance(site.node, ast.Call) and called_name(site.node) in _OTHERS:
        yield with_name(site.node, _OTHERS[called_name(site.node)])


@described("two items are joined in the opposite order")
def another_order(site: CodeSite) -> Iterator[ast.AST]:
    """``np.concatenate([a, b])`` becomes ``np.concatenate([b, a])``, and so on."""
    node, is_bare = site.node, isinstance(site.parent, ast.Subscript | ast.Return)
    if isinstance(node, ast.List | ast.Tuple) and not is_bare:
        for i, (first, second) in enumerate(pairwise(node.elts)):
            yield changed(node, elts=[*node.elts[:i], second, first, *node.elts[i + 2 :]])


@described("one slice or index is along another axis, or is missing")
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
    for before in ([], [ast.Slice()], [ast.Constant(...)]):
        yield changed(node, slice=ast.Tuple([*before, part], ast.Load()))


@described("one slice takes the opposite end")
def another_end(site: CodeSite) -> Iterator[ast.AST]:
    """``x[:k]`` becomes ``x[-k:]``, ``x[k:]`` becomes ``x[:k]``."""
    match site.node:
        case ast.Slice(None, ast.expr() as upper, None):
            yield ast.Slice(_negative(upper), None)
            yield ast.Slice(upper, None)
        case ast.Slice(ast.expr() as lower, None, None):
            yield ast.Slice(None, _negative(lower))
            yield ast.Slice(None, lower)


def _negative(node: ast.expr) -> ast.expr:
    if isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.USub):
        return node.operand
    return ast.UnaryOp(ast.USub(), node)


@described("one factor or divisor is squared, or one divisor is replaced by its square root")
def another_power(site: CodeSite) -> Iterator[ast.AST]:
    """``a / b`` becomes ``a / b**2`` or ``a / np.sqrt(b)``, ``a * b`` becomes ``a * b**2``."""
    match site.node:
        case ast.BinOp(_, ast.Mult(), ast.Name() | ast.Attribute() as factor) as node:
            yield changed(node, right=ast.BinOp(factor, ast.Pow(), ast.Constant(2)))
        case ast.BinOp(_, ast.Div(), divisor) as node:
            yield changed(node, right=ast.BinOp(divisor, ast.Pow(), ast.Constant(2)))
            yield changed(node, right=parsed(f"np.sqrt({ast.unparse(divisor)})"))


@described("the root of one variance, a standard deviation, instead of the variance")
def root_of_variance(site: CodeSite) -> Iterator[ast.AST]:
    """``m * variance`` becomes ``m * np.sqrt(variance)``."""
    match site.node:
        case ast.Name(name, ast.Load()) | ast.Attribute(attr=name, ctx=ast.Load()) as node:
            is_called = isinstance(site.parent, ast.Call) and node is site.parent.func
            if "var" in name and not is_called and not isinstance(site.parent, ast.Attribute):
                yield parsed(f"np.sqrt({ast.unparse(node)})")


@described("one array or table has two names: a change under the one name is seen under the other")
def shared_start(site: CodeSite) -> Iterator[ast.AST]:
    """``a, b = zeros(n), zeros(n)`` becomes ``a = b = zeros(n)``."""
    match site.node:
        case ast.Assign([ast.Tuple(names)], ast.Tuple([ast.Call() as value, *others])) as node:
            if all(called_name(other) == called_name(value) for other in others):
                yield changed(node, targets=names, value=value)


@described("one pair of parentheses is missing, or is in another place")
def parentheses(site: CodeSite) -> Iterator[ast.AST]:
    """``a / (b + c)`` becomes ``a / b + c``, and ``a / b + c`` becomes ``a / (b + c)``."""
    match site.node:
        case ast.BinOp(a, ast.Mult() | ast.Div() as times, ast.BinOp(b, plus, c)) if _is_sum(plus):
            yield ast.BinOp(ast.BinOp(a, times, b), plus, c)
        case ast.BinOp(ast.BinOp(a, plus, b), ast.Mult() | ast.Div() as times, c) if _is_sum(plus):
            yield ast.BinOp(a, plus, ast.BinOp(b, times, c))
    match site.node:
        case ast.BinOp(ast.BinOp(a, ast.Mult() | ast.Div() as times, b), plus, c) if _is_sum(plus):
            yield ast.BinOp(a, times, ast.BinOp(b, plus, c))
        case ast.BinOp(a, plus, ast.BinOp(b, ast.Mult() | ast.Div() as times, c)) if _is_sum(plus):
            yield ast.BinOp(ast.BinOp(a, plus, b), times, c)


def _is_sum(op: ast.operator) -> bool:
    return isinstance(op, ast.Add | ast.Sub)


@described("one term has the opposite sign")
def negated_term(site: CodeSite) -> Iterator[ast.AST]:
    """``a + b`` becomes ``-a + b``, ``a - b`` becomes ``-a - b``."""
    match site.node:
        case ast.BinOp(left, op, _) as node if _is_sum(op) and not isinstance(left, ast.Constant):
            yield changed(node, left=ast.UnaryOp(ast.USub(), left))


@described("the size of another axis, or the number of all entries instead of rows")
def another_size(site: CodeSite) -> Iterator[ast.AST]:
    """``len(x)`` becomes ``x.size`` or ``x.shape[-1]``, and ``x.size`` becomes ``len(x)``."""
    match site.node:
        case ast.Call(ast.Name("len"), [ast.Name() | ast.Attribute() as array]):
            yield ast.Attribute(array, "size", ast.Load())
            yield parsed(f"{ast.unparse(array)}.shape[-1]")
        case ast.Attribute(array, "size", ast.Load()):
            yield parsed(f"len({ast.unparse(array)})")


@described("// instead of /: the quotient is rounded down")
def floor_division(site: CodeSite) -> Iterator[ast.AST]:
    """``a / b`` becomes ``a // b``."""
    match site.node:
        case ast.BinOp(op=ast.Div()) as node:
            yield changed(node, op=ast.FloorDiv())


@described("(1 − x)² instead of 1 − x²")
def square_of_difference(site: CodeSite) -> Iterator[ast.AST]:
    """``1 - x**2`` becomes ``(1 - x)**2``."""
    match site.node:
        case ast.BinOp(ast.Constant(1), ast.Sub(), ast.BinOp(x, ast.Pow(), power)) as node:
            yield ast.BinOp(changed(node, right=x), ast.Pow(), power)


@described("x[:, ids] instead of x[rows, ids]: all columns in every row, not one entry of each row")
def all_rows(site: CodeSite) -> Iterator[ast.AST]:
    """``x[np.arange(n), ids]`` becomes ``x[:, ids]``."""
    match site.node:
        case ast.Subscript(_, ast.Tuple([ast.Call() as rows, ids])) as node:
            if called_name(rows) == "arange":
                yield changed(node, slice=ast.Tuple([ast.Slice(), ids], ast.Load()))


@described("one loop runs only once")
def one_iteration(site: CodeSite) -> Iterator[ast.AST]:
    """A loop runs only its first iteration, or only its last."""
    if isinstance(site.parent, ast.For | ast.comprehension) and site.node is site.parent.iter:
        iterations = f"list({ast.unparse(site.node)})"
        yield parsed(f"{iterations}[:1]")
        yield parsed(f"{iterations}[-1:]")


@described("1 − x instead of x in one place, for example for a gate")
def complement(site: CodeSite) -> Iterator[ast.AST]:
    """``z * h`` becomes ``(1 - z) * h``, ``b**t`` becomes ``(1 - b) ** t``: the complement."""
    match site.node:
        case ast.Assign([ast.Name(), *_], ast.Call() | ast.BinOp() as value) as node:
            yield changed(node, value=_one_minus(value))
        case ast.Name(ctx=ast.Load()) | ast.Attribute(ctx=ast.Load()) as node:
            parent = site.parent
            is_factor = isinstance(parent, ast.BinOp) and isinstance(parent.op, ast.Mult | ast.Pow)
            if is_factor or (_is_given(site) and called_name(parent) not in _SHAPES):
                yield _one_minus(node)


def _one_minus(node: ast.expr) -> ast.expr:
    return ast.BinOp(ast.Constant(1), ast.Sub(), node)


@described("the weights x and 1 − x of two terms are exchanged")
def exchanged_weights(site: CodeSite) -> Iterator[ast.AST]:
    """``z * h + (1 - z) * c`` becomes ``(1 - z) * h + z * c``."""
    match site.node:
        case ast.BinOp(
            ast.BinOp(x, ast.Mult()) as left, ast.Add(), ast.BinOp(y, ast.Mult()) as right
        ) as node if _is_one_minus(x, y) or _is_one_minus(y, x):
            yield changed(node, left=changed(left, left=y), right=changed(right, left=x))


def _is_one_minus(node: ast.expr, wanted: ast.expr) -> bool:
    return ast.unparse(node) in (f"{sign} - {ast.unparse(wanted)}" for sign in ("1", "1.0"))


@described("one comparison leaves nothing out, so that padding may count")
def whole_mask(site: CodeSite) -> Iterator[ast.AST]:
    """``mask = x != 0`` becomes a mask without a False: padding counts."""
    node, is_condition = site.node, isinstance(site.parent, ast.If | ast.IfExp | ast.While)
    if isinstance(node, ast.Compare) and not is_condition:
        yield ast.BinOp(node, ast.BitOr(), ast.Constant(True))


@described("one mask is inverted")
def inverted_mask(site: CodeSite) -> Iterator[ast.AST]:
    """``x[mask]`` becomes ``x[~mask]``; so does a mask that is returned beside something."""
    node, parent = site.node, site.parent
    if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Load):
        is_index = isinstance(parent, ast.Subscript) and node is parent.slice
        is_returned = isinstance(parent, ast.Tuple) and isinstance(site.statement, ast.Return)
        if is_index or is_returned:
            yield ast.UnaryOp(ast.Invert(), node)


@described("the size of one axis instead of a sum along it")
def size_of_axis(site: CodeSite) -> Iterator[ast.AST]:
    """``mask.sum(axis=1)`` becomes ``mask.shape[1]``: padding counts in a mean."""
    match site.node:
        case ast.Call(ast.Attribute(array, "sum"), keywords=keywords) as call:
            axes = [keyword.value for keyword in keywords if keyword.arg == "axis"]
            if len(axes) == 1 and not is_of_module(call):
                shape = ast.Attribute(array, "shape", ast.Load())
                yield ast.Subscript(shape, axes[0], ast.Load())


@described("one array is reshaped instead of transposed")
def reshaped(site: CodeSite) -> Iterator[ast.AST]:
    """``W.T`` becomes ``W`` with the shape of ``W.T``, its numbers in their old order."""
    match site.node:
        case ast.Attribute(array, "T", ast.Load()) as node:
            yield parsed(f"np.reshape({ast.unparse(array)}, np.shape({ast.unparse(node)}))")


@described("one term is added after a function instead of before it, or the reverse")
def moved_term(site: CodeSite) -> Iterator[ast.AST]:
    """``np.tanh(a + b)`` becomes ``np.tanh(a) + b``, and the reverse."""
    match site.node:
        case ast.BinOp(ast.Call(args=[first, *others]) as call, ast.Add(), second):
            yield changed(call, args=[ast.BinOp(first, ast.Add(), second), *others])
        case ast.Call(args=[ast.BinOp(first, ast.Add(), second), *others]) as node:
            yield ast.BinOp(changed(node, args=[first, *others]), ast.Add(), second)


@described("one number is too large or too small by one")
def off_by_one(site: CodeSite) -> Iterator[ast.AST]:
    """``t // k`` becomes ``(t + 1) // k``; ``f(t)`` in a loop over t becomes ``f(t + 1)``."""
    node, function = site.node, site.function
    if function is None or not isinstance(node, ast.Name | ast.Call):
        return
    is_index = isinstance(node, ast.Name) and node.id in _loop_variables(function)
    given = function.args.posonlyargs + function.args.args + function.args.kwonlyargs
    is_argument = isinstance(node, ast.Name) and node.id in {argument.arg for argument in given}
    is_number = is_index or is_argument or called_name(node) == "len"
    is_computed_with = isinstance(site.parent, ast.BinOp | ast.Compare)
    if (is_computed_with and is_number) or (is_index and _is_given(site)):
        yield ast.BinOp(node, ast.Add(), ast.Constant(1))
        yield ast.BinOp(node, ast.Sub(), ast.Constant(1))


@described("the first index of a loop instead of the current one")
def first_index(site: CodeSite) -> Iterator[ast.AST]:
    """``f(t)`` and ``x[t]`` in a loop over t become ``f(0)`` and ``x[0]``."""
    node, function = site.node, site.function
    if function is None or not isinstance(node, ast.Name):
        return
    is_used = _is_given(site) or isinstance(site.parent, ast.Subscript)
    if is_used and node.id in _loop_variables(function):
        yield ast.Constant(0)


@described("one logarithm or exponential function has another base")
def another_base(site: CodeSite) -> Iterator[ast.AST]:
    """``np.log`` becomes ``np.log2`` or ``np.log10``, ``np.exp`` becomes ``np.exp2``."""
    node = site.node
    if isinstance(node, ast.Call) and ast.unparse(node.func).startswith(("np.", "math.")):
        yield from (with_name(node, name) for name in _BASES.get(called_name(node), ()))


@described("another variable in one place", MANY_MUTATIONS)
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


def _is_given(site: CodeSite) -> bool:
    return isinstance(site.parent, ast.Call) and site.node in site.parent.args


def _loop_variables(function: ast.FunctionDef) -> set[str]:
    loops = (n.target for n in ast.walk(function) if isinstance(n, ast.For | ast.comprehension))
    return {target.id for target in loops if isinstance(target, ast.Name)}
