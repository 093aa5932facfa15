"""Schedules that no exercise asks for: constant, linear, and by the held-out score."""

import pytest

from plugins.numpy_reference.schedules import Constant, LinearDecay, Plateau


@pytest.mark.parametrize(
    ("schedule", "costs", "expected"),
    [
        (Plateau(8.0), [5, 4, 4, 3, 3.5, 2], [8, 8, 8, 4, 4, 2]),
        (Plateau(8.0, by=1.0), [120, 110, 109.5, 108, 100], [8, 8, 8, 4, 4]),
        (Plateau(8.0, patience=1), [5, 6, 6, 6, 6, 6], [8, 8, 8, 4, 4, 2]),
    ],
)
def test_the_rate_follows_the_held_out_score(schedule, costs, expected):
    rates = []
    for cost in costs:
        rates.append(schedule.rate(len(rates)))
        schedule.observe(cost)
    assert rates == expected
    assert [Constant(2.0).rate(step) for step in (0, 100)] == [2, 2]


@pytest.mark.parametrize("wrong", [{"factor": 1.0}, {"factor": 0.0}, {"by": -1}, {"patience": -1}])
def test_arguments_outside_of_their_range_are_refused(wrong):
    with pytest.raises(ValueError, match="is needed, but got"):
        Plateau(1.0, **wrong)


def test_a_straight_line_falls_to_almost_nothing():
    line = LinearDecay(2.0)
    assert [line.rate_at(share) for share in (0, 0.25, 1)] == [2, 1.5, pytest.approx(2e-4)]


@pytest.mark.parametrize("backend", ["numpy", "torch"])
@pytest.mark.parametrize("name", ["constant", "linear_decay", "plateau", "plateau@numpy"])
def test_schedules_know_no_arrays_and_serve_every_backend(backends, backend, name):
    built = backends(backend).build(name, kind="schedule", learning_rate=0.5)
    assert built.rate(0) == 0.5
