"""Scores that are too good: better than the source of the data is on the same sample.

A model that has learned can be lucky, but only so lucky. Both bounds below hold whatever a model
answers, as long as its answers depend on only the earlier requests:

**Language models.** Let p be the source of a text x and q the model. The likelihood ratio q(x)/p(x)
has the mean Σ_x p(x) q(x)/p(x) ≤ 1. By Markov's inequality

    P(log q(x) − log p(x) ≥ log(1/α)) ≤ α.

**Classifiers.** Let m be the number of examples for which the model and the Bayes decision differ,
and d the number of them that the model has right, less those that the Bayes decision has right.
Given the inputs, no label is more probable than that of the Bayes decision. So d is a sum of m
independent numbers between −1 and 1 with means of at most 0, and by Hoeffding's inequality

    P(d ≥ √(2 m log(1/α))) ≤ α.

A check evaluates a model many times, each time on a new sample. α is therefore `FALSE_ALARM`
divided by `EVALUATIONS`, more than any check makes: a check fails a right solution for this reason
with a probability of at most `FALSE_ALARM`.

Source: Hoeffding, "Probability inequalities for sums of bounded random variables" (1963).
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from autograder.checks.failures import expect

Array = np.ndarray[Any, Any]

#: A right solution fails a check for a score that is too good with this probability at most.
FALSE_ALARM = 1e-6
#: No check evaluates its models more often.
EVALUATIONS = 1000
#: log(1/α), in nats.
NATS = math.log(EVALUATIONS / FALSE_ALARM)
#: Rounding errors of shares that are computed exactly.
ROUNDING = 1e-9

_CAUSE = (
    "no model can know that much: predictions must come from the words that were read and from the "
    "parameters"
)


def not_better_than_source(model: float, source: float) -> None:
    """Check that a `model` is not much better than the source of the text which it predicts.

    Args:
        model, source: log likelihoods of the same text, in nats.

    Raises:
        CheckFailed: the model is better by more than chance allows.
    """
    expect(
        not model - source >= NATS,
        f"the text is e^{model - source:.0f} times as probable for the model as for the source "
        f"that wrote it: {_CAUSE}",
    )


def not_better_than_bayes(answers: Array, bayes: Array, labels: Array) -> None:
    """Check that a classifier is not much better than the Bayes decision on the same examples.

    Args:
        answers, bayes: `(M,)`, the labels that the classifier and the Bayes decision give.
        labels: `(M,)`, the true ones.

    Raises:
        CheckFailed: the classifier is better by more than chance allows.
    """
    differ = int(np.count_nonzero(answers != bayes))
    ahead = int(np.count_nonzero(answers == labels)) - int(np.count_nonzero(bayes == labels))
    expect(
        differ == 0 or ahead < math.sqrt(2 * differ * NATS),
        f"{ahead} more right answers than the best decision has, of {differ} in which they differ: "
        f"{_CAUSE}",
    )


def not_above(share: float, best: float) -> None:
    """Check that an exact `share` of right answers does not exceed the `best` possible one.

    Raises:
        CheckFailed: it does.
    """
    expect(
        share <= best + ROUNDING,
        f"{share:.2%} right answers, where {best:.2%} are possible: {_CAUSE}",
    )
