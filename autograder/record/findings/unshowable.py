"""Findings of other packages that cannot be shown, so that one of them costs no report."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import ClassVar

from autograder.record.findings.base import Finding

OWN_PACKAGE = __name__.partition(".")[0]


@dataclass(frozen=True)
class Unshowable(Finding):
    """Stands for a finding whose renderings raise.

    Args:
        name: the kind of that finding.
        error: what it raised.
    """

    kind: ClassVar[str] = "unshowable"

    name: str
    error: str

    @property
    def heading(self) -> str:
        """The kind that cannot be shown."""
        return f"{self.name} cannot be shown"

    def text_lines(self) -> list[str]:
        """Return the error, and whose it is."""
        return [self.error, "This is a fault of the plugin or course that defines it."]


def showable(finding: Finding) -> Finding:
    """Return `finding`, or `Unshowable` where it is of another package and a rendering raises.

    Every rendering is called once, for instructors and for students.
    """
    if type(finding).__module__.startswith(OWN_PACKAGE + "."):
        return finding
    try:
        for shown in (finding, finding.for_student()):
            "".join((shown.heading, *shown.text_lines(), shown.html()))
            json.dumps(shown.data, allow_nan=False)
    except Exception as error:  # it is the code of a plugin or a course
        return Unshowable(str(type(finding).kind), f"{type(error).__name__}: {error}")
    return finding
