"""`--precision bfloat16`: steps in 16 bits, everything that is kept in float32.

By default two kinds of runs are trained; ``pytest -m slow`` trains all.
"""

from pathlib import Path

import numpy as np
import pytest
from small_runs import RUNS, copy_corpora, losses, train

from framework.training.checkpoints import load_checkpoint

pytest.importorskip("torch", reason="the torch backend needs the extra `torch`")

SAMPLE = ("language_model", "text_classifier")
KINDS = [
    pytest.param(kind, marks=() if kind in SAMPLE else pytest.mark.slow)
    for kind in RUNS
    if kind != "word_vectors"
]
OPTIONS = ("--backend", "torch", "--learning-rate", 0.02, "--keep", "last")
#: bfloat16 keeps 8 bits: a rounding error is at most 2⁻⁹ of a number.
NEAR = 2.0**-5


@pytest.fixture(autouse=True)
def folder(spec):
    copy_corpora(spec)
    return spec


@pytest.mark.parametrize("kind", KINDS)
def test_training_goes_down_with_float32_weights(kind):
    wide = losses(train(kind, "wide", *OPTIONS, "--precision", "float32"))
    found = losses(train(kind, "m", *OPTIONS, "--precision", "bfloat16"))
    assert found[-1] < found[0]
    np.testing.assert_allclose(found, wide, rtol=NEAR)
    saved, exact = load_checkpoint(Path("m")), load_checkpoint(Path("wide")).parameters
    assert any((saved.parameters[name] != one).any() for name, one in exact.items())
    assert {array.dtype.name for array in saved.parameters.values()} == {"float32"}
    assert {array.dtype.name for array in saved.optimizer.values() if array.ndim} == {"float32"}
    rounded = [array.view(np.uint32) & 0xFFFF for array in saved.parameters.values()]
    assert any(bits.any() for bits in rounded), "the weights have more than 16 bits"
