"""The progress of a run: rate, time left, and what is not graded, on one line."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable
from typing import TextIO

#: Seconds between two states on a terminal, and in a log.
ON_TERMINAL, IN_LOG = 0.5, 30.0


class RunProgress:
    """Counts finished jobs, and shows the state at intervals.

    Args:
        total: number of jobs.
        stream: for output; on a terminal, the same line is replaced.
        clock: a monotonic clock, in seconds.
    """

    def __init__(
        self,
        total: int,
        stream: TextIO | None = None,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self.total, self._stream, self._clock = total, stream or sys.stderr, clock
        self.done = self.not_graded = self.repeated = self.disagreements = 0
        self._started = self._shown = clock()

    @property
    def line(self) -> str:
        """The state in words."""
        seconds = self._clock() - self._started
        parts = [f"graded {self.done:,} of {self.total:,}"]
        if self.done and seconds > 0:
            rate = self.done / seconds
            left = max(self.total - self.done - self.not_graded, 0) / rate
            parts += [f"{rate:.1f}/s", f"{_duration(left)} left"]
        counted = {
            "not graded": self.not_graded,
            "repeated alone": self.repeated,
            "disagreements": self.disagreements,
        }
        return " · ".join(
            [*parts, *(f"{count} {what}" for what, count in counted.items() if count)]
        )

    def show(self, *, is_last: bool = False) -> None:
        """Show the current state, unless it was shown a moment ago; the last one always."""
        is_terminal = self._stream.isatty()
        pause = ON_TERMINAL if is_terminal else IN_LOG
        if is_last or self._clock() - self._shown >= pause:
            self._shown = self._clock()
            end = "\n" if is_last or not is_terminal else ""
            self._stream.write(f"\r{self.line}\x1b[K{end}" if is_terminal else f"{self.line}{end}")
            self._stream.flush()


def _duration(seconds: float) -> str:
    minutes, rest = divmod(round(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    if hours:
        return f"{hours} h {minutes:02} min"
    return f"{minutes} min {rest:02} s" if minutes else f"{rest} s"
