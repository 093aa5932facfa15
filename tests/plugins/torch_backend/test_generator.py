"""Initial weights are drawn by NumPy, masks in training on the device, both from one seed."""

import json

import numpy as np
import pytest
from built_on import on_tensors

from framework.errors import BadInputError

torch = pytest.importorskip("torch", reason="the torch backend needs the extra `torch`")

from plugins.torch_backend.arrays import TorchArrays, uniforms  # noqa: E402
from plugins.torch_backend.neural_networks.dropout import Dropout, VariationalDropout  # noqa: E402

X = np.random.default_rng(0).normal(size=(4, 50, 60))


@pytest.fixture
def arrays():
    return TorchArrays()


def masks(rng, kind=Dropout):
    layer = on_tensors(kind, 0.7, rng=rng)
    return [layer.forward(torch.ones(X.shape)) for _ in range(2)]


def test_masks_are_drawn_without_numpy(arrays, monkeypatch):
    generator = arrays.generator(5)
    before = generator.bit_generator.state
    first, second = masks(generator)
    assert generator.bit_generator.state == before
    for mask in (first, second):
        assert set(mask.unique().tolist()) == {0, 1}
        assert mask.mean().item() == pytest.approx(0.7, abs=0.02)
    assert not torch.equal(first, second)
    variational = masks(generator, VariationalDropout)[0]
    assert torch.equal(variational[:, :1].expand(X.shape), variational)


def test_one_seed_gives_the_same_masks_and_another_does_not(arrays):
    first, same, other = (masks(arrays.generator(seed))[0] for seed in (5, 5, 6))
    assert torch.equal(first, same) and not torch.equal(first, other)
    drawn = arrays.generator([3, 1]).normal(size=5)  # of weights, by NumPy
    np.testing.assert_array_equal(drawn, np.random.default_rng([3, 1]).normal(size=5))


def test_a_generator_goes_on_from_its_state(arrays):
    generator = arrays.generator(5)
    masks(generator)
    generator.normal()
    state = json.loads(json.dumps(arrays.generator_state(generator)))
    expected = (uniforms((3,), arrays.device, rng=generator), generator.normal())
    other = arrays.generator(6)
    arrays.restore_generator(other, state)
    assert torch.equal(uniforms((3,), arrays.device, rng=other), expected[0])
    assert other.normal() == expected[1]


def test_the_state_of_another_backend_is_refused(arrays):
    with pytest.raises(BadInputError, match="Resume with the same `--backend` and `--device`"):
        arrays.restore_generator(arrays.generator(5), np.random.default_rng(5).bit_generator.state)
