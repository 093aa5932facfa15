"""The base class of all findings, and the fixture to which a check adds them."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Sequence
from typing import Any, ClassVar


class Finding(ABC):
    """One result that a check shows in addition to its verdict: frozen data with renderings.

    Attributes:
        kind: one word that names the kind, in JSON and in reports.
        explains_failure: whether it is shown only for a failed check, among its facts; otherwise it
            is shown under its heading for every verdict.
        on_page_of_passed: whether an HTML page also shows it for a passed check.
    """

    kind: ClassVar[str]
    explains_failure: ClassVar[bool] = False
    on_page_of_passed: ClassVar[bool] = True

    def heading(self) -> str:
        """Return the heading, a few words about the content."""
        return self.kind

    @abstractmethod
    def text_lines(self) -> Sequence[str]:
        """Return the finding as lines of text, for terminals and logs; empty if text cannot show
        it."""

    def html(self) -> str:
        """Return the finding as HTML: `markupsafe.Markup`; plain text is escaped.

        By default these are the lines of text.
        """
        from autograder.record.findings.html import block

        lines = self.text_lines()
        return block("text", lines=lines) if lines else ""

    def for_student(self) -> Finding:
        """Return the finding without what only instructors may see."""
        return self

    @abstractmethod
    def as_json(self) -> dict[str, Any]:
        """Return the data as plain dicts, lists, strings and finite numbers."""

    def add_to(self, fields: dict[str, Any]) -> None:
        """Add the finding to the JSON `fields` of its check; older kinds have separate fields."""
        data = {"kind": self.kind, "heading": self.heading(), "data": self.as_json()}
        fields["findings"].append(data)


class Findings:
    """Collects the findings of one check; the fixture ``findings``."""

    def __init__(self) -> None:
        self._found: list[Finding] = []

    def add(self, finding: Finding) -> None:
        """Show `finding` in the reports, for every verdict of the check."""
        self._found.append(finding)

    @property
    def all(self) -> tuple[Finding, ...]:
        """The findings, in the order of their addition."""
        return tuple(self._found)


def six_digits(values: Sequence[float]) -> list[float]:
    """Return `values` rounded to six significant digits, for JSON reports."""
    return [float(f"{value:.6g}") for value in values]
