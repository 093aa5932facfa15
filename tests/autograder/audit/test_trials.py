"""Trials: thousands of nearly equal texts in little memory."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from autograder.audit.trials import Change
from autograder.mutations.mutants import make_mutants

LINES = st.lists(st.sampled_from(["a", "b", "", "c d", "\x0c"]), max_size=6).map("\n".join)


@given(LINES, LINES)
def test_a_change_gives_the_changed_text(base, changed):
    assert Change.between(base, changed).whole == changed


@pytest.mark.parametrize("changed", ["a\nb\nc\n", "a\nx\nc\n", "a\nc\n", "a\nb\nb\nc\n", ""])
def test_it_holds_the_lines_that_differ_alone(changed):
    change = Change.between("a\nb\nc\n", changed)
    assert change.whole == changed
    assert len(change.text) <= 2


def test_a_mutant_is_stored_as_a_few_lines(real_course):
    exercise = real_course.exercise("losses")
    solution = exercise.solution_source()
    changes = [
        Change.between(solution, mutant.source)
        for mutant in make_mutants(solution, exercise.solution)
    ]
    assert sum(len(change.text) for change in changes) < len(changes) * len(solution) / 20
    assert all(change.base is solution for change in changes)
