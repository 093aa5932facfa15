"""Trials: thousands of nearly equal texts in little memory."""

from __future__ import annotations

from types import SimpleNamespace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from autograder.audit.trials import Change, Enough
from autograder.isolation.host.sandbox_session import IMPORT
from autograder.mutations.mutants import make_mutants
from autograder.record.results import CheckResult
from autograder.verdicts import Verdict

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


def check(name, task):
    marker = SimpleNamespace(args=(task,))
    return SimpleNamespace(nodeid=f"t.py::{name}", get_closest_marker=lambda _: marker)


def failed(name, task, call=""):
    verdict = Verdict.FAILED
    return CheckResult(f"t.py::{name}", name, task, False, 1.0, verdict, call=call)


@pytest.mark.parametrize(("stop_early", "other"), [(True, False), (False, True)])
def test_a_check_runs_while_it_can_say_something_new(stop_early, other):
    enough = Enough(stop_early=stop_early, unaffected=frozenset({"t.py::c"}))
    wanted = [enough.needs(check(name, "f")) for name in "abc"]
    assert wanted == [True, True, False]
    enough.note(failed("a", "f"))
    assert not enough.needs(check("b", "f"))
    assert enough.needs(check("d", "g")) == other


def test_a_failed_import_reaches_every_check():
    enough = Enough(stop_early=False, unaffected=frozenset({"t.py::c"}))
    assert not enough.needs(check("c", "g"))
    enough.note(failed("a", "f", IMPORT))
    assert enough.needs(check("c", "g"))


def test_what_a_change_cannot_reach_comes_last():
    enough = Enough(stop_early=False, unaffected=frozenset({"t.py::a"}))
    checks = [check(name, "f") for name in "abc"]
    enough.pytest_collection_modifyitems(checks)
    assert [one.nodeid[-1] for one in checks] == ["b", "c", "a"]
