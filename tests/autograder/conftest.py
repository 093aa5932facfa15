"""The fixtures of all tests of the grader."""

import pytest
from grading_fixtures import *  # noqa: F403

from autograder.diagnosis.solution_changes import search


@pytest.fixture
def few_trials(monkeypatch):
    """Diagnosis ends after a few trials, as it does where its budget is used up."""
    monkeypatch.setattr(search, "MAX_TRIALS", 10)


@pytest.fixture(autouse=True)
def few_trials_elsewhere(request):
    """Only tests of diagnosis itself need all of its trials."""
    if "diagnosis" not in request.path.parts:
        request.getfixturevalue("few_trials")
