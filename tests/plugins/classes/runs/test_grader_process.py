"""A grader's process: one for each thread, gone with its parent, started again when it is lost."""

import os
import signal
import subprocess
import sys
import threading
import time
from dataclasses import replace

import msgspec
import psutil
import pytest

from plugins.classes.runs import cluster
from plugins.classes.runs.cluster import (
    GraderLostError,
    GraderProcess,
    end_graders,
    grade_on_worker,
    outcome_from,
)
from plugins.classes.runs.grade_job import Job, environment_of


@pytest.fixture
def grade(command, settings):
    """`grade(place)`: the outcome of the job with that name."""
    return lambda place: grade_on_worker(settings, Job(place, "rnn"))


def test_a_lost_process_is_started_again(grade):
    assert grade("a").result.earned == 1.0
    first = cluster._of_this_thread.grader
    with pytest.raises(GraderLostError, match="exit status -9"):
        grade("killer")
    assert grade("b").result.earned == 1.0
    assert cluster._of_this_thread.grader is not first
    end_graders()


def test_a_thread_that_waits_for_its_answer_is_released_at_the_end(grade):
    found = []

    def wait():
        try:
            grade("slow")
        except GraderLostError as error:
            found.append(error)

    thread = threading.Thread(target=wait)
    thread.start()
    time.sleep(0.3)
    end_graders()
    thread.join(10)
    assert len(found) == 1


PARENT = """
import sys, time
from plugins.classes.runs.cluster import GraderProcess
print(GraderProcess()._process.pid, flush=True)
time.sleep(60)
"""


@pytest.mark.skipif(sys.platform != "linux", reason="needs a signal at the parent's death")
def test_the_real_process_ends_when_its_worker_is_killed():
    parent = subprocess.Popen([sys.executable, "-c", PARENT], stdout=subprocess.PIPE, text=True)
    pid = int(parent.stdout.readline())
    os.kill(parent.pid, signal.SIGKILL)
    parent.wait()
    parent.stdout.close()
    deadline = time.monotonic() + 20
    while psutil.pid_exists(pid) and psutil.Process(pid).status() != psutil.STATUS_ZOMBIE:
        assert time.monotonic() < deadline
        time.sleep(0.05)


def test_what_is_printed_is_no_answer(settings):
    settings = replace(settings, environment=environment_of(settings.options))
    task = msgspec.json.encode((settings, Job("x", "rnn")), enc_hook=str)
    grader = GraderProcess()
    found = outcome_from(grader.grade(task))
    grader.close()
    assert "no course" in found.fault
