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
import difflib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from autograder.course.kit_folder import kit_of
from autograder.course.questions.answer_keys import question_stub
from autograder.course.reading import Exercise
from autograder.course.source import (
    Definition,
    Region,
    definitions,
    fail_at,
    find_regions,
    parse,
)
from framework.course.solutions import missing_solution
from framework.errors import BadInputError
from framework.text_files import read_text

#: The folder of a wheel with the shipped exercises; a clone has no such folder.
SHIPPED = Path(__file__).parent / "shipped_exercises"


@lru_cache(maxsize=256)  # a class grader asks for every stub once per submission
def _stub_of(exercise: Exercise, solution: str) -> str:
    if exercise.questions:
        return question_stub(exercise, solution)
    stub = generate_stub(solution, exercise.solution)
    require_tasks(exercise, solution)
    return stub


def available_stub(exercise: Exercise) -> str | None:
    """Return the stub of `exercise`: generated, of a kit, or shipped; None if none exists.

    A wheel contains the stubs of the public course twice, because students edit the first copy. It
    contains no solution.
    """
    if exercise.solution.is_file():
        return _stub_of(exercise, exercise.solution_source())
    kit, shipped = kit_of(exercise.root), SHIPPED / exercise.unit / exercise.name
    if kit is not None and (file := kit.stub(exercise.name, exercise.stub.suffix)).is_file():
        return read_text(file)
    toml, file = shipped / exercise.toml.name, shipped / exercise.stub.name
    # Another course may have an exercise with an equal name.
    is_same = toml.is_file() and file.is_file() and read_text(toml) == read_text(exercise.toml)
    return read_text(file) if is_same else None


def require_tasks(exercise: Exercise, solution: str) -> None:
    """Raise an error for a task that the text `solution` does not define."""
    defined = definitions(_parse(solution, exercise.solution, "the solution"))
    for name in exercise.task_names:
        if name not in defined and "*" not in defined:
            close = difflib.get_close_matches(name, defined, n=1)
            hint = f": did you mean '{close[0]}'?" if close else ""
            raise BadInputError(
                f"{exercise.toml}: tasks names '{name}', which {exercise.solution} does not "
                f"define{hint}"
            )


def generate_stub(solution: str, file: Path) -> str:
    """Return the stub of the text `solution`, the content of `file`."""
    lines = solution.split("\n")  # Python's line count: a form feed ends no line
    scopes = list(_definitions_below(_parse(solution, file, "the solution")))
    stub: list[str] = []
    end = 0
    for region in find_regions(lines, file):
        stub += lines[end : region.first - 1]
        placed, end = _replacement(region, lines, scopes, file), region.last
        while not placed and end < len(lines) and not lines[end].strip():
            end += 1  # blank lines after a region that leaves nothing
        stub += placed
    text = "\n".join(stub + lines[end:]).strip("\n") + "\n"
    _parse(text, file, "its stub, where a block may have lost all of its lines,")
    return text


def _parse(text: str, file: Path, what: str) -> ast.Module:
    try:
        return parse(text)
    except SyntaxError as error:
        fail_at(file, error.lineno or 1, f"Python cannot parse {what}: {error.msg}")


def _replacement(
    region: Region, lines: list[str], scopes: Sequence[Definition], file: Path
) -> list[str]:
    inside = range(region.first, region.last - 1)
    code = [i + 1 for i in inside if lines[i].strip() and not lines[i].lstrip().startswith("#")]
    if not code:
        fail_at(file, region.first, "the region contains no code")
    before = [scope for scope in scopes if scope.lineno < region.first]
    around = [scope for scope in before if (scope.end_lineno or 0) >= code[0]]
    innermost = max(around, key=lambda scope: scope.lineno, default=None)
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


@dataclass(frozen=True)
class StubFile:
    """A generated stub (`fresh`) and the file on disk (None if it is missing)."""

    exercise: Exercise
    fresh: str
    present: str | None

    @property
    def path(self) -> Path:
        """The path of the file."""
        return self.exercise.stub

    @property
    def drifted(self) -> bool:
        """Whether the file differs from the generated stub."""
        return self.present != self.fresh


def stub_file(exercise: Exercise) -> StubFile:
    """Return the generated stub of one exercise with its file."""
    fresh = available_stub(exercise)
    if fresh is None:
        named = (exercise.root, exercise.unit, exercise.name, exercise.solution.name)
        raise BadInputError(
            f"{missing_solution(*named)}. The stub of '{exercise.name}' is made from it; you can "
            "also take a fresh stub from where you got the course"
        )
    if not exercise.stub.exists():
        return StubFile(exercise, fresh, None)
    # A file in another encoding contains edits as well: it differs from the stub.
    present = exercise.stub.read_text("utf-8", errors="surrogateescape")
    return StubFile(exercise, fresh, present)


def write_stub(stub: StubFile) -> None:
    """Write the generated stub; it replaces the file."""
    stub.path.parent.mkdir(parents=True, exist_ok=True)
    stub.path.write_text(stub.fresh, "utf-8", newline="\n")
