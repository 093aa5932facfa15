"""Kim's network: the solution beside the faster form in NumPy."""

import numpy as np
import pytest

from framework.data.batching import pad
from framework.models.parts import parts_from
from framework.providers.backends import Backend, part_source
from framework.providers.loaded_plugins import Plugins
from solutions.convolution.text_cnn.text_cnn import TextCNN

V, E, C, K = 12, 5, 4, 3
VECTORS = np.random.default_rng(1).normal(size=(V, E))


def both_forms(**settings):
    """Return the solution and the faster form with the same random parameters."""
    registry, models = Plugins().registry, []
    with parts_from(part_source(registry, ["numpy"])):
        models.append(TextCNN(V, E, C, K, rng=np.random.default_rng(3), **settings))
    sizes, drawn = (V, E, C, K), {"rng": np.random.default_rng(3), **settings}
    models.append(Backend(registry, "numpy").build("text_cnn", *sizes, kind="model", **drawn))
    for model in models:
        rng = np.random.default_rng(4)
        for name in sorted(model.parameters):
            model.parameters[name][...] = rng.normal(scale=0.5, size=model.parameters[name].shape)
    return models


@pytest.mark.parametrize("dtype", ["float64", "float32"])
@pytest.mark.parametrize(
    "settings",
    [
        {"widths": (1, 3, 3)},
        {"vectors": VECTORS},
        {"vectors": VECTORS, "channels": "static"},
        {"vectors": VECTORS, "channels": "both", "keep_probability": 1.0, "max_norm": 0.7},
    ],
    ids="-".join,
)
def test_both_forms_agree(dtype, settings):
    near = {"rtol": 1e-9, "atol": 1e-12} if dtype == "float64" else {"rtol": 1e-3, "atol": 1e-4}
    ids = pad([np.random.default_rng(n).integers(1, V, size=n) for n in (9, 1, 0, 4)])
    ids[0, 3] = 0
    solution, other = (model.astype(dtype) for model in both_forms(**settings))
    for is_training, given in ((True, ids), (False, ids), (False, np.zeros((2, 3), int))):
        for model in (solution, other):
            model.train() if is_training else model.eval()
        logits = solution.forward(given)
        np.testing.assert_allclose(other.forward(given), logits, **near)
        grad = np.random.default_rng(5).normal(size=logits.shape).astype(dtype)
        for _ in range(2):
            assert solution.backward(grad) is other.backward(grad) is None
        assert set(other.gradients) == set(solution.gradients)
        for name, gradient in solution.gradients.items():
            np.testing.assert_allclose(other.gradients[name], gradient, err_msg=name, **near)
    for model in (solution, other):
        model.constrain()
    for name, value in solution.parameters.items():
        np.testing.assert_allclose(other.parameters[name], value, err_msg=name, **near)
    if "max_norm" in settings:
        assert np.linalg.norm(other.parameters["W"], axis=0).max() <= 0.7 * (1 + 1e-6)
