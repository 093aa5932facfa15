"""Numerical test of a claimed gradient, with derived error bounds.

The function f: (arrays by name) -> `(m,)` is only ever evaluated, at many points at once. With an
upstream gradient u, the claim is that g is the gradient of L = Σ_j u_j f_j at the point p. Along a
direction v it says g·v, and the truth is u·s where s = J v holds the slopes of φ_j(t) = f_j(p + tv)
at t = 0. A handful of evaluations checks every entry of every array at once.

**Slopes.** From φ at 0 and ±kh, k = 1, 2, 4, come the one-sided differences and

    D_k = (φ(kh) − φ(−kh)) / 2kh         s = (64 D_1 − 20 D_2 + D_4) / 45 = φ'(0) + O(h⁶)
    jump_k = right_k − left_k            J = (16 jump_1 − 10 jump_2 + jump_4) / 7

Central differences extrapolated to a step of 0 (Richardson, twice) give the slope s; the gap
between right and left slope extrapolated in the same way gives the jump J of the derivative, which
is O(h⁵) where f is smooth and the full jump at a kink (ReLU, max, hard tanh).

**Error.** e_j = s_j − φ_j'(0) is bounded by ê_j = |R_j| + |J_j| + ε|φ_j|/h with
R = (5 D_2 − D_4 − 4 D_1)/3, the difference between the extrapolations from (h, 2h) and (2h, 4h):

- truncation: R = h⁴ φ⁽⁵⁾/2 to leading order while e = O(h⁶);
- a kink at t₀ within the stencil: |e| ≤ 0.8 (|R| + |J|) wherever it lies, so that it can never be
  taken for a wrong gradient: it only blurs the direction (below);
- rounding: if one evaluation of φ_j has a standard error σ, then e has 1.02 σ/h, R 1.11 σ/h and
  J 4.67 σ/h, so that ê is measured, not assumed, and about five times what it bounds. ε|φ|/h is
  the least that rounding of the result alone amounts to; it matters where m is small.

h |v| = ε^(1/5) makes the two parts of ê equal, h⁴ ~ ε/h, where derivatives are of the size of f.
Where ê stays above rounding (a kink, strong curvature) smaller steps are tried and the sharpest
kept; `Slopes.blur` tells how sharp it is, and a direction with more than `USABLE` decides nothing.

**False alarms.** The claim is rejected if |g·v − u·s| > τ, τ = 4 |u∘ê| + 10⁻⁹ |g∘v|. The second
term is what a backward pass may lose to rounding, far above what it does lose. For the first: f
never sees u, so with u ~ N(0, I) the error u·e is Gaussian with standard deviation |e|, and
|u∘ê| estimates 4.8 |e| from m outputs: a false alarm is |t_m| > 19 for a Student t of m degrees of
freedom, 4e-5 for m = 4, 6e-8 for m = 8, nothing beyond. It has to be confirmed by directions of
their own (`autograder.checks.gradient_search`), which squares that.

**Misses.** If the claim is wrong by d (all arrays as one vector) and v has independent entries
N(0, w_i²), then (g − truth)·v ~ N(0, |w∘d|²), and one direction misses it with probability

    P(|N(0, |w∘d|²)| ≤ τ) = erf(τ / (√2 |w∘d|)) ≤ 0.8 τ / |w∘d|,    k directions with its k-th power

An array of norm |g_a| with relative error δ has |d| = δ |g_a|, however many others are right.
There is no other floor than τ, about 10⁻¹¹ |f| |v| + 10⁻⁹ |g∘v|: gradients of 10⁻⁶ are not small.
A `plain_direction` has w = 1. In it, an error in an entry far below the others may drown in the
second term; a `scaled_direction` moves an entry the further the smaller its claimed gradient,
w_i = G / max(|g_i|, G/1000) with G = max |g|, so that all entries weigh the same.

Source: CS224n notes part III, section 2.1 (gradient checks); Ridders, "Accurate computation of
F'(x) and F'(x)F''(x)" (1982) for the extrapolation.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

Array = npt.NDArray[Any]
Point = Mapping[str, Array]
#: The values `(m,)` of f at many points; arrays that a point does not name are unchanged.
Function = Callable[[Sequence[Point]], Sequence[Array]]

EPSILON = float(np.finfo(np.float64).eps)
#: Length of h v, and shorter lengths for a second try.
STEP = EPSILON**0.2
FINER_STEPS = (STEP / 16, STEP / 256, STEP / 4096)
#: Below this blur no smaller step is tried; above `USABLE` a direction gives no decision.
SHARP = 1e-9
USABLE = 1e-6
#: τ = SAFETY |u∘ê| + RTOL |g∘v|.
SAFETY = 4.0
RTOL = 1e-9
#: The factor by which a scaled direction moves entries with a small gradient further.
REACH = 1e3

_MULTIPLES = np.array([1.0, 2.0, 4.0])
_SLOPE = np.array([64.0, -20.0, 1.0]) / 45
_RESIDUE = np.array([-4.0, 5.0, -1.0]) / 3
_JUMP = np.array([16.0, -10.0, 1.0]) / 7


@dataclass(frozen=True)
class Slopes:
    """The derivative of every output along one direction.

    Attributes:
        values: s `(m,)`.
        errors: ê `(m,)`, bounds of the error of each.
        blur: |ê| as a share of the slopes; infinite if a value is not finite.
    """

    values: Array
    errors: Array
    blur: float

    @property
    def usable(self) -> bool:
        """Whether f is smooth and exact enough along this direction for a decision."""
        return self.blur <= USABLE


def differentiate(function: Function, point: Point, direction: Point, value: Array) -> Slopes:
    """Return the slopes of `function` at `point` along `direction`, from six evaluations or more.

    Args:
        function: f; called with points that contain only the arrays of the direction.
        direction: arrays by name, in the shapes of those in `point`.
        value: f(point) `(m,)`.
    """
    slopes = _measure(function, point, direction, value, STEP)
    for step in FINER_STEPS:
        if slopes.blur <= SHARP:
            break
        finer = _measure(function, point, direction, value, step)
        slopes = min(slopes, finer, key=lambda candidate: candidate.blur)
    return slopes


def _measure(
    function: Function, point: Point, direction: Point, value: Array, step: float
) -> Slopes:
    length = math.hypot(*map(_norm, direction.values())) or 1.0
    steps = [sign * k * step / length for sign in (1, -1) for k in _MULTIPLES]
    moves = [{name: point[name] + t * v for name, v in direction.items()} for t in steps]
    forth, back = np.reshape(function(moves), (2, 3, -1))  # φ at h, 2h, 4h, and at −h, −2h, −4h
    h = step / length
    with np.errstate(all="ignore"):  # values that are not finite give an infinite blur
        kh = h * _MULTIPLES[:, None]
        right, left = (forth - value) / kh, (value - back) / kh
        central, jump = (forth - back) / (2 * kh), right - left
        size = np.maximum(np.abs(forth[-1]), np.abs(back[-1]))
        errors = np.abs(_RESIDUE @ central) + np.abs(_JUMP @ jump) + EPSILON * size / h
        slopes = _SLOPE @ central
        # Slopes far below |f| |v| say that the function hardly changes.
        blur = _norm(errors) / (_norm(slopes) + 1e-3 * _norm(size) * length or 1.0)
    return Slopes(slopes, errors, blur if math.isfinite(blur) else math.inf)


def plain_direction(
    point: Point, rng: np.random.Generator, names: Iterable[str] | None = None
) -> dict[str, Array]:
    """Return a direction with independent entries N(0, 1) in the arrays `names` (None: in all)."""
    names = list(point) if names is None else names
    return {name: np.asarray(rng.normal(size=point[name].shape)) for name in names}


def scaled_direction(
    gradients: Point, rng: np.random.Generator, names: Iterable[str] | None = None
) -> dict[str, Array]:
    """Return a random direction that moves entries with a small claimed gradient further."""
    names = list(gradients) if names is None else list(names)
    largest = max((float(np.abs(gradients[n]).max(initial=0)) for n in names), default=0.0)
    least = largest / REACH or 1.0
    direction = plain_direction(gradients, rng, names)
    return {n: v * (largest or 1.0) / np.maximum(abs(gradients[n]), least)
            for n, v in direction.items()}  # fmt: skip


def unit_direction(point: Point, name: str, entry: int) -> dict[str, Array]:
    """Return the direction of one entry of the array `name`, given by its flat index."""
    direction = np.zeros(point[name].shape)
    direction.flat[entry] = 1.0
    return {name: direction}


@dataclass(frozen=True)
class Comparison:
    """The claimed and the measured derivative along one direction.

    Attributes:
        claimed: g·v.
        measured: u·s.
        tolerance: τ.
        usable: whether the measurement allows a decision.
    """

    claimed: float
    measured: float
    tolerance: float
    usable: bool = True

    @property
    def excess(self) -> float:
        """|g·v − u·s| / τ: above one, the two disagree; zero without a decision."""
        off = abs(self.claimed - self.measured)
        return off / self.tolerance if self.usable and off else 0.0

    @property
    def agrees(self) -> bool:
        """Whether the claim agrees with the measurement."""
        return self.excess <= 1.0


@dataclass(frozen=True)
class Claim:
    """A claimed gradient of L = Σ u∘f at a point.

    Attributes:
        function: f.
        point: p, float64 arrays by name.
        value: f(p) `(m,)`.
        upstream: u `(m,)`; random, because errors in backward could cancel otherwise.
        gradients: g, the names and shapes of `point`.
    """

    function: Function
    point: Point
    value: Array
    upstream: Array
    gradients: Point

    def compare(self, direction: Point) -> Comparison:
        """Return the comparison of claim and measurement along `direction`."""
        slopes = differentiate(self.function, self.point, direction, self.value)
        products = [np.ravel(self.gradients[name] * v) for name, v in direction.items()]
        terms = np.concatenate(products)
        tolerance = SAFETY * _norm(self.upstream * slopes.errors) + RTOL * _norm(terms)
        measured = float(self.upstream @ slopes.values)
        return Comparison(float(terms.sum()), measured, tolerance, slopes.usable)


def numerical_gradient(
    function: Callable[[dict[str, Array]], npt.ArrayLike], point: Point, upstream: npt.ArrayLike = 1
) -> dict[str, Array]:
    """Return the gradient of Σ u∘f entry by entry, for a plain function of one point.

    Args:
        function: f; returns a number or an array of the shape of `upstream`.
        point: float64 arrays by name.

    Returns:
        arrays of the names and shapes of `point`; NaN where f has a kink.
    """
    batch = pointwise(function, point)
    value, u = batch([{}])[0], np.ravel(np.asarray(upstream, float))
    gradients = {}
    for name, array in point.items():
        units = (unit_direction(point, name, entry) for entry in range(array.size))
        slopes = [differentiate(batch, point, unit, value) for unit in units]
        entries = [float(u @ s.values) if s.usable else math.nan for s in slopes]
        gradients[name] = np.reshape(np.array(entries, float), array.shape)
    return gradients


def pointwise(function: Callable[[dict[str, Array]], npt.ArrayLike], point: Point) -> Function:
    """Return a plain function of one point as a `Function`; other arrays are those of `point`."""

    def values(moves: Sequence[Point]) -> list[Array]:
        return [np.ravel(np.asarray(function({**point, **move}), float)) for move in moves]

    return values


def _norm(array: Array) -> float:
    return float(np.linalg.norm(array))
