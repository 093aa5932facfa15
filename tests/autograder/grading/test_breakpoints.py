"""`breakpoint()` in graded code: no terminal is there, and the report says what to do."""

import pytest

from autograder.sandbox.session.faults import NO_DEBUGGER
from autograder.verdicts import Verdict


@pytest.mark.parametrize(
    ("stop", "raised"),
    [("breakpoint()", "BreakpointReached"), ("import pdb; pdb.set_trace()", "BdbQuit")],
)
def test_a_breakpoint_is_explained(graded, real_solution, stop, raised):
    source = _with_stop(real_solution("activations"), stop)
    report = graded({"activations": source}, "activations")
    stopped = [c for c in report.exercises[0].checks if c.verdict is Verdict.CRASHED]
    assert stopped
    assert {check.message for check in stopped} == {NO_DEBUGGER}
    assert {check.fact.what for check in stopped} == {raised}
    assert "gradus replay" in NO_DEBUGGER


def _with_stop(text, stop):
    """Stop before the first line of the sigmoid's backward."""
    wanted = "        return grad_output * self.y * (1.0 - self.y)"
    assert wanted in text
    return text.replace(wanted, f"        {stop}\n{wanted}")
