"""The base class of all findings, and the fixture to which a check adds them."""

from __future__ import annotations

import json
from abc import ABC, abstractmethod
from collections.abc import Sequence
from functools import cache
from typing import TYPE_CHECKING, Any, ClassVar

from framework.errors import PluginError

if TYPE_CHECKING:
    from jinja2 import Environment
    from markupsafe import Markup


def environment(*packages: str) -> Environment:
    """Return an environment for the folders ``templates`` of `packages`, the first one first.

    Values are escaped, and an undefined name is an error.
    """
    from jinja2 import ChoiceLoader, Environment, PackageLoader, StrictUndefined  # reports on pages

    return Environment(
        loader=ChoiceLoader([PackageLoader(package) for package in packages]),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )


_environment = cache(environment)


def block(name: str, **values: Any) -> Markup:
    """Return a building block of ``templates/blocks.html`` with its values."""
    blocks = _environment("autograder.results.findings").get_template("blocks.html").module
    filled: Markup = getattr(blocks, name)(**values)
    return filled


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

    @property
    def heading(self) -> str:
        """The heading, a few words about the content: the field `title`, else the kind."""
        return str(getattr(self, "title", self.kind))

    @property
    def data(self) -> dict[str, Any]:
        """The content as plain dicts, lists, strings and finite numbers: by default all fields."""
        from msgspec import to_builtins

        fields: dict[str, Any] = to_builtins(self)
        return fields

    @abstractmethod
    def text_lines(self) -> Sequence[str]:
        """Return the finding as lines of text, for terminals and logs; empty if text cannot."""

    def html(self) -> str:
        """Return the finding as HTML: `markupsafe.Markup`; plain text is escaped.

        By default these are the lines of text.
        """
        lines = self.text_lines()
        return block("text", lines=lines) if lines else ""

    def for_student(self) -> Finding:
        """Return the finding without what only instructors may see."""
        return self


#: Kinds of this package are tested: their renderings are called in reports alone.
_OWN_PACKAGE = __name__.partition(".")[0] + "."


class CheckFindings:
    """Collects the findings of one check; the fixture ``findings``."""

    def __init__(self) -> None:
        self._found: list[Finding] = []

    def add(self, finding: Finding) -> None:
        """Show `finding` in the reports, for every verdict of the check.

        Raises:
            PluginError: a rendering of a kind that a plugin or a course defines raises.
        """
        if not type(finding).__module__.startswith(_OWN_PACKAGE):
            _require_renderings(finding)
        self._found.append(finding)

    @property
    def all(self) -> tuple[Finding, ...]:
        """The findings, in the order of their addition."""
        return tuple(self._found)


def _require_renderings(finding: Finding) -> None:
    """Call each rendering once, for instructors and for students: later it would cost a report."""
    try:
        for shown in (finding, finding.for_student()):
            "".join((shown.heading, *shown.text_lines(), shown.html()))
            json.dumps(shown.data, allow_nan=False)
    except Exception as error:
        raise PluginError(
            f"a finding '{finding.kind}' cannot be shown: {type(error).__name__}: {error}. This is "
            "a fault of the plugin or course that defines it"
        ) from error
