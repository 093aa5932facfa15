"""A model on arrays of any kind: storage, zeros, modes and dtypes come from the arrays in force.

Its parameters are one view over its own arrays and those of its parts: nothing is stored twice.
"""

import copy

import numpy as np
import pytest
from boxes.arrays import Box, BoxArrays

from framework.arrays import NumpyArrays, arrays_in_force, current_arrays
from framework.interfaces import Model


class Block(Model):
    def __init__(self, value=1.0):
        super().__init__()
        self.add_parameter("W", np.full(2, value))


class Tree(Model):
    def __init__(self):
        super().__init__()
        self.add_parameter("a", np.zeros(1))
        self.layer = self.add_child("layer", Block())
        self.hidden = self.add_child("_hidden", Model())
        self.hidden.add_parameter("H", np.ones(3))
        self.add_parameter("b", np.zeros(2))


def built(arrays):
    with arrays_in_force(arrays):
        return Tree()


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
    assert start == {"a": [0], "layer.W": [1, 1], "H": [1, 1, 1], "b": [0, 0]}
    assert not any(arrays.to_numpy(array).any() for array in model.gradients.values())
    arrays.assign(model.layer.gradients, "W", np.ones(2))
    arrays.assign(model.gradients, "b", np.ones(2))
    model.zero_gradients()
    assert not any(arrays.to_numpy(array).any() for array in model.gradients.values())


@pytest.mark.parametrize("arrays", [NumpyArrays(), BoxArrays()], ids=["numpy", "own"])
def test_a_change_of_precision_reaches_the_parts_and_stays_shared(arrays):
    model = built(arrays)
    assert model.astype("float32") is model
    for array in [*model.parameters.values(), *model.gradients.values()]:
        assert array.dtype == np.float32
    arrays.assign(model.layer.parameters, "W", np.zeros(2))
    assert not arrays.to_numpy(model.parameters["layer.W"]).any()
    assert list(model.parameters) == ["a", "layer.W", "H", "b"]


def test_a_part_without_a_name_keeps_the_names_of_its_arrays():
    outer, inner = Model(), Block()
    outer.add_child("_layer", inner)
    assert list(outer.parameters) == list(outer.gradients) == ["W"]
    outer.astype("float32")
    assert outer.parameters["W"] is inner.parameters["W"]
    assert inner.parameters["W"].dtype == np.float32


@pytest.fixture
def model():
    return Tree()


def test_names_stand_in_the_order_in_which_arrays_and_parts_were_added(model):
    assert [*model.parameters] == [*model.gradients] == ["a", "layer.W", "H", "b"]
    assert len(model.parameters) == 4
    model.layer.parameters["late"] = np.ones(1)
    assert [*model.parameters] == ["a", "layer.W", "layer.late", "H", "b"]


def test_a_new_array_reaches_the_part_that_owns_it(model):
    outer = Model()
    outer.add_child("network", model)
    new = np.full(2, 7.0)
    outer.parameters["network.layer.W"] = new
    assert model.layer.parameters["W"] is new is model.parameters["layer.W"]
    other = np.full(3, 5.0)
    model.gradients["H"] = other
    assert model.hidden.gradients["H"] is other


def test_arrays_are_changed_in_place_or_replaced_while_names_are_read(model):
    held, other = model.layer.parameters["W"], copy.deepcopy(model)
    model.parameters["layer.W"] -= 0.5
    assert held.tolist() == [0.5, 0.5] and model.parameters["layer.W"] is held
    for name, array in model.parameters.items():
        model.parameters[name] = array + 1
    assert model.layer.parameters["W"].tolist() == [1.5, 1.5]
    assert model.parameters["b"].tolist() == [1, 1]
    assert other.layer.parameters["W"].tolist() == [1, 1], "a copy has arrays of its own"


def test_one_part_in_two_places_keeps_one_array(model):
    model.add_child("again", model.layer)
    model.parameters["again.W"] = new = np.zeros(2)
    assert model.parameters["layer.W"] is new


def test_the_name_of_a_part_can_be_hidden(model):
    del model.parameters["layer.W"]
    assert "layer.W" not in model.parameters and [*model.parameters] == ["a", "H", "b"]
    assert "W" in model.layer.parameters
    del model.parameters["a"]
    with pytest.raises(KeyError):
        del model.parameters["a"]
    with pytest.raises(KeyError):
        _ = model.parameters["layer.W"]


