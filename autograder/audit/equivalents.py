"""Equivalent mutants: no check can catch them, because they are right; listed with a reason.

``solutions/UNIT/EXERCISE/equivalents.toml``::

    [[equivalents]]
    reason = "the copy protects ..."
    mutants = ["dropped copy in RNN.forward: ... -> ..."]      # ids as `gradus audit` prints them
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from autograder.course.reading import Exercise
from framework.toml_formats import Format, Key
from framework.toml_tables import Table, read_table

EQUIVALENT_FORMAT = Format(
    "[[equivalents]]",
    (
        Key("reason", str, "Why these changes are right; never empty.", required=True),
        Key("mutants", list, "Ids of changes, as `gradus audit` prints them.", required=True),
    ),
)


def equivalents_file(exercise: Exercise) -> Path:
    """Return the file that lists the equivalents of `exercise`."""
    return exercise.solution.parent / "equivalents.toml"


def load_equivalents(exercise: Exercise) -> dict[str, str]:
    """Return a dict: mutant id -> why it is right; empty if there is no file.

    Raises:
        BadInputError: the file is wrong, or it lists a mutant twice; the message names the key.
    """
    file = equivalents_file(exercise)
    if not file.is_file():
        return {}
    table = read_table(file)
    table.reject_unknown_keys("equivalents")
    reasons: dict[str, str] = {}
    for mutant, reason in _entries(table):
        if mutant in reasons:
            table.fail("equivalents", f"mutant {mutant!r} twice")
        reasons[mutant] = reason
    return reasons


def _entries(table: Table) -> Iterator[tuple[str, str]]:
    for entry in table.tables("equivalents"):
        EQUIVALENT_FORMAT.check(entry)
        reason = entry.get("reason", str).strip()
        if not reason:
            entry.fail("reason", "is empty: say why the mutant is right")
        for mutant in entry.texts("mutants"):
            yield mutant, reason
