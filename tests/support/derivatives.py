"""Derivatives of models, measured along random directions."""

import pytest


def assert_gradients_are_slopes(model, values, rng, *, rel=1e-5, absolute=1e-7):
    """Hold each gradient of `model` beside the central difference of the sum of `values()`.

    Args:
        model: its gradients are those of the sum.
        values: computes an array from the present parameters.
        rng: draws the direction of each parameter.
    """
    step = 1e-6
    for name, parameter in model.parameters.items():
        direction, slopes = rng.normal(size=parameter.shape), []
        for signed in (step, -step):
            parameter += signed * direction
            slopes.append(float(values().sum()))
            parameter -= signed * direction
        slope = (slopes[0] - slopes[1]) / (2 * step)
        gradient = float((model.gradients[name] * direction).sum())
        assert gradient == pytest.approx(slope, rel=rel, abs=absolute), name
