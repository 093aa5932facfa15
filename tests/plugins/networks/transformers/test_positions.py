"""Positions on tensors: tables are computed once."""

import numpy as np
import pytest
from built_on import on_tensors

from plugins.networks.transformers.positions import Rotary, sinusoidal
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
