"""The tasks of an exercise: names, kinds and registry names."""

from __future__ import annotations

import pytest

from framework.course.tasks import snake_case


@pytest.mark.parametrize(
    ("name", "registered"),
    [
        ("RNN", "rnn"),
        ("SkipGram", "skip_gram"),
        ("RMSProp", "rms_prop"),
        ("ReLU", "relu"),
        ("LeakyReLU", "leaky_relu"),
        ("RecurrentLM", "recurrent_lm"),
        ("BatchNorm1d", "batch_norm1d"),
        ("context_pairs", "context_pairs"),
    ],
)
def test_registry_names(name, registered):
    assert snake_case(name) == registered
