"""The schedule with warmup in a training."""

import numpy as np
import pytest

from framework.training.tools import LearningRate
from framework.training.training_options import LearningOptions

OPTIONS = LearningOptions(
    learning_rate=0.1,
    epochs=4,
    optimizer="adam_w:weight_decay=0.5",
    schedule="warmup_cosine:warmup=0.25,least=0",
)


@pytest.fixture(params=["numpy", "torch"])
def backend(request, backends):
    if request.param == "torch":
        pytest.importorskip("torch", reason="the torch backend needs the extra `torch`")
    return backends(request.param)


def test_the_rate_grows_for_an_epoch_and_falls_to_the_last_step(backend):
    rate = LearningRate(backend, OPTIONS)
    assert rate.depends_on_the_end
    results = [rate.at(1), rate.at(1, 0.5), rate.at(2), rate.at(3, 0.5), rate.at(4, 1.0)]
    np.testing.assert_allclose(results, [0, 0.05, 0.1, 0.05, 0], atol=1e-12)
