"""A function over many arguments in parallel processes, forked once everything is loaded."""

from __future__ import annotations

import multiprocessing
import os
import signal
import sys
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from typing import Any, TypeVar

A = TypeVar("A")
R = TypeVar("R")

#: How a forked process finds what it inherits, which need not be picklable.
_inherited: Callable[[Any], Any] | None = None


def in_parallel(function: Callable[[A], R], arguments: Sequence[A], jobs: int) -> Iterator[R]:
    """The results of `function` for each of `arguments`, in their order.

    Args:
        jobs: processes side by side; 0 for one per processor.
    """
    jobs = min(jobs or os.cpu_count() or 1, len(arguments))
    if jobs > 1 and sys.platform == "linux":  # forking is unsafe with macOS's libraries
        yield from _side_by_side(function, arguments, jobs)
    else:
        yield from map(function, arguments)


def _side_by_side(function: Callable[[A], R], arguments: Sequence[A], jobs: int) -> Iterator[R]:
    global _inherited  # noqa: PLW0603 - see `_inherited`
    _inherited = function
    context = multiprocessing.get_context("fork")
    with ProcessPoolExecutor(jobs, context, initializer=_die_when_interrupted) as pool:
        futures = [pool.submit(_call_inherited, argument) for argument in arguments]
        try:
            for future in futures:
                yield future.result()
        except BaseException:
            pool.shutdown(wait=False, cancel_futures=True)
            raise


def _die_when_interrupted() -> None:
    """A terminal interrupts these processes as well: without a word, as the first one speaks."""
    signal.signal(signal.SIGINT, signal.SIG_DFL)


def _call_inherited(argument: Any) -> Any:
    if _inherited is None:
        raise RuntimeError("this process was not forked by `_side_by_side`")
    return _inherited(argument)
