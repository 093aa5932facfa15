"""What a worker does where the system is not Linux: no timers by signals, no polled pipes.

The grader's side is `autograder.sandbox.runners.portable_processes`.
"""

from __future__ import annotations

import _thread
import faulthandler
import math
import os
import time
from contextlib import suppress

#: Ends what was printed before a reply: replies and output come through two pipes.
END_OF_OUTPUT = b"\0"
#: How often the time is looked at, in seconds.
INTERVAL = 0.05


def end_output() -> None:
    """Mark the end of what was printed so far; the submission may have closed the descriptor."""
    with suppress(OSError):
        os.write(2, END_OF_OUTPUT)


class StackTimers:
    """Timers that write the stacks of all threads, as a thread that `threading` does not count.

    Code in C that does not release the interpreter's lock delays them.
    """

    def __init__(self) -> None:
        self._cpu = self._wall = math.inf
        _thread.start_new_thread(self._run, ())

    def set(self, cpu: float, wall: float) -> None:
        """Write the stacks after a number of seconds of CPU time or of wall time; 0 for never."""
        self._cpu = time.process_time() + cpu if cpu else math.inf
        self._wall = time.monotonic() + wall if wall else math.inf

    def _run(self) -> None:
        while True:
            time.sleep(INTERVAL)
            if time.process_time() >= self._cpu or time.monotonic() >= self._wall:
                self.set(0.0, 0.0)
                faulthandler.dump_traceback(file=2)
