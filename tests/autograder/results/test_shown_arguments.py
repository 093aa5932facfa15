"""Small arrays among the arguments of a failed call are shown with their values."""

import numpy as np

from autograder.course.source import parameter_names
from autograder.results.shown_arguments import shown_arguments
from autograder.sandbox import wire
from autograder.sandbox.session.calls import CallLog
from autograder.sandbox.session.requests import Call

SOURCE = """
class Layer:
    def __init__(self, width, depth=1): ...
    def forward(self, x, state=None): ...

def softmax(z, axis): ...
"""


def test_names_of_parameters_come_from_the_source():
    assert parameter_names(SOURCE, "Layer.forward") == ("x", "state")
    assert parameter_names(SOURCE, "Layer") == ("width", "depth")
    assert parameter_names(SOURCE, "softmax") == ("z", "axis")
    assert parameter_names(SOURCE, "Layer.backward") == ()
    assert parameter_names("def softmax(", "softmax") == ()


def shown_of(*args, name="softmax", **kwargs):
    calls, steps = CallLog(), [Call(None, name, args, kwargs)]
    calls.describe(steps)
    calls.sent(wire.encode({"steps": [step.plain() for step in steps]}))
    (made,) = calls.made
    return shown_arguments(calls, made, SOURCE)


def test_up_to_twelve_values_are_shown():
    assert shown_of(np.arange(12.0).reshape(3, 4)) == (
        "z = float64 (3, 4) [[ 0., 1., 2., 3.], [ 4., 5., 6., 7.], [ 8., 9., 10., 11.]]",
    )
    assert shown_of(np.zeros(13)) == ()


def test_of_many_values_only_those_of_masks_are_shown():
    arrays, mask = [np.zeros(12) for _ in range(3)], np.array([True, False])
    assert shown_of(*arrays[:2], np.zeros(6))[0].startswith("z = ")
    assert shown_of(*arrays, mask=mask) == ("mask = bool (2,) [ True, False]",)


def test_arrays_inside_of_others_are_named():
    state = (np.ones(1), {"c": np.zeros(2, "float32")})
    assert shown_of(3, state, other=[np.array([True])]) == (
        "other[0] = bool (1,) [ True]",
        "axis[0] = float64 (1,) [1.]",
        "axis[1]['c'] = float32 (2,) [0., 0.]",
    )


def test_a_parameter_without_a_name_has_a_number():
    assert shown_of(np.ones(1), 0, np.ones(1)) == (
        "z = float64 (1,) [1.]",
        "argument 3 = float64 (1,) [1.]",
    )


def test_values_are_those_that_were_sent():
    calls, array = CallLog(), np.ones(1)
    steps = [Call(None, "softmax", (array,))]
    calls.describe(steps)
    calls.sent(wire.encode({"steps": [step.plain() for step in steps]}))
    array[0] = 5.0
    assert shown_arguments(calls, calls.made[0], SOURCE) == ("z = float64 (1,) [1.]",)


def test_a_mask_is_shown_before_other_arrays():
    mask = np.arange(5) < np.array([[5], [2], [3]])
    assert shown_of(np.ones(1), mask) == (
        "axis = bool (3, 5) 11111 11000 11100",
        "z = float64 (1,) [1.]",
    )
    assert shown_of(np.ones((97, 1), bool)) == ()
