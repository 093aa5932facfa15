"""The fixtures of the grader, for tests of `gradus doctor`."""

from grading_fixtures import *  # noqa: F403
