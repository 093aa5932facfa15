"""Names of arguments and results: from the stub, and from the examples of README.md."""

import numpy as np
import pytest
from repository import text_of

from autograder.course.exercise_texts import named_results, text_names
from autograder.course.reading import find_course
from autograder.sandbox.session.text_names import TextNames

X = np.zeros(2)
README = text_of("texts/text_names/readme.txt")


def test_examples_name_results():
    assert named_results(README) == {
        "LSTM.backward": ("grad_x", ("grad_h_0", "")),
        "naive_softmax": ("loss", "d_center"),
    }


def test_methods_of_a_base_class_name_their_arguments():
    names = text_names(find_course().exercise("attention"))
    assert names.argument("BilinearAttention.forward", "argument 4") == "mask"
    assert names.parts("AdditiveAttention.backward", (X, X, X)) == tuple(
        f"the gradient of {name}" for name in ("queries", "keys", "values")
    )


def test_names_of_the_courses_text():
    names = text_names(find_course().exercise("lstm"))
    parts = names.parts("LSTM.backward", (X, (X, X)))
    assert parts == ("grad_x", ("grad_h_0", "grad_c_0"))
    assert names.parts("LSTM.backward", (X, X)) == ("the gradient of x", "the gradient of state")
    assert names.parts("LSTM.forward", (X, X)) == ""
    assert names.parts("LSTM.backward", X) == ""
    assert names.argument("LSTM.forward", "argument 2[1]") == "state[1]"


@pytest.mark.parametrize(
    ("told", "name"),
    [
        ("argument 1", "x"),
        ("argument 1['W']", "x['W']"),
        ("argument mask", "mask"),
        ("argument 3", "argument 3"),
        ("something else", "something else"),
    ],
)
def test_names_of_arguments(told, name):
    assert TextNames(lambda method: ("x", "state")).argument("f", told) == name


def test_gradients_without_names_in_an_example():
    names = TextNames({"Pair.forward": ("x", "state")}.get)
    assert names.parts("Pair.backward", (X, (X, X))) == (
        "the gradient of x",
        ("the gradient of state[0]", "the gradient of state[1]"),
    )
    assert TextNames().parts("Pair.backward", (X, X)) == (
        "the gradient of input 1",
        "the gradient of input 2",
    )
