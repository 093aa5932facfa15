"""Stubs: solutions without their answers.

    # BEGIN SOLUTION: compute σ(z)              # TODO: compute σ(z)
    return 1 / (1 + np.exp(-z))        ->       raise NotImplementedError
    # END SOLUTION

A region in a function becomes a TODO and ``raise NotImplementedError``. A region outside of a
function (helpers, imports that only an answer uses) is removed, because an exception there would
make the import fail. Only its TODO stays, if it has a text.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import NoReturn

from autograder.course.kit import kit_of
from autograder.course.reading import Exercise
from autograder.course.source import Definition, definitions, parse
from framework.errors import BadInputError
from framework.text_files import read_text

#: The folder of a wheel with the shipped exercises; a clone has no such folder.
SHIPPED = Path(__file__).parent / "shipped_exercises"


_MARK = re.compile(r"(?P<indent> *)# (?P<edge>BEGIN|END) SOLUTION(?:: (?P<text>\S.*))?")
_LIKE_A_MARK = re.compile(r"\b(BEGIN|END)[ _-]*SOLUTION\b", re.IGNORECASE)


@dataclass(frozen=True)
class Region:
    """A region: lines `first` to `last` with the marks, counted from 1."""

    first: int
    last: int
    indent: str
    text: str


def pristine_stub(exercise: Exercise) -> str | None:
    """Return the stub of `exercise` made from its solution; None without solutions.

    Raises:
        BadInputError: the solution has a malformed region, or leaves a task undefined.
    """
    if not exercise.solution.is_file():
        return None
    return _stub_of(exercise, exercise.solution_source())


@lru_cache(maxsize=256)  # a class grader asks for every stub once per submission
def _stub_of(exercise: Exercise, solution: str) -> str:
    """Return the stub of `exercise` made from the text `solution`; see `pristine_stub`."""
    if exercise.questions:
        from autograder.course.questions.key import question_stub

        return question_stub(exercise, solution)
    stub = generate_stub(solution, exercise.solution)
    require_tasks(exercise, solution)
    return stub


def available_stub(exercise: Exercise) -> str | None:
    """Return the stub of `exercise`: generated, of a kit, or shipped; None if none exists.

    A wheel contains the stubs of the public course twice, because students edit the first copy. It
    contains no solution.
    """
    return pristine_stub(exercise) or _stub_of_kit(exercise) or _shipped_stub(exercise)


def _stub_of_kit(exercise: Exercise) -> str | None:
    """Return the stub that a student kit was handed out with; None outside of kits."""
    kit = kit_of(exercise.root)
    file = kit.stub(exercise.name, exercise.stub.suffix) if kit is not None else None
    return read_text(file) if file is not None and file.is_file() else None


def _shipped_stub(exercise: Exercise) -> str | None:
    """Return the shipped stub; None if `exercise` is of another course with equal names."""
    shipped = SHIPPED / exercise.unit / exercise.name
    toml, stub = shipped / exercise.toml.name, shipped / exercise.stub.name
    is_same = toml.is_file() and stub.is_file() and read_text(toml) == read_text(exercise.toml)
    return read_text(stub) if is_same else None


def require_tasks(exercise: Exercise, solution: str) -> None:
    """Raise an error for a task that the text `solution` does not define.

    Raises:
        BadInputError: names the task, the file that lists it and the nearest names.
    """
    try:
        tree = parse(solution)
    except SyntaxError as error:
        _fail(
            exercise.solution, error.lineno or 1, f"Python cannot parse the solution: {error.msg}"
        )
    defined = definitions(tree)
    for name in exercise.task_names:
        if name not in defined and "*" not in defined:
            import difflib  # takes longer to import than most names to be found

            close = difflib.get_close_matches(name, defined, n=1)
            hint = f": did you mean '{close[0]}'?" if close else ""
            raise BadInputError(
                f"{exercise.toml}: tasks names '{name}', which {exercise.solution} does not "
                f"define{hint}"
            )


def generate_stub(solution: str, file: Path) -> str:
    """Return the stub of the text `solution`, the content of `file`.

    Raises:
        BadInputError: a malformed region, or a stub that would not parse; with a line number.
    """
    lines = solution.split("\n")  # Python's line count: a form feed ends no line
    scopes = list(_definitions_below(_parse(solution, file, "the solution")))
    stub: list[str] = []
    end = 0
    for region in find_regions(lines, file):
        stub += lines[end : region.first - 1]
        placed = _replacement(region, lines, scopes, file)
        end = region.last if placed else _past_blank_lines(lines, region.last)
        stub += placed
    text = "\n".join(stub + lines[end:]).strip("\n") + "\n"
    _parse(text, file, "its stub, where a block may have lost all of its lines,")
    return text


def _parse(text: str, file: Path, what: str) -> ast.Module:
    try:
        return parse(text)
    except SyntaxError as error:
        _fail(file, error.lineno or 1, f"Python cannot parse {what}: {error.msg}")


def _fail(file: Path, line: int, problem: str) -> NoReturn:
    raise BadInputError(f"{file}:{line}: {problem}")


def _past_blank_lines(lines: list[str], start: int) -> int:
    """Return the first non-blank line from `start` on."""
    return next((i for i in range(start, len(lines)) if lines[i].strip()), len(lines))


def find_regions(lines: list[str], file: Path) -> list[Region]:
    """Return all regions, in order.

    Raises:
        BadInputError: a region is unclosed, nested or not opened, or a mark is malformed, so that a
            stub could contain an answer.
    """
    regions: list[Region] = []
    begin: Region | None = None
    for number, line in enumerate(lines, 1):
        mark = _mark(line, file, number)
        if mark is None:
            continue
        if mark["edge"] == "BEGIN":
            if begin:
                _fail(file, number, f"BEGIN SOLUTION inside the region of line {begin.first}")
            begin = Region(number, number, mark["indent"], mark["text"] or "")
        else:
            regions.append(_closed(begin, number, mark["indent"], file))
            begin = None
    if begin:
        _fail(file, begin.first, "BEGIN SOLUTION without END SOLUTION")
    return regions


def _mark(line: str, file: Path, number: int) -> re.Match[str] | None:
    mark = _MARK.fullmatch(line.rstrip())
    closing_text = mark is not None and mark["edge"] == "END" and mark["text"]
    if closing_text or (mark is None and _LIKE_A_MARK.search(line)):
        known = "`# BEGIN SOLUTION`, `# BEGIN SOLUTION: what to write`, `# END SOLUTION`"
        _fail(file, number, f"expected a line with only a mark, one of {known}")
    return mark


def _closed(begin: Region | None, last: int, indent: str, file: Path) -> Region:
    if begin is None:
        _fail(file, last, "END SOLUTION without BEGIN SOLUTION")
    if indent != begin.indent:
        _fail(file, last, f"END SOLUTION is not indented like line {begin.first}")
    return Region(begin.first, last, indent, begin.text)


def _replacement(
    region: Region, lines: list[str], scopes: Sequence[Definition], file: Path
) -> list[str]:
    inside = range(region.first, region.last - 1)
    code = [i + 1 for i in inside if lines[i].strip() and not lines[i].lstrip().startswith("#")]
    if not code:
        _fail(file, region.first, "the region contains no code")
    innermost = _innermost(scopes, region.first, code[0])
    if isinstance(innermost, ast.FunctionDef | ast.AsyncFunctionDef):
        todo = f"# TODO: {region.text or 'your code here'}"
        return [region.indent + todo, region.indent + "raise NotImplementedError"]
    return [f"{region.indent}# TODO: {region.text}"] if region.text else []


def _definitions_below(node: ast.AST) -> Iterator[Definition]:
    """Yield every function and class below `node`; only statements are searched."""
    for child in ast.iter_child_nodes(node):
        if isinstance(child, Definition):
            yield child
        if isinstance(child, ast.stmt | ast.excepthandler | ast.match_case):
            yield from _definitions_below(child)


def _innermost(scopes: Sequence[Definition], before: int, line: int) -> Definition | None:
    """Return the innermost function or class around `line` that starts before line `before`."""
    around = (
        scope for scope in scopes if scope.lineno < before and (scope.end_lineno or 0) >= line
    )
    return max(around, key=lambda scope: scope.lineno, default=None)