def test_a_hidden_name_can_be_given_to_an_array_of_the_model(model):
    del model.parameters["layer.W"]
    model.parameters["layer.W"] = own = np.zeros(2)
    assert dict(model.parameters)["layer.W"] is own is model.parameters["layer.W"]
    assert model.layer.parameters["W"].tolist() == [1, 1]


def test_it_works_as_a_dict(model):
    assert {**model.parameters}.keys() == dict(model.parameters).keys() == model.parameters.keys()
    held = model.parameters.copy()
    assert type(held) is dict and held["layer.W"] is model.layer.parameters["W"]
    assert (model.parameters | {"c": 1})["c"] == ({"c": 1} | model.parameters)["c"] == 1
    assert model.parameters.get("c") is None
    assert repr(model.layer.parameters) == repr({"W": np.ones(2)})


def test_a_dict_of_the_own_arrays_can_be_assigned():
    class Plain(Model):
        def __init__(self):
            super().__init__()
            own = {"W": np.ones(2)}
            self.parameters, self.gradients = own, {"W": np.zeros(2)}
            own["late"] = np.ones(1)
            self.layer = self.add_child("layer", Block())

    model = Plain()
    assert [*model.parameters] == ["W", "late", "layer.W"]
    model.astype("float32")
    assert {array.dtype.name for array in model.parameters.values()} == {"float32"}


def test_in_an_assigned_dict_the_arrays_of_parts_reach_them(model):
    new = np.full(2, 3.0)
    model.parameters = {"layer.W": new, "c": np.ones(1)}
    model.astype("float64")
    assert model.layer.parameters["W"].tolist() == [3, 3]
    assert set(model.parameters) == {"layer.W", "H", "c"}


def test_an_array_that_was_shared_by_hand_belongs_to_the_part():
    model = Model()
    layer = Block()
    model.parameters["layer.W"] = layer.parameters["W"]
    model.gradients["layer.W"] = layer.gradients["W"]
    model.add_child("layer", layer)
    model.astype("float32")
    assert model.parameters["layer.W"] is layer.parameters["W"]


def test_parameters_of_a_part_may_have_other_names():
    network = Model()
    layer = network.add_child("_scores", Block(), {"W": "U"})
    outer = Model()
    outer.add_child("decoder", network, {"U": "V"})
    assert list(network.parameters) == list(network.gradients) == ["U"]
    assert list(outer.parameters) == ["decoder.V"]
    outer.parameters["decoder.V"] = changed = np.ones(2)
    assert layer.parameters["W"] is network.parameters["U"] is changed
    network.gradients = {"U": changed}
    network.astype("float32")
    assert list(network.gradients) == ["U"]
    np.testing.assert_array_equal(layer.gradients["W"], changed)


class Foreign:
    """A part that is no model of ours; its buffers are a method, as those of `torch.nn.Module`."""

    def __init__(self):
        self.parameters, self.gradients = {"W": np.ones(1)}, {"W": np.zeros(1)}

    def train(self):
        self.mode = "train"

    def eval(self):
        self.mode = "eval"

    def buffers(self):
        return iter(())


def test_parts_that_are_no_models_of_ours_take_part(model):
    foreign = model.add_child("foreign", Foreign())
    model.parameters["foreign.W"] = new = np.zeros(1)
    assert foreign.parameters["W"] is new
    assert "foreign.b" not in model.parameters and model.buffers == {}
    model.eval()
    assert (model.training, foreign.mode) == (False, "eval")
    model.train()
    assert (model.training, foreign.mode) == (True, "train")


def test_a_class_may_have_its_own_arrays_and_not_call_init():
    class Own(Model):
        def __init__(self, *, is_empty=False):
            if not is_empty:
                self.parameters, self.gradients = {"b": np.ones(2)}, {"b": np.ones(2)}

    model = Own()
    model.zero_gradients()
    assert not model.gradients["b"].any()
    with pytest.raises(AttributeError, match="'Own' object has no attribute 'parameters'"):
        Own(is_empty=True).add_parameter("W", np.ones(2))
