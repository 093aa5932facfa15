"""A limit on computing that no code can catch."""

import gc
import signal
import time
from functools import partial

import hypothesis
import numpy as np
import pytest

from autograder.checks.host_limits import BudgetExceeded, check, limited


def spin():
    end = time.process_time() + 5
    while time.process_time() < end:
        pass


def test_computing_is_ended_even_if_everything_is_caught():
    started = time.process_time()
    with pytest.raises(BudgetExceeded), limited(0.05):
        for _ in range(3):
            try:
                spin()
            except BaseException:
                continue
        spin()
    assert time.process_time() - started < 2


def test_in_time_nothing_happens_and_nothing_is_left():
    before = signal.getsignal(signal.SIGPROF)
    with limited(0.5):
        pass
    assert signal.getsignal(signal.SIGPROF) is before
    assert signal.getitimer(signal.ITIMER_PROF)[0] == 0


def test_the_next_check_raises_it_again_if_it_was_caught():
    with pytest.raises(BudgetExceeded), limited(0.05):
        check()
        while True:
            try:
                while True:
                    pass
            except BaseException:
                check()
    check()


def test_a_limit_within_a_limit_ends_alone():
    with limited(5):
        for _ in range(10):
            with pytest.raises(BudgetExceeded), limited(0.02):
                spin()
            check()
        assert signal.getitimer(signal.ITIMER_PROF)[0] > 3


def test_a_limit_within_a_limit_ends_with_that():
    started = time.process_time()
    with pytest.raises(BudgetExceeded), limited(0.05):
        try:
            with limited(5):
                spin()
        except BudgetExceeded:
            spin()
    assert time.process_time() - started < 2
    assert signal.getitimer(signal.ITIMER_PROF)[0] == 0
    check()


def test_a_callback_of_the_garbage_collector_is_not_interrupted():
    """Python swallows what is raised there, and pytest makes a failure of that."""
    code = "def wait(clock, phase, info):\n    end = clock() + 0.1\n    while clock() < end: pass"
    of_others = {}
    exec(compile(code, hypothesis.__file__, "exec"), of_others)
    ended = []
    callback = partial(of_others["wait"], time.process_time)
    gc.callbacks.append(callback)
    try:
        with pytest.raises(BudgetExceeded), limited(0.02):
            gc.collect()
            ended.append(time.process_time())
            spin()
    finally:
        gc.callbacks.remove(callback)
    assert ended


def test_numpy_is_interrupted():
    """A time-out inside it reaches only its caller in NumPy."""
    x = np.broadcast_to(0.5, 60_000_000)
    started = time.process_time()
    with pytest.raises(BudgetExceeded), limited(0.05):
        while time.process_time() < started + 5:
            np.sum(x)
    assert time.process_time() - started < 2
