"""The pipes of a worker: the calls of Linux and the threads of other systems do the same."""

import os
import sys
import time

import pytest

from autograder.sandbox.runners.portable import CHUNK, MAX_CHUNKS, ThreadedPipes
from autograder.sandbox.session.process import PolledPipes
from autograder.sandbox.worker.portable import END_OF_OUTPUT

#: Seconds until a test has failed.
LONG = 20.0

polled = pytest.param(
    PolledPipes, marks=pytest.mark.skipif(sys.platform != "linux", reason="Linux alone polls pipes")
)


class Worker:
    """The other ends of three pipes."""

    def __init__(self, kind):
        self.printed = b""
        (asked, requests), (replies, replied), (output, said) = (os.pipe() for _ in range(3))
        streams = [os.fdopen(requests, "wb"), os.fdopen(replies, "rb"), os.fdopen(output, "rb")]
        self.requests = os.fdopen(asked, "rb")
        self.replies, self.output = (os.fdopen(end, "wb", 0) for end in (replied, said))
        self.pipes = kind(streams, self._print)

    def _print(self, data):
        self.printed += data

    def close(self):
        for stream in (self.requests, self.replies, self.output):
            stream.close()
        self.pipes.close()

    def read(self, size):
        """All that is read in time, up to `size` bytes."""
        data, end = b"", time.monotonic() + LONG
        while len(data) < size and time.monotonic() < end:
            data += self.pipes.read(size - len(data), LONG) or b""
        return data


@pytest.fixture(params=[polled, ThreadedPipes])
def worker(request):
    worker = Worker(request.param)
    yield worker
    worker.close()


def test_a_reply_is_read_in_parts_of_any_size(worker):
    assert not worker.pipes.has_reply()
    worker.replies.write(b"0123456789")
    assert worker.read(3) == b"012"
    assert worker.pipes.has_reply()
    assert worker.read(7) == b"3456789"
    assert not worker.pipes.has_reply()


def test_nothing_is_returned_where_no_reply_comes_in_time(worker):
    assert worker.pipes.read(3, 0.01) is None


def test_the_end_of_the_replies_is_no_reply(worker):
    worker.replies.write(b"last")
    worker.replies.close()
    assert worker.read(4) == b"last"
    assert not worker.pipes.has_reply()
    assert worker.pipes.read(3, LONG) == b""
    assert worker.pipes.read(3, LONG) == b""


def test_a_large_frame_is_sent_while_a_reply_is_waited_for(worker):
    frame = os.urandom(1 << 20)
    worker.pipes.send(frame)
    received = b""
    while len(received) < len(frame):
        worker.pipes.read(1, 0.001)
        received += os.read(worker.requests.fileno(), 1 << 16)
    assert received == frame


def test_a_frame_for_a_worker_that_has_ended_is_dropped(worker):
    worker.requests.close()
    worker.pipes.send(b"frame")
    worker.replies.close()
    assert worker.pipes.read(1, LONG) == b""


def test_output_is_read_until_the_reply_and_until_the_end(worker):
    worker.output.write(b"first" + END_OF_OUTPUT)
    worker.pipes.settle()
    assert worker.printed.rstrip(END_OF_OUTPUT) == b"first"
    worker.output.write(b"second")
    for stream in (worker.output, worker.replies):
        stream.close()
    worker.pipes.close()
    assert worker.printed.replace(END_OF_OUTPUT, b"") == b"firstsecond"


@pytest.mark.skipif(sys.platform == "win32", reason="its pipes always block")
def test_a_flood_of_replies_waits_in_the_pipe(worker):
    os.set_blocking(worker.replies.fileno(), False)
    sent = refused = 0
    while refused < 50:
        written = worker.replies.write(bytes(CHUNK))
        sent += written or 0
        refused = 0 if written else refused + 1
        time.sleep(0.001)
        assert sent < 2 * (MAX_CHUNKS + 2) * CHUNK
