"""What every kind of finding offers to the reports, and where a check adds its findings."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Sequence
from typing import Any, ClassVar


class Finding(ABC):
    """One thing that a check shows besides its verdict: frozen data and its renderings.

    Attributes:
        kind: one word for it, in JSON and beside it in reports.
        explains_failure: shown among the facts of a check that failed, beside `kind`; otherwise
            under its heading, whatever the verdict.
        on_page_of_passed: a page shows it for a check that passed as well.
    """

    kind: ClassVar[str]
    explains_failure: ClassVar[bool] = False
    on_page_of_passed: ClassVar[bool] = True

    def heading(self) -> str:
        """Return what it shows, in a few words."""
        return self.kind

    @abstractmethod
    def text_lines(self) -> Sequence[str]:
        """Return it as lines of text, for a terminal and for logs; none if text cannot show it."""

    def html(self) -> str:
        """Return it as HTML: `markupsafe.Markup`; a plain text is escaped.

        Unless a kind has more to show, these are its lines of text.
        """
        from autograder.record.findings.html import block

        lines = self.text_lines()
        return block("text", lines=lines) if lines else ""

    @abstractmethod
    def as_json(self) -> dict[str, Any]:
        """Return its data as plain dicts, lists, texts and finite numbers."""

    def add_to(self, fields: dict[str, Any]) -> None:
        """Add it to the JSON `fields` of its check; older kinds have fields of their own."""
        told = {"kind": self.kind, "heading": self.heading(), "data": self.as_json()}
        fields["findings"].append(told)


class Findings:
    """Collects the findings of one check; the fixture ``findings``."""

    def __init__(self) -> None:
        self._found: list[Finding] = []

    def add(self, finding: Finding) -> None:
        """Show `finding` in the reports, whatever becomes of the check."""
        self._found.append(finding)

    @property
    def all(self) -> tuple[Finding, ...]:
        """The findings, in the order in which they were added."""
        return tuple(self._found)


def six_digits(values: Sequence[float]) -> list[float]:
    """Return `values` to six significant digits, as reports for programs give numbers."""
    return [float(f"{value:.6g}") for value in values]
