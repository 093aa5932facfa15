"""Equivalent mutants: no check can catch them, because they are right; listed with a reason.

``solutions/UNIT/EXERCISE/equivalents.toml``::

    [[equivalents]]
    reason = "the copy protects ..."
    mutants = ["dropped copy in RNN.forward: ... -> ..."]      # ids as `gradus audit` prints them
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

from autograder.course.reading import Course, Exercise
from framework.text_files import read_text
from framework.toml_formats import Format, Key
from framework.toml_tables import Table, read_table
from plugins.authoring.audit.findings import MISTAKES, Audit, AuditFinding, AuditOutcome

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


def accept(audit: Audit, course: Course) -> Mapping[Path, int]:
    """Add the mutants that survived to the lists of their exercises, each with an empty reason.

    An empty reason is an error of the next audit: the author writes why the change is right.

    Returns:
        file -> number of added mutants.
    """
    survived = [finding for finding in audit.findings if _may_be_equivalent(finding)]
    written: dict[Path, int] = {}
    for name in dict.fromkeys(finding.exercise for finding in survived):
        file = equivalents_file(course.exercise(name))
        ids = [finding.id for finding in survived if finding.exercise == name]
        before = read_text(file) if file.is_file() else ""
        gap = "\n" if before.strip() else ""
        file.write_text(before + gap + _groups(ids), "utf-8", newline="\n")
        written[file] = len(ids)
    return written


def _may_be_equivalent(finding: AuditFinding) -> bool:
    """Return whether `finding` is a mutant that no check caught; mistakes are never right."""
    return finding.operator != MISTAKES and finding.outcome is AuditOutcome.SURVIVED


def _groups(ids: Sequence[str]) -> str:
    """Return a group for each mutant, since each needs a reason."""
    import tomlkit

    return "\n".join(
        f'[[equivalents]]\nreason = ""\nmutants = [\n    {tomlkit.string(mutant).as_string()},\n]\n'
        for mutant in ids
    )
