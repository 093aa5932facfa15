"""A run with its files: what is saved when, so that any interruption leaves something to resume.

The file `out` has the model that is kept. While a run lasts, the file ``out.last`` beside it has
what is needed to go on, also within an epoch; it is gone when the run has ended.
"""

from __future__ import annotations

import signal
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from types import FrameType

from framework.errors import StoppedError
from framework.training.checkpoints import load_checkpoint
from framework.training.engine import OnStep, Run
from framework.training.states import UnsavableStateError

#: Seconds between two savings within an epoch, at least.
SAVING = 60.0

#: Saving may take this share of the time, at most.
SAVING_SHARE = 0.02


class Watcher:
    """Is told how a run proceeds; this one shows nothing."""

    def begins(self, run: Run) -> None:
        """The run is about to begin, or to go on."""

    @contextmanager
    def epoch(self, run: Run) -> Iterator[OnStep]:
        """An epoch lasts; what is yielded is called after each step."""
        yield lambda done, total, loss: None

    def epoch_ends(self, run: Run, loss: float, score: float) -> None:
        """An epoch has ended, with this mean loss and held-out score."""


class SavedRun:
    """A run that is saved while it lasts.

    Args:
        run: at its start.
        out: where to save.
        watcher: shows how it proceeds.
    """

    def __init__(self, run: Run, out: Path, watcher: Watcher) -> None:
        self.run, self.out, self.watcher = run, out, watcher
        self.last = out.with_name(f"{out.name}.last")
        self._stop = False
        self._next_saving = 0.0

    @property
    def is_new(self) -> bool:
        """Whether nothing is there to resume."""
        return not (self.out.exists() or self.last.exists())

    def train(self, *, resume: bool) -> None:
        """Train to the last epoch.

        Args:
            resume: go on with what is there; a run that has ended is not repeated.

        Raises:
            StoppedError: the process was told to end; what was done is saved.
            UsageError, BadInputError: see `Run.resume` and `Run.epoch`.
        """
        if resume:
            self._resume()
        run = self.run
        self.watcher.begins(run)
        with _stopping(self._ask_to_stop):
            if run.epochs_done < run.options.epochs and not resume:
                self._save_last()
            while run.epochs_done < run.options.epochs:
                self._next_saving = time.monotonic() + SAVING
                with self.watcher.epoch(run) as on_step:
                    loss, score = run.epoch(self._saving(on_step))
                self._save_epoch()
                self.watcher.epoch_ends(run, loss, score)
        run.take_best()
        run.checkpoint().save(self.out)
        self.last.unlink(missing_ok=True)

    def _resume(self) -> None:
        run, keeps_best = self.run, self.run.options.keep == "best"
        if self.last.is_file():
            last = load_checkpoint(self.last)
            has_best = keeps_best and last.training.get("best_epoch")
            run.resume(last, load_checkpoint(self.out) if has_best else None)
        elif keeps_best:
            run.take_over(load_checkpoint(self.out))
        else:
            run.resume(load_checkpoint(self.out))

    def _save_epoch(self) -> None:
        # In this order: what `.last` says is the best epoch is never older than `out`.
        self.run.checkpoint().save(self.out)
        if self.run.options.keep == "best":
            self._save_last()
        else:
            self.last.unlink(missing_ok=True)
        if self._stop:
            self._end("after")

    def _saving(self, on_step: OnStep) -> OnStep:
        """`on_step`, and what is to be saved after a step."""

        def after_step(done: int, total: int, loss: float | None) -> None:
            on_step(done, total, loss)
            if self._stop and done < total:
                self._save_last()
                self._end(f"at step {done} of {total} of")
            if time.monotonic() >= self._next_saving:
                self._save_within_epoch()

        return after_step

    def _save_within_epoch(self) -> None:
        started = time.monotonic()
        # A state that no file can keep: the file of the last epoch's end stays.
        with suppress(UnsavableStateError):
            self._save_last()
        ended = time.monotonic()
        self._next_saving = ended + max(SAVING, (ended - started) / SAVING_SHARE)

    def _save_last(self) -> None:
        self.run.progress().save(self.last)

    def _ask_to_stop(self) -> None:
        self._stop = True

    def _end(self, where: str) -> None:
        epoch = self.run.epochs_done + (self.run.steps_done > 0)
        raise StoppedError(
            f"interrupted {where} epoch {epoch}; the same command with `--resume` goes on there"
        )


@contextmanager
def _stopping(ask: Callable[[], None]) -> Iterator[None]:
    """Within the block, the first interruption calls `ask`; the second one ends the process."""
    if threading.current_thread() is not threading.main_thread():
        yield  # signals are handled there alone
        return
    before: dict[signal.Signals, object] = {}

    def handle(number: int, frame: FrameType | None) -> None:
        ask()
        restore()

    def restore() -> None:
        for one, handler in before.items():
            signal.signal(one, handler)  # type: ignore[arg-type]

    for one in (signal.SIGINT, signal.SIGTERM):
        before[one] = signal.signal(one, handle)
    try:
        yield
    finally:
        restore()
