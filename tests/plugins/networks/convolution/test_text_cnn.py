"""Kim's network: the solution beside the faster form in NumPy and the one on torch tensors."""

from importlib.util import find_spec

import numpy as np
import pytest

from framework.data.batching import pad
from framework.errors import UsageError
from framework.models.parts import parts_from
from framework.providers.backends import Backend, part_source
from framework.providers.plugins import Plugins
from solutions.convolution.text_cnn.text_cnn import TextCNN

V, E, C, K = 12, 5, 4, 3
VECTORS = np.random.default_rng(1).normal(size=(V, E))
OTHERS = [
    "numpy",
    pytest.param(
        "torch", marks=pytest.mark.skipif(not find_spec("torch"), reason="PyTorch is not installed")
    ),
]


def built(backend, cls=None, **settings):
    """The network of `backend`, or `cls` of its parts, with random parameters."""
    settings = {"rng": np.random.default_rng(3)} | settings
    if cls is None:
        model = backend.build("text_cnn", V, E, C, K, kind="model", **settings)
    else:
        with parts_from(part_source(Plugins().registry, [backend.name])):
            model = cls(V, E, C, K, **settings)
    rng = np.random.default_rng(4)
    for name in sorted(model.parameters):
        shape = tuple(model.parameters[name].shape)
        backend.arrays.assign(model.parameters, name, rng.normal(scale=0.5, size=shape))
    return model


def numpy_of(backend, arrays):
    return {name: backend.arrays.to_numpy(array) for name, array in arrays.items()}


def same(solution, other, backend, ids, dtype="float64"):
    """Hold logits and gradients of two networks with the same parameters side by side."""
    near = {"rtol": 1e-9, "atol": 1e-12} if dtype == "float64" else {"rtol": 1e-3, "atol": 1e-4}
    solution.astype(dtype)
    other.astype(dtype)
    logits = solution.forward(ids)
    found = backend.arrays.to_numpy(other.forward(backend.arrays.from_numpy(ids)))
    assert found.dtype == logits.dtype == dtype
    np.testing.assert_allclose(found, logits, **near)
    grad = np.random.default_rng(5).normal(size=logits.shape).astype(dtype)
    for _ in range(2):
        assert solution.backward(grad) is None
        assert other.backward(backend.arrays.from_numpy(grad)) is None
    gradients = numpy_of(backend, other.gradients)
    assert set(gradients) == set(solution.gradients)
    for name, gradient in solution.gradients.items():
        np.testing.assert_allclose(gradients[name], gradient, err_msg=name, **near)


@pytest.mark.parametrize("other", OTHERS)
@pytest.mark.parametrize("dtype", ["float64", "float32"])
@pytest.mark.parametrize(
    "settings",
    [
        {"widths": (1, 3, 3)},
        {"vectors": VECTORS},
        {"vectors": VECTORS, "channels": "static"},
        {"vectors": VECTORS, "channels": "both", "keep_probability": 1.0},
    ],
    ids=lambda settings: "-".join(map(str, settings)),
)
def test_all_forms_agree(other, dtype, settings):
    plugins = Plugins()
    reference, backend = (Backend(plugins.registry, name) for name in ("numpy", other))
    ids = pad([np.random.default_rng(n).integers(1, V, size=n) for n in (9, 1, 0, 4)])
    ids[0, 3] = 0
    for training in (True, False):
        solution, model = built(reference, TextCNN, **settings), built(backend, **settings)
        if not training:
            solution.eval()
            model.eval()
        same(solution, model, backend, ids, dtype)
    same(solution, model, backend, np.zeros((2, 3), dtype=np.int64), dtype)


@pytest.mark.parametrize("other", OTHERS)
def test_new_networks_and_constrained_ones_are_the_same(other):
    plugins = Plugins()
    reference, backend = (Backend(plugins.registry, name) for name in ("numpy", other))
    settings = {"vectors": VECTORS, "channels": "both", "max_norm": 0.7}
    theirs = reference.build(
        "text_cnn", V, E, C, K, kind="model", rng=np.random.default_rng(3), **settings
    )
    ours = backend.build(
        "text_cnn", V, E, C, K, kind="model", rng=np.random.default_rng(3), **settings
    )
    np.testing.assert_array_equal(backend.arrays.to_numpy(ours.static), VECTORS)
    for model in (theirs, ours):
        model.constrain()
    found = numpy_of(backend, ours.parameters)
    for name, value in theirs.parameters.items():
        np.testing.assert_allclose(found[name], value, rtol=1e-12, err_msg=name)
    assert np.linalg.norm(found["W"], axis=0).max() <= 0.7 * (1 + 1e-12)
    np.testing.assert_array_equal(found["embedding"], VECTORS)


@pytest.mark.parametrize("other", OTHERS)
def test_what_does_not_fit(other):
    backend = Backend(Plugins().registry, other)
    for settings, message in (
        ({"channels": "static"}, "'static' needs vectors"),
        ({"channels": "frozen"}, "one of tuned, static, both, but got 'frozen'"),
        ({"vectors": VECTORS[1:]}, r"shape \(12, 5\), but has \(11, 5\)"),
        ({"widths": ()}, "one width or more"),
        ({"max_norm": 0}, "max_norm is positive, but got 0"),
    ):
        with pytest.raises(UsageError, match=f"ValueError: .*{message}"):
            built(backend, **settings)
    for ids in ([[1, V]], [[-1, 1]]):
        with pytest.raises(IndexError, match=r"0 \.\.\. 11"):
            built(backend).forward(backend.arrays.from_numpy(np.array(ids)))
