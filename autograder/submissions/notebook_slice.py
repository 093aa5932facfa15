"""Which statements of a notebook its tasks need: the rest is scratch, and must not matter.

A scratch cell may plot, train for an hour or raise, and Jupyter goes on. A module would not. So
only statements that bind or change a name which a task uses, directly or through others, are kept.
"""

from __future__ import annotations

import ast
import builtins
import symtable
import sys
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cached_property

from autograder.course.source import Definition
from autograder.submissions.object_changes import (
    Change,
    Effects,
    Function,
    called,
    changes,
    effects_of,
)

#: Modules of which ``from x import *`` is always kept: it can be graded, and may rebind ``max``.
_KNOWN_MODULES = {*sys.stdlib_module_names, "numpy", "framework"}
#: Names that every module has.
_GIVEN_NAMES = {*vars(builtins), "__file__", "display", "get_ipython"}
#: Functions by which a statement can bind any name.
_BINDING_ANY = {"exec", "globals", "locals"}
#: Characters of a statement that a note shows.
_MAX_SHOWN = 60


@dataclass(frozen=True)
class Statement:
    """One top-level statement, or several that share a line; from line `first` of a cell on."""

    cell: str
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
        """Names that it binds."""
        symbols = self.table.get_symbols()
        return frozenset(s.get_name() for s in symbols if s.is_assigned() or s.is_imported())

    @cached_property
    def variables(self) -> frozenset[str]:
        """Names that it binds to a value: by assignment, not by an import, a def or a class."""
        symbols = self.table.get_symbols()
        assigned = (s for s in symbols if s.is_assigned() and not s.is_imported())
        return frozenset(s.get_name() for s in assigned if not s.is_namespace())

    @property
    def is_future_import(self) -> bool:
        """Whether it is ``from __future__ import ...``, which must open a module."""
        return any(getattr(node, "module", None) == "__future__" for node in self.nodes)

    @cached_property
    def starred(self) -> frozenset[str]:
        """The top-level packages of its ``from x import *``, which bind names not known here."""
        imports = (node for node in self.nodes if isinstance(node, ast.ImportFrom))
        starred = (node for node in imports if node.names[0].name == "*")
        return frozenset((node.module or "").partition(".")[0] for node in starred)

    @property
    def is_kept_anyway(self) -> bool:
        """Whether it changes the language, or imports all names of a module that can be graded."""
        return self.is_future_import or not self.starred.isdisjoint(_KNOWN_MODULES)

    @property
    def shown(self) -> str:
        """Its first line, as a note shows it."""
        return self.source.split("\n")[0][:_MAX_SHOWN]

    @property
    def may_bind_any_name(self) -> bool:
        """Whether it may bind names that are not known here."""
        is_definition = all(isinstance(node, Definition) for node in self.nodes)
        return bool(self.starred) or (not is_definition and not self.uses.isdisjoint(_BINDING_ANY))


def _referenced(table: symtable.SymbolTable, *, top: bool = False) -> Iterator[str]:
    for symbol in table.get_symbols():
        if symbol.is_referenced() and (top or symbol.is_global()):
            yield symbol.get_name()
    for child in table.get_children():
        yield from _referenced(child)


def statements(cell: str, offset: int, source: str, tree: ast.Module) -> list[Statement]:
    """Return the top-level statements of one cell, those that share a line taken together.

    `offset` is added to the numbers of its lines. A wrong use of names, as two arguments of one
    name, is a SyntaxError.
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
        made.append(Statement(cell, offset + first, text, tuple(nodes), table))
    return made


def needed(every: list[Statement], names: Iterable[str]) -> list[Statement]:
    """Return those of `every`, in order, that binding all of `names` takes.

    A statement that may bind any name is kept where a name is used that no other one binds.
    """
    binding = _Binding(every)
    unknown = [i for i, statement in enumerate(every) if statement.may_bind_any_name]
    kept: set[int] = set()
    waiting = [i for i, statement in enumerate(every) if statement.is_kept_anyway]
    waiting += [i for name in names for i in binding.take(name)]
    while waiting:
        if (i := waiting.pop()) in kept:
            continue
        kept.add(i)
        waiting += [other for name in every[i].uses for other in binding.take(name)]
        if not every[i].uses <= binding.names:
            waiting += unknown
            unknown = []
    return [every[i] for i in sorted(kept)]


class _Binding:
    """The numbers of the statements that bind a name or change its object."""

    def __init__(self, every: list[Statement]) -> None:
        functions = _functions(every)
        variables = {name for statement in every for name in statement.variables}
        self._statements: dict[str, list[int]] = {}
        self._calls: dict[str, list[int]] = {}
        self._functions: dict[str, list[str]] = {}
        for i, statement in enumerate(every):
            made = changes(statement.nodes, functions)
            for name in statement.binds | _changed(made, variables):
                self._statements.setdefault(name, []).append(i)
            for name in called(statement.nodes) & functions.keys():
                self._calls.setdefault(name, []).append(i)
        for function, effects in functions.items():
            for name in _changed(effects.outside, variables):
                self._functions.setdefault(name, []).append(function)
        self.names = {*self._statements, *self._functions, *_GIVEN_NAMES}

    def take(self, name: str) -> list[int]:
        """Return the statements for `name`, and calls of functions that change it, once."""
        functions = self._functions.pop(name, [])
        calls = [i for function in functions for i in self._calls.pop(function, [])]
        return [*self._statements.pop(name, []), *calls]


def left_out(every: list[Statement], kept: list[Statement]) -> Iterator[tuple[Statement, str]]:
    """Yield each statement that is not `kept` and might matter to what is, with the reason."""
    bound = {name for statement in kept for name in statement.binds}
    known = {*_functions(every), *vars(builtins)}
    numbers = {id(statement) for statement in kept}
    for statement in every:
        if id(statement) in numbers:
            continue
        if statement.starred:
            yield statement, f"no task uses a name of it: {statement.shown}"
        for node in statement.nodes:
            if isinstance(node, Function) and [a.arg for a in node.args.args[:1]] == ["self"]:
                yield statement, f"{node.name} is outside of a class. Move it into its class"
            elif isinstance(node, ast.Expr) and _calls_unknown(node.value, known, bound):
                yield statement, f"what it does to a task is not known: {statement.shown}"


def _changed(made: Iterable[Change], variables: set[str]) -> set[str]:
    """Return the names of what is changed.

    Calling a method counts where it may change a variable, as in ``table.append(1)``, but not on a
    class or a module: that is how scratch cells try things.
    """
    return {c.name for c in made if not c.is_method_call or c.name in variables}


def _calls_unknown(node: ast.expr, known: set[str], names: set[str]) -> bool:
    """Return whether a function that is not `known` is called with an object of `names`."""
    match node:
        case ast.Call(func=ast.Name(id=function)) if function not in known:
            return any(isinstance(a, ast.Name) and a.id in names for a in node.args)
    return False


def _functions(every: list[Statement]) -> dict[str, Effects]:
    return effects_of(node for statement in every for node in statement.nodes)
