"""Sentences about small changes of the solution: what the text names is named, and no more."""

import pytest

from autograder.diagnosis.solution_changes.small_changes import (
    mutation_candidates,
    names_a_term,
    without_term,
)

DROPPED = "generic/dropped-operand"


@pytest.fixture
def dropped(course):
    """`dropped("RNNStep", "forward")`: what is said of missing terms in a method of `rnn`."""

    def dropped(task, method):
        exercise = course.exercise("rnn")
        candidates = mutation_candidates(exercise, exercise.solution_source(), task, method)
        return [said for said, _ in candidates if said.id == DROPPED]

    return dropped


def test_a_missing_term_is_called_by_the_argument_in_it(dropped):
    sentences = {said.sentence for said in dropped("RNNStep", "forward")}
    start = "Your forward behaves like the solution with one change: one term or factor with"
    assert f"{start} from_input is missing." in sentences
    assert f"{start} W_h is missing." in sentences


def test_names_that_only_the_solution_has_are_not_told(dropped):
    words = {word for said in dropped("RNN", "backward") for word in said.sentence.split()}
    assert words.isdisjoint({"grad_a", "from_later", "h_before", "steps", "words"})


def test_where_several_terms_fit_none_is_named(dropped):
    said = next(said for said in dropped("RNNStep", "forward") if names_a_term(said))
    general = without_term(said, "forward")
    assert general.sentence.endswith("one change: one term or factor is missing.")
    assert not names_a_term(general)
