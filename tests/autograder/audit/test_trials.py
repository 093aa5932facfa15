"""Trials: which checks run, and in which order."""

from __future__ import annotations

from types import SimpleNamespace

import pytest

from autograder.audit.trials import Enough
from autograder.isolation.host.sandbox_session import IMPORT
from autograder.record.results import CheckResult
from autograder.verdicts import Verdict


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
