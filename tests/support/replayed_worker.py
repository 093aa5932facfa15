"""What workers were asked, asked again in this process: how long submitted code itself takes."""

from __future__ import annotations

import gc
import json
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from autograder.sandbox import wire
from autograder.sandbox.session.process import WorkerProcess
from autograder.sandbox.worker.dispatcher import Dispatcher
from autograder.sandbox.worker.imports import GradedImporter
from autograder.sandbox.worker.loading import SubmittedModule
from autograder.sandbox.worker.summed_cells import with_sums
from framework.models.parts import parts_from

#: Settings of each worker -> the frames that it was sent.
Sent = list[tuple[dict[str, object], list[bytes]]]
#: Methods of the dispatcher within a step that are no submitted code.
_OURS = ("_resolve", "_ask", "_observe")


@contextmanager
def recorded() -> Iterator[Sent]:
    """Record what all workers of this process are sent."""
    found: Sent = []
    by_worker: dict[int, list[bytes]] = {}
    first = WorkerProcess.exchange

    def exchange(self: WorkerProcess, frame: bytes, limit: Any, answer: Any = None) -> object:
        def recorded_answer(reply: object) -> bytes | None:
            sent: bytes | None = answer(reply) if answer is not None else None
            if sent is not None:
                by_worker[id(self)].append(bytes(sent))
            return sent

        if not frame:  # the start of a worker
            by_worker[id(self)] = []
            found.append((json.loads(self._launch.argv[-1]), by_worker[id(self)]))
        else:
            by_worker[id(self)].append(bytes(frame))
        return first(self, frame, limit, recorded_answer)

    WorkerProcess.exchange = exchange
    try:
        yield found
    finally:
        WorkerProcess.exchange = first


def seconds_inside(sent: Sent, folder: Path) -> float:
    """Return the processor time of submitted code, of files in `folder`, for what was `sent`."""
    gc.collect()
    gc.freeze()  # as in a worker
    clock = _Clock()
    with clock.installed():
        for settings, frames in sent:
            _replay(settings, iter(frames), folder)
    return clock.inside


def _replay(settings: dict[str, object], frames: Iterator[bytes], folder: Path) -> None:
    names = [file.stem for file in folder.glob("*.py")]
    importer = GradedImporter(**settings["imports"], submitted=names)
    module = SubmittedModule(folder, settings["exercise"], settings["parts"], importer.builtins())
    answering = Dispatcher(module, folder=str(folder), ask=lambda question: next(frames))
    with parts_from(with_sums(module.part)):
        for frame in frames:
            answering.answer(wire.decode_frame(frame))


class _Clock:
    """Processor time of the steps of requests, without what is done for them on our side."""

    def __init__(self) -> None:
        self.inside = 0.0
        self._running: list[bool] = []
        self._last = 0.0

    @contextmanager
    def installed(self) -> Iterator[None]:
        """Measure all dispatchers of this process."""
        kept = {name: getattr(Dispatcher, name) for name in ("_run", *_OURS)}
        for name, method in kept.items():
            setattr(Dispatcher, name, self._timed(method))
        try:
            yield
        finally:
            for name, method in kept.items():
                setattr(Dispatcher, name, method)

    def _count(self) -> None:
        now = time.thread_time()
        if self._running and self._running[-1]:
            self.inside += now - self._last
        self._last = now

    def _timed(self, function):
        def timed(*args, **kwargs):
            self._count()
            is_step = function.__name__ == "_run"
            self._running.append(is_step and args[1][0] != "settle")  # which collects garbage
            try:
                return function(*args, **kwargs)
            finally:
                self._count()
                self._running.pop()

        return timed
