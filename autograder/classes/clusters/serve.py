"""The program of a grader's process: a task as a line on standard input, its outcome on a line."""

from __future__ import annotations

import os
import signal
import sys
from functools import lru_cache

from autograder.classes.clusters.messages import Task, outcome_text
from autograder.classes.running.grade_one import Settings, grade_job, setting_of
from autograder.classes.running.job import Outcome
from autograder.course.identity import course_hash
from autograder.isolation.confine import libc
from framework.threads import pin_threads


def main() -> None:
    """Grade one job after the other, until standard input ends."""
    pin_threads()
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    if sys.platform == "linux":
        libc.prctl(libc.PR_SET_PDEATHSIG, signal.SIGTERM)
    answers = os.fdopen(os.dup(1), "w", encoding="utf-8")
    os.dup2(2, 1)  # what anything prints is no answer
    for line in sys.stdin:
        print(outcome_text(graded(Task.parse(line))), file=answers, flush=True)


def graded(task: Task) -> Outcome:
    """Grade a task; a machine that would give other results has a fault."""
    try:
        different = difference(task.settings, task.revision, task.environment)
    except Exception as error:  # a course that is not there
        different = f"{type(error).__name__}: {error}"
    return Outcome(fault=different) if different else grade_job(task.settings, task.job)


@lru_cache(maxsize=4)
def difference(settings: Settings, revision: str, environment: str) -> str:
    """Return what differs on this machine from what results are for; empty if nothing does.

    Raises:
        GradusError: the course, a plugin or the sandbox cannot be used here.
    """
    if settings.environment != environment:
        return f"a worker has {settings.environment} instead of {environment}"
    found = course_hash(setting_of(settings).course)
    if found != revision:
        return f"a worker has the course {found[:12]} instead of {revision[:12]}"
    return ""


if __name__ == "__main__":
    try:
        main()
    except KeyboardInterrupt:  # the worker has ended
        sys.exit(1)
