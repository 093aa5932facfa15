"""Mistakes: wrong answers of students, as small patches to a solution.

``solutions/UNIT/EXERCISE/mistakes.toml`` lists them::

    [[mistakes]]
    id = "backward-forgets-the-bias"
    task = "RNN"                     # the task whose checks must fail
    sentence = "You ..."             # what is wrong and why
    hint = "..."                     # the next step, without the answer
    find = '''exactly one place of the solution'''
    replace = '''the wrong text'''
    also = [{ find = "...", replace = "..." }]      # more replacements, if needed
    consistent = [{ find = "...", replace = "..." }]  # these make backward right for this forward
    also_fails = ["RecurrentLM"]     # tasks that use this task and may fail with it

``gradus audit --mistakes`` proves that the checks catch each of them, and each consistent form.
"""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass, replace
from pathlib import Path

from autograder.course.reading import Exercise
from framework.errors import BadInputError
from framework.toml_formats import Format, Key
from framework.toml_tables import Table, read_table

_KEBAB_CASE = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")
MISTAKE_FORMAT = Format(
    "[[mistakes]]",
    (
        Key("id", str, "Unique name in kebab-case.", required=True),
        Key("task", str, "Task whose checks must fail.", required=True),
        Key("sentence", str, "What is wrong and why, for the student.", required=True),
        Key("hint", str, "The next step, without the answer.", required=True),
        Key("find", str, "Text that occurs exactly once in the solution.", required=True),
        Key("replace", str, "Wrong text that takes its place.", required=True),
        Key("also", list, "Further replacements: tables with `find` and `replace`."),
        Key("consistent", list, "Replacements that make backward right for this forward."),
        Key("also_fails", list, "Tasks that use the task and may fail with it."),
    ),
)


@dataclass(frozen=True)
class Replacement:
    """One exact replacement: `find` must occur exactly once in the text."""

    find: str
    replace: str


@dataclass(frozen=True)
class Mistake:
    """One wrong answer.

    Args:
        file: its ``mistakes.toml``, for messages.
        id: its unique name in the exercise, in kebab-case.
        task: the task whose checks it must fail.
        sentence: the explanation for the student: what is wrong and why.
        hint: the next step for the student, without the answer.
        replacements: the changes that turn the solution into this mistake, in order.
        also_fails: tasks that depend on this task and may fail with it.
        consistent: more replacements for a second form of the mistake, in which backward has the
            gradients of the wrong forward.
    """

    file: Path
    id: str
    task: str
    sentence: str
    hint: str
    replacements: tuple[Replacement, ...]
    also_fails: tuple[str, ...] = ()
    consistent: tuple[Replacement, ...] = ()

    @property
    def forms(self) -> tuple[Mistake, ...]:
        """This mistake, and its consistent form if there is one; both have one id."""
        if not self.consistent:
            return (self,)
        everything = (*self.replacements, *self.consistent)
        return self, replace(self, replacements=everything, consistent=())

    def apply(self, solution_source: str) -> str:
        """Return the solution's text with this mistake in it.

        Raises:
            BadInputError: a `find` does not occur in it exactly once.
        """
        source = solution_source
        for replacement in self.replacements:
            if (count := source.count(replacement.find)) != 1:
                raise BadInputError(
                    f"{self.file}: mistake '{self.id}' must find its text once in the solution, "
                    f"but it occurs {count} times: {replacement.find!r}"
                )
            source = source.replace(replacement.find, replacement.replace)
        return source


def mistakes_file(exercise: Exercise) -> Path:
    """Return the file that lists the mistakes of `exercise`."""
    return exercise.solution.parent / "mistakes.toml"


def load_mistakes(exercise: Exercise) -> tuple[Mistake, ...]:
    """Return the mistakes of `exercise`, in the order of their file; none without a file.

    Raises:
        BadInputError: the file is wrong; the message names it and the key.
    """
    file = mistakes_file(exercise)
    if not file.is_file():
        return ()
    table = read_table(file)
    table.reject_unknown_keys("mistakes")
    mistakes = tuple(_read_mistake(entry, exercise) for entry in table.tables("mistakes"))
    for name, count in Counter(mistake.id for mistake in mistakes).items():
        if count > 1:
            table.fail("mistakes", f"id '{name}' {count} times")
    return mistakes


def _read_mistake(table: Table, exercise: Exercise) -> Mistake:
    MISTAKE_FORMAT.check(table)
    further = [_read_replacement(entry, "find", "replace") for entry in table.tables("also")]
    consistent = [
        _read_replacement(entry, "find", "replace") for entry in table.tables("consistent")
    ]
    return Mistake(
        file=table.file,
        id=_read_id(table),
        task=_known_task(table, "task", table.get("task", str), exercise),
        sentence=_text(table, "sentence"),
        hint=_text(table, "hint"),
        replacements=(_read_replacement(table), *further),
        also_fails=tuple(
            _known_task(table, "also_fails", name, exercise) for name in table.texts("also_fails")
        ),
        consistent=tuple(consistent),
    )


def _read_replacement(table: Table, *only: str) -> Replacement:
    if only:
        table.reject_unknown_keys(*only)
    find, replace = _text(table, "find"), table.get("replace", str)
    if find == replace:
        table.fail("replace", "is the same as find")
    return Replacement(find, replace)


def _read_id(table: Table) -> str:
    name = table.get("id", str)
    if not _KEBAB_CASE.fullmatch(name):
        table.fail("id", f"must be written in kebab-case, not {name!r}")
    return name


def _text(table: Table, key: str) -> str:
    text = table.get(key, str)
    if not text.strip():
        table.fail(key, "is empty")
    return text


def _known_task(table: Table, key: str, name: str, exercise: Exercise) -> str:
    if name not in exercise.task_names:
        table.fail(key, f"'{name}' is no task of {exercise.name}: {', '.join(exercise.task_names)}")
    return name
