"""Takes the paths of the grader's machine out of what a check says: they tell a student nothing."""

from __future__ import annotations

import os
import re
import sys
import sysconfig
import tempfile
from dataclasses import astuple, replace
from functools import cache, partial
from pathlib import Path

from autograder.results.findings.check_texts import PrintedText
from autograder.results.report import CheckResult, Fact
from autograder.sandbox.runners import site_folders
from autograder.sandbox.runners.worker_modules import PACKAGE_ROOT

#: Folders of the system, which are the same on every machine.
_COMMON = {"/", "/usr", "/usr/local", "/tmp", "/var/tmp"}


def without_host_paths(check: CheckResult, course: Path) -> CheckResult:
    """Return `check` without folders of this machine in anything that it says.

    A word stands for each folder: of the `course`, of Python, and of gradus.
    """
    hidden = partial(_hidden, course)
    return replace(
        check,
        message=hidden(check.message),
        details=tuple(map(hidden, check.details)),
        call=hidden(check.call),
        fact=Fact(*map(hidden, astuple(check.fact))),
        findings=tuple(
            PrintedText(hidden(finding.text)) if type(finding) is PrintedText else finding
            for finding in check.findings
        ),
    )


def _hidden(course: Path, text: str) -> str:
    if not ("/" in text or os.sep in text):  # no path is without a separator
        return text
    words, pattern = _words(course)
    return pattern.sub(lambda match: words.get(match[0], "temporary"), text)


@cache
def _words(course: Path) -> tuple[dict[str, str], re.Pattern[str]]:
    """Return folder -> the word for it, and a pattern of these and of temporary folders."""
    folders = {
        Path(sys.prefix): "python",
        Path(sys.base_prefix): "python",
        Path.home(): "~",
        Path(sysconfig.get_path("stdlib")): "python",
        **dict.fromkeys(site_folders(), "site-packages"),
        course: "course",
        PACKAGE_ROOT: "gradus",
    }
    forms = (
        (str(form), word)
        for folder, word in folders.items()
        for form in (folder.absolute(), folder.resolve())
    )
    words = {form: word for form, word in forms if form not in _COMMON}
    longest_first = sorted(words, key=len, reverse=True)
    temporary = re.escape(f"{tempfile.gettempdir()}{os.sep}gradus-") + r"[\w-]+"
    one_of = "|".join([*map(re.escape, longest_first), temporary])
    return words, re.compile(rf"(?:{one_of})(?![\w-])")
