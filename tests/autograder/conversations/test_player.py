"""A recorded reference answers what was recorded, and nothing else."""

import numpy as np
import pytest

from autograder.checks.trained_models import TrainedModels
from autograder.sandbox.session.faults import NotRecorded
from autograder.sandbox.session.requests import Call, assign, session_of

X = np.array([1.0, 2.0, 3.0])


def asks(answers, x=X):
    """A check that builds a model, asks it twice, and calls a function."""

    def check(reference, rng):
        model = reference.Scale(3, rng=rng)
        assign(model, {"w": np.array([1.0, -1.0, 0.5])})
        answers[:] = [model.forward(x), model.forward(2 * x), model.total, reference.double(x)]

    return check


@pytest.mark.parametrize("rounding", [0.0, 1e-13], ids=["as before", "of another machine"])
def test_the_same_requests_get_the_same_answers(recorded, play, rounding):
    right, played = [], []
    tape = recorded(asks(right))
    play(tape, asks(played, X * (1 + rounding)))
    for expected, answer in zip(right, played, strict=True):
        np.testing.assert_array_equal(answer, expected)


def test_other_numbers_are_not_recorded(recorded, play):
    tape = recorded(asks([]))
    with pytest.raises(NotRecorded):
        play(tape, asks([], X + 1e-6))


def test_a_changed_answer_of_a_check_does_not_change_the_recording(recorded, play):
    def spoils(reference, rng):
        reference.double(X)[...] = 0.0

    def asks_once(reference, rng):
        np.testing.assert_array_equal(reference.double(X), 2 * X)

    tape = recorded(asks_once)
    play(tape, spoils)
    play(tape, asks_once)


def test_an_object_is_asked_in_the_recorded_order(recorded, play):
    """Its answers depend on earlier calls, so that only these may come before."""

    def in_order(reference, rng):
        model = reference.Scale(3, rng=rng)
        model.forward(X)
        assert model.total == 6.0

    def without_the_first(reference, rng):
        return reference.Scale(3, rng=rng).total

    tape = recorded(in_order)
    play(tape, in_order)
    with pytest.raises(NotRecorded):
        play(tape, without_the_first)


def test_two_objects_may_be_asked_in_another_order(recorded, play):
    def first_then_second(reference, rng):
        first, other = reference.Scale(3, rng=rng), reference.Scale(2, rng=rng)
        return first.forward(X), other.forward(X[:2])

    def second_then_first(reference, rng):
        other, first = reference.Scale(2, rng=rng), reference.Scale(3, rng=rng)
        return first.forward(X), other.forward(X[:2])

    play(recorded(first_then_second), second_then_first)


def test_a_second_attempt_builds_the_same_model_again(recorded, play):
    def once(reference, rng):
        assert reference.Scale(3, rng=rng).parameters["w"].shape == (3,)

    def twice(reference, rng):
        first, second = reference.Scale(3, rng=rng), reference.Scale(3, rng=rng)
        np.testing.assert_array_equal(first.parameters["w"], second.parameters["w"])

    play(recorded(once), twice)


def trains(reference, rng):
    """A check that compares what a model has learned with the reference."""
    model = reference.Scale(3, rng=rng)
    models = TrainedModels("Scale", model, model, lambda seed: model)
    models.learn({"w": rng.normal(size=3)})
    assert models.evaluate_reference(lambda m: float(m.forward(X).sum())) is None
    return model


def test_nothing_about_learned_parameters_is_recorded(recorded, play, recorder):
    tape = recorded(trains)
    assert len(tape.exchanges) == 1
    assert recorder.unconfirmed
    session = play(tape, trains)
    assert session.unconfirmed
    session.begin("next")
    assert not session.unconfirmed


def test_learned_parameters_give_no_stale_answer(recorded, play):
    def asks_afterwards(reference, rng):
        return trains(reference, rng).parameters

    with pytest.raises(NotRecorded):
        recorded(asks_afterwards)
    tape = recorded(lambda reference, rng: reference.Scale(3, rng=rng).parameters)
    with pytest.raises(NotRecorded):
        play(tape, asks_afterwards)


def test_parameters_are_recorded_without_numbers_where_a_check_reads_their_forms(recorded, play):
    read = {}

    def check(reference, rng):
        model = reference.Scale(3, rng=rng)
        models = TrainedModels("Scale", model, model, lambda seed: model)
        read.update(forms=models.parameter_forms()["w"], numbers=model.parameters["w"])

    tape = recorded(check)
    right = read["numbers"]
    np.testing.assert_array_equal(read["forms"], right)
    play(tape, check)
    np.testing.assert_array_equal(read["forms"], np.zeros(3))
    np.testing.assert_array_equal(read["numbers"], right)


def test_the_steps_of_a_request_whose_forms_are_read_can_be_chosen(recorded, play):
    answers = []

    def check(reference, rng):
        session, handle = session_of(reference.Scale(3, rng=rng))
        steps = [Call(handle, "forward", (X,)), Call(handle, "backward", (X,))]
        answers[:] = [outcome.value for outcome in session.run(steps)]
        session.keep_forms(slice(0, 1))

    tape = recorded(check)
    _, right = answers
    assert right.any()
    play(tape, check)
    np.testing.assert_array_equal(answers, [np.zeros(3), right])
