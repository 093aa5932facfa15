"""Which statements of a notebook its tasks need: the rest is scratch, and must not matter.

A scratch cell may plot, train for an hour or raise, and Jupyter goes on. A module would not. So
only statements that bind a name which a task uses, directly or through others, are kept.
"""

from __future__ import annotations

import ast
import symtable
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cached_property

from autograder.course.source import Definition


@dataclass(frozen=True)
class Statement:
    """One top-level statement, or several that share a line; from line `first` of a cell on."""

    cell: int
    first: int
    source: str
    nodes: tuple[ast.stmt, ...]
    table: symtable.SymbolTable

    @cached_property
    def uses(self) -> frozenset[str]:
        """Global names that it reads, also inside its functions."""
        return frozenset(_referenced(self.table, top=True))

    @cached_property
    def binds(self) -> frozenset[str]:
        """Names that it binds, or whose object it changes by ``x.y = ...`` or ``x[i] = ...``."""
        symbols = self.table.get_symbols()
        bound = {s.get_name() for s in symbols if s.is_assigned() or s.is_imported()}
        targets = (n for n in self._simple() if isinstance(n, ast.Attribute | ast.Subscript))
        return frozenset(bound | {_root(n) for n in targets if isinstance(n.ctx, ast.Store)})

    @cached_property
    def variables(self) -> frozenset[str]:
        """Names that it binds to a value: by assignment, not by an import, a def or a class."""
        symbols = self.table.get_symbols()
        assigned = (s for s in symbols if s.is_assigned() and not s.is_imported())
        return frozenset(s.get_name() for s in assigned if not s.is_namespace())

    @cached_property
    def calls_on(self) -> frozenset[str]:
        """Names on which it calls a method for its effect, as ``table.append(1)`` does."""
        calls = (node.value for node in self._simple() if isinstance(node, ast.Expr))
        roots = (_root(c.func) for c in calls if isinstance(c, ast.Call))
        return frozenset(root for root in roots if root)

    @property
    def is_future_import(self) -> bool:
        """Whether it is ``from __future__ import ...``, which must open a module."""
        return any(getattr(node, "module", None) == "__future__" for node in self.nodes)

    @property
    def is_kept_anyway(self) -> bool:
        """``from x import *`` binds unknown names; ``from __future__`` changes the language."""
        imports = [node for node in self.nodes if isinstance(node, ast.ImportFrom)]
        stars = any(alias.name == "*" for node in imports for alias in node.names)
        return stars or self.is_future_import

    def _simple(self) -> Iterator[ast.AST]:
        """Yield the nodes that run at once: those outside of functions and classes."""
        for statement in self.nodes:
            if not isinstance(statement, Definition):
                yield from ast.walk(statement)


def _referenced(table: symtable.SymbolTable, *, top: bool = False) -> Iterator[str]:
    for symbol in table.get_symbols():
        if symbol.is_referenced() and (top or symbol.is_global()):
            yield symbol.get_name()
    for child in table.get_children():
        yield from _referenced(child)


def _root(node: ast.AST) -> str:
    """Return the name at the left end of ``x.y[0].z``; empty without a name or a dot."""
    inner = node
    while isinstance(inner, ast.Attribute | ast.Subscript):
        inner = inner.value
    return inner.id if isinstance(inner, ast.Name) and inner is not node else ""


def statements(cell: int, source: str, tree: ast.Module) -> list[Statement]:
    """Return the top-level statements of one cell, those that share a line taken together.

    Raises:
        SyntaxError: names make one of them wrong, as two arguments of one name.
    """
    groups: list[tuple[int, int, list[ast.stmt]]] = []
    for node in tree.body:
        # A decorated definition starts at its first decorator.
        decorators: list[ast.expr] = getattr(node, "decorator_list", [])
        first = min([node.lineno, *(decorator.lineno for decorator in decorators)])
        last = node.end_lineno or node.lineno
        if groups and first <= groups[-1][1]:
            start, end, nodes = groups.pop()
            groups.append((start, max(end, last), [*nodes, node]))
        else:
            groups.append((first, last, [node]))
    lines = source.split("\n")
    made = []
    for first, last, nodes in groups:
        text = "\n".join(lines[first - 1 : last])
        table = symtable.symtable(text, "<cell>", "exec")
        made.append(Statement(cell, first, text, tuple(nodes), table))
    return made


def needed(every: list[Statement], names: Iterable[str]) -> list[Statement]:
    """Those of `every`, in order, that binding all of `names` takes.

    Calling a method counts as binding where it may change a variable, as in ``table.append(1)``,
    but not on a class or a module: that is how scratch cells try things.
    """
    variables = {name for statement in every for name in statement.variables}
    by_name: dict[str, list[int]] = {}
    for i, statement in enumerate(every):
        for name in statement.binds | (statement.calls_on & variables):
            by_name.setdefault(name, []).append(i)
    kept: set[int] = set()
    waiting = [i for i, statement in enumerate(every) if statement.is_kept_anyway]
    waiting += [i for name in names for i in by_name.get(name, [])]
    while waiting:
        if (i := waiting.pop()) not in kept:
            kept.add(i)
            waiting += [other for name in every[i].uses for other in by_name.pop(name, [])]
    return [every[i] for i in sorted(kept)]
