"""Code with two flaws: each failed check is explained for itself, then the causes are joined."""

import pytest

from autograder.course.mistakes import load_mistakes

PAIRS = {
    "in the same line of one method": ("gru", "no-tanh", "gates-swapped"),
    "in forward and in backward": ("rnn", "sigmoid-for-tanh", "recurrent-weights-not-transposed"),
    "in one method, one of them visible alone": (
        "optimizers",
        "adam-epsilon-inside",
        "adam-first-power",
    ),
}


@pytest.fixture
def with_both(course, hand_in):
    """`with_both("rnn", "no-bias", "sigmoid-for-tanh")`: handed in with all of these mistakes."""

    def with_both(name, *mistakes, flaw=""):
        exercise = course.exercise(name)
        known = {mistake.id: mistake for mistake in load_mistakes(exercise)}
        source = exercise.solution_source()
        for mistake in mistakes:
            source = known[mistake].apply(source)
        return hand_in(name, source + flaw)

    return with_both


@pytest.mark.parametrize("case", PAIRS)
def test_two_listed_mistakes_are_told_together(with_both, case):
    exercise, *mistakes = PAIRS[case]
    told = with_both(exercise, *mistakes).diagnoses()
    named = {diagnosis.id for diagnosis in told.values()}
    named |= {diagnosis.second.id for diagnosis in told.values() if diagnosis.second}
    assert named == set(mistakes)
    assert len(told) > 3


RETURNS_FLOAT32 = """

_in_double = RNN.forward
RNN.forward = lambda self, *inputs, **more: _in_double(self, *inputs, **more).astype("float32")
"""
CHANGES_ITS_ARGUMENT = """

_backward = RNN.backward
def _in_place(self, grad_h):
    grads = _backward(self, grad_h)
    grad_h *= 2
    return grads
RNN.backward = _in_place
"""
FLAWS = {
    "a dtype": ("rnn", "sigmoid-for-tanh", RETURNS_FLOAT32, "generic/other-dtype"),
    "an argument": (
        "rnn",
        "weights-of-the-last-step",
        CHANGES_ITS_ARGUMENT,
        "generic/changes-an-argument",
    ),
}


@pytest.mark.parametrize("case", FLAWS)
def test_a_flaw_of_the_form_is_told_beside_the_mistake(with_both, case):
    exercise, mistake, flaw, name = FLAWS[case]
    told = with_both(exercise, mistake, flaw=flaw).diagnoses().values()
    seconds = {diagnosis.second.id for diagnosis in told if diagnosis.second}
    assert {diagnosis.id for diagnosis in told} | seconds == {mistake, name}


def test_a_flaw_of_the_form_alone_is_told(with_both):
    told = with_both("rnn", flaw=RETURNS_FLOAT32).diagnoses()
    assert {diagnosis.id for diagnosis in told.values()} == {"generic/other-dtype"}
    assert {diagnosis.sentence for diagnosis in told.values()} == {
        "The result of forward has dtype float32, expected float64."
    }
