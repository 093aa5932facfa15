"""How transformers are trained: warmup and cosine decay, AdamW, and sums over micro-batches.

Source: Vaswani et al. 2017, section 5.3; Loshchilov and Hutter 2017 and 2019.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any

from framework.interfaces import Array, Loss, Model, Optimizer, Parameters, Schedule
from framework.models.parts import part


class WarmupCosine(Schedule):
    """A rate that grows along a line, and then falls along half a cosine.

    Args:
        learning_rate: α₀ > 0, the greatest rate.
        warmup: w in [0, 1), the share of the training in which the rate grows.
        least: r in [0, 1]; the training ends with the rate r α₀.
        steps: n ≥ 1, the number of steps of the training, for `rate`.

    Raises: ValueError for an argument outside its range.
    """

    def __init__(
        self, learning_rate: float, warmup: float = 0.1, least: float = 0.1, steps: int = 1000
    ) -> None:
        _check(learning_rate > 0, "learning_rate > 0", learning_rate)
        _check(0 <= warmup < 1, "0 ≤ warmup < 1", warmup)
        _check(0 <= least <= 1, "0 ≤ least ≤ 1", least)
        _check(steps >= 1, "steps ≥ 1", steps)
        self.learning_rate, self.warmup, self.least = learning_rate, warmup, least
        self.steps = steps

    def rate_at(self, share: float) -> float:
        """Return α(s), where s = `share` of the training is done.

        Raises: ValueError if `share` is not in [0, 1].
        """
        _check(0 <= share <= 1, "0 ≤ share ≤ 1", share)
        # TODO: α₀ s/w, then from α₀ to r α₀
        raise NotImplementedError

    def rate(self, step: int) -> float:
        """Return the rate after `step` = 0, 1, 2, ... of the n steps; after them, the last rate.

        Raises: ValueError if `step` is negative.
        """
        _check(step >= 0, "step ≥ 0", step)
        # TODO: your code here
        raise NotImplementedError


class AdamW(Optimizer):
    """Adam, and beside it weights that decay: x ← (1 − α λ) x, then a step of Adam.

    Only arrays with two or more axes decay: weights do, biases and the γ and β of norms do not.

    Args:
        learning_rate: α.
        beta1, beta2, epsilon: as in the part ``adam``.
        weight_decay: λ ≥ 0.

    Attributes:
        adam: the part ``adam``, which takes the second half of each step.

    Raises: ValueError if `weight_decay` is negative.
    """

    def __init__(
        self,
        learning_rate: float = 1e-3,
        beta1: float = 0.9,
        beta2: float = 0.999,
        epsilon: float = 1e-8,
        weight_decay: float = 0.01,
    ) -> None:
        _check(weight_decay >= 0, "weight_decay ≥ 0", weight_decay)
        self.learning_rate, self.weight_decay = learning_rate, weight_decay
        self.adam = part("adam")(learning_rate, beta1, beta2, epsilon)

    def step(self, parameters: Parameters, gradients: Mapping[str, Array]) -> None:
        """Update each array of `parameters` in place, with the gradient of the same name."""
        # TODO: decay the weights, then let Adam step with the present rate
        raise NotImplementedError

    def state(self) -> dict[str, Any]:
        """Given: return the state, which is that of Adam."""
        return Optimizer.state(self.adam)

    def restore(self, state: Mapping[str, Any]) -> None:
        """Given: restore the result of `state`."""
        Optimizer.restore(self.adam, state)


def accumulate(model: Model, loss: Loss, batches: Sequence[tuple[Array, Array]]) -> float:
    """Compute the gradients of one large batch from its micro-batches, one at a time.

    Afterwards `model.gradients` are those of the mean loss over all targets of all micro-batches;
    what they were before does not count. Parameters do not change.

    Args:
        model: ``forward(x)`` returns predictions, ``backward`` adds to the gradients.
        loss: ``forward(predictions, targets)`` is a mean over these targets.
        batches: x and targets of each micro-batch, which may differ in size. Not modified.

    Returns: the mean loss over all targets.
    Raises: ValueError if there is no target.
    """
    total = sum(targets.size for _, targets in batches)
    _check(total > 0, "a target", total)
    # TODO: each mean counts by its share of the targets
    raise NotImplementedError


def _check(holds: bool, wanted: str, received: float) -> None:
    """Given: raise a ValueError for an argument outside its range, NaN included."""
    if not holds:
        raise ValueError(f"{wanted} is needed, but got {received}")
