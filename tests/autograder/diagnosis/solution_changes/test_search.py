"""A search in a process of its own: trials that overrun have failed, and the search goes on."""

import itertools
import logging
import os
import time

import pytest

from autograder.diagnosis.solution_changes import search as searching
from autograder.diagnosis.solution_changes.search import OutOfTrials, Trials, search_apart

SHORT = 0.05


def yes():
    return True


def endless():
    while True:
        pass


@pytest.fixture(params=["here", "elsewhere"])
def anywhere(request, monkeypatch):
    """A platform on which a process can be forked, and one on which none can."""
    if request.param == "elsewhere":
        monkeypatch.setattr(searching.sys, "platform", "darwin")


def test_a_candidate_that_does_not_end_fails_and_the_search_goes_on(anywhere):
    result = search_apart(lambda trials: [trials.succeeds(f, SHORT) for f in (yes, endless, yes)])
    assert result == [True, False, True]


@pytest.mark.parametrize("limit", ["CPU_SECONDS", "ELAPSED_SECONDS"])
def test_trials_after_the_time_of_a_search_have_failed(monkeypatch, limit):
    monkeypatch.setattr(searching, limit, SHORT)
    trials = Trials(3)
    assert [trials.succeeds(f, 2 * SHORT) for f in (yes, endless, yes)] == [True, False, False]


@pytest.mark.parametrize(
    ("limit", "search"),
    [
        ("MAX_CPU_SECONDS", lambda trials: sum(itertools.repeat(0))),
        ("MAX_ELAPSED_SECONDS", lambda trials: time.sleep(60)),
        ("MEMORY", lambda trials: os._exit(3)),
    ],
)
def test_a_process_that_cannot_be_interrupted_is_ended(monkeypatch, limit, search):
    monkeypatch.setattr(searching, limit, 1)
    started = time.monotonic()
    assert search_apart(search) is None
    assert time.monotonic() - started < 30


def test_a_search_changes_nothing_in_the_process_that_starts_it():
    changed = []
    assert search_apart(lambda trials: changed.append(1) or os.getpid()) != os.getpid()
    assert changed == []


def test_an_error_of_the_search_is_logged_and_nothing_is_found(anywhere, caplog):
    with caplog.at_level(logging.DEBUG):
        assert search_apart(lambda trials: 1 // 0) is None
    assert "ZeroDivisionError" in caplog.text


def test_the_budget_is_a_count():
    trials, tried = Trials(5), []
    with trials.at_most(2):
        for number in range(9):
            trials.succeeds(yes, 1)
            tried.append(number)
    assert tried == [0, 1]
    for _ in range(3):
        trials.succeeds(yes, 1)
    with pytest.raises(OutOfTrials), trials.at_most(4):
        trials.succeeds(yes, 1)


@pytest.mark.slow
def test_where_no_process_can_be_forked_the_same_is_found(changed, monkeypatch):
    graded = changed("activations", "self.y = np.tanh(z)", "self.y = np.tanh(z) + 1.0")
    here = graded.diagnoses()
    monkeypatch.setattr(searching.sys, "platform", "darwin")
    assert graded.diagnoses() == here
    assert here
