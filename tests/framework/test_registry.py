"""The registry: lookups with near misses, kinds checked at load."""

from __future__ import annotations

import pytest

from framework.errors import (
    ConflictError,
    InterfaceError,
    PluginError,
    UnknownNameError,
    UsageError,
)
from framework.registry import Implementation, Registry, snake_case


class Half:
    """A model without backward."""

    def forward(self, x):
        return x


def registry(*entries):
    found = Registry()
    for entry in entries:
        found.add(Implementation(*entry))
    return found


LSTM = ("model", "lstm", "numpy", f"{__name__}:Half")


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


def test_a_misspelt_name_gets_near_misses():
    with pytest.raises(UnknownNameError, match="no model 'ltsm': did you mean 'lstm'"):
        registry(LSTM).find("ltsm", "numpy", kind="model")


def test_an_unknown_provider_and_a_provider_that_lacks_it_are_told_apart():
    found = registry(LSTM, ("model", "gru", "torch", "x:GRU"))
    with pytest.raises(UnknownNameError, match="no provider 'numpi': did you mean 'numpy'"):
        found.find("lstm", "numpi")
    with pytest.raises(UsageError, match="'torch' offers no 'lstm'; these do: numpy"):
        found.find("lstm", "torch")


def test_what_a_kind_promises_is_checked_at_load():
    with pytest.raises(InterfaceError, match="has no backward, zero_gradients, train, eval"):
        registry(LSTM).get("lstm", "numpy")


def test_the_wrong_kind_is_an_error():
    with pytest.raises(InterfaceError, match="lstm@numpy is a model, not a optimizer"):
        registry(LSTM).find("lstm", "numpy", kind="optimizer")


def test_a_target_that_is_not_there_names_who_registered_it():
    found = registry(("model", "gru", "week3", "no_such_module:GRU", "week3 (w 1.0)"))
    with pytest.raises(PluginError, match=r"gru@week3 \(week3 \(w 1.0\)\) cannot be imported"):
        found.get("gru", "week3")
    found = registry(("model", "gru", "week3", f"{__name__}:Absent"))
    with pytest.raises(PluginError, match="has no attribute 'Absent'"):
        found.get("gru", "week3")


def test_a_second_claim_is_a_conflict():
    with pytest.raises(ConflictError, match="two plugins offer lstm@numpy"):
        registry(LSTM, LSTM)
