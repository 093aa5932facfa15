"""Code with two flaws: each failed check is explained for itself, then the causes are joined."""

import pytest
from graded_changes import named, untrained

from autograder.course.mistakes import Mistake, load_mistakes
from autograder.diagnosis.solution_changes import listed_mistakes
from autograder.grading.checks_run import public_only

PAIRS = {
    "in the same line of one method": ("gru", "no-tanh", "gates-swapped"),
    "in forward and in backward": ("rnn", "sigmoid-for-tanh", "recurrent-weights-not-transposed"),
    "each visible alone, and both together": (
        "bidirectional",
        "gradient-of-one-way",
        "features-turned-around",
    ),
    "in one method, one of them visible alone": (
        "optimizers",
        "adam-epsilon-inside",
        "adam-first-power",
    ),
}


@pytest.fixture
def with_both(course, hand_in):
    """`with_both("rnn", "no-bias", "sigmoid-for-tanh")`: handed in with all of these mistakes."""

    def with_both(name, *mistakes, flaw="", select=None):
        exercise = course.exercise(name)
        known = {mistake.id: mistake for mistake in load_mistakes(exercise)}
        source = exercise.solution_source()
        for mistake in mistakes:
            source = known[mistake].apply(source)
        return hand_in(name, source + flaw, select=select)

    return with_both


@pytest.mark.parametrize(
    "case", [pytest.param(case, marks=pytest.mark.slow if "same" in case else ()) for case in PAIRS]
)
def test_two_listed_mistakes_are_reported_together(with_both, case):
    exercise, *mistakes = PAIRS[case]
    told = with_both(exercise, *mistakes).diagnoses()
    names = {diagnosis.id for diagnosis in told.values()}
    names |= {diagnosis.second.id for diagnosis in told.values() if diagnosis.second}
    assert names == set(mistakes)
    assert len(told) > 3


def test_one_cause_is_reported_for_all_tasks(with_both):
    """In the checks of one task alone, lengths that decide would give the same answers."""
    told = with_both("analogies", "given-words-may-answer", "scales-the-columns").diagnoses()
    names = {diagnosis.id for diagnosis in told.values()}
    names |= {diagnosis.second.id for diagnosis in told.values() if diagnosis.second}
    assert names == {"given-words-may-answer", "scales-the-columns"}
    assert {"test_long_vectors_do_not_decide", "test_accuracy"} <= set(told)


def test_two_mistakes_that_leave_a_check_of_the_method_unexplained_are_not_named(
    course, hand_in, monkeypatch
):
    """Two mistakes together give the answers of two checks; the one in the code is not listed."""
    exercise = course.exercise("subwords")
    known = load_mistakes(exercise)
    (never,) = (mistake for mistake in known if mistake.id == "words-never-change")
    others = [mistake for mistake in known if mistake is not never]
    monkeypatch.setattr(listed_mistakes, "load_mistakes", lambda exercise: others)
    graded = hand_in("subwords", never.apply(exercise.solution_source()), select=untrained)
    told = graded.diagnoses()
    assert {diagnosis.id for diagnosis in told.values()} == {"generic/swapped-arguments"}
    assert len(told) == len(graded.failed) > 5


@pytest.mark.parametrize(
    "returned",
    [
        "z + bias * (ids.shape[1] != 7)",
        "(z + bias + np.sin(z) * (ids.shape[1] == 7)).astype(np.float32)",
    ],
    ids=["a change without the bias", "a dtype"],
)
def test_what_stands_beside_a_mistake_must_fit_every_check_of_the_method(changed, returned):
    """Texts of 7 words have other scores. In shorter texts, the mistake explains the scores."""
    graded = changed(
        "bag_of_vectors",
        "weights /= np.maximum(weights.sum(axis=1, keepdims=True), 1)",
        "weights /= 1",
        'return z @ self.parameters[f"W_{k}"] + self.parameters[f"b_{k}"]',
        'z, bias = z @ self.parameters[f"W_{k}"], self.parameters[f"b_{k}"]\n'
        f"        return {returned}",
        select=named("test_average", "test_order_blind", "test_repeated_words"),
    )
    told = {name: (said.id, said.second) for name, said in graded.diagnoses().items()}
    assert told == dict.fromkeys(["test_average", "test_repeated_words"], ("sum-for-mean", None))


