"""Which work is graded again although it has a result: its generation is one higher."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import Connection

from autograder.classes.store.jobs import Queue
from autograder.classes.store.results import Result, find_result
from autograder.classes.store.runs import Entry, last_generation
from autograder.classes.store.tables import Key
from autograder.verdicts import Verdict
from framework.errors import UsageError

#: Kinds of choice: all work, all that is not right, one exercise, one student.
ALL, FAILED, TASK, STUDENT = "all", "failed", "task", "student"


@dataclass(frozen=True)
class Again:
    """What is graded again, as ``--regrade`` names it: all, failed, task=NAME, student=KEY."""

    kind: str
    name: str = ""

    @classmethod
    def parse(cls, text: str) -> Again:
        """Return what `text` names.

        Raises:
            UsageError: it has another form.
        """
        kind, separator, name = text.partition("=")
        if bool(separator and name) != (kind in (TASK, STUDENT)) or kind not in (
            ALL,
            FAILED,
            TASK,
            STUDENT,
        ):
            raise UsageError(
                f"'{text}' cannot be graded again: expected all, failed, task=EXERCISE or "
                "student=KEY"
            )
        return cls(kind, name)

    def takes(self, one: Entry, result: Result | None) -> bool:
        """Return whether the work of an entry is graded again."""
        if self.kind == FAILED:
            return result is not None and result.verdict != Verdict.PASSED
        return self.kind == ALL or self.name == (one.exercise if self.kind == TASK else one.student)


def generations(
    connection: Connection, queue: Queue, found: Sequence[Entry], again: Again | None
) -> dict[tuple[str, str], int]:
    """Return (exercise, digest of the work) -> its generation in a new run."""
    known: dict[tuple[str, str], int] = {}
    raised: set[tuple[str, str]] = set()
    for one in found:
        work = one.exercise, one.submission
        if work not in known:
            known[work] = last_generation(connection, *work)
        if again is not None and work not in raised:
            key = Key(one.submission, one.exercise, queue.revision, queue.seed,
                      queue.environment, known[work])  # fmt: skip
            if again.takes(one, find_result(connection, key)):
                raised.add(work)
    return {work: number + (work in raised) for work, number in known.items()}
