"""The code of an attempt, as the grader read it, for pages that show it."""

from __future__ import annotations

import ast
from functools import lru_cache

from autograder.classes.collecting.collection import Collection
from autograder.course.reading import Course
from autograder.course.source import definitions, lines_of, parse
from autograder.submissions.submission import load_submission
from framework.errors import GradusError

#: Lines of a task that an example shows.
MAX_LINES = 60


class CodeReader:
    """Reads the code of attempts.

    Args:
        collection: has their files.
        course: what the files belong to.
    """

    def __init__(self, collection: Collection, course: Course) -> None:
        self._collection = collection
        self._course = course
        self.of = lru_cache(maxsize=64)(self._read)

    def _read(self, attempt: str, exercise: str) -> str:
        """Return the code for `exercise`; a sentence in a comment where there is none."""
        try:
            folder = self._collection.folder_of(attempt)
            with load_submission(folder, self._course, [exercise]) as found:
                if exercise in found.files:
                    return found.files[exercise].source
                return f"# {found.unread.get(exercise, 'no file of this exercise')}\n"
        except GradusError as error:
            return f"# {error}\n"

    def of_task(self, attempt: str, exercise: str, task: str) -> str:
        """Return the lines that define `task`; empty where they are not found."""
        source: str = self.of(attempt, exercise)
        return code_of_task(source, task)


def code_of_task(source: str, task: str, most: int = MAX_LINES) -> str:
    """Return the first `most` lines of the definition of `task`, with its decorators.

    Code that is no Python has no definition.
    """
    try:
        found = definitions(parse(source)).get(task)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return ""
    if found is None:
        return ""
    decorators: list[ast.expr] = getattr(found, "decorator_list", [])
    first = min([found.lineno, *(one.lineno for one in decorators)])
    lines = lines_of(source)[first - 1 : found.end_lineno]
    return "\n".join([*lines[:most], *(["    ..."] if len(lines) > most else [])])
