"""An optimizer: `gradus train rnn_lm --plugin FILE --optimizer sign_sgd@week3`."""

from collections.abc import Mapping
from typing import Any

import numpy as np

from framework.hookspecs import hookimpl
from framework.interfaces import Optimizer
from framework.providers.registry import Implementation


class SignSGD(Optimizer):
    """θ ← θ − α · sign(∂J/∂θ)."""

    def __init__(self, learning_rate: float = 0.01) -> None:
        self.learning_rate = learning_rate

    def step(self, parameters: Any, gradients: Mapping[str, Any]) -> None:
        """Move every parameter by α against the sign of its gradient."""
        for name, parameter in parameters.items():
            parameter -= self.learning_rate * np.sign(gradients[name])


@hookimpl
def register_implementations() -> list[Implementation]:
    """Offer `sign_sgd@week3`."""
    return [Implementation("optimizer", "sign_sgd", "week3", f"{__file__}:SignSGD")]
