"""Schedules without an exercise; they use no arrays, so every backend offers them.

See `framework.training.tools.LearningRate` for the methods that a schedule may have.
"""

from __future__ import annotations

from framework.interfaces import Schedule

#: Final learning rate of `LinearDecay`, as a share of the initial one; never 0.
LEAST_SHARE = 1e-4


class Constant(Schedule):
    """α(t) = α₀, for runs whose default is another schedule.

    Args:
        learning_rate: α₀.
    """

    def __init__(self, learning_rate: float) -> None:
        self.learning_rate = learning_rate

    def rate(self, step: int) -> float:
        """α₀ at any `step`."""
        return self.learning_rate


class LinearDecay(Constant):
    """A straight line from α₀ to (almost) 0 at the end of training, from step to step.

    α(s) = α₀ max(1 − s, 10⁻⁴) where s is the share of the training that is done.

    Source: Mikolov et al., word2vec (2013).
    """

    def rate_at(self, share: float) -> float:
        """α(s) at s = `share`, 0 to 1."""
        return self.learning_rate * max(1 - share, LEAST_SHARE)


class Plateau(Schedule):
    """A learning rate that decreases if the held-out score does not improve.

    After each epoch that is not better than the best one before it by more than a given amount,
    the rate is multiplied by a factor.

    Args:
        learning_rate: α₀ > 0.
        factor: what the rate is multiplied by, in (0, 1).
        by: the least improvement, in units of the score: Kim et al. (2016) halve the rate where the
            perplexity falls by less than 1.
        patience: epochs without improvement that are let pass each time.

    Raises:
        ValueError: an argument is outside its range.

    Source: Zaremba, Sutskever and Vinyals (2014) halve by epochs; Kim et al. (2016) by the score.
    """

    def __init__(
        self, learning_rate: float, factor: float = 0.5, by: float = 0.0, patience: int = 0
    ) -> None:
        _check(0 < factor < 1, "0 < factor < 1", factor)
        _check(by >= 0, "by ≥ 0", by)
        _check(patience >= 0, "patience ≥ 0", patience)
        self.learning_rate, self.factor = learning_rate, factor
        self.by, self.patience = by, patience
        self._best, self._waited = float("inf"), 0

    def rate(self, step: int) -> float:
        """Return the rate after all observed scores, at any `step`."""
        return self.learning_rate

    def observe(self, cost: float) -> None:
        """Observe the score after an epoch; lower is better."""
        if cost < self._best - self.by:
            self._waited = 0
        elif self._waited < self.patience:
            self._waited += 1
        else:
            self.learning_rate, self._waited = self.learning_rate * self.factor, 0
        self._best = min(self._best, cost)


def _check(holds: bool, wanted: str, received: float) -> None:
    if not holds:
        raise ValueError(f"{wanted} is needed, but got {received}")
