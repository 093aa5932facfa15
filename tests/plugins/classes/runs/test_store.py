"""The store in SQLite and in PostgreSQL: leases, results once, disagreements, runs."""

import multiprocessing
import os
import signal
import sqlite3
import stat
import threading
import time
from contextlib import closing
from dataclasses import replace
from functools import partial

import psutil
import pytest
from sqlalchemy import func, select, update

from framework.errors import BadInputError
from plugins.classes.runs import jobs, stored_runs
from plugins.classes.runs import store as tables
from plugins.classes.runs.jobs import MAX_LOST, add_jobs, lease
from plugins.classes.runs.store import ResultKey, Store, StoreError, job
from plugins.classes.runs.stored_runs import (
    RunEntry,
    RunKey,
    StoredResult,
    commit,
    disagreements,
    find_result,
)

QUEUE = RunKey("lab1", "r1", 7, "numpy")
JOBS = jobs.jobs_of(QUEUE, {"r1", "r0"})


def key(number, generation=0):
    return ResultKey(f"s{number}", "rnn", "r1", 7, "numpy", generation)


def result(earned=2.0, checks="same"):
    return StoredResult("passed", earned, 3.0, 0.0, checks, "{}", False, "process", 0.1)


@pytest.fixture
def call(store):
    """`call(function, ...)`: what a function returns in a transaction of the store."""
    return lambda function, *args, **named: store.transaction(
        lambda connection: function(connection, *args, **named)
    )


@pytest.fixture
def queued(call):
    """`queued(n)`: `n` jobs are queued."""

    def queue(count, **named):
        work = [(key(number), f"attempt{number}") for number in range(count)]
        call(add_jobs, work, **{"assignment": "lab1", "run": 1, "priority": 0, **named})

    return queue


def test_a_job_is_leased_by_one_owner_at_a_time(call, queued):
    queued(2)
    first, second, none = (call(lease, JOBS, name, is_idle=True) for name in "abc")
    assert (first.key, second.key, none) == (key(0), key(1), None)
    call(jobs.give_back, [first.id], "b")
    assert call(lease, JOBS, "c", is_idle=True) is None
    call(jobs.give_back, [first.id], "a")
    assert call(lease, JOBS, "c", is_idle=True).key == key(0)


def test_only_jobs_of_the_same_setting_are_leased(call, queued):
    queued(1)
    for change in ({"assignment": "lab2"}, {"seed": 8}, {"environment": "torch"}):
        other = jobs.jobs_of(replace(QUEUE, **change), {"r1"})
        assert call(lease, other, "a", is_idle=True) is None
    assert call(lease, jobs.jobs_of(QUEUE, {"r2"}), "a", is_idle=True) is None


def test_a_store_of_the_former_format_gets_a_revision_for_each_exercise(tmp_path):
    location = str(tmp_path / "results.sqlite")
    entries = [RunEntry("ana", "a1", "rnn", "s1", "r1")]
    with Store(location) as store:
        run = store.transaction(stored_runs.start_run, QUEUE, "process", "w", entries)
    with closing(sqlite3.connect(location)) as connection:
        connection.execute("ALTER TABLE entry DROP COLUMN revision")
        connection.execute("UPDATE meta SET value = '1' WHERE name = 'schema'")
        connection.commit()
    for _ in range(2):
        with Store(location) as store:
            assert store.transaction(stored_runs.entries_of, run.id) == entries


def test_live_work_comes_before_regrades_and_what_runs_alone_waits(call, queued):
    call(add_jobs, [(key(9, 1), "x")], assignment="lab1", run=1, priority=jobs.REGRADE)
    queued(2)
    first = call(lease, JOBS, "a", is_idle=True)
    call(jobs.repeat_alone, first)
    order = [call(lease, JOBS, "a", is_idle=False) for _ in range(2)]
    assert [item.key for item in order] == [key(1), key(9, 1)]
    assert call(lease, JOBS, "a", is_idle=False) is None
    alone = call(lease, JOBS, "a", is_idle=True)
    assert (alone.key, alone.alone) == (key(0), True)


