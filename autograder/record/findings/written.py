"""An answer in prose, and beside it what an instructor reads it with."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import ClassVar

from autograder.record.findings.base import Finding

#: Characters of an answer that a report shows.
MAX_ANSWER = 20_000


@dataclass(frozen=True)
class WrittenAnswer(Finding):
    """An answer in prose.

    Attributes:
        answer: what the student wrote, `shortened`.
        model_answer, rubric: from the key, for instructors; empty in a student's report.
        digest: the answer's name in a file of manual points.
        comment: what the instructor wrote for the student.
    """

    kind: ClassVar[str] = "written"

    answer: str
    model_answer: str = ""
    rubric: str = ""
    digest: str = ""
    comment: str = ""

    @property
    def heading(self) -> str:
        """The heading."""
        return "answer in prose"

    def text_lines(self) -> Sequence[str]:
        """Return no line: a terminal shows the message of the check alone."""
        return ()

    def html(self) -> str:
        """Return the answer, and the model answer and the rubric beside it."""
        from autograder.record.findings.html import block

        parts = {
            "answer": self.answer,
            "model answer": self.model_answer,
            "rubric": self.rubric,
            "comment": self.comment,
        }
        return block("texts", parts={name: text for name, text in parts.items() if text})

    def for_student(self) -> WrittenAnswer:
        """Return it without the model answer and the rubric."""
        return replace(self, model_answer="", rubric="")


def shortened(text: str) -> str:
    """Return at most `MAX_ANSWER` characters of `text`, and how many more there are."""
    left = len(text) - MAX_ANSWER
    return text if left <= 0 else f"{text[:MAX_ANSWER]}\n... {left} more characters in the file"
