"""What the pages of a run are made from: results, faults, and the code of attempts."""

from __future__ import annotations

import ast
import hashlib
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache

from sqlalchemy import Connection

from autograder.public.courses import Course, definitions, lines_of, parse
from autograder.public.reports import ExerciseResult, WrittenAnswer
from autograder.public.submissions import load_submission
from framework.errors import GradusError
from plugins.classes.collecting.collection import Collection
from plugins.classes.marks.class_results import (
    ClassResults,
    StudentOutcome,
    read_results,
)
from plugins.classes.rosters.privacy import Shown, pseudonyms
from plugins.classes.runs.store import ResultKey
from plugins.classes.runs.stored_runs import ResultConflict, Run, disagreements

_Definition = ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef
#: Lines of a task that an example shows.
MAX_LINES = 60


class CodeReader:
    """Reads the code of attempts in a collection; `course` is what the files belong to."""

    def __init__(self, collection: Collection, course: Course) -> None:
        self._collection = collection
        self._course = course
        self._read = lru_cache(maxsize=64)(self._files)

    def of(self, attempt: str, exercise: str) -> str:
        """Return the code for `exercise`; a sentence in a comment where there is none."""
        code, other = self._read(attempt)
        return code.get(exercise, f"# {other or 'no file of this exercise'}\n")

    def _files(self, attempt: str) -> tuple[dict[str, str], str]:
        """Return exercise -> code of an attempt; if it cannot be read, why."""
        try:
            with load_submission(self._collection.folder_of(attempt), self._course) as submission:
                unread = {name: f"# {why}\n" for name, why in submission.unread.items()}
                return unread | {name: f.source for name, f in submission.files.items()}, ""
        except GradusError as error:
            return {}, str(error)

    def of_task(self, outcome: StudentOutcome, task: str) -> str:
        """Return the first lines of the code of a task."""
        tasks = [part.name for part in outcome.tasks]
        return code_of_task(self.of(outcome.attempt, outcome.exercise), task, tasks, MAX_LINES)


def code_of_task(source: str, task: str, tasks: Sequence[str], most: int) -> str:
    """Return the first `most` lines of the code that `task` consists of.

    These are its definition, and the functions and classes of the file that it uses, without other
    `tasks`; empty for code that is no Python, or does not define it.
    """
    try:
        by_name = definitions(parse(source))
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return ""
    if task not in by_name:
        return ""
    names = [task]
    for name in names:  # the list grows during the loop
        others = (node.id for node in ast.walk(by_name[name]) if isinstance(node, ast.Name))
        names += [
            other
            for other in dict.fromkeys(others)
            if other in by_name and other not in tasks and other not in names
        ]
    own = by_name[task]
    used = {node for name in names if isinstance(node := by_name[name], _Definition)}
    lines = lines_of(source)
    kept = [
        line
        for node in sorted({own, *used}, key=lambda node: node.lineno)
        for line in lines[_first_line(node) - 1 : node.end_lineno]
    ]
    return "\n".join([*kept[:most], *(["    ..."] if len(kept) > most else [])])


def _first_line(node: ast.stmt) -> int:
    """Return the number of the first line of a statement, with its decorators."""
    decorators: list[ast.expr] = getattr(node, "decorator_list", [])
    return min([node.lineno, *(decorator.lineno for decorator in decorators)])


@dataclass(frozen=True)
class RunView:
    """A run as its pages show it."""

    collection: Collection
    results: ClassResults
    disagreements: tuple[ResultConflict, ...]
    shown: Shown
    page_name: Callable[[str], str]

    @property
    def run(self) -> Run:
        """The run."""
        return self.results.run

    @cached_property
    def pages_of_students(self) -> dict[str, str]:
        """Path of a page -> key of its student."""
        return {self.student_page(student): student for student in self.results.students}

    @cached_property
    def pages_of_work(self) -> dict[str, tuple[StudentOutcome, ...]]:
        """Path of a page -> the outcomes of the students who handed in this work."""
        by_page: dict[str, list[StudentOutcome]] = {}
        for outcome in self.results.outcomes.values():
            by_page.setdefault(self.work_page(outcome.key), []).append(outcome)
        return {page: tuple(listed) for page, listed in by_page.items()}

    def student_page(self, student: str) -> str:
        """Return the path of the page of a student."""
        return f"students/{self.page_name(student)}.html"

    def work_page(self, key: ResultKey) -> str:
        """Return the path of the page of a piece of work; equal work has one page."""
        return f"work/{hashlib.sha256(repr(key).encode()).hexdigest()[:16]}.html"

    def with_work(self) -> Iterator[tuple[str, Mapping[str, StudentOutcome]]]:
        """Yield each student who handed something in, with exercise -> outcome."""
        for student in self.results.students:
            if outcomes := self.results.of(student):
                yield student, outcomes

    @cached_property
    def works(self) -> dict[ResultKey, tuple[StudentOutcome, ExerciseResult]]:
        """Key -> an outcome with it, and what grading found; equal work once."""
        return {
            outcome.key: (outcome, outcome.work)
            for outcome in self.results.outcomes.values()
            if outcome.work is not None
        }

    @cached_property
    def has_prose(self) -> bool:
        """Whether answers in prose were handed in."""
        works = (work for _, work in self.works.values())
        return any(check.of(WrittenAnswer) for work in works for check in work.checks)


def read_view(connection: Connection, collection: Collection, run: Run, shown: Shown) -> RunView:
    """Return everything that the pages of `run` show."""
    results = read_results(connection, collection, run)
    keys = {outcome.key for outcome in results.outcomes.values()}
    different = tuple(disagreements(connection, keys))
    return RunView(collection, results, different, shown, pseudonyms(collection.folder))