@pytest.mark.parametrize("until", [-1.0, 3 * jobs.LEASE], ids=["ended", "clock was set back"])
def test_a_lease_that_ended_is_given_to_another(call, queued, until):
    queued(1)
    first = call(lease, JOBS, "a", is_idle=True)
    moved = update(job).values(until=time.time() + until)
    call(lambda connection: connection.execute(moved))
    assert call(lease, JOBS, "b", is_idle=True).id == first.id
    call(jobs.give_back, [first.id], "a")
    call(jobs.extend, [first.id], "b")
    assert call(lease, JOBS, "c", is_idle=True) is None


def test_jobs_of_a_coordinator_that_ended_are_reclaimed_at_once(call, queued):
    queued(1)
    gone = jobs.owner_name().split("|")
    gone[1] = "999999999"
    for lost in range(1, MAX_LOST + 1):
        call(lease, JOBS, "|".join(gone), is_idle=True)
        assert call(jobs.reclaim, JOBS) == 1
        row = call(lambda connection: connection.execute(select(job)).one())
        assert (row.lost, row.alone, row.state) == (
            lost, lost > 1, "fault" if lost == MAX_LOST else "queued",
        )  # fmt: skip
    assert call(jobs.reclaim, JOBS) == 0


@pytest.mark.skipif(not hasattr(os, "fork"), reason="needs fork")
def test_a_coordinator_without_a_parent_that_waits_has_ended(call, queued):
    """In a container without an init process, killed coordinators stay as zombies."""
    queued(1)
    number = os.fork()
    if number == 0:
        os._exit(0)
    host, _, _, rest = jobs.owner_name().split("|")
    while psutil.Process(number).status() != psutil.STATUS_ZOMBIE:
        time.sleep(0.01)
    started = f"{psutil.Process(number).create_time():.0f}"
    call(lease, JOBS, "|".join((host, str(number), started, rest)), is_idle=True)
    try:
        assert call(jobs.reclaim, JOBS) == 1
    finally:
        os.waitpid(number, 0)


def test_jobs_of_coordinators_that_run_or_are_elsewhere_are_not_reclaimed(call, queued):
    queued(2)
    call(lease, JOBS, jobs.owner_name(), is_idle=True)
    call(lease, JOBS, "another-machine|1|1|x", is_idle=True)
    assert call(jobs.reclaim, JOBS) == 0


def test_the_first_result_counts_and_another_one_is_kept_beside_it(call):
    assert call(commit, key(0), result())
    assert call(commit, key(0), result())
    assert not call(commit, key(0), result(1.0, "other"))
    assert call(find_result, key(0)).earned == 2.0
    (actual,) = call(lambda connection: list(disagreements(connection, [key(0)])))
    assert (actual.first.earned, actual.second.earned) == (2.0, 1.0)


def test_what_has_a_result_is_not_queued_again(call, queued):
    call(commit, key(0), result())
    queued(2)
    assert call(jobs.count_jobs, JOBS) == {"queued": 1}


def test_runs_are_kept_with_their_entries(call):
    entries = [
        RunEntry("ana", "a1", "rnn", "s1", "r"),
        RunEntry("王小明", "a2", "rnn", "s1", "r", 1),
    ]
    first = call(stored_runs.start_run, QUEUE, "process", "w", entries)
    assert call(stored_runs.unfinished_run, QUEUE, "w").id == first.id
    assert call(stored_runs.unfinished_run, QUEUE, "other") is None
    call(stored_runs.end_run, first.id)
    assert call(stored_runs.unfinished_run, QUEUE, "w") is None
    assert sorted(call(stored_runs.entries_of, first.id), key=lambda item: item.attempt) == entries
    assert call(stored_runs.last_generation, "rnn", "s1") == 1
    with pytest.raises(BadInputError, match="no run 99"):
        call(stored_runs.find_run, 99)


