"""Which names of a module a statement changes beside those that it binds.

A class may be completed after its definition: by an assignment to an attribute, by `setattr`, or by
a decorator that is given the class.
"""

from __future__ import annotations

import ast
from collections.abc import Iterable, Iterator
from typing import NamedTuple

from autograder.course.source import Definition

Function = ast.FunctionDef | ast.AsyncFunctionDef


class Change(NamedTuple):
    """A change of the object that a name stands for.

    Attributes:
        name: the name.
        attribute: which attribute is replaced; empty if it is not known.
        is_method_call: whether it is a call such as ``x.append(1)``, which may change nothing.
    """

    name: str
    attribute: str = ""
    is_method_call: bool = False


def changes(statements: Iterable[ast.stmt]) -> Iterator[Change]:
    """Yield what `statements` change when they run, apart from what a called function changes."""
    for node in _running(statements):
        yield from _changes_by(node)


def _running(statements: Iterable[ast.stmt]) -> Iterator[ast.AST]:
    """Yield the nodes that run at once: not those in the bodies of functions and classes."""
    for statement in statements:
        yield from [statement] if isinstance(statement, Definition) else ast.walk(statement)


def _changes_by(node: ast.AST) -> Iterator[Change]:
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
        case ast.Expr(value=ast.Call(func=ast.Attribute() as method)) if _root(method):
            yield Change(_root(method), is_method_call=True)
        case ast.FunctionDef() | ast.AsyncFunctionDef() | ast.ClassDef():
            yield from (Change(name, node.name) for name in _decorated(node))


def _decorated(node: Definition) -> Iterator[str]:
    """Yield the names that its decorators may change: arguments, and the class of ``self: X``."""
    for decorator in node.decorator_list:
        if isinstance(decorator, ast.Call):
            yield from names_given(decorator)
    first = node.args.args[:1] if isinstance(node, Function) and node.decorator_list else []
    yield from _names(a.annotation for a in first if a.arg == "self" and a.annotation)


def names_given(call: ast.Call) -> set[str]:
    """Return the names among the arguments of `call`."""
    return set(_names([*call.args, *(keyword.value for keyword in call.keywords)]))


def _names(nodes: Iterable[ast.expr]) -> list[str]:
    return [node.id for node in nodes if isinstance(node, ast.Name)]


def _root(node: ast.AST) -> str:
    """Return the name at the left end of ``x.y[0].z``; empty without a name."""
    while isinstance(node, ast.Attribute | ast.Subscript):
        node = node.value
    return node.id if isinstance(node, ast.Name) else ""
