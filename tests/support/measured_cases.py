"""Long measurements in parallel processes, with progress.

``GRADUS_JOBS=1`` measures in one process; the default is one for each processor.
"""

import os
import sys
import time
from collections.abc import Callable, Iterable
from typing import Any, NamedTuple

from autograder.grading.parallel import in_parallel, load_grader

#: Seconds between two lines about the progress.
INTERVAL = 30.0
JOBS = int(os.environ.get("GRADUS_JOBS", "0"))


class Case(NamedTuple):
    """A source that is measured, and the name that it has in messages."""

    exercise: str
    label: str
    source: str


def measured(measure: Callable[[Case], Any], cases: Iterable[Case], title: str) -> dict[Case, Any]:
    """Return what `measure` gives for each of `cases`.

    Cases of one exercise are measured one after the other.
    """
    ordered, results, shown = sorted(set(cases)), {}, time.monotonic()
    load_grader()
    for case, result in zip(ordered, in_parallel(measure, ordered, JOBS), strict=True):
        results[case] = result
        if time.monotonic() - shown > INTERVAL:
            shown = time.monotonic()
            sys.stdout.write(f"{title}: {len(results)} of {len(ordered)}\n")
            sys.stdout.flush()
    return results
