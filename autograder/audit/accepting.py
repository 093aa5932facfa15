"""Survivors of an audit, written into equivalents.toml for the author to justify."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

from autograder.audit.equivalents import equivalents_file
from autograder.audit.findings import MISTAKES, Audit, Finding, Outcome
from autograder.course.reading import Course
from framework.text_files import read_text


def accept(audit: Audit, course: Course) -> Mapping[Path, int]:
    """Add the mutants that survived to the lists of their exercises, each with an empty reason.

    An empty reason is an error of the next audit: the author writes why the change is right.

    Returns:
        file -> number of added mutants.
    """
    survived = [one for one in audit.findings if _may_be_equivalent(one)]
    written: dict[Path, int] = {}
    for name in dict.fromkeys(finding.exercise for finding in survived):
        file = equivalents_file(course.exercise(name))
        ids = [finding.id for finding in survived if finding.exercise == name]
        before = read_text(file) if file.is_file() else ""
        gap = "\n" if before.strip() else ""
        file.write_text(before + gap + _groups(ids), "utf-8", newline="\n")
        written[file] = len(ids)
    return written


def _may_be_equivalent(finding: Finding) -> bool:
    """Return whether `finding` is a mutant that no check caught; mistakes are never right."""
    return finding.operator != MISTAKES and finding.outcome is Outcome.SURVIVED


def _groups(ids: Sequence[str]) -> str:
    """Return a group for each mutant, since each needs a reason."""
    import tomlkit

    return "\n".join(
        f'[[equivalents]]\nreason = ""\nmutants = [\n    {tomlkit.string(one).as_string()},\n]\n'
        for one in ids
    )
