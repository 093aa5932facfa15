"""Threshold from the reference's metric over many seeds, with a known false-failure rate.

Let x_1 ... x_n be the metric at the end of n trainings with different seeds. Two bounds are
computed from them. The less strict one is the threshold:

**The worst of the n** is a bound without any assumption about the distribution. If a share q of all
trainings were worse than it, then all n would have been better with probability (1 − q)ⁿ only; so

    q ≤ 1 − (1 − γ)^(1/n)      with confidence γ = 95 %,

which is 3 % for n = 100. A check that may train m times, each time with new random numbers, fails a
right solution when all m are worse: with probability qᵐ at most. `attempts` is the smallest m that
brings this to 1 in 10,000: 3 for n = 100. (Bounding q itself so far would take 30,000 trainings.)
Equal values do no harm: a metric equal to the worst one passes.

**More attempts** allow a stricter bound where a few trainings end badly, which would make their
worst value worthless. With m attempts, q may be as large as 0.0001^(1/m). Let X be the number of
trainings of n that are worse than a bound which a share q does not meet: binomial, with n and q.
The k-th worst value is such a bound with confidence γ if P(X < k) ≤ 1 − γ (Clopper and Pearson).
Of 100 seeds this is the 5th worst for 4 attempts, the 10th worst for 5.

**A limit beyond the worst** gives slack, so that a right solution in another style, whose initial
weights or rounding differ, seldom trains twice; the guarantee above does not rest on it. Where
normality is not rejected (Anderson and Darling's test at the 5 % level), it is the normal tolerance
limit, mean − k · spread (plus, where lower is better), which a share p = 0.9999 of all trainings
would pass, with the same confidence, and alone brings false failures to 1 in 10,000. Elsewhere
(skewed metrics, and seeds that all tie) it is the worst of the n less `SLACK` of the mean: a
hundred seeds that tie do not show that every right solution will.

In grading, training ends at the first value that meets the threshold, on the way or at the end.
That can only spare a right solution, so that all bounds hold.

Source: Wilks, "Determination of sample sizes for setting tolerance limits" (1941), for the first;
Clopper and Pearson, "The use of confidence or fiducial limits" (1934), for other ranks;
Natrella, "Experimental Statistics" (1963), section 2-3, for the approximation of k in the second;
Stephens, "EDF statistics for goodness of fit" (1974), for the test with estimated parameters.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from statistics import NormalDist, fmean, stdev

from autograder.course.thresholds import HIGHER, LOWER, Threshold, better

#: Maximum probability that a right solution fails a check.
FALSE_FAILURE = 1e-4
#: Confidence of this limit, which is estimated from a finite number of seeds.
CONFIDENCE = 0.95
#: Slack beyond the worst seed, as a share of the mean, where the metric is not normal.
SLACK = 0.02
#: The statistic A*² of normal numbers exceeds this in 5 % of all cases.
CRITICAL = 0.752
#: Minimum number of seeds: with ten, a normal limit can be beyond every wrong solution.
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
    mean, spread = fmean(metrics), stdev(metrics)
    rank = largest_rank(n, attempts) if attempts else 1
    worst = sorted(metrics, reverse=direction == LOWER)[rank - 1]
    normal = rank == 1 and is_normal(metrics)
    slack = tolerance_factor(n) * spread if normal else SLACK * abs(mean)
    limit = _lowered(mean if normal else worst, slack, direction)
    seed = "worst seed" if rank == 1 else f"seed {rank} from the worst"
    return Threshold(
        value=limit if better(worst, limit, direction) else _lowered(worst, 0.0, direction),
        direction=direction,
        best=_rounded(best, 9),
        mean=_rounded(mean),
        spread=_rounded(spread),
        seeds=n,
        attempts=trainings,
        false_failure=_rounded(worst_share(n, rank) ** trainings, 3),
        method="normal tolerance limit" if normal else f"{seed} and {SLACK:.0%} of the mean",
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


def tolerance_factor(n: int) -> float:
    """Return k, for which mean − k · spread of `n` normal numbers bounds 1 − `FALSE_FAILURE` of
    all.

    k = (z_p + √(z_p² − a b)) / a,    a = 1 − z_γ² / (2 (n − 1)),    b = z_p² − z_γ² / n
    """
    z_p, z_c = NormalDist().inv_cdf(1 - FALSE_FAILURE), NormalDist().inv_cdf(CONFIDENCE)
    a, b = 1 - z_c**2 / (2 * (n - 1)), z_p**2 - z_c**2 / n
    return (z_p + math.sqrt(z_p**2 - a * b)) / a


def is_normal(metrics: Sequence[float]) -> bool:
    """Return whether a test does not reject that `metrics` are normally distributed.

    A² = −n − 1/n Σ_i (2i − 1) (ln F(x_i) + ln(1 − F(x_{n+1−i}))),   x sorted, F fitted
    A*² = A² (1 + 0.75/n + 2.25/n²)
    """
    n, mean, spread = len(metrics), fmean(metrics), stdev(metrics)
    if spread <= 1e-9 * abs(mean):
        return False
    F = [NormalDist(mean, spread).cdf(x) for x in sorted(metrics)]
    if F[0] <= 0 or F[-1] >= 1:
        return False
    logs = (math.log(F[i]) + math.log(1 - F[n - 1 - i]) for i in range(n))
    statistic = -n - sum((2 * i + 1) * log for i, log in enumerate(logs)) / n
    return statistic * (1 + 0.75 / n + 2.25 / n**2) <= CRITICAL


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
