"""What chance allows: scores of models, which can be too good, and frequencies of random draws.

**Scores.** Better than the source of the data is too good on the same sample. A model that has
learned can be lucky, but only so lucky. Both bounds hold whatever a model answers, as long as its
answers depend on only the earlier requests.

**Language models.** Let p be the source of a text x and q the model. The likelihood ratio q(x)/p(x)
has the mean Σ_x p(x) q(x)/p(x) ≤ 1. By Markov's inequality

    P(log q(x) − log p(x) ≥ log(1/α)) ≤ α.

**Classifiers.** Let m be the number of examples for which the model and the Bayes decision differ,
and d the number of them that the model has right, less those that the Bayes decision has right.
Given the inputs, no label is more probable than that of the Bayes decision. So d is a sum of m
independent numbers between −1 and 1 with means of at most 0, and by Hoeffding's inequality

    P(d ≥ √(2 m log(1/α))) ≤ α.

**Frequencies.** `matches_distribution` bounds the count of each value. `fits_distributions` is a
chi-square test of all counts together: right draws are refused with the probability `REFUSED_FITS`,
as far as the counts are large enough for the chi-square distribution.

A check evaluates a model many times, each time on a new sample. α is therefore `TOO_GOOD`
divided by `EVALUATIONS`, more than any check makes: a check fails a right solution for this reason
with a probability of at most `TOO_GOOD`.

Source: Hoeffding, "Probability inequalities for sums of bounded random variables" (1963).
"""

from __future__ import annotations

import math
from collections.abc import Iterable
from typing import Any

import numpy as np

from autograder.checks.equality import CheckFailed, expect

Array = np.ndarray[Any, Any]

#: A right solution fails a check for a score that is too good with this probability at most.
TOO_GOOD = 1e-6
#: No check evaluates its models more often.
EVALUATIONS = 1000
#: log(1/α), in nats.
NATS = math.log(EVALUATIONS / TOO_GOOD)
#: The probability that right draws are refused, over all values together.
REFUSED_DRAWS = 1e-9
#: The probability that a chi-square test refuses right draws.
REFUSED_FITS = 1e-6
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
    """
    differ = int(np.count_nonzero(answers != bayes))
    ahead = int(np.count_nonzero(answers == labels)) - int(np.count_nonzero(bayes == labels))
    expect(
        differ == 0 or ahead < math.sqrt(2 * differ * NATS),
        f"{ahead} more right answers than the best decision has, of {differ} in which they differ: "
        f"{_CAUSE}",
    )


def not_above(share: float, best: float) -> None:
    """Check that an exact `share` of right answers does not exceed the `best` possible one."""
    message = f"{share:.2%} right answers, where {best:.2%} are possible: {_CAUSE}"
    expect(share <= best + ROUNDING, message)


def matches_distribution(drawn: Array, probabilities: Array, what: str) -> None:
    """Fail unless the values in `drawn` come about as often as `probabilities` says.

    Of n independent draws, a value of probability p comes up n p times on average, and further off
    than t only with probability 2 exp(−t² / 2(n p (1 − p) + t/3)) (Bernstein's inequality). t is
    chosen so that this is `REFUSED_DRAWS` over the number of values: exact draws are refused once
    in a thousand million times, however many values there are and however rare each is.

    Args:
        drawn: indices into `probabilities`, any shape.
        probabilities: `(K,)`.
    """
    values, K = np.asarray(drawn), len(probabilities)
    if values.dtype.kind not in "iu":
        message = f"{what}: expected integers, received {values.dtype}"
        raise CheckFailed(message, about=drawn, fact=f"{what}: dtype")
    if values.size and not (values.min() >= 0 and values.max() < K):
        message = f"{what}: {values.min()} ... {values.max()} are not all among the values"
        raise CheckFailed(message, about=drawn, fact=f"{what}: values")
    counts = np.bincount(values.ravel(), minlength=K)
    n, p = values.size, np.asarray(probabilities, dtype=np.float64)
    L = math.log(2 * K / REFUSED_DRAWS)  # t² = 2 L (variance + t/3)
    largest = L / 3 + np.sqrt(L**2 / 9 + 2 * L * n * p * (1 - p))
    excess = np.abs(counts - n * p) / largest
    worst, message = int(excess.argmax()), ""
    if counts[p == 0].any():
        value = int(np.flatnonzero((p == 0) & (counts > 0))[0])
        message = f"{what}: {value} was drawn, which has probability 0"
    elif excess[worst] > 1:
        message = (
            f"{what}: {worst} came up {counts[worst]} times in {n}, where about "
            f"{n * p[worst]:.0f} are expected"
        )
    expect(not message, message, about=drawn, fact=f"{what}: frequencies")


def fits_distributions(groups: Iterable[tuple[Array, Array]], what: str) -> None:
    """Fail unless the drawn values of all groups together fit their distributions.

    The statistic is Σ (count − n p)² / (n p) over the groups and values, with K − 1 degrees of
    freedom for a group of K values with p > 0 (Pearson 1900). It holds for the words after each
    history in one text of a Markov chain, too (Billingsley, "Statistical Methods in Markov Chains",
    1961).

    Args:
        groups: the drawn values of each group, integers of any shape, and their probabilities
            `(K,)`. Counts should be expected to be 5 at least.
        what: what the values are.
    """
    statistic, freedom, worst = 0.0, 0, (0.0, "")
    for drawn, p in groups:
        matches_distribution(drawn, p, what)
        if not np.size(drawn):
            continue
        possible = p > 0
        counts = np.bincount(np.ravel(drawn), minlength=len(p))[possible]
        means = np.size(drawn) * p[possible]
        terms = (counts - means) ** 2 / means
        statistic, freedom = statistic + float(terms.sum()), freedom + len(means) - 1
        k = int(terms.argmax())
        value = int(np.flatnonzero(possible)[k])
        worst = max(
            worst, (float(terms[k]), f"{value} came up {counts[k]} times, not {means[k]:.0f}")
        )
    expect(
        chi_square_tail(statistic, freedom) >= REFUSED_FITS,
        f"{what}: the frequencies do not fit, χ² is {statistic:.1f} with {freedom} degrees of "
        f"freedom; the worst: {worst[1]}",
        fact=f"{what}: frequencies",
    )


def chi_square_tail(x: float, freedom: int) -> float:
    """Return the probability that a chi-square variable is x or more.

    Q(a + 1, y) = Q(a, y) + y^a e^(−y) / Γ(a + 1) for a = freedom / 2 and y = x / 2, from
    Q(1/2, y) = erfc √y or Q(1, y) = e^(−y).
    """
    if x <= 0 or freedom < 1:
        return 1.0
    y = x / 2
    a, tail = (0.5, math.erfc(math.sqrt(y))) if freedom % 2 else (1.0, math.exp(-y))
    while a < freedom / 2:
        tail += math.exp(a * math.log(y) - y - math.lgamma(a + 1))
        a += 1
    return tail
