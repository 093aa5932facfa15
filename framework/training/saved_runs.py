"""A run with its files, which can be resumed after any interruption.

The file `out` contains the final or best model. During a run, the file ``out.last`` contains the
state for resuming, also within an epoch. It is deleted when the run has ended.
"""

from __future__ import annotations

import re
import signal
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from types import FrameType

from framework.errors import BadInputError, StoppedError
from framework.training.checkpoints import load_checkpoint
from framework.training.engine import OnStep, TrainingRun
from framework.training.states import UnsavableStateError

#: Minimum seconds between two saves within an epoch.
SAVING = 60.0

#: Maximum share of the time for saving.
SAVING_SHARE = 0.02


class Watcher:
    """An observer of a run; this one shows nothing."""

    def begins(self, run: TrainingRun) -> None:
        """Handle the start of the run, new or resumed."""

    @contextmanager
    def epoch(self, run: TrainingRun) -> Iterator[OnStep]:
        """Handle an epoch, and yield a function that is called after each step."""
        yield lambda done, total, loss: None

    def epoch_ends(self, run: TrainingRun, loss: float, score: float) -> None:
        """Handle the end of an epoch, with its mean loss and held-out score."""


class SavedRun:
    """A run that is saved regularly.

    Args:
        run: a run at its start.
        out: the file of the checkpoint.
        watcher: the observer of the run.
    """

    def __init__(self, run: TrainingRun, out: Path, watcher: Watcher) -> None:
        self.run, self.out, self.watcher = run, out, watcher
        self.last = out.with_name(f"{out.name}.last")
        self._stop = False
        self._next_saving = 0.0

    @property
    def is_new(self) -> bool:
        """Whether there is no file to resume from."""
        return not (self.out.exists() or self.last.exists())

    def set_aside(self) -> Iterator[tuple[str, Path]]:
        """Rename the files of a run on another corpus; yield that corpus and the new path of each.

        ``rnn_lm.safetensors`` becomes ``rnn_lm-CORPUS.safetensors``.
        """
        for file, end in ((self.out, ""), (self.last, ".last")):
            with suppress(BadInputError):  # missing, or no checkpoint
                corpus = load_checkpoint(file).corpus
                if corpus != self.run.task.corpus:
                    name = re.sub(r"\W+", "-", Path(corpus).stem)
                    kept = self.out.with_stem(f"{self.out.stem}-{name}")
                    yield corpus, file.replace(kept.with_name(f"{kept.name}{end}"))

    def train(self, *, resume: bool) -> None:
        """Train to the last epoch.

        Args:
            resume: whether to continue from the files; a finished run is not repeated.

        Raises:
            StoppedError: the process got a signal to end; the state is saved.
            UsageError, BadInputError: see `TrainingRun.resume` and `TrainingRun.epoch`.
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
        # In this order, the best epoch in `.last` is never older than `out`.
        self.run.checkpoint().save(self.out)
        if self.run.options.keep == "best":
            self._save_last()
        else:
            self.last.unlink(missing_ok=True)
        if self._stop and self.run.epochs_done < self.run.options.epochs:
            self._end("after")

    def _saving(self, on_step: OnStep) -> OnStep:
        """Return a function that calls `on_step` and saves after a step."""

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
        # The state cannot be saved: the file from the end of the last epoch stays.
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
            f"interrupted {where} epoch {epoch}; the same command with `--resume` continues there"
        )


@contextmanager
def _stopping(ask: Callable[[], None]) -> Iterator[None]:
    """Call `ask` at the first interruption of the block; the second one ends the process."""
    if threading.current_thread() is not threading.main_thread():
        yield  # only the main thread handles signals
        return
    before: dict[signal.Signals, object] = {}

    def handle(number: int, frame: FrameType | None) -> None:
        ask()
        restore()

    def restore() -> None:
        for number, handler in before.items():
            signal.signal(number, handler)  # type: ignore[arg-type]

    for ending in (signal.SIGINT, signal.SIGTERM):
        before[ending] = signal.signal(ending, handle)
    try:
        yield
    finally:
        restore()
