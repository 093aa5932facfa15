"""Losses are read from their device now and then, and a run that goes astray stops all the same."""

import math

import pytest

from framework.errors import UsageError
from framework.training import loops
from framework.training.loops import Losses


class OnDevice:
    """A loss whose reading is counted."""

    read = 0

    def __init__(self, value):
        self.value = value

    def __float__(self):
        OnDevice.read += 1
        return self.value


@pytest.fixture
def clock(monkeypatch):
    OnDevice.read = 0
    now = [100.0]
    monkeypatch.setattr(loops.time, "monotonic", lambda: now[0])
    return now


def test_a_device_is_asked_at_a_steady_rate(clock):
    losses, asked = Losses("less"), []
    for step in range(1, 101):
        clock[0] += 0.05
        losses.add(step, 100, OnDevice(float(step)), 1.0)
        asked.append(OnDevice.read)
    assert len(set(asked)) == pytest.approx(100 * 0.05 / loops.READING, abs=2)
    losses.read(100)
    assert OnDevice.read == 100
    assert losses.mean == pytest.approx(50.5)
    assert losses.last == 100


def test_numbers_are_known_at_once(clock):
    losses = Losses("less")
    for step in (1, 2):
        losses.add(step, 2, 0.5 * step, 1.0)
        assert losses.last == 0.5 * step
    weighted = Losses("less", total=6.0, weight=2.0)
    weighted.add(1, 1, 1.0, 2.0)
    assert weighted.mean == pytest.approx(2.0)


@pytest.mark.parametrize("bad", [math.nan, math.inf])
@pytest.mark.parametrize("kind", [float, OnDevice])
def test_a_loss_that_is_no_number_is_named_with_its_step(clock, bad, kind):
    losses = Losses("less")
    losses.add(1, 10, OnDevice(1.0), 1.0)
    with pytest.raises(UsageError, match="at step 3 of 10: try less"):
        losses.add(2, 10, OnDevice(1.0), 1.0)
        losses.add(3, 10, kind(bad), 1.0)
        losses.read(10)
