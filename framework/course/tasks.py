"""The tasks of an exercise: the ``[[tasks]]`` tables of its ``exercise.toml``."""

from __future__ import annotations

import re
from dataclasses import dataclass

from framework.kinds import KINDS
from framework.toml_tables import Format, Key, Table

TASK_FORMAT = Format(
    "[[tasks]]",
    (
        Key("name", str, "Class or function that the solution defines.", required=True),
        Key("kind", str, f"What it promises: {', '.join(KINDS)}.", required=True),
        Key("registry", str, "Registry name, if not the name in snake_case."),
        Key("optional", bool, "Whether students may leave it out: its checks have 0 points."),
    ),
)


@dataclass(frozen=True)
class Task:
    """One class or function to write: `name` in the file, `registry_name` everywhere else.

    `registry_name` is the snake_case of `name`, unless the key ``registry`` gives another one: the
    function ``sigmoid`` cannot have the name of the layer ``Sigmoid``.

    An `optional` task has no points, and an exercise passes without it.
    """

    name: str
    kind: str
    registry_name: str
    optional: bool = False


def read_tasks(table: Table) -> tuple[Task, ...]:
    """Return the tasks in `table`, which is an ``exercise.toml``.

    An exercise of written questions has ``[[questions]]`` instead, and no task.

    Raises:
        BadInputError: there is none, all are optional, two share a name, or one is malformed.
    """
    tasks = tuple(_read_task(task) for task in table.tables("tasks"))
    questions = table.tables("questions")
    if tasks and questions:
        table.fail("questions", "cannot stand beside [[tasks]]: make them an exercise of their own")
    if not tasks and not questions:
        table.fail("tasks", "is missing: at least one [[tasks]] table with name and kind")
    table.reject_repeated("tasks", "name", (task.name for task in tasks))
    if tasks and all(task.optional for task in tasks):
        table.fail("tasks", "are all optional: at least one has to count")
    return tasks


def _read_task(table: Table) -> Task:
    TASK_FORMAT.check(table)
    name, kind = table.get("name", str), table.get("kind", str)
    if not name.isidentifier():
        table.fail("name", f"must be a Python name, not {name!r}")
    if kind not in KINDS:
        table.fail("kind", f"'{kind}' is none of {', '.join(KINDS)}")
    registry_name = table.get("registry", str, snake_case(name))
    return Task(name, kind, registry_name, table.get("optional", bool, False))


def snake_case(class_name: str) -> str:
    """Return the registry name of a class: ``SkipGram`` -> ``skip_gram``, ``RNN`` -> ``rnn``."""
    one_word = class_name.replace("ReLU", "Relu")  # the registry name is "relu"
    words = re.sub(r"([a-z0-9])([A-Z])|([A-Z]+)([A-Z][a-z])", r"\1\3_\2\4", one_word)
    return words.lower()
