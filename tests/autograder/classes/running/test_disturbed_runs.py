"""A disturbed run ends as an undisturbed one: processes are killed, a disk is full."""

from __future__ import annotations

import multiprocessing
import os
import random
import signal
import time

import pytest
from queue_run import Run, graded
from sqlalchemy import event

from autograder.classes.running.engine import local_engine
from autograder.classes.running.job import Outcome
from autograder.classes.store.database import StoreError
from autograder.classes.store.results import Result

FORK = multiprocessing.get_context("fork")


def is_hostile(name):
    """5 % of the submissions end the process that grades them."""
    return int(name) % 20 == 7


def grade(job):
    if is_hostile(job.place):
        os.kill(os.getpid(), signal.SIGKILL)
    time.sleep(0.002)
    return graded(job, earned=int(job.place) % 3)


def coordinate(place):
    run = Run(place)
    run.go(None, engine=local_engine(grade, 2))


@pytest.mark.parametrize(
    ("count", "kills"), [(60, 3), pytest.param(1000, 50, marks=pytest.mark.slow)]
)
def test_killed_coordinators_and_workers_lose_and_double_nothing(count, kills, run):
    names = [str(number) for number in range(count)]
    run.queue(*names)
    chance = random.Random(0)
    for _ in range(kills):
        coordinator = FORK.Process(target=coordinate, args=(run.place,))
        coordinator.start()
        coordinator.join(chance.uniform(0.05, 0.6))
        coordinator.kill()
        coordinator.join()
    coordinate(run.place)
    hostile = {name for name in names if is_hostile(name)}
    assert run.counts == {"done": count - len(hostile), "fault": len(hostile)}
    for name in names:
        result = run.result(name)
        assert (result is None) == (name in hostile)
        assert result is None or result.earned == int(name) % 3


def test_a_full_disk_stops_the_run_and_the_next_one_goes_on(run):
    run.queue(*map(str, range(8)))

    def large(job):
        report = "x" * 100_000
        return Outcome(Result("passed", 1.0, 1.0, 0.0, "c", report, False, "process", 0.0))

    def limit(connection, record):
        connection.execute("PRAGMA max_page_count=120").close()

    run.store.close()
    event.listen(run.store._engine, "connect", limit)
    with pytest.raises(StoreError, match=r"full\. Nothing that was stored is lost"):
        run.go(large)
    event.remove(run.store._engine, "connect", limit)
    run.store.close()
    kept = run.counts["done"]
    assert 0 < kept < 8
    later = []
    run.go(lambda job: later.append(job.place) or large(job))
    assert len(later) == 8 - kept
    assert run.counts == {"done": 8}
