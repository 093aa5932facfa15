"""Source without execution: decoding, the regions of answers, parsing, and names in a module."""

from __future__ import annotations

import ast
import re
import warnings
from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from functools import lru_cache
from pathlib import Path
from typing import NoReturn

from framework import text_files
from framework.errors import BadInputError

#: Maximum size of the code of one exercise, in bytes.
MAX_SOURCE = 256 << 10
#: Maximum size of a notebook, in bytes: outputs may hold pictures.
MAX_NOTEBOOK = 32 << 20

#: Maximum nesting of code; code written by people stays below 50.
MAX_DEPTH = 200

_MARK = re.compile(
    r"(?P<indent> *)(?:#|(?P<markdown><!--)) (?P<edge>BEGIN|END) SOLUTION"
    r"(?(markdown) -->|(?:: (?P<text>\S.*))?)"
)
_LIKE_A_MARK = re.compile(r"\b(BEGIN|END)[ _-]*SOLUTION\b", re.IGNORECASE)

Definition = ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef


def decode(data: bytes, name: str, what: str = "code") -> str:
    """Return the text of the source file `name`, with ``\\n`` line ends and no byte order mark."""
    if len(data) > MAX_SOURCE:
        raise BadInputError(
            f"{name} is too large: the {what} of an exercise may take {MAX_SOURCE >> 10} KiB. "
            "Keep data in other files"
        )
    text = text_files.decode(data, name)
    return text.replace("\r\n", "\n").replace("\r", "\n")


def lines_of(source: str) -> list[str]:
    """Return the lines of `source` as Python numbers them: a form feed, say, ends none."""
    return source.removesuffix("\n").split("\n")


@dataclass(frozen=True)
class Region:
    """An answer in a solution: lines `first` to `last` with the marks, counted from 1."""

    first: int
    last: int
    indent: str
    text: str


def find_regions(lines: list[str], file: Path) -> list[Region]:
    """Return all regions of a solution, in order: Python, or the source of written questions."""
    regions: list[Region] = []
    begin: Region | None = None
    for number, line in enumerate(lines, 1):
        mark = _mark(line, file, number)
        if mark is None:
            continue
        if mark["edge"] == "BEGIN":
            if begin:
                fail_at(file, number, f"BEGIN SOLUTION inside the region of line {begin.first}")
            begin = Region(number, number, mark["indent"], mark["text"] or "")
        elif begin is None:
            fail_at(file, number, "END SOLUTION without BEGIN SOLUTION")
        elif mark["indent"] != begin.indent:
            fail_at(file, number, f"END SOLUTION is not indented like line {begin.first}")
        else:
            regions.append(replace(begin, last=number))
            begin = None
    if begin:
        fail_at(file, begin.first, "BEGIN SOLUTION without END SOLUTION")
    return regions


def _mark(line: str, file: Path, number: int) -> re.Match[str] | None:
    mark = _MARK.fullmatch(line.rstrip())
    closing_text = mark is not None and mark["edge"] == "END" and mark["text"]
    if closing_text or (mark is None and _LIKE_A_MARK.search(line)):
        known = "`# BEGIN SOLUTION`, `# BEGIN SOLUTION: what to write`, `# END SOLUTION`"
        if file.suffix == ".md":
            known = "`<!-- BEGIN SOLUTION -->`, `<!-- END SOLUTION -->`"
        fail_at(file, number, f"expected a line with only a mark, one of {known}")
    return mark


@lru_cache(maxsize=4)
def parse(source: str) -> ast.Module:
    """Parse `source`; every problem is a `SyntaxError`, and nothing is printed.

    Untrusted code can be nested so deeply that parsing overflows the stack. Beyond `MAX_DEPTH` it
    counts as a syntax error.
    """
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # warnings such as that for "\d" concern the student only
        try:
            tree = ast.parse(source)
        except SyntaxError:
            raise
        except RecursionError:
            raise _broken("nested too deeply", 1) from None
        except (ValueError, MemoryError) as error:  # a null byte; a stack of the parser's own
            raise _broken(str(error) or "nested too deeply", 1) from None
    _reject_depth(tree)
    return tree