def worker(place, die_after):
    """Lease and commit until nothing is left; with `die_after`, end inside a transaction."""
    with Store(place) as store:
        for number in range(10_000):
            leased = store.transaction(
                partial(lease, queue=JOBS, owner=f"w{os.getpid()}|{number}|x|x", is_idle=True)
            )
            if leased is None:
                return
            store.transaction(partial(end, leased=leased, dies=number == die_after))


def end(connection, leased, dies):
    if dies:
        commit(connection, leased.key, result())
        os.kill(os.getpid(), signal.SIGKILL)
    jobs.finish(connection, leased, result())


@pytest.mark.parametrize(
    "place", ["sqlite", pytest.param("postgresql", marks=pytest.mark.slow)], indirect=True
)
def test_workers_that_are_killed_leave_every_result_exactly_once(place, call, queued, monkeypatch):
    monkeypatch.setattr(jobs, "LEASE", 0.3)
    queued(60)
    context = multiprocessing.get_context("spawn" if "://" in place else "fork")
    for die_after in (1, 3, None):
        process = context.Process(target=worker, args=(place, die_after))
        process.start()
        process.join(60)
        time.sleep(0.35 if die_after is not None else 0)
    counted = select(func.count()).select_from(tables.grading)
    for _ in range(100):
        worker(place, None)
        if call(lambda connection: connection.execute(counted).scalar()) == 60:
            break
        time.sleep(0.1)
    assert call(jobs.count_jobs, JOBS) == {"done": 60}


def test_a_store_of_sqlite_belongs_to_its_owner_alone(tmp_path):
    with Store(str(tmp_path / "x.sqlite")) as store:
        store.transaction(partial(commit, key=key(0), result=result()))
        modes = {stat.S_IMODE(file.stat().st_mode) for file in tmp_path.iterdir()}
    assert modes == {0o600}


def test_a_locked_store_is_waited_for_and_an_error_names_it(tmp_path):
    location = str(tmp_path / "x.sqlite")
    with Store(location) as first, Store(location, patience=0.2) as second:

        def hold(connection):
            with pytest.raises(StoreError, match=r"locked\. Nothing that was stored is lost"):
                second.transaction(lambda other: None)

        first.transaction(hold)
        second.transaction(lambda connection: None)


def test_a_store_that_cannot_be_written_is_an_error_with_its_cause(tmp_path):
    (tmp_path / "text").write_text("no database at all, " * 100)
    with pytest.raises(StoreError, match="not a database"):
        Store(str(tmp_path / "text"))
    with pytest.raises(BadInputError, match="no store can be written"):
        Store(str(tmp_path / "missing" / "x"))
    with pytest.raises(BadInputError, match="expected a file or postgresql"):
        Store("mysql://x/y")
    with pytest.raises(StoreError):
        Store("postgresql://x@/y?host=/nowhere", patience=0)


def test_a_store_of_another_version_is_refused(call, place):
    call(lambda c: c.execute(update(tables.meta).values(value="9")))
    with pytest.raises(BadInputError, match="format 9 instead of 2"):
        Store(place)


@pytest.mark.parametrize("place", ["postgresql"], indirect=True)
def test_a_server_that_restarts_is_waited_for(call, queued, postgresql_server):
    queued(2)
    postgresql_server.stop()
    starting = threading.Timer(1.0, postgresql_server.start)
    starting.start()
    try:
        assert call(lease, JOBS, "a", is_idle=True).key == key(0)
    finally:
        starting.join()


def test_removed_data_is_overwritten(tmp_path):
    file = tmp_path / "x.sqlite"
    with Store(str(file)) as store:
        store.transaction(
            partial(commit, key=ResultKey("marker-of-ana", "rnn", "r", 0, "e"), result=result())
        )
        store.transaction(lambda c: c.execute(tables.grading.delete()))
        store.purge()
        data = b"".join(item.read_bytes() for item in tmp_path.iterdir())
    assert b"marker-of-ana" not in data
