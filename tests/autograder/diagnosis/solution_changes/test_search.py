"""A search in a process of its own: what overruns ends it, and a new one goes on after that."""

import itertools
import logging
import os
import time

import pytest

from autograder.diagnosis.solution_changes import search as searching
from autograder.diagnosis.solution_changes.search import (
    NO,
    YES,
    OutOfTrials,
    Trials,
    ending_here,
    search_apart,
)

SHORT = 0.05


def endless():
    """A candidate that catches everything and never ends."""
    while True:
        try:
            while True:
                pass
        except BaseException:
            continue


def endless_in_c():
    return sum(itertools.repeat(0))


def ends():
    os._exit(3)


def search_with(candidate):
    """A search whose second trial is `candidate`; returns the outcomes of all three."""

    def search(trials):
        return [
            trials.succeeds(lambda: True, SHORT),
            trials.succeeds(candidate, SHORT),
            trials.succeeds(lambda: True, SHORT),
        ]

    return search


@pytest.fixture
def elsewhere(monkeypatch):
    """A platform on which no process can be forked."""
    monkeypatch.setattr(searching.sys, "platform", "darwin")


@pytest.mark.parametrize("candidate", [endless, endless_in_c, ends])
def test_a_candidate_that_does_not_end_fails_and_the_search_goes_on(candidate):
    assert search_apart(search_with(candidate)) == [True, False, True]


def test_many_candidates_that_overrun_end_the_search_with_what_was_found(monkeypatch):
    monkeypatch.setattr(searching, "MAX_PROCESSES", 3)
    found = search_apart(lambda trials: [trials.succeeds(f, SHORT) for f in (bool, endless) * 4])
    assert found == [False] * 8
    found = search_apart(lambda trials: [trials.succeeds(f, SHORT) for f in (yes, endless) * 4])
    assert found == [True, False, True, False, False, False, False, False]


def yes():
    return True


def test_a_process_that_takes_too_long_is_ended(monkeypatch):
    monkeypatch.setattr(searching, "ELAPSED_SECONDS", 0.2)
    started = time.monotonic()
    assert search_apart(lambda trials: time.sleep(60)) is None
    assert time.monotonic() - started < 10


def test_a_search_changes_nothing_in_the_process_that_starts_it():
    changed = []
    assert search_apart(lambda trials: changed.append(1) or os.getpid()) != os.getpid()
    assert changed == []


@pytest.mark.parametrize("place", ["here", "elsewhere"])
def test_an_error_of_the_search_is_logged_and_nothing_is_found(place, request, caplog):
    if place == "elsewhere":
        request.getfixturevalue("elsewhere")
    with caplog.at_level(logging.DEBUG):
        assert search_apart(lambda trials: 1 // 0) is None
    assert "ZeroDivisionError" in caplog.text


def test_where_no_process_can_be_forked_a_loop_is_ended_too(elsewhere):
    def loop():
        while True:
            pass

    assert search_apart(search_with(loop)) == [True, False, True]


def test_known_outcomes_are_not_computed_again():
    outcomes = bytearray([YES, NO, 0, 0])
    trials = Trials(outcomes, ending_here)
    assert [trials.succeeds(ends, 1), trials.succeeds(ends, 1)] == [True, False]
    assert trials.succeeds(yes, 1)
    assert outcomes == bytearray([YES, NO, YES, 0])


def test_the_budget_is_a_count():
    trials = Trials(bytearray(5), ending_here)
    tried = []
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
