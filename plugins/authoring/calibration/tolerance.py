"""Threshold from the reference's metric over many seeds, with a known false-failure rate.

Let x_1 ... x_n be the metric at the end of n trainings with different seeds. A check trains up to m
times, each time with new random numbers, and fails a right solution when all m are worse than the
threshold. `FALSE_FAILURE` bounds the probability of that, qᵐ, where q is the share of all trainings
that are worse.

The k-th worst of the n is a bound without any assumption about the distribution. The number X of
trainings worse than a bound which a share q does not meet is binomial, with n and q, so that the
k-th worst is such a bound with confidence γ if P(X < k) ≤ 1 − γ (Clopper and Pearson). For the
worst, k = 1, q is at most 1 − (1 − γ)^(1/n): 3 % for n = 100 and γ = 95 %, which needs m = 3. More
attempts allow a larger k where a few trainings end badly: of 100 seeds the 5th worst for m = 4, the
10th for m = 5. Equal values do no harm: a metric equal to the k-th worst passes.

The threshold is the k-th worst less `SLACK` of the mean, so that a right solution in another style,
whose initial weights or rounding differ, seldom trains twice. In grading, training ends at the
first value that meets it, on the way or at the end. Both can only spare a right solution.

Source: Clopper and Pearson, "The use of confidence or fiducial limits" (1934).
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from statistics import fmean, stdev

from autograder.course.thresholds import HIGHER, LOWER, Threshold

#: Maximum probability that a right solution fails a check.
FALSE_FAILURE = 1e-4
#: Confidence of this limit, which is estimated from a finite number of seeds.
CONFIDENCE = 0.95
#: Slack beyond the k-th worst seed, as a share of the mean.
SLACK = 0.02
#: Minimum number of seeds: the worst of fewer says too little.
FEWEST = 20


def threshold_from(
    metrics: Sequence[float], direction: str, best: float, attempts: int | None = None
) -> Threshold:
    """Return the threshold for the values `metrics` of the reference, one for each seed.

    Args:
        attempts: the number of trainings that a check may take, at least `attempts_for` the number
            of seeds; None: the fewest.
    """
    n = len(metrics)
    trainings = attempts or attempts_for(n)
    mean = fmean(metrics)
    rank = largest_rank(n, attempts) if attempts else 1
    worst = sorted(metrics, reverse=direction == LOWER)[rank - 1]
    seed = "worst seed" if rank == 1 else f"seed {rank} from the worst"
    return Threshold(
        value=_lowered(worst, SLACK * abs(mean), direction),
        direction=direction,
        best=_rounded(best, 9),
        mean=_rounded(mean),
        spread=_rounded(stdev(metrics)),
        seeds=n,
        attempts=trainings,
        false_failure=_rounded(worst_share(n, rank) ** trainings, 3),
        method=f"{seed} and {SLACK:.0%} of the mean",
    )


def worst_share(n: int, rank: int = 1) -> float:
    """Return the upper limit of the share of trainings worse than number `rank` from the worst.

    The limit is the q for which P(X < rank) = 1 − `CONFIDENCE`, where X is binomial with n and q.
    """
    low, high = 0.0, 1.0
    while high - low > 1e-12:
        q = (low + high) / 2
        below = sum(math.comb(n, i) * q**i * (1 - q) ** (n - i) for i in range(rank))
        low, high = (q, high) if below > 1 - CONFIDENCE else (low, q)
    return high


def largest_rank(n: int, attempts: int) -> int:
    """Return the largest rank whose share, in all `attempts`, is at most `FALSE_FAILURE`."""
    rank = 1
    while rank < n and worst_share(n, rank + 1) ** attempts <= FALSE_FAILURE:
        rank += 1
    return rank


def attempts_for(n: int) -> int:
    """Return the number of trainings of which all are worse with probability `FALSE_FAILURE`."""
    return math.ceil(math.log(FALSE_FAILURE) / math.log(worst_share(n)))


def _lowered(value: float, slack: float, direction: str) -> float:
    """Return `value` minus `slack`, or plus if lower is better, rounded towards easier."""
    bound = value - slack if direction == HIGHER else value + slack
    if bound == 0:
        return 0.0
    digits = 3 - math.floor(math.log10(abs(bound)))
    rounding = math.floor if direction == HIGHER else math.ceil
    return round(rounding(bound * 10.0**digits) / 10.0**digits, max(digits, 0))


def _rounded(value: float, digits: int = 6) -> float:
    """Return `value` rounded to four significant digits."""
    return float(f"{value:.{digits}g}")
