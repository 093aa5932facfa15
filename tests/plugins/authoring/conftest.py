"""The fixtures that tests of authors' tools share with those of the grader."""

from grading_fixtures import *  # noqa: F403
