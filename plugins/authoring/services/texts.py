"""What the reports for services say of a check, and JSON without commands."""

from __future__ import annotations

import json
from pathlib import PurePosixPath
from typing import Any

from autograder.reports.plain import clean
from autograder.reports.wording import facts
from autograder.results.report import CheckResult, ExerciseResult, Report
from autograder.verdicts import Verdict

#: Characters of the text of one check: a student's exception may have no end.
MAX_TEXT = 8000
#: Checks of which there is nothing to say to a student.
SILENT = (Verdict.PASSED, Verdict.SKIPPED)


def name_of(exercise: ExerciseResult, check: CheckResult) -> str:
    """Return a name that people read, as in ``rnn: RNN: forward is right``."""
    task = "" if check.title.startswith(check.task) else f"{check.task}: "
    return clean(f"{exercise.name}: {task}{check.title}")


def text_of(check: CheckResult) -> str:
    """Return what a check found, line by line; without anything that a terminal obeys."""
    if check.verdict is Verdict.PASSED:
        return ""
    text = clean("\n".join(facts(check)))
    return text if len(text) <= MAX_TEXT else f"{text[:MAX_TEXT]}\n... shortened"


def sentence_of(check: CheckResult) -> str:
    """Return in one line why a check did not pass, its mistake first."""
    if check.diagnosis is not None:
        return clean(check.diagnosis.sentence)
    return clean(check.message or check.verdict.value).replace("\n", " ")


def place_of(report: Report, exercise: ExerciseResult, check: CheckResult) -> tuple[str, int]:
    """Return the file as the working directory names it, and the line from 1; 0 for none."""
    folder = PurePosixPath("" if report.commands.is_alone else report.commands.submission)
    file = folder / exercise.file if exercise.file else PurePosixPath()
    last = next((frame for frame in reversed(check.frames) if not frame.cell), None)
    return clean(str(file)) if exercise.file else "", last.line if last is not None else 0


def json_text(value: Any, indent: int | None = 1) -> str:
    """Return `value` as JSON in ASCII; no text in it is a command for a CI server."""
    text = json.dumps(value, indent=indent, allow_nan=False)
    return text.replace("##", "#\\u0023") + "\n"
