"""Positions on tensors: tables are computed once, and messages name the numbers."""

import numpy as np
import pytest
from built_on import on_tensors

from plugins.networks.transformers.positions import LearnedPositions, Rotary, sinusoidal
from solutions.transformers.positions import positions as reference

torch = pytest.importorskip("torch", reason="the torch backend needs the extra `torch`")


def test_the_table_of_a_rotation_is_computed_once_for_the_same_words():
    layer, x = on_tensors(Rotary, 4), torch.ones(2, 3, 4)
    layer.forward(x)
    kept = layer._cos
    assert kept.dtype is torch.float32
    layer.forward(2 * x)
    assert layer._cos is kept
    expected = reference.Rotary(4).forward(np.ones((2, 3, 4)), 5)
    np.testing.assert_allclose(layer.forward(x.double(), 5).numpy(), expected, rtol=1e-12)


def test_positions_before_the_last_one_of_a_long_text():
    table = on_tensors(sinusoidal, 20_000, 4)
    np.testing.assert_allclose(table.numpy(), reference.sinusoidal(20_000, 4), atol=1e-12)


@pytest.mark.parametrize("module", ["solution", "tensors"])
def test_what_does_not_fit(module):
    kinds = reference.LearnedPositions, reference.Rotary
    make, array = (lambda kind, *sizes, **drawn: kind(*sizes, **drawn)), np.ones
    if module == "tensors":
        kinds, make, array = (LearnedPositions, Rotary), on_tensors, torch.ones
    layer = make(kinds[0], 3, 2, rng=np.random.default_rng(0))
    with pytest.raises(ValueError, match="last word has the position 3, but 3 have a vector"):
        layer.forward(array((1, 2, 2)), 2)
    with pytest.raises(ValueError, match=r"x should be \(\.\.\., T, 2\), but is \(1, 2, 3\)"):
        layer.forward(array((1, 2, 3)))
    with pytest.raises(ValueError, match="start should be at least 0, but is -1"):
        make(kinds[1], 2).forward(array((1, 2, 2)), -1)
    with pytest.raises(ValueError, match="d should be even and at least 2, but is 3"):
        make(kinds[1], 3)
