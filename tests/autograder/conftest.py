"""The fixtures of all tests of the grader."""

from grading_fixtures import *  # noqa: F403
