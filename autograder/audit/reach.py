"""Which checks a change of a solution can reach: the others pass again, and need no run.

A check reaches the functions and classes that it calls, and all that these name. What a change adds
to the file outside of functions and classes can reach everything.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator, Mapping

_Definition = ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef


def affected_names(before: str, after: str) -> frozenset[str] | None:
    """Return the names of the file that differ in two sources, and all that depend on them.

    Returns:
        None where everything may differ: also if one of the sources is no Python.
    """
    try:
        old, new = ast.parse(before), ast.parse(after)
    except SyntaxError:
        return None
    if _frame(old) != _frame(new):
        return None
    changed = {
        one.name
        for one, other in zip(_definitions(old), _definitions(new), strict=True)
        if ast.dump(one) != ast.dump(other)
    }
    return _with_dependants(changed, new)


def _definitions(module: ast.Module) -> Iterator[_Definition]:
    return (node for node in module.body if isinstance(node, _Definition))


def _frame(module: ast.Module) -> list[str]:
    """Return everything outside of definitions, and their names, in order."""
    return [
        f"{type(node).__name__} {node.name}" if isinstance(node, _Definition) else ast.dump(node)
        for node in module.body
    ]


def _with_dependants(changed: set[str], module: ast.Module) -> frozenset[str] | None:
    """Return `changed` with what names them, directly or not; None if that is no definition."""
    graph = {node.name: _names_in(node) for node in _definitions(module)}
    affected = set(changed)
    while more := {name for name, used in graph.items() if used & affected} - affected:
        affected |= more
    rest = (node for node in module.body if not isinstance(node, _Definition))
    return None if any(_names_in(node) & affected for node in rest) else frozenset(affected)


def _names_in(node: ast.AST) -> set[str]:
    """Return the names in `node`, and its texts: a text may name a definition, too."""
    names = {one.id for one in ast.walk(node) if isinstance(one, ast.Name)}
    texts = (one.value for one in ast.walk(node) if isinstance(one, ast.Constant))
    return names | {text for text in texts if isinstance(text, str)}


class Reached:
    """What the checks of one exercise reach, as far as they have run and passed.

    Args:
        own: registry name -> name in the file, for the tasks of the exercise.
    """

    def __init__(self, own: Mapping[str, str]) -> None:
        self._own = own
        self._names: dict[str, set[str]] = {}

    def note(self, check: str, called: frozenset[str], parts: tuple[str, ...]) -> None:
        """Remember that the check passed, what it called, and the parts that were built."""
        if called:
            built = {self._own[name] for name in parts if name in self._own}
            self._names.setdefault(check, set()).update(called, built)

    def unaffected(self, affected: frozenset[str] | None) -> frozenset[str]:
        """Return the checks that reach none of the names; none if no other check is known."""
        if affected is None:
            return frozenset()
        left = {check for check, names in self._names.items() if not names & affected}
        return frozenset(left) if len(left) < len(self._names) else frozenset()
