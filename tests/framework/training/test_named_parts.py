"""Losses, penalties, initializers and transforms are found by name, and checked before a step."""

import re

import numpy as np
import pytest

from framework.arrays import NumpyArrays
from framework.errors import UsageError
from framework.interfaces import Model
from framework.providers.backends import Backend
from framework.providers.loaded_plugins import Plugins
from framework.providers.registry import Implementation
from framework.training.loops import Batch, LossLearner
from framework.training.named_parts import (
    build_loss,
    build_penalty,
    fitted_transform,
    initialise_weights,
    own_clipping,
)
from framework.training.tools import build_named

SHAPES = {"b": (3,), "W": (2, 3), "filters": (5, 2, 3)}
CLASSES = (np.zeros((2, 3)), np.array([0, 2]))
PAIRS = (np.zeros(2), np.zeros(2))


class Wide:
    """A loss whose gradient has another shape than the scores."""

    def forward(self, scores, targets):
        self.shape = scores.shape
        return 0.0

    def backward(self):
        return np.zeros((1, *self.shape))


class Unwritten:
    """A loss that a student has not written."""

    def forward(self, scores, targets):
        raise NotImplementedError("write forward")

    def backward(self):
        raise NotImplementedError


class Biased:
    """A penalty with a gradient for a parameter that no model has, or of another shape."""

    def __init__(self, unknown=1):
        self.unknown = unknown

    def value(self, parameters):
        return 0.0

    def gradient(self, parameters):
        return {"nothing": np.zeros(2)} if self.unknown else {"W": np.zeros(2)}


def transposed(fan_in, fan_out, *, rng):
    return np.zeros((fan_out, fan_in))


def constant(fan_in, fan_out, value=1.0, *, rng):
    return np.full((fan_in, fan_out), value / fan_in)


def clip_by_norm(gradients, threshold):
    return {name: threshold * np.ones_like(array) for name, array in gradients.items()}


class Layer(Model):
    """Parameters with one, two and three axes."""

    def __init__(self):
        super().__init__()
        for name, shape in SHAPES.items():
            self.add_parameter(name, np.zeros(shape))


@pytest.fixture(scope="module")
def backends():
    registry = Plugins().registry
    for kind, result in (
        ("loss", Wide),
        ("loss", Unwritten),
        ("penalty", Biased),
        ("initializer", transposed),
        ("initializer", constant),
        ("function", clip_by_norm),
    ):
        target = f"{__name__}:{result.__name__}"
        registry.add(Implementation(kind, result.__name__.lower(), "week3", target))
    return lambda name: Backend(registry, name, provider="week3" if name == "numpy" else "")


@pytest.mark.parametrize("name", ["numpy", "torch"])
def test_a_loss_that_fits_is_built_with_its_arguments(backends, name):
    assert build_loss(backends(name), "max_margin_loss:margin=0.5", PAIRS).margin == 0.5
    assert build_loss(backends(name), "softmax_cross_entropy", CLASSES)


@pytest.mark.parametrize("name", ["numpy", "torch"])
@pytest.mark.parametrize(
    ("written", "examples", "fitting"),
    [
        ("max_margin_loss", CLASSES, "softmax_cross_entropy"),
        ("softmax_cross_entropy", PAIRS, "max_margin_loss"),
    ],
)
def test_another_loss_is_refused_with_those_that_fit(backends, name, written, examples, fitting):
    said = f"the loss {written} does not fit the outputs of the model: .*: {fitting}$"
    with pytest.raises(UsageError, match=said):
        build_loss(backends(name), written, examples)


def test_gradients_of_another_shape_do_not_fit(backends):
    said = "gradients of the shapes [(1, 2, 3)], expected [(2, 3)]"
    with pytest.raises(UsageError, match=re.escape(said)):
        build_loss(backends("numpy"), "wide", CLASSES)
    with pytest.raises(NotImplementedError, match="write forward"):
        build_loss(backends("numpy"), "unwritten", CLASSES)