def parse_file(file: Path) -> ast.Module:
    """Return the syntax tree of a file of the course."""
    try:
        return parse(text_files.read_text(file))
    except SyntaxError as error:
        raise BadInputError(f"{file}, line {error.lineno}, is not Python: {error.msg}") from None


def fail_at(file: Path, line: int, problem: str) -> NoReturn:
    """Raise a `BadInputError` that names a line of a file of the course."""
    raise BadInputError(f"{file}:{line}: {problem}")


def _broken(reason: str, line: int) -> SyntaxError:
    return SyntaxError(reason, ("", line, 0, None))


def _reject_depth(tree: ast.Module) -> None:
    level: list[ast.AST] = [tree]
    line = 1
    for _ in range(MAX_DEPTH):
        level = [child for node in level for child in ast.iter_child_nodes(node)]
        if not level:
            return
        line = getattr(level[0], "lineno", line)
    raise _broken("nested too deeply", line)


def definitions(tree: ast.Module) -> dict[str, ast.stmt]:
    """Return the top-level definitions of the module: name -> its last statement."""
    return {name: node for node in _top_level(tree.body) for name in _bound(node)}


def _top_level(body: list[ast.stmt]) -> Iterator[ast.stmt]:
    """Yield the statements of the module, also those inside ``if``, ``try`` and ``with``."""
    for node in body:
        yield node
        if isinstance(node, ast.If | ast.Try | ast.With):
            for part in ("body", "orelse", "finalbody"):
                yield from _top_level(getattr(node, part, []))
        for handler in getattr(node, "handlers", []):
            yield from _top_level(handler.body)


def _bound(node: ast.stmt) -> Iterator[str]:
    if isinstance(node, Definition):
        yield node.name
    elif isinstance(node, ast.Import | ast.ImportFrom):
        yield from (alias.asname or alias.name.split(".")[0] for alias in node.names)
    elif isinstance(node, ast.Assign | ast.AnnAssign):
        for target in node.targets if isinstance(node, ast.Assign) else [node.target]:
            names = (n for n in ast.walk(target) if isinstance(n, ast.Name))
            yield from (n.id for n in names if isinstance(n.ctx, ast.Store))


def parameter_names(source: str, method: str) -> tuple[str, ...]:
    """Return the names of the positional parameters of `method`, without ``self``."""
    function = find_function(source, method)
    arguments = [*function.args.posonlyargs, *function.args.args] if function is not None else []
    names = tuple(argument.arg for argument in arguments)
    return names[1:] if names[:1] == ("self",) else names


def find_function(source: str, name: str) -> ast.FunctionDef | None:
    """Return a function of a module; None if it is not defined, or `source` is not Python.

    Args:
        name: ``softmax``, ``RNN.forward``, or a class, ``RNN``: its constructor.
    """
    with suppress(SyntaxError, RecursionError, MemoryError):
        return _function(parse(source).body, name.split("."))
    return None


def _function(body: Sequence[ast.stmt], path: Sequence[str]) -> ast.FunctionDef | None:
    """Return the function that `path` names; the last one of a name counts.

    A method may be that of a base class, which the module defines before the class.
    """
    for place, node in reversed([*enumerate(body)]):
        if isinstance(node, ast.ClassDef) and node.name == path[0]:
            inside = path[1:] or ["__init__"]
            bases = [base.id for base in node.bases if isinstance(base, ast.Name)]
            inherited = (_function(body[:place], [base, *inside]) for base in bases)
            return _function(node.body, inside) or next(filter(None, inherited), None)
        if isinstance(node, ast.FunctionDef) and node.name == path[0] and len(path) == 1:
            return node
    return None
