"""Results: reports and what they consist of, as frozen data."""

from __future__ import annotations

from autograder.results.findings.texts import WrittenAnswer
from autograder.results.report import (
    CheckResult,
    ExerciseResult,
    Report,
    TaskResult,
)
from autograder.verdicts import Verdict

__all__ = [
    "CheckResult",
    "ExerciseResult",
    "Report",
    "TaskResult",
    "Verdict",
    "WrittenAnswer",
]
