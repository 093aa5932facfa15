"""A queue of jobs with a grader of the test's own, in place of sandboxes."""

import os
import signal
import time
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path

from plugins.classes.runs.grade_job import Engine, JobOutcome
from plugins.classes.runs.jobs import Coordinator, add_jobs, count_jobs, jobs_of
from plugins.classes.runs.store import ResultKey, Store
from plugins.classes.runs.stored_runs import RunKey, StoredResult, fault_of, find_result

QUEUE = RunKey("lab1", "r1", 7, "numpy")
JOBS = jobs_of(QUEUE, {"r1"})


def key_of(name):
    return ResultKey(name, "rnn", "r1", 7, "numpy", 0)


def graded(job, earned=1.0):
    """The outcome of a job whose result is right."""
    return JobOutcome(
        StoredResult("passed", earned, 1.0, 0.0, f"{earned}", "{}", job.alone, "process", 0.0)
    )


def kill(job):
    """Grade in a process; some submissions end it."""
    if job.place == "killer" or (job.place == "shaky" and not job.alone):
        os.kill(os.getpid(), signal.SIGKILL)
    time.sleep(0.01)
    return graded(job)


def kill_on_worker(settings, job):
    """Grade as `kill` does, in place of `cluster.graded`."""
    return kill(job)


class Run:
    """A queue in a store of SQLite, and what became of it."""

    def __init__(self, place):
        self.place = place
        self.store = Store(place)

    def queue(self, *names):
        work = [(key_of(name), name) for name in names]
        self.store.transaction(partial(add_jobs, work=work, assignment="lab1", run=1, priority=0))

    def go(self, grade, width=2, engine=None):
        """Grade everything with threads that call `grade`, or with an engine."""
        engine = engine or Engine(partial(ThreadPoolExecutor, width), grade, width)
        try:
            Coordinator(self.store, engine, JOBS, lambda name, _: Path(name)).run()
        finally:
            engine.close()

    def result(self, name):
        return self.store.transaction(partial(find_result, key=key_of(name)))

    def fault(self, name):
        return self.store.transaction(partial(fault_of, key=key_of(name)))

    @property
    def counts(self):
        return self.store.transaction(partial(count_jobs, queue=JOBS))
