"""Seconds of activations: is hard tanh cheaper than tanh?

Source: CS224n notes part III, section 2.4.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from plugins.lectures.experiments.experiment import Findings, Setting, faster, timed_in_turns

NAMES = ("sigmoid", "tanh", "hard_tanh", "soft_sign", "relu", "leaky_relu")
#: Entries of the array that each activation gets, small enough for a cache, and calls of a run.
ENTRIES, CALLS = 20_000, 200


def run(setting: Setting) -> Findings:
    """Time forward and backward of each activation."""
    z = np.random.default_rng(setting.seed).normal(size=ENTRIES)
    arrays = setting.backend.arrays
    z, upstream = arrays.from_numpy(z), arrays.from_numpy(np.ones_like(z))
    layers = {name: setting.backend.build(name, kind="model") for name in NAMES}
    passes = {name: _pass(layer, z, upstream) for name, layer in layers.items()}
    measured = timed_in_turns(setting, passes, calls=CALLS)
    by_name = dict(zip(NAMES, measured, strict=True))
    claim = "Hard tanh is cheaper than tanh: it compares, and computes no exponentials."
    return Findings(tuple(measured), (faster(claim, by_name["hard_tanh"], by_name["tanh"]),))


def _pass(layer: Any, z: Any, upstream: Any) -> Callable[[], object]:
    """Return a function that runs `layer` forward and backward."""

    def forward_and_backward() -> object:
        layer.forward(z)
        return layer.backward(upstream)

    return forward_and_backward
