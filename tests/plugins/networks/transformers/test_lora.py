"""Thin matrices beside a trained layer, merged; `test_forms` compares them apart from it."""

import numpy as np
import pytest

X = np.random.default_rng(1).normal(size=(2, 5, 4))


@pytest.mark.parametrize("name", ["numpy", "torch"])
def test_a_merged_layer_computes_the_same_and_comes_back(name, backends):
    if name == "torch":
        pytest.importorskip("torch", reason="the torch backend needs the extra `torch`")
    backend, rng = backends(name), np.random.default_rng(0)
    arrays, layer = backend.arrays, backend.build("affine", 4, 3, kind="model", rng=rng)
    model = backend.build("lora", layer, 2, 3.0, kind="model", rng=rng)
    layer.astype("float64")
    model.astype("float64")
    for parameter in model.parameters:
        drawn = rng.normal(size=tuple(model.parameters[parameter].shape))
        arrays.assign(model.parameters, parameter, drawn)
    x, before = arrays.from_numpy(X), arrays.to_numpy(layer.parameters["W"]).copy()
    y = arrays.to_numpy(model.forward(x))
    model.merge()
    merged = arrays.to_numpy(layer.forward(x))
    np.testing.assert_allclose(merged, y, rtol=1e-10)
    np.testing.assert_allclose(arrays.to_numpy(model.forward(x)), y, rtol=1e-10)
    with pytest.raises(ValueError, match="call `unmerge` before `backward`"):
        model.backward(arrays.from_numpy(y))
    model.unmerge()
    np.testing.assert_allclose(arrays.to_numpy(layer.parameters["W"]), before, rtol=1e-10)
    model.forward(x)
    model.backward(arrays.from_numpy(y))
    assert not any(arrays.to_numpy(gradient).any() for gradient in layer.gradients.values())