@pytest.mark.parametrize(
    ("kind", "written", "said"),
    [
        ("penalty", "adam", "adam@numpy is an optimizer; what is needed here is a penalty: "),
        ("penalty", "l2_penalty", "missing a required argument: 'strength'"),
        ("penalty", "l2_penalty:strength=-1", "the strength of a penalty is not negative"),
        ("loss", "max_margin_loss:margin=wide", "cannot set margin to 'wide': write a number"),
        ("transform", "whitening:sigma=1", "unexpected keyword argument 'sigma'"),
        ("loss", "max_margin", "max_margin_loss"),
    ],
)
def test_what_cannot_be_built_is_refused_in_words(backends, kind, written, said):
    with pytest.raises(UsageError, match=said):
        build_named(backends("numpy"), kind, written)


def build(kind, backend, written):
    """Build what is named, and use it for the parameters of `Layer`."""
    if kind == "initializer":
        initialise_weights(backend, written, Layer(), np.random.default_rng(0), "float64")
    else:
        build_penalty(backend, written, Layer())


@pytest.mark.parametrize(
    ("kind", "written", "said"),
    [
        (
            "penalty",
            "biased",
            "of the shape (2,) for 'nothing', but the parameter has no such n",
        ),
        ("penalty", "biased:unknown=0", "of the shape (2,) for 'W', but the parameter has (2, 3)"),
        ("initializer", "transposed", "returned the shape (3, 2) for 'W', expected (2, 3)"),
        ("initializer", "xavier_uniform:gain=2", "unexpected keyword argument 'gain'"),
        ("initializer", "softmax", "softmax@numpy is a function; what is needed here is an init"),
    ],
)
def test_penalties_and_initializers_of_other_parameters_are_refused(backends, kind, written, said):
    with pytest.raises(UsageError, match=re.escape(said)):
        build(kind, backends("numpy"), written)
    assert build_penalty(backends("numpy"), None, Layer()) is None


def test_a_provider_clips_with_a_function_of_its_own(backends):
    layer = Layer()
    learner = LossLearner(
        layer, None, None, NumpyArrays(), clip=3.0, clipping=own_clipping(backends("numpy"))
    )
    learner.backpropagate = lambda batch: 0.5
    before = layer.gradients["W"]
    loss, gradients = learner.scaled_gradients(Batch((), None))
    assert loss == 0.5
    assert {name: array.max() for name, array in gradients.items()} == dict.fromkeys(SHAPES, 3.0)
    assert layer.gradients["W"].shape == before.shape


@pytest.mark.parametrize("name", ["numpy", "torch"])
def test_the_arrays_of_a_backend_clip_its_own_models(name):
    assert own_clipping(Backend(Plugins().registry, name)) is None


def test_an_initializer_draws_weights_by_their_fans_and_no_biases(backends):
    model, rng = Layer(), np.random.default_rng(0)
    initialise_weights(backends("numpy"), "constant:value=2", model, rng, "float64")
    assert (model.parameters["W"] == 1.0).all()
    assert (model.parameters["filters"] == 0.2).all()  # ten inputs: five places of two channels
    assert not model.parameters["b"].any()


@pytest.mark.parametrize("name", ["numpy", "torch"])
def test_xavier_is_that_of_the_backend(backends, name):
    backend = backends(name)
    with backend.in_force():
        model = Layer().astype("float32")
    initialise_weights(backend, "xavier_uniform", model, backend.arrays.generator(0), "float32")
    W = backend.arrays.to_numpy(model.parameters["filters"])
    bound = (6 / 13) ** 0.5
    assert W.dtype == np.float32
    assert bound / 2 < np.abs(W).max() <= bound
    assert W.min() < 0 < W.max()


@pytest.mark.parametrize("name", ["numpy", "torch"])
def test_a_transform_has_the_statistics_of_the_training_inputs(backends, name):
    x = np.random.default_rng(0).normal(size=(3000, 2)) * [5.0, 0.1] + 7
    white = fitted_transform(backends(name), "whitening", x)
    np.testing.assert_allclose(np.cov(white(x).T, bias=True), np.eye(2), atol=1e-9)
    np.testing.assert_allclose(white(x[:3]), white(x)[:3])
