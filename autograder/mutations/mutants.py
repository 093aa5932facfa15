"""Automatic mutants of a solution: one small change each, inside its marked regions.

The operators are written for this project because existing libraries do not fit it. Cosmic-ray and
mutmut change whole files and run a test command for each change. Here only the marked regions of a
solution count, and a mutant is handed in like a student's file and runs in the same sandbox. What
beginners of NumPy get wrong (axes, in-place marks, transposes, `np.add.at`) is in no library's
table.
"""

from __future__ import annotations

import ast
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from autograder.course.stubs import Region, find_regions
from autograder.mutations.array_operators import ARRAYS, INDEXING
from autograder.mutations.code_operators import ARITHMETIC, CALLS, STATEMENTS
from autograder.mutations.sites import CodeSite, Mutate, splice

#: Where two operators make the same mutant, the first one owns it.
OPERATORS: dict[str, Mutate] = {**STATEMENTS, **ARRAYS, **INDEXING, **CALLS, **ARITHMETIC}
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


def make_mutants(
    source: str, file: Path, operators: Mapping[str, Mutate] = OPERATORS
) -> list[Mutant]:
    """Return all mutants of the solution `source`, the text of `file`, in the order of its lines.

    Mutants that do not parse, and programs equal to an earlier mutant, are left out.

    Raises:
        BadInputError: a malformed region.
    """
    seen = {None, _program(source)}
    mutants: list[Mutant] = []
    for mutant in draw_mutants(source, file, operators):
        program = _program(mutant.source)
        if program not in seen:
            seen.add(program)
            mutants.append(mutant)
    return sorted(mutants, key=lambda mutant: mutant.line)


def draw_mutants(
    source: str,
    file: Path,
    operators: Mapping[str, Mutate] = OPERATORS,
    within: Callable[[str], bool] = lambda name: True,
) -> Iterator[Mutant]:
    """Mutants as they are made, operator by operator: some do not parse, or are no change at all.

    Args:
        within: which functions are changed, by names such as ``RNN.forward``.

    Raises:
        BadInputError: a malformed region.
    """
    regions = find_regions(source.split("\n"), file)
    sites = [
        site
        for site in _sites(ast.parse(source))
        if _is_within(site.node, regions) and within(site.qualified_name)
    ]
    for operator, mutate in operators.items():
        named: Counter[str] = Counter()
        for site in sites:
            for replacement in map(ast.fix_missing_locations, mutate(site)):
                yield _mutant(source, operator, site, replacement, named)


def _mutant(
    source: str, operator: str, site: CodeSite, replacement: ast.AST, named: Counter[str]
) -> Mutant:
    # Mutants that are left out later are counted too: no ordinal depends on another operator.
    name = f"{operator} in {site.qualified_name}: {_shown(site.node)} -> {_shown(replacement)}"
    if site.node is not site.statement:
        name += f" | {_shown(site.statement)}"
    named[name] += 1
    ordinal = f" #{named[name]}" if named[name] > 1 else ""
    line = getattr(site.node, "lineno", 1)
    changed = splice(source, site.node, replacement, site.parent)
    return Mutant(name + ordinal, operator, line, changed)


def _shown(node: ast.AST) -> str:
    text = ast.unparse(node).partition("\n")[0]  # only the first line of a block
    return text if len(text) <= _FRAGMENT else f"{text[:_FRAGMENT]}..."


def _program(source: str) -> str | None:
    """Return the syntax tree of `source` without its layout; None if it does not parse."""
    try:
        return ast.dump(ast.parse(source))
    except SyntaxError:
        return None


def _is_within(node: ast.AST, regions: list[Region]) -> bool:
    first, last = getattr(node, "lineno", 0), getattr(node, "end_lineno", 0)
    return any(region.first < first and last < region.last for region in regions)


def _sites(tree: ast.Module) -> Iterator[CodeSite]:
    """Yield every node with a position, except those in messages, annotations and docstrings."""
    yield from _below(CodeSite(tree, tree, tree, None, "module"))


def _below(outer: CodeSite) -> Iterator[CodeSite]:
    for child in _children(outer.node):
        site = _site(child, outer)
        if hasattr(child, "lineno"):
            yield site
        yield from _below(site)


def _site(child: ast.AST, outer: CodeSite) -> CodeSite:
    statement = child if isinstance(child, ast.stmt) else outer.statement
    function, name = outer.function, outer.qualified_name
    if isinstance(outer.node, ast.FunctionDef | ast.ClassDef):
        name = outer.node.name if name == "module" else f"{name}.{outer.node.name}"
        function = outer.node if isinstance(outer.node, ast.FunctionDef) else None
    return CodeSite(child, outer.node, statement, function, name)


def _children(node: ast.AST) -> Iterator[ast.AST]:
    if isinstance(node, ast.JoinedStr | ast.Raise):
        return  # messages; and before Python 3.12 the parts of an f-string have no position
    for name, value in ast.iter_fields(node):
        if name in ("annotation", "returns", "decorator_list"):
            continue
        for child in value if isinstance(value, list) else [value]:
            if isinstance(child, ast.AST) and not _is_docstring(child):
                yield child


def _is_docstring(node: ast.AST) -> bool:
    return isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)
