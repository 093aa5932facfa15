"""Trials in parallel processes, which are forked once pytest, NumPy and the plugins are loaded."""

from __future__ import annotations

import multiprocessing
import os
import signal
import sys
from collections.abc import Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor

from autograder.audit.trials import Failure, Trial, attempt
from autograder.run import Setting

Failures = tuple[Failure, ...]

#: How a forked process finds what it inherits.
_inherited: Setting | None = None


def attempt_all(setting: Setting, trials: Sequence[Trial], jobs: int) -> Iterator[Failures]:
    """What each of `trials` fails, in their order.

    Args:
        jobs: processes side by side; 0 for one per processor.
    """
    jobs = min(jobs or os.cpu_count() or 1, len(trials))
    if jobs > 1 and sys.platform == "linux":  # forking is unsafe with macOS's libraries
        yield from _side_by_side(setting, trials, jobs)
    else:
        for trial in trials:
            yield attempt(setting, trial)


def _side_by_side(setting: Setting, trials: Sequence[Trial], jobs: int) -> Iterator[Failures]:
    global _inherited  # noqa: PLW0603 - see `_inherited`
    import pytest  # noqa: F401 - loaded before the fork, once for all

    _inherited = setting
    context = multiprocessing.get_context("fork")
    with ProcessPoolExecutor(jobs, context, initializer=_die_when_interrupted) as pool:
        futures = [pool.submit(_attempt_inherited, trial) for trial in trials]
        try:
            for future in futures:
                yield future.result()
        except BaseException:
            pool.shutdown(wait=False, cancel_futures=True)
            raise


def _die_when_interrupted() -> None:
    """A terminal interrupts these processes as well: without a word, as the first one speaks."""
    signal.signal(signal.SIGINT, signal.SIG_DFL)


def _attempt_inherited(trial: Trial) -> Failures:
    if _inherited is None:
        raise RuntimeError("this process was not forked by `_side_by_side`")
    return attempt(_inherited, trial)
