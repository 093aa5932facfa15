import pytest

from autograder.checks import equal

NAMES = """passed failed not_started crashed timed_out out_of_memory blocked"""


@pytest.mark.parametrize(
    "name", [pytest.param(name, marks=pytest.mark.task(name)) for name in NAMES.split()]
)
@pytest.mark.points(2)
def test_value(submission, name):
    """The value is one."""
    equal(getattr(submission, name)(), 1.0, "the value")


@pytest.mark.task("skipped")
@pytest.mark.points(2)
def test_elsewhere(submission):
    """On a machine that does not exist."""
    pytest.skip("there is no such machine")


@pytest.mark.task("not_graded")
@pytest.mark.points(2)
def test_ours(submission):
    """A check that cannot be right."""
    undefined


@pytest.mark.task("failed")
@pytest.mark.points(1)
def test_kind(submission):
    """Partial credit: at least it is a number."""
    assert isinstance(submission.failed(), float)
