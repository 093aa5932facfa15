"""A model on arrays of any kind: storage, zeros, modes and dtypes come from the arrays in force."""

import numpy as np
import pytest
from boxes.arrays import Box, BoxArrays

from framework.arrays import NumpyArrays, arrays_in_force, current_arrays
from framework.interfaces import Model


class Layer(Model):
    def __init__(self):
        super().__init__()
        self.add_parameter("W", np.arange(6.0).reshape(2, 3))


class Network(Model):
    def __init__(self):
        super().__init__()
        self.layer = self.add_child("layer", Layer())
        self.add_parameter("b", np.ones(2))


def built(arrays):
    with arrays_in_force(arrays):
        return Network()


def values(arrays, named):
    return {name: arrays.to_numpy(array).tolist() for name, array in named.items()}


def test_without_a_backend_the_arrays_are_those_that_the_model_gave():
    W = np.ones((2, 3))
    model = Model()
    assert model.add_parameter("W", W) is W is model.parameters["W"]
    assert type(model.gradients["W"]) is np.ndarray


def test_the_arrays_in_force_end_with_their_block():
    arrays = BoxArrays()
    with arrays_in_force(arrays):
        with arrays_in_force(NumpyArrays()):
            assert isinstance(current_arrays(), NumpyArrays)
        assert current_arrays() is arrays
    assert isinstance(current_arrays(), NumpyArrays)


def test_a_model_keeps_the_arrays_that_it_was_built_on():
    arrays = BoxArrays()
    model = built(arrays)
    assert all(isinstance(array, Box) for array in model.parameters.values())
    start = values(arrays, model.parameters)
    assert start == {"layer.W": [[0, 1, 2], [3, 4, 5]], "b": [1, 1]}
    assert not any(arrays.to_numpy(array).any() for array in model.gradients.values())
    arrays.assign(model.layer.gradients["W"], np.ones((2, 3)))
    arrays.assign(model.gradients["b"], np.ones(2))
    model.zero_gradients()
    assert values(arrays, model.gradients) == {"layer.W": [[0] * 3] * 2, "b": [0, 0]}


@pytest.mark.parametrize("arrays", [NumpyArrays(), BoxArrays()], ids=["numpy", "own"])
def test_a_change_of_precision_reaches_the_parts_and_stays_shared(arrays):
    model = built(arrays)
    assert model.astype("float32") is model
    for array in [*model.parameters.values(), *model.gradients.values()]:
        assert array.dtype == np.float32
    arrays.assign(model.layer.parameters["W"], np.zeros((2, 3)))
    assert not arrays.to_numpy(model.parameters["layer.W"]).any()
    assert list(model.parameters) == ["layer.W", "b"]


def test_a_part_without_a_name_keeps_the_names_of_its_arrays():
    outer, inner = Model(), Layer()
    outer.add_child("_layer", inner)
    assert list(outer.parameters) == list(outer.gradients) == ["W"]
    outer.astype("float32")
    assert outer.parameters["W"] is inner.parameters["W"]
    assert inner.parameters["W"].dtype == np.float32


def test_modes_reach_parts_that_are_no_models_of_ours():
    class Foreign:
        def __init__(self):
            self.parameters = self.gradients = {}

        def train(self):
            self.mode = "train"

        def eval(self):
            self.mode = "eval"

    outer, foreign = Model(), Foreign()
    outer.add_child("foreign", foreign)
    outer.eval()
    assert (outer.training, foreign.mode) == (False, "eval")
    outer.train()
    assert (outer.training, foreign.mode) == (True, "train")
    assert outer.buffers == {}


def test_a_class_that_does_not_call_init_has_its_gradients_set_to_zero():
    class Own(Model):
        def __init__(self):
            self.parameters, self.gradients = {"b": np.ones(2)}, {"b": np.ones(2)}

    model = Own()
    model.zero_gradients()
    assert not model.gradients["b"].any()
