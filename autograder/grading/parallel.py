"""A function over many arguments in parallel processes, forked once everything is loaded."""

from __future__ import annotations

import gc
import os
import signal
import time
from collections.abc import Callable, Generator, Sequence
from types import FrameType
from typing import TYPE_CHECKING, Any, NoReturn, TypeVar

from framework.processes.forking import may_fork
from framework.processes.termination import end_at_once, held_back

if TYPE_CHECKING:
    from multiprocessing.process import BaseProcess

    from autograder.grading.grader import Grader

A = TypeVar("A")
R = TypeVar("R")

#: Seconds that the processes have together to clean up once they are to end.
GRACE = 5.0
#: The function that a forked process calls. A fork inherits it: it need not be picklable.
_function: Callable[[Any], Any] | None = None


def load_grader() -> type[Grader]:
    """Import all that the checks need; processes that are forked later share it."""
    from autograder.grading.grader import Grader  # imports pytest

    if not gc.isenabled():  # as the command has it
        gc.freeze()  # imported objects stay: the collector need not search them for cycles
        gc.enable()
    return Grader


def processes(jobs: int, count: int) -> int:
    """Return how many of `jobs` processes to fork for `count` pieces of work; 1: fork none."""
    return min(jobs or os.cpu_count() or 1, count) if may_fork() else 1


def in_parallel(
    function: Callable[[A], R], arguments: Sequence[A], jobs: int, *, as_they_end: bool = False
) -> Generator[R]:
    """Yield the results of `function`, in the order of `arguments` or as they end.

    When it is interrupted, or one of the calls raises, the other processes are ended. `jobs` are
    processes side by side; 0 for one per processor.
    """
    forked = processes(jobs, len(arguments))
    if forked <= 1:
        yield from map(function, arguments)
        return
    # Imported here, for most commands fork nothing.
    import multiprocessing
    from concurrent.futures import ProcessPoolExecutor, as_completed

    context = multiprocessing.get_context("fork")
    with ProcessPoolExecutor(forked, context, initializer=begin, initargs=(function,)) as pool:
        try:
            with held_back():  # a process that is ended early would print a traceback
                futures = [pool.submit(work, argument) for argument in arguments]
            for future in as_completed(futures) if as_they_end else futures:
                yield future.result()
        except BaseException:  # an interrupt, here or where the results are used
            _end(multiprocessing.active_children())
            raise


def _end(children: Sequence[BaseProcess]) -> None:
    """End `children`: those that do not heed it within `GRACE` seconds are killed."""
    for child in children:
        child.terminate()
    latest = time.monotonic() + GRACE
    for child in children:
        child.join(max(0.0, latest - time.monotonic()))
        child.kill()  # nothing where it has ended


def begin(function: Callable[[Any], Any]) -> None:
    """Learn what to do."""
    global _function  # noqa: PLW0603 - see `_function`
    _function = function
    end_at_once()


def _interrupt(number: int, frame: FrameType | None) -> NoReturn:
    """Let SIGTERM raise KeyboardInterrupt, once: what cleans up then is not interrupted again."""
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    raise KeyboardInterrupt


def work(argument: Any) -> Any:
    """Call the function; who ends this process meanwhile, lets it clean up behind itself."""
    if _function is None:
        raise RuntimeError("this process was not forked by `in_parallel`")
    try:
        signal.signal(signal.SIGTERM, _interrupt)
        try:
            return _function(argument)
        finally:
            signal.signal(signal.SIGTERM, signal.SIG_DFL)
    except KeyboardInterrupt:
        os._exit(1)  # the parent does not wait for an answer
