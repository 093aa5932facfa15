"""Equivalent mutants: no check can catch them, because they are right; listed with a reason.

``solutions/UNIT/EXERCISE/equivalents.toml``::

    [[equivalents]]
    reason = "the copy protects ..."
    mutants = ["dropped copy in RNN.forward: ... -> ..."]      # ids as `gradus audit` prints them
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from autograder.course.reading import Course, Exercise
from framework.text_files import read_text
from framework.toml_tables import Format, Key, read_table
from plugins.authoring.audit.findings import MISTAKES, Audit, AuditOutcome

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
    """Return a dict: mutant id -> why it is right; empty if there is no file."""
    file = equivalents_file(exercise)
    if not file.is_file():
        return {}
    table = read_table(file)
    table.reject_unknown_keys("equivalents")
    reasons: dict[str, str] = {}
    for entry in table.tables("equivalents"):
        EQUIVALENT_FORMAT.check(entry)
        reason = entry.get("reason", str).strip()
        if not reason:
            entry.fail("reason", "is empty: say why the mutant is right")
        for mutant in entry.texts("mutants"):
            if mutant in reasons:
                table.fail("equivalents", f"mutant {mutant!r} twice")
            reasons[mutant] = reason
    return reasons


def accept(audit: Audit, course: Course) -> Mapping[Path, int]:
    """Add the mutants that survived to the lists of their exercises; return file -> their number.

    An empty reason is an error of the next audit: the author writes why the change is right.
    """
    import tomlkit

    survived: dict[str, list[str]] = {}
    for finding in audit.findings:  # a mistake is never right
        if finding.operator != MISTAKES and finding.outcome is AuditOutcome.SURVIVED:
            survived.setdefault(finding.exercise, []).append(finding.id)
    written: dict[Path, int] = {}
    for name, ids in survived.items():
        file = equivalents_file(course.exercise(name))
        before = read_text(file) if file.is_file() else ""
        texts = (tomlkit.string(mutant).as_string() for mutant in ids)  # each needs a reason
        head = '[[equivalents]]\nreason = ""\nmutants = [\n'
        groups = (f"{head}    {text},\n]\n" for text in texts)
        text = before + ("\n" if before.strip() else "") + "\n".join(groups)
        file.write_text(text, "utf-8", newline="\n")
        written[file] = len(ids)
    return written
