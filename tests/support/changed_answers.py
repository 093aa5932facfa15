"""Grading of answers that are the reference's, changed on their way: in this process, and fast."""

from __future__ import annotations

from graded_changes import untrained

from autograder.checks.host_limits import LIMITED
from autograder.course.reading import find_course
from autograder.grading.checks_run import Checks
from autograder.grading.under_test import ExerciseUnderTest, open_inline
from autograder.sandbox.session.inline import InlineSession, ReferenceSession
from framework.providers.backends import REFERENCE, Backend
from framework.providers.loaded_plugins import Plugins

COURSE = find_course()
NAMES = [exercise.name for exercise in COURSE.code_exercises]
PLUGINS = Plugins(course=COURSE)


class ChangedAnswers:
    """A session with the reference whose answers are changed.

    Args:
        inner: answers rightly.
    """

    def __init__(self, inner: InlineSession) -> None:
        self.inner = inner
        self.calls, self.uncontained, self.transcript = inner.calls, (), None

    def begin(self, check=""):
        self.inner.begin(check)

    def run(self, steps):
        outcomes = self.inner.run(steps)
        return [self.changed(step, outcome) for step, outcome in zip(steps, outcomes, strict=True)]

    def changed(self, step, outcome):
        """`outcome` of `step`, as the code under test answers."""
        return outcome

    def printed(self):
        return ""

    def close(self):
        self.inner.close()


def results_of(name, changed, *, seed=0, trained=False, limits=LIMITED):
    """The results of all checks of an exercise for the session ``changed(inner)``."""
    exercise = COURSE.exercise(name)
    registry = PLUGINS.registry
    inner, reference = (
        open_inline(kind, Backend(registry, REFERENCE), registry, exercise)
        for kind in (InlineSession, ReferenceSession)
    )
    under_test = ExerciseUnderTest(exercise, changed(inner), reference, seed, host_limits=limits)
    try:
        return Checks(exercise).run(under_test, select=None if trained else untrained)
    finally:
        under_test.close()
