"""Jobs are graded once each: faults, lost workers, interrupts, several coordinators."""

import multiprocessing
import os
import sys
import threading
import time
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path

import pytest
from queue_run import JOBS, graded, key_of, kill

from framework.processes import forking
from plugins.classes.runs import grade_job, grade_run, jobs
from plugins.classes.runs.grade_job import Engine, JobOutcome, local_engine

NAMES = [f"s{number}" for number in range(12)]


def test_every_job_gets_one_result(run):
    run.queue(*NAMES)
    seen = Counter()
    run.go(lambda job: seen.update([job.place]) or graded(job))
    assert seen == Counter(NAMES)
    assert run.counts == {"done": len(NAMES)}


def test_a_fault_is_tried_three_times_and_is_no_result_until_a_later_run(run):
    run.queue("bad", "worse", *NAMES)
    tries = Counter()

    def grade(job):
        tries[job.place] += 1
        if job.place == "worse":
            raise RuntimeError("out of pickles")
        return JobOutcome(fault="no space left") if job.place == "bad" else graded(job)

    run.go(grade)
    assert tries["bad"] == tries["worse"] == jobs.TRIES
    assert (run.result("bad"), run.fault("bad")) == (None, "no space left")
    assert run.fault("worse") == "RuntimeError: out of pickles"
    assert run.counts == {"done": len(NAMES), "fault": 2}
    run.queue("bad")
    run.go(lambda job: graded(job, earned=float(job.alone)))
    assert run.counts == {"done": len(NAMES) + 1, "fault": 1}
    assert run.result("bad").earned == 1.0


def test_what_a_busy_machine_disturbed_is_repeated_alone(run, monkeypatch):
    monkeypatch.setattr("plugins.classes.runs.jobs.TICK", 0.02)
    run.queue("slow", *NAMES)
    started, beside = [], []

    def grade(job):
        started.append(job.place)
        if job.alone:
            before = len(started)
            run.queue("added meanwhile")
            time.sleep(0.3)
            beside.append(started[before:])
        time.sleep(0.02)
        is_open = job.place == "slow" and not job.alone
        return JobOutcome(is_open=True) if is_open else graded(job)

    run.go(grade, width=4)
    assert (beside, started[-2:]) == ([[]], ["slow", "added meanwhile"])
    assert run.result("slow").repeated and not run.result("s1").repeated


@pytest.mark.skipif(os.name != "posix", reason="needs signals")
def test_a_submission_that_ends_its_worker_does_not_block_the_rest(run):
    run.queue("killer", "shaky", *NAMES)
    run.go(None, engine=local_engine(kill, 2))
    assert run.counts == {"done": len(NAMES) + 1, "fault": 1}
    assert run.fault("killer") == "the process that graded it was lost"
    assert run.result("shaky").verdict == "passed"


@pytest.mark.skipif(sys.platform != "linux", reason="processes are forked on Linux alone")
def test_an_engine_starts_its_processes_afresh_where_forks_are_unsafe(monkeypatch):
    monkeypatch.setattr(forking, "_is_forbidden", True)
    monkeypatch.delattr(os, "fork")
    job, engine = grade_job.Job("folder", "rnn"), local_engine(partial(JobOutcome, None), 1)
    assert engine.submit(job).result() == JobOutcome(None, job)
    engine.close()


def test_an_interrupt_gives_jobs_back_and_the_next_call_goes_on(run):
    run.queue(*NAMES)
    count = 0

    def interrupted(job):
        nonlocal count
        count += 1
        if count == 5:
            raise KeyboardInterrupt
        return graded(job)

    with pytest.raises(KeyboardInterrupt):
        run.go(interrupted, width=1)
    assert run.counts == {"done": 4, "queued": len(NAMES) - 4}
    graded_then = []
    run.go(lambda job: graded_then.append(job.place) or graded(job))
    assert sorted(graded_then) == sorted(NAMES[4:])


def test_two_coordinators_on_one_store_grade_everything_once(run):
    run.queue(*NAMES)
    seen = Counter()

    def grade(job):
        seen[job.place] += 1
        time.sleep(0.01)
        return graded(job)

    threads = [threading.Thread(target=run.go, args=(grade,)) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert seen == Counter(NAMES)


def test_leases_of_long_jobs_are_extended(run, monkeypatch):
    monkeypatch.setattr(jobs, "LEASE", 0.4)
    monkeypatch.setattr("plugins.classes.runs.jobs.TICK", 0.05)
    run.queue("long")
    leased = []

    def grade(job):
        time.sleep(1.0)
        leased.append(run.store.transaction(lambda c: jobs.lease(c, JOBS, "x", is_idle=True)))
        return graded(job)

    run.go(grade)
    assert leased == [None]


def test_a_sample_is_graded_again_and_differences_are_counted(run):
    run.queue("a", "b", "c")
    run.go(graded)
    work = {key_of(name): name for name in "abc"}
    assert grade_run.sample(work, 34, seed=1) == grade_run.sample(work, 34, seed=1)
    assert len(grade_run.sample(work, 34, seed=1)) == 2
    assert grade_run.sample(work, 0, seed=1) == {}

    def again(job):
        assert job.afresh  # or a check that depends on chance would not run again
        if job.place == "c":
            return JobOutcome(fault="disk full")
        return graded(job, earned=0.5 if job.place == "b" else 1.0)

    engine = Engine(partial(ThreadPoolExecutor, 2), again, 2)
    assert grade_run.verify(run.store, engine, work, Path) == (2, 1)
    assert run.result("b").earned == 1.0
    engine.close()


@pytest.mark.skipif(sys.platform != "linux", reason="needs a signal at the parent's death")
def test_a_process_whose_coordinator_has_ended_before_it_began_ends_too():
    """The signal of the parent's death does not come where the parent died before."""
    context = multiprocessing.get_context("fork")
    late = context.Process(target=grade_job._begin, args=(graded, os.getpid() + 1_000_000))
    late.start()
    late.join(20)
    assert late.exitcode == 1


def test_a_log_gets_a_line_now_and_then(capsys, monkeypatch):
    with grade_run.shown_progress(1200) as on_end:
        on_end(1)
        monkeypatch.setattr(grade_run, "IN_LOG", -1)
        on_end(0)
        on_end(400)
    assert capsys.readouterr().err == "graded 400 of 1,200, 0 min left\n"
