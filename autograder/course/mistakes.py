"""Mistakes: wrong answers of students, as small patches to a solution.

``solutions/UNIT/EXERCISE/mistakes.toml`` lists them, in tables with the keys of `MISTAKE_FORMAT`.
``gradus audit --mistakes`` proves that the checks catch each of them, and each consistent form.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from pathlib import Path

from autograder.course.reading import Exercise
from framework.errors import BadInputError
from framework.toml_formats import Format, Key
from framework.toml_tables import Table, read_table

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


#: The text of a solution that is replaced, and what takes its place.
Replacement = tuple[str, str]


@dataclass(frozen=True)
class Mistake:
    """One wrong answer, see `MISTAKE_FORMAT`.

    Args:
        file: its ``mistakes.toml``, for messages.
        replacements: the changes that turn the solution into this mistake, in order.
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
        """Return the solution's text with this mistake in it."""
        source = solution_source
        for find, new in self.replacements:
            if (count := source.count(find)) != 1:
                raise BadInputError(
                    f"{self.file}: mistake '{self.id}' must find its text once in the solution, "
                    f"but it occurs {count} times: {find!r}"
                )
            source = source.replace(find, new)
        return source


def mistakes_file(exercise: Exercise) -> Path:
    """Return the file that lists the mistakes of `exercise`."""
    return exercise.solution.parent / "mistakes.toml"


def load_mistakes(exercise: Exercise) -> tuple[Mistake, ...]:
    """Return the mistakes of `exercise`, in the order of their file; none without a file."""
    file = mistakes_file(exercise)
    if not file.is_file():
        return ()
    table = read_table(file)
    table.reject_unknown_keys("mistakes")
    mistakes = tuple(_read_mistake(entry, exercise) for entry in table.tables("mistakes"))
    table.reject_repeated("mistakes", "id", (mistake.id for mistake in mistakes))
    return mistakes


def _read_mistake(table: Table, exercise: Exercise) -> Mistake:
    MISTAKE_FORMAT.check(table)
    identity, task = table.get("id", str), table.get("task", str)
    also_fails = table.texts("also_fails")
    if not re.fullmatch(r"[a-z0-9]+(-[a-z0-9]+)*", identity):
        table.fail("id", f"must be written in kebab-case, not {identity!r}")
    for key, names in (("task", [task]), ("also_fails", also_fails)):
        for unknown in (name for name in names if name not in exercise.task_names):
            known = ", ".join(exercise.task_names)
            table.fail(key, f"'{unknown}' is no task of {exercise.name}: {known}")
    sentence, hint = _text(table, "sentence"), _text(table, "hint")
    replacements = (_read_replacement(table), *_replacements(table, "also"))
    consistent = _replacements(table, "consistent")
    return Mistake(table.file, identity, task, sentence, hint, replacements, also_fails, consistent)


def _replacements(table: Table, key: str) -> tuple[Replacement, ...]:
    entries = table.tables(key)
    for entry in entries:
        entry.reject_unknown_keys("find", "replace")
    return tuple(map(_read_replacement, entries))


def _read_replacement(table: Table) -> Replacement:
    find, new = _text(table, "find"), table.get("replace", str)
    if find == new:
        table.fail("replace", "is the same as find")
    return find, new


def _text(table: Table, key: str) -> str:
    text = table.get(key, str)
    if not text.strip():
        table.fail(key, "is empty")
    return text