def test_of_two_causes_the_one_that_contradicts_no_other_check_is_named(changed):
    """A gradient at the kink: where no pair is satisfied, a gradient everywhere is the same.

    The loss is a sum, too.
    """
    told = changed(
        "losses",
        "self.violated = (violation > 0)",
        "self.violated = (violation >= 0)",
        "grad_corrupt = self.violated / self.violated.size",
        "grad_corrupt = self.violated",
        "np.mean(np.maximum(violation, 0.0))",
        "np.sum(np.maximum(violation, 0.0))",
    ).diagnoses()
    listed = {item.id for item in told.values()} - {"generic/another-function"}
    assert listed == {"max-margin-gradient-at-the-kink"}


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
#: Two checks of forward and one of the gradients: each failed one is explained for itself.
SOME_OF_RNN = named("test_all_steps", "test_state_is_carried", "test_backward_through_time")
FLAWS = {
    "a dtype": ("rnn", "sigmoid-for-tanh", RETURNS_FLOAT32, "generic/other-dtype"),
    "an argument": (
        "rnn",
        "weights-of-the-last-step",
        CHANGES_ITS_ARGUMENT,
        "writes-into-the-upstream-gradient",
    ),
}


@pytest.mark.parametrize("case", FLAWS)
def test_a_flaw_of_the_form_is_reported_beside_the_mistake(with_both, case):
    exercise, mistake, flaw, name = FLAWS[case]
    told = with_both(exercise, mistake, flaw=flaw, select=SOME_OF_RNN).diagnoses().values()
    seconds = {diagnosis.second.id for diagnosis in told if diagnosis.second}
    assert {diagnosis.id for diagnosis in told} | seconds == {mistake, name}


def test_a_flaw_of_the_form_alone_is_reported(with_both):
    told = with_both("rnn", flaw=RETURNS_FLOAT32, select=SOME_OF_RNN).diagnoses()
    assert {diagnosis.id for diagnosis in told.values()} == {"generic/other-dtype"}
    assert {diagnosis.sentence for diagnosis in told.values()} == {
        "The result of forward has dtype float32, expected float64."
    }


CONSISTENT = [
    ("lstm", "no-tanh-of-the-cell", True),
    ("gru", "update-gate-reversed", False),
    pytest.param("lstm", "no-tanh-of-the-cell", False, marks=pytest.mark.slow),
    pytest.param("qrnn", "filter-turned-around", True, marks=pytest.mark.slow),
    pytest.param("qrnn", "filter-turned-around", False, marks=pytest.mark.slow),
]


@pytest.mark.parametrize(("exercise", "name", "listed"), CONSISTENT)
def test_a_mistake_is_named_where_backward_is_right_for_it(
    course, hand_in, monkeypatch, exercise, name, listed
):
    """Gradients that agree with the wrong forward do not hide it.

    The form is listed in the exercise, or is not: then the wrong forward tells the mistake.
    """
    known = {mistake.id: mistake for mistake in load_mistakes(course.exercise(exercise))}
    _, form = known[name].forms
    if not listed:
        monkeypatch.setattr(Mistake, "forms", property(lambda mistake: (mistake,)))
    source = form.apply(course.exercise(exercise).solution_source())
    told = hand_in(exercise, source, select=public_only).diagnoses()
    assert {diagnosis.id for diagnosis in told.values()} == {name}


def test_a_wrong_forward_is_named_beside_a_backward_that_nothing_explains(course, hand_in):
    """Answers of backward follow from a wrong forward, and contradict nothing."""
    source = course.exercise("rnn").solution_source()
    for old, new in (
        ("np.tanh(from_input + h @ W_h)", "np.tanh(from_input)"),
        ("return grad_a, grad_a @ W_h.T", "return grad_a, np.sin(grad_a @ W_h.T) + 0.1"),
    ):
        assert source.count(old) == 1
        source = source.replace(old, new)
    told = hand_in("rnn", source, select=SOME_OF_RNN).diagnoses()
    assert {diagnosis.id for diagnosis in told.values()} == {"forgets-the-previous-state"}
    assert "test_all_steps" in told


def test_answers_of_nan_prove_no_particular_mistake(hand_in, course):
    """Every value of the first step is NaN, for a reason that no listed mistake has."""
    source = course.exercise("optimizers").solution_source()
    old = "x -= self.learning_rate * m / (np.sqrt(v) + self.epsilon)"
    told = hand_in("optimizers", source.replace(old, f"{old}\n            x += np.nan")).diagnoses()
    assert all(name.startswith("generic/") for name in {d.id for d in told.values()})
