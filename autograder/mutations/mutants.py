"""Automatic mutants of a solution: one small change each, inside its marked regions.

Cosmic-ray and mutmut do not fit: they change whole files and run a test command for each change.
A mutant is handed in like a student's file, and axes, in-place marks, transposes and `np.add.at`
are in no library's table.
"""

from __future__ import annotations

import ast
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from autograder.course.source import Region, find_regions
from autograder.mutations import array_operators as arrays
from autograder.mutations import code_operators as code
from autograder.mutations.sites import CodeSite, Mutate, splice

#: Where two operators make the same mutant, the first one owns it.
OPERATORS: dict[str, Mutate] = {
    "dropped statement": code.dropped_statement,
    "dropped target": code.dropped_target,
    "swapped parts": code.swapped_parts,
    "dropped part": code.dropped_part,
    "axis": arrays.axis,
    "transpose": arrays.transpose,
    "max and min": arrays.extreme,
    "sum and mean": arrays.sum_and_mean,
    "overwrite": arrays.overwrite,
    "rebinding": arrays.rebinding,
    "in place": arrays.in_place,
    "np.add.at": arrays.indexed_addition,
    "shifted slice": arrays.shifted_slice,
    "shifted index": arrays.shifted_index,
    "key": arrays.key,
    "attribute": arrays.attribute,
    "variable": arrays.variable,
    "function": code.function,
    "dropped call": code.dropped_call,
    "dropped copy": code.dropped_copy,
    "swapped arguments": code.swapped_arguments,
    "dropped argument": code.dropped_argument,
    "loop bounds": code.loop_bounds,
    "arithmetic": code.arithmetic,
    "dropped operand": code.dropped_operand,
    "swapped operands": code.swapped_operands,
    "comparison": code.comparison,
    "condition": code.condition,
    "boolean": code.boolean,
    "constant": code.constant,
    "dropped minus": code.dropped_minus,
    "added minus": code.added_minus,
    "state on the class": arrays.class_state,
    "state in the module": arrays.module_state,
    "kept result": arrays.kept_result,
}
#: Maximum length of a piece of source in an id; an ordinal keeps shortened ids unique.
_FRAGMENT = 70


@dataclass(frozen=True)
class Mutant:
    """A solution with one change.

    Args:
        id: operator, function, the piece of source before and after the change, and the
            statement that it belongs to: the same after edits elsewhere in the file.
        line: where the change is, counted from 1.
        source: the whole changed text.
    """

    id: str
    operator: str
    line: int
    source: str


def draw_mutants(
    source: str,
    file: Path,
    operators: Mapping[str, Mutate] = OPERATORS,
    within: Callable[[str], bool] = lambda name: True,
) -> Iterator[Mutant]:
    """Yield mutants, operator by operator, of the functions `within` with names as ``RNN.forward``.

    Some do not parse, or are no change at all.
    """
    regions = find_regions(source.split("\n"), file)
    tree = ast.parse(source)
    sites = [
        site
        for site in _below(CodeSite(tree, tree, tree, None, "module"))
        if _is_within(site.node, regions) and within(site.qualified_name)
    ]
    for operator, mutate in operators.items():
        named: Counter[str] = Counter()
        for site in sites:
            for replacement in map(ast.fix_missing_locations, mutate(site)):
                # Mutants that are left out later count: no ordinal depends on another operator.
                name = f"{operator} in {_name(site, replacement)}"
                named[name] += 1
                ordinal = f" #{named[name]}" if named[name] > 1 else ""
                changed = splice(source, site.node, replacement, site.parent)
                yield Mutant(name + ordinal, operator, vars(site.node)["lineno"], changed)


def _name(site: CodeSite, replacement: ast.AST) -> str:
    whole = "" if site.node is site.statement else f" | {_shown(site.statement)}"
    return f"{site.qualified_name}: {_shown(site.node)} -> {_shown(replacement)}{whole}"


def _shown(node: ast.AST) -> str:
    text = ast.unparse(node).partition("\n")[0]  # only the first line of a block
    return text if len(text) <= _FRAGMENT else f"{text[:_FRAGMENT]}..."


def _is_within(node: ast.AST, regions: list[Region]) -> bool:
    first, last = getattr(node, "lineno", 0), getattr(node, "end_lineno", 0)
    return any(region.first < first and last < region.last for region in regions)


def _below(outer: CodeSite) -> Iterator[CodeSite]:
    """Yield every node in `outer`, except those in messages, annotations and docstrings."""
    function, name = outer.function, outer.qualified_name
    if isinstance(outer.node, ast.FunctionDef | ast.ClassDef):
        name = outer.node.name if name == "module" else f"{name}.{outer.node.name}"
        function = outer.node if isinstance(outer.node, ast.FunctionDef) else None
    for child in _children(outer.node):
        statement = child if isinstance(child, ast.stmt) else outer.statement
        site = CodeSite(child, outer.node, statement, function, name)
        yield site
        yield from _below(site)


def _children(node: ast.AST) -> Iterator[ast.AST]:
    if isinstance(node, ast.JoinedStr | ast.Raise):
        return  # messages; and before Python 3.12 the parts of an f-string have no position
    for name, value in ast.iter_fields(node):
        for child in value if isinstance(value, list) else [value]:
            is_docstring = isinstance(child, ast.Expr) and isinstance(child.value, ast.Constant)
            is_other = name in ("annotation", "returns", "decorator_list") or is_docstring
            if isinstance(child, ast.AST) and not is_other:
                yield child
