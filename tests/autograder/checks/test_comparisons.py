"""Several comparisons of one model in one request: the same words as one by one."""

from __future__ import annotations

from types import SimpleNamespace

import numpy as np
import pytest

from autograder.checks import CheckFailed, paired_models, passes
from autograder.isolation.host.faults import Crashed, NotWritten
from autograder.isolation.host.inline import InlineSession
from autograder.isolation.host.remote import session_of
from autograder.isolation.host.requests import Call

X = np.random.default_rng(5).normal(size=(4, 3))
LONGER = np.random.default_rng(6).normal(size=(5, 3))


class Twice:
    """y = 2x, as long as nothing is wrong with it."""

    parameters, gradients = {}, {}

    def forward(self, x):
        return 2 * x

    def backward(self, grad):
        return 2 * grad

    def zero_gradients(self):
        """Nothing to clear."""


@pytest.fixture
def pair_with(remote):
    """Paired models of a class with other methods, and of the right one."""

    def pair_with(**methods):
        student = type("Layer", (Twice,), methods)
        return paired_models(remote(Layer=student), remote(Layer=Twice), "Layer")

    return pair_with


@pytest.fixture
def requests(monkeypatch):
    """The names of what each request calls."""
    run, requests = InlineSession.run, []

    def recorded(session, steps):
        requests.append([step.name for step in steps if isinstance(step, Call)])
        return run(session, steps)

    monkeypatch.setattr(InlineSession, "run", recorded)
    return requests


def call_of(pair, failure):
    return session_of(pair.student)[0].calls.behind(failure.about).text


def given_to(pair, failure):
    calls = session_of(pair.student)[0].calls
    return calls.given(calls.behind(failure.about)).args[0]


def test_a_block_takes_one_request(pair_with, requests, draws):
    pair = pair_with()
    reference = len(requests)
    with pair.together():
        assert pair.same_forward(X) is None
        pair.same_backward(LONGER, rng=draws)
        pair.forward_gives(2 * X[0], X[0], what="2x")
        pair.backward_gives(2 * X[:2], X[:2], upstream=X[:2], what="2x")
        pair.run_forward(X[:1])
        reference = len(requests)
    passed = ["zero_gradients", "forward", "backward"]
    together = ["forward", *passed, "forward", "forward", "backward", "forward"]
    assert requests[reference:] == [together]
    np.testing.assert_array_equal(pair.same_forward(X), 2 * X)  # outside it is made at once


def test_both_passes_take_one_request(pair_with, requests):
    pair = pair_with()
    output, gradient = passes(pair.student, X, upstream=LONGER)
    np.testing.assert_array_equal(output, 2 * X)
    np.testing.assert_array_equal(gradient, 2 * LONGER)
    assert requests[-1] == ["forward", "backward"]


def wrong_for_x(self, x):
    return 3 * x if len(x) == len(X) else 2 * x


@pytest.mark.parametrize("later", ["passes", "crashes"])
def test_the_first_difference_is_reported_with_its_own_call(pair_with, later):
    def forward(self, x):
        if len(x) == 1 and later == "crashes":
            raise ValueError("one row")
        return wrong_for_x(self, x)

    pair = pair_with(forward=forward)
    with pytest.raises(CheckFailed, match=r"^Layer\.forward: 12 of 12") as caught, pair.together():
        pair.same_forward(LONGER)
        pair.same_forward(X)
        pair.same_forward(X[:1])
    assert call_of(pair, caught.value) == "Layer().forward(float64 (4, 3))"
    np.testing.assert_array_equal(given_to(pair, caught.value), X)


@pytest.mark.parametrize("wrong", [0, 1, 2])
def test_a_transcript_ends_with_what_was_wrong(pair_with, wrong):
    cases, kept = [LONGER, X, X[:1]], []

    def forward(self, x):
        return (3 if len(x) == len(cases[wrong]) else 2) * x

    pair = pair_with(forward=forward)
    session_of(pair.student)[0].transcript = SimpleNamespace(cut=kept.append)
    with pytest.raises(CheckFailed), pair.together():
        for x in cases:
            pair.same_forward(x)  # a call, and what it did to its argument
    assert kept == [2 * (wrong + 1)]


def test_a_fault_is_reported_after_what_was_right(pair_with):
    def backward(self, grad):
        raise NotImplementedError

    pair = pair_with(backward=backward)
    with pytest.raises(NotWritten) as caught, pair.together():
        pair.same_forward(X)
        pair.backward_gives(X, LONGER, upstream=LONGER, what="2x")
        pair.forward_gives(X, X[:1], what="never compared")
    assert caught.value.call == "Layer().backward(float64 (5, 3))"
    assert caught.value.method == "Layer.backward"


def test_a_fault_whose_answers_are_lost_is_reported_itself(pair_with, monkeypatch):
    pair = pair_with(forward=wrong_for_x)

    def lost(session, steps):
        raise Crashed("the process died")

    with pytest.raises(Crashed, match="died"), pair.together():
        pair.same_forward(X)
        monkeypatch.setattr(InlineSession, "run", lost)


def test_calls_that_read_alike_do_not_share_a_request(pair_with, requests):
    other = X + 1

    def forward(self, x):
        return 3 * x if np.array_equal(x, X) else 2 * x

    pair = pair_with(forward=forward)
    with pytest.raises(CheckFailed) as caught, pair.together():
        pair.same_forward(LONGER)
        pair.same_forward(X)
        pair.same_forward(other)
    np.testing.assert_array_equal(given_to(pair, caught.value), X)
    assert requests[-1] == ["forward", "forward"]


def test_equal_inputs_and_calls_that_nothing_compares_share_a_request(pair_with, requests, draws):
    pair = pair_with()
    with pair.together():
        pair.run_forward(-X)
        pair.same_forward(X)
        pair.same_backward(X, rng=draws)
        before = len(requests)
    assert len(requests) == before + 1


def test_a_block_that_fails_sends_nothing(pair_with, requests):
    pair = pair_with(forward=wrong_for_x)
    with pytest.raises(KeyError), pair.together():
        pair.same_forward(X)
        before = len(requests)
        raise KeyError
    assert len(requests) == before
    with pair.together():
        pair.same_forward(LONGER)
    assert requests[-1] == ["forward"]
    with pytest.raises(CheckFailed):
        pair.same_forward(X)


@pytest.mark.parametrize("method", ["forward", "backward"])
def test_what_has_to_come_back_has_a_name_in_reports(pair_with, method):
    pair = pair_with(**{method: lambda self, x: 3 * x})
    with pytest.raises(CheckFailed, match=r"^twice x: 12 of 12") as caught:
        if method == "forward":
            pair.forward_gives(2 * X, X, what="twice x")
        else:
            pair.backward_gives(2 * X, X, upstream=X, what="twice x")
    assert call_of(pair, caught.value) == f"Layer().{method}(float64 (4, 3))"
