"""How far a run is, on one line: results, rate, time left, and what is not a student's fault."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable
from typing import TextIO

#: Seconds between two states on a terminal, and in a log.
ON_TERMINAL, IN_LOG = 0.5, 30.0


class Progress:
    """Counts what becomes of jobs, and shows it now and then.

    Args:
        total: number of jobs.
        stream: where it is shown; on a terminal, one line is written again and again.
        clock: seconds that never go back.
    """

    def __init__(
        self,
        total: int,
        stream: TextIO | None = None,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self.total, self.done, self.not_graded = total, 0, 0
        self.repeated, self.faults, self.disagreements = 0, 0, 0
        self._stream, self._clock = stream or sys.stderr, clock
        self._started = self._shown = clock()

    def graded(self, *, is_repeated: bool) -> None:
        """Take note of a result."""
        self.done += 1
        self.repeated += is_repeated

    def failed(self, *, is_final: bool) -> None:
        """Take note of a fault of ours; a final one leaves the job not graded."""
        self.faults += 1
        self.not_graded += is_final

    def disagreed(self) -> None:
        """Take note of a second result that differs."""
        self.disagreements += 1

    @property
    def line(self) -> str:
        """The state in words."""
        seconds = self._clock() - self._started
        rate = self.done / seconds if seconds > 0 else 0.0
        parts = [f"graded {self.done:,} of {self.total:,}"]
        if rate:
            left = max(self.total - self.done - self.not_graded, 0) / rate
            parts += [f"{rate:.1f}/s", f"{_duration(left)} left"]
        counted = {
            "not graded": self.not_graded,
            "repeated alone": self.repeated,
            "disagreements": self.disagreements,
        }
        return " · ".join(
            [*parts, *(f"{count} {name}" for name, count in counted.items() if count)]
        )

    def show(self) -> None:
        """Show the current state, unless it was shown a moment ago."""
        is_terminal = self._stream.isatty()
        if self._clock() - self._shown < (ON_TERMINAL if is_terminal else IN_LOG):
            return
        self._shown = self._clock()
        self._stream.write(f"\r{self.line}\x1b[K" if is_terminal else f"{self.line}\n")
        self._stream.flush()

    def end(self) -> None:
        """Show the last state."""
        is_terminal = self._stream.isatty()
        self._stream.write(f"\r{self.line}\x1b[K\n" if is_terminal else f"{self.line}\n")
        self._stream.flush()


def _duration(seconds: float) -> str:
    minutes, rest = divmod(round(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    if hours:
        return f"{hours} h {minutes:02} min"
    return f"{minutes} min {rest:02} s" if minutes else f"{rest} s"
