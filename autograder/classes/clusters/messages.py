"""A job and its outcome as text: all that crosses between machines, checked on arrival."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from typing import Any

from autograder.classes.running.grade_one import Settings
from autograder.classes.running.job import Job, Outcome, result_from


@dataclass(frozen=True)
class Task:
    """A job, and what the machine that grades it has to have.

    Attributes:
        revision, environment: of the course, and of the packages.
    """

    settings: Settings
    revision: str
    environment: str
    job: Job

    def text(self) -> str:
        """Return it as JSON."""
        return json.dumps(asdict(self))

    @classmethod
    def parse(cls, text: str) -> Task:
        """Return the task that `text` is."""
        table = json.loads(text)
        settings: dict[str, Any] = table["settings"]
        lists = {name: tuple(settings[name]) for name in ("plugins", "blocked")}
        return cls(
            Settings(**{**settings, **lists}),
            table["revision"],
            table["environment"],
            Job(**table["job"]),
        )


def outcome_text(outcome: Outcome) -> str:
    """Return an outcome as JSON."""
    return json.dumps(asdict(outcome))


def outcome_from(text: object) -> Outcome:
    """Return the outcome that `text` is; what is none is a fault of ours."""
    try:
        if type(text) is not str:
            raise TypeError("no text")
        table = json.loads(text)
        if type(table["fault"]) is not str or type(table["is_open"]) is not bool:
            raise TypeError("fault")
        result = None if table["result"] is None else result_from(table["result"])
    except (ValueError, KeyError, TypeError, RecursionError) as error:
        return Outcome(fault=f"a worker returned no outcome: {type(error).__name__}: {error}")
    return Outcome(result, table["fault"], table["is_open"])
