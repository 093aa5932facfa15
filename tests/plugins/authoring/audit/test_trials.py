"""Trials: which checks run."""

from __future__ import annotations

from types import SimpleNamespace

import pytest

from autograder.results.report import CheckResult
from autograder.verdicts import Verdict
from plugins.authoring.audit.trials import CheckSelection


def check(name, task):
    marker = SimpleNamespace(args=(task,))
    return SimpleNamespace(nodeid=f"t.py::{name}", get_closest_marker=lambda _: marker)


def failed(name, task):
    return CheckResult(f"t.py::{name}", name, task, False, 1.0, Verdict.FAILED)


@pytest.mark.parametrize(("stop_early", "other"), [(True, False), (False, True)])
def test_a_check_runs_while_it_can_say_something_new(stop_early, other):
    selection = CheckSelection(stop_early=stop_early)
    assert all(selection.needs(check(name, "f")) for name in "abc")
    selection.note(failed("a", "f"))
    assert not selection.needs(check("b", "f"))
    assert selection.needs(check("d", "g")) == other
