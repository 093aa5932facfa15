"""Limits of processor time, wider ones of wall time, and the budget of an exercise."""

from __future__ import annotations

from dataclasses import dataclass

#: Maximum wall time, in multiples of the processor time: the machine may be busy.
WALL_FACTOR = 8.0


@dataclass(frozen=True)
class TimeLimit:
    """What one exchange with a worker may take, in seconds.

    Attributes:
        cpu: of processor time, over all processes of the worker.
        wall: until the reply has arrived, whatever else the machine is doing.
    """

    cpu: float
    wall: float


@dataclass(frozen=True)
class Deadlines:
    """Limits in seconds of processor time.

    Attributes:
        start: of a worker, in wall time: no submission runs yet.
        load: import of the file.
        call: one request.
        total: all of an exercise, later starts of workers included.
    """

    start: float = 20.0
    load: float = 10.0
    call: float = 5.0
    total: float = 60.0


class TimeBudget:
    """The time of one exercise: of its workers, one after the other.

    Args:
        total: seconds of processor time.
    """

    def __init__(self, total: float) -> None:
        self.total = total
        self._ended = 0.0
        self._current = 0.0
        self._free: float | None = None
        self._wall = 0.0
        self._idle = 0.0

    def note_start(self, cpu: float, wall: float) -> None:
        """Count the start of a worker; that of the first one is free."""
        if self._free is None:
            self._free = cpu
        else:
            self._wall += wall
        self._current = cpu

    def note_exchange(self, cpu: float, wall: float, idle: float = 0.0) -> None:
        """Count an exchange of `wall` seconds with a worker that has used `cpu` so far.

        Args:
            idle: seconds of the exchange in which the worker wanted no processor.
        """
        self._current = cpu
        self._wall += wall
        self._idle += idle

    def note_end(self) -> None:
        """Count what the current worker has used: another one follows."""
        self._ended += self._current
        self._current = 0.0

    @property
    def wall(self) -> float:
        """Seconds that all of it has taken."""
        return self._wall

    @property
    def is_idle(self) -> bool:
        """Whether the workers waited, by themselves, for longer than they might have computed."""
        return self._idle > self.total

    @property
    def left(self) -> TimeLimit:
        """What is left of processor time, and of wall time."""
        used = self._ended + self._current - (self._free or 0.0)
        return TimeLimit(self.total - used, WALL_FACTOR * self.total - self._wall)

    def limit(self, cpu: float) -> TimeLimit:
        """Return the limit of an exchange of at most `cpu` seconds, within what is left."""
        left = self.left
        return TimeLimit(min(cpu, left.cpu), min(WALL_FACTOR * cpu, left.wall))
