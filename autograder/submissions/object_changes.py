"""Which names of a module a statement changes beside those that it binds.

A class may be completed by an assignment to an attribute, by `setattr`, by a decorator that is
given the class, or by a function that does one of these.
"""

from __future__ import annotations

import ast
from collections.abc import Iterable, Iterator, Mapping
from typing import NamedTuple

from autograder.course.source import Definition

Function = ast.FunctionDef | ast.AsyncFunctionDef


class Change(NamedTuple):
    """A change of the object that a name stands for.

    Attributes:
        attribute: which attribute is replaced; empty if it is not known.
        is_method_call: whether it is a call such as ``x.append(1)``, which may change nothing.
    """

    name: str
    attribute: str = ""
    is_method_call: bool = False


class Effects(NamedTuple):
    """What a call of a function changes: names of the module, and arguments, without a name."""

    outside: frozenset[Change]
    arguments: frozenset[Change]


def changes(
    statements: Iterable[ast.stmt], functions: Mapping[str, Effects] | None = None
) -> Iterator[Change]:
    """Yield what `statements` change when they run; of calls, only changes of their arguments.

    `functions` says what calls of the module's functions change: see `effects_of`.
    """
    for node in _running(statements):
        yield from _changes_by(node, functions or {})


def called(statements: Iterable[ast.stmt]) -> set[str]:
    """Return the names of the functions that `statements` call when they run."""
    calls = (node.func for node in _running(statements) if isinstance(node, ast.Call))
    return {function.id for function in calls if isinstance(function, ast.Name)}


def effects_of(statements: Iterable[ast.stmt]) -> dict[str, Effects]:
    """Return function -> what a call of it changes, for the functions among `statements`."""
    return {node.name: _effects(node) for node in statements if isinstance(node, Function)}


def _running(statements: Iterable[ast.stmt]) -> Iterator[ast.AST]:
    """Yield the nodes that run at once: not those in the bodies of functions and classes."""
    for statement in statements:
        yield from [statement] if isinstance(statement, Definition) else ast.walk(statement)


def _changes_by(node: ast.AST, functions: Mapping[str, Effects]) -> Iterator[Change]:
    match node:
        case ast.Attribute(value=ast.Name(id=name), attr=attribute, ctx=ast.Store() | ast.Del()):
            yield Change(name, attribute)
        case (
            ast.Attribute(ctx=ast.Store() | ast.Del()) | ast.Subscript(ctx=ast.Store() | ast.Del())
        ):
            yield Change(_root(node))
        case ast.Call(func=ast.Name(id="setattr" | "delattr"), args=[ast.Name(id=name), *rest]):
            is_known = bool(rest) and isinstance(rest[0], ast.Constant)
            yield Change(name, str(ast.literal_eval(rest[0])) if is_known else "")
        case ast.Call(func=ast.Name(id=function)) if function in functions:
            for name in _names(_arguments(node)):
                yield from (change._replace(name=name) for change in functions[function].arguments)
        case ast.Expr(value=ast.Call(func=ast.Attribute() as method)) if _root(method):
            yield Change(_root(method), is_method_call=True)
        case ast.FunctionDef() | ast.AsyncFunctionDef() | ast.ClassDef():
            yield from (Change(name, node.name) for name in _decorated(node))


def _decorated(node: Definition) -> Iterator[str]:
    """Yield the names that its decorators may change: arguments, and the class of ``self: X``."""
    for decorator in node.decorator_list:
        if isinstance(decorator, ast.Call):
            yield from _names(_arguments(decorator))
    first = node.args.args[:1] if isinstance(node, Function) and node.decorator_list else []
    yield from _names(a.annotation for a in first if a.arg == "self" and a.annotation)


def _arguments(call: ast.Call) -> list[ast.expr]:
    return [*call.args, *(keyword.value for keyword in call.keywords)]


def _names(nodes: Iterable[ast.expr]) -> list[str]:
    return [node.id for node in nodes if isinstance(node, ast.Name)]


def _effects(function: Function) -> Effects:
    names = [node for node in ast.walk(function) if isinstance(node, ast.Name)]
    bound = {node.id for node in names if not isinstance(node.ctx, ast.Load)}
    arguments = {node.arg for node in ast.walk(function.args) if isinstance(node, ast.arg)}
    shared = {
        name for node in ast.walk(function) if isinstance(node, ast.Global) for name in node.names
    }
    made = list(changes(function.body))
    own = arguments | (bound - shared)
    outside = {change for change in made if change.name not in own}
    return Effects(
        frozenset({*map(Change, bound & shared), *outside}),
        frozenset(Change("", "", c.is_method_call) for c in made if c.name in arguments),
    )


def _root(node: ast.AST) -> str:
    """Return the name at the left end of ``x.y[0].z``; empty without a name."""
    while isinstance(node, ast.Attribute | ast.Subscript):
        node = node.value
    return node.id if isinstance(node, ast.Name) else ""
