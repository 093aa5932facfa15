"""The interface between the store and whatever grades: a job goes in, an outcome comes out.

Both are plain data that crosses processes and machines. A function from the one to the other is
all that an engine needs.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass, fields
from typing import Any

from autograder.classes.store.results import Result


@dataclass(frozen=True)
class Job:
    """One exercise of one submission.

    Attributes:
        place: the folder with the files.
        digest: of the code that the result depends on; empty if it is not compared.
        alone: whether nothing else runs, so that checks that a busy machine disturbed are
            repeated.
        afresh: whether nothing that is known of other submissions is used.
    """

    place: str
    exercise: str
    digest: str = ""
    alone: bool = False
    afresh: bool = False


@dataclass(frozen=True)
class Outcome:
    """What became of a job: a result, a fault of ours, or nothing yet.

    Attributes:
        result: None after a fault of ours.
        fault: what hindered grading; empty if nothing did.
        is_open: whether the machine was too busy, so that the job is to be repeated alone.
    """

    result: Result | None = None
    fault: str = ""
    is_open: bool = False


#: Types of the fields of a result, by the names of the annotations.
_TYPES: dict[str, type] = {"str": str, "float": float, "bool": bool}


def result_from(table: Any) -> Result:
    """Return the result in `table`, which came from another process.

    Raises:
        KeyError, TypeError: a field is missing, is of another type, or has another name.
        ValueError: the report is not JSON.
    """
    for field in fields(Result):
        if type(table[field.name]) is not _TYPES[str(field.type)]:
            raise TypeError(field.name)
    json.loads(table["report"])
    return Result(**table)


#: Grades a job; it returns faults and raises nothing.
Grade = Callable[[Job], Outcome]
