"""Takes the paths of the grader's machine out of what a check says: they tell a student nothing."""

from __future__ import annotations

import os
import re
import sys
import sysconfig
import tempfile
from collections.abc import Mapping
from dataclasses import astuple, replace
from functools import cached_property
from pathlib import Path

from autograder.results.findings.check_texts import PrintedText
from autograder.results.report import CheckResult, Fact
from autograder.sandbox.runners import site_folders
from autograder.sandbox.runners.worker_modules import PACKAGE_ROOT

#: Folders of the system, which are the same on every machine.
_COMMON = {"/", "/usr", "/usr/local", "/tmp", "/var/tmp"}


class HostPaths:
    """Replaces folders of Python, of gradus, and further `folders` by a word each."""

    def __init__(self, folders: Mapping[Path, str]) -> None:
        self._folders = folders

    @cached_property
    def _words(self) -> dict[str, str]:
        words = {
            Path(sys.prefix): "python",
            Path(sys.base_prefix): "python",
            Path.home(): "~",
            Path(sysconfig.get_path("stdlib")): "python",
            **dict.fromkeys(site_folders(), "site-packages"),
            **self._folders,
            PACKAGE_ROOT: "gradus",
        }
        forms = (
            (form, word)
            for path, word in words.items()
            for form in (path.absolute(), path.resolve())
        )
        return {str(form): word for form, word in forms if str(form) not in _COMMON}

    @cached_property
    def _pattern(self) -> re.Pattern[str]:
        longest_first = sorted(self._words, key=len, reverse=True)
        temporary = re.escape(f"{tempfile.gettempdir()}{os.sep}gradus-") + r"[\w-]+"
        one_of = "|".join([*map(re.escape, longest_first), temporary])
        return re.compile(rf"(?:{one_of})(?![\w-])")

    def hidden(self, text: str) -> str:
        """Return `text` without these paths; no path is without a separator."""
        if not ("/" in text or os.sep in text):
            return text
        return self._pattern.sub(lambda match: self._words.get(match[0], "temporary"), text)

    def hidden_in(self, check: CheckResult) -> CheckResult:
        """Return `check` without these paths in anything that it says."""
        return replace(
            check,
            message=self.hidden(check.message),
            details=tuple(map(self.hidden, check.details)),
            call=self.hidden(check.call),
            fact=Fact(*map(self.hidden, astuple(check.fact))),
            findings=tuple(
                PrintedText(self.hidden(finding.text)) if type(finding) is PrintedText else finding
                for finding in check.findings
            ),
        )
