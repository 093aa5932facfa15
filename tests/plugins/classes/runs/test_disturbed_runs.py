"""A disturbed run ends as an undisturbed one: processes are killed, a disk is full."""

import multiprocessing
import os
import random
import signal
import threading
import time
from contextlib import suppress

import psutil
import pytest
from queue_run import Run, graded, key_of
from sqlalchemy import event

from plugins.classes.runs import jobs
from plugins.classes.runs.grade_job import JobOutcome, local_engine
from plugins.classes.runs.store import StoreError
from plugins.classes.runs.stored_runs import StoredResult, disagreements

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


class Disturbed:
    """Coordinators of one store, of which a process is killed now and then."""

    def __init__(self, place, chance, coordinators):
        self._place, self._chance = place, chance
        self._all = [self._started() for _ in range(coordinators)]

    def _started(self):
        process = FORK.Process(target=coordinate, args=(self._place,))
        process.start()
        return process

    def kill_one(self):
        """Kill a coordinator, or one of the processes that grade for it."""
        number = self._chance.randrange(len(self._all))
        coordinator = self._all[number]
        coordinator.join(self._chance.uniform(0.05, 0.6) / len(self._all))
        with suppress(psutil.NoSuchProcess):
            workers = psutil.Process(coordinator.pid).children()
            self._chance.choice([coordinator, *workers]).kill()
        if not coordinator.is_alive() or coordinator.join(0.02) or coordinator.exitcode is not None:
            self._all[number] = self._started()

    def finish(self):
        """Let the others end, and a last one grade what is left."""
        for coordinator in self._all:
            coordinator.join()
        coordinate(self._place)


def outcomes(run, names):
    """Name -> points; None for what is not graded."""
    results = {name: run.result(name) for name in names}
    return {name: None if item is None else item.earned for name, item in results.items()}


@pytest.fixture
def undisturbed(tmp_path):
    """`undisturbed(names)`: what a run of these jobs finds, with nothing killed."""

    def graded_in_peace(names):
        run = Run(str(tmp_path / "undisturbed.sqlite"))
        run.queue(*names)
        run.go(None, engine=local_engine(grade, 2))
        result = outcomes(run, names), run.counts
        run.store.close()
        return result

    return graded_in_peace


@pytest.mark.parametrize(
    ("count", "kills", "coordinators"),
    [
        (60, 4, 2),
        pytest.param(1000, 50, 1, marks=pytest.mark.slow),
        pytest.param(1000, 50, 2, marks=pytest.mark.slow),
    ],
)
@pytest.mark.timeout(600)
def test_killed_coordinators_and_workers_lose_and_double_nothing(
    count, kills, coordinators, run, undisturbed
):
    names = [str(number) for number in range(count)]
    run.queue(*names)
    disturbed = Disturbed(run.place, random.Random(0), coordinators)
    for _ in range(kills):
        disturbed.kill_one()
    disturbed.finish()
    result, counts = undisturbed(names)
    assert outcomes(run, names) == result
    assert run.counts == counts
    hostile = {name for name in names if is_hostile(name)}
    assert counts == {"done": count - len(hostile), "fault": len(hostile)}
    assert {name for name, points in result.items() if points is None} == hostile
    assert run.store.transaction(lambda c: list(disagreements(c, map(key_of, names)))) == []


@pytest.mark.parametrize("step", [86_400.0, -86_400.0], ids=["ahead", "back"])
def test_a_clock_that_steps_loses_and_doubles_nothing(run, monkeypatch, step):
    """Leases look ended, or endless, to the other coordinator."""
    names = [str(number) for number in range(40) if not is_hostile(number)]
    run.queue(*names)
    moved, real = [0.0], time.time
    monkeypatch.setattr("plugins.classes.runs.jobs.time.time", lambda: real() + moved[0])

    def grade_and_step(job):
        if int(job.place) % 9 == 5:
            moved[0] += step
        return grade(job)

    threads = [threading.Thread(target=run.go, args=(grade_and_step,)) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert run.counts == {"done": len(names)}
    assert outcomes(run, names) == {name: float(int(name) % 3) for name in names}


def test_a_database_that_becomes_read_only_stops_the_run_and_the_next_one_goes_on(run, monkeypatch):
    monkeypatch.setattr(jobs, "LEASE", 0.5)  # this process goes on: its lease has to end
    run.queue(*map(str, range(6)))
    graded_now = []

    def protect(connection, record):
        connection.execute("PRAGMA query_only=ON").close()

    def third(job):
        graded_now.append(job.place)
        if len(graded_now) == 3:
            event.listen(run.store._engine, "connect", protect)
            run.store.close()
        return graded(job)

    with pytest.raises(StoreError, match=r"readonly.*Nothing that was stored is lost"):
        run.go(third, width=1)
    event.remove(run.store._engine, "connect", protect)
    run.store.close()
    kept = run.counts["done"]
    assert kept == 2
    later = []
    run.go(lambda job: later.append(job.place) or graded(job))
    assert len(later) == 4
    assert run.counts == {"done": 6}


def test_a_full_disk_stops_the_run_and_the_next_one_goes_on(run):
    run.queue(*map(str, range(8)))

    def large(job):
        report = "x" * 100_000
        return JobOutcome(StoredResult("passed", 1.0, 1.0, 0.0, "c", report, False, "process", 0.0))

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
