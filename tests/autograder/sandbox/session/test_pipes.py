"""The pipes of a worker, on Linux and on other systems; `test_unconfined` uses them."""

import os
import subprocess
import sys
import time

import pytest

from autograder.sandbox.runners.portable_processes import CHUNK, MAX_CHUNKS, ThreadedPipes
from autograder.sandbox.session.faults import Crashed
from autograder.sandbox.session.process import (
    Launch,
    PolledPipes,
    TimeLimit,
    WorkerProcess,
    pipes_of,
)

#: Seconds until a test has failed.
LONG = 20.0

polled = pytest.param(
    PolledPipes, marks=pytest.mark.skipif(sys.platform != "linux", reason="Linux alone polls pipes")
)


class Worker:
    """The other ends of three pipes."""

    def __init__(self, kind):
        (asked, requests), (replies, replied), (output, said) = (os.pipe() for _ in range(3))
        streams = [os.fdopen(requests, "wb"), os.fdopen(replies, "rb"), os.fdopen(output, "rb")]
        self.requests = os.fdopen(asked, "rb")
        self.replies, self.output = (os.fdopen(end, "wb", 0) for end in (replied, said))
        self.pipes = kind(streams, bytes)

    def close(self):
        for stream in (self.requests, self.replies, self.output):
            stream.close()
        self.pipes.close()


@pytest.fixture(params=[polled, ThreadedPipes])
def worker(request):
    worker = Worker(request.param)
    yield worker
    worker.close()


def test_a_frame_for_a_worker_that_has_ended_is_dropped(worker):
    worker.requests.close()
    worker.pipes.send(b"frame")
    worker.replies.close()
    assert worker.pipes.read(1, LONG) == b""


@pytest.mark.skipif(sys.platform == "win32", reason="its pipes always block")
def test_a_flood_of_replies_waits_in_the_pipe(worker):
    assert not worker.pipes.has_reply()
    os.set_blocking(worker.replies.fileno(), False)
    sent = refused = 0
    while refused < 50:
        written = worker.replies.write(bytes(CHUNK))
        sent += written or 0
        refused = 0 if written else refused + 1
        time.sleep(0.001)
        assert sent < 2 * (MAX_CHUNKS + 2) * CHUNK
    assert worker.pipes.has_reply()


#: Writes before it is asked anything.
EARLY = "import sys, time; print('a reply', flush=True); time.sleep(60)"


class OpenSandbox:
    """Starts the program `EARLY` with three pipes, in no sandbox at all."""

    def spawn(self, argv, view, limits):
        pipe = subprocess.PIPE
        return subprocess.Popen([sys.executable, "-c", EARLY], stdin=pipe, stdout=pipe, stderr=pipe)

    def kill(self, process):
        process.kill()
        process.wait(LONG)


def test_a_reply_that_was_written_before_the_question_is_not_read():
    process = WorkerProcess(Launch(OpenSandbox(), [], None, None))
    try:
        deadline = time.monotonic() + LONG
        while not process._pipes.has_reply() and time.monotonic() < deadline:
            time.sleep(0.01)
        with pytest.raises(Crashed, match="wrote to the grader's channel without being asked"):
            process.exchange(b"frame", TimeLimit(LONG, LONG))
    finally:
        process.close()


def test_a_sandbox_that_gives_fewer_than_three_pipes_is_an_error():
    pipe = subprocess.PIPE
    process = subprocess.Popen([sys.executable, "-c", ""], stdin=pipe, stdout=pipe)
    with process, pytest.raises(ValueError, match="must give its process three pipes"):
        pipes_of(process, bytes)
