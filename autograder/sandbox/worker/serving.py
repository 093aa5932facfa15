"""A worker that is isolated: it locks itself in, and then answers requests.

Order matters. The process has isolated itself before it imports this module, and NumPy with it;
it locks itself in, and only then touches the submission. Requests come in on standard input and
replies leave on standard output; both are moved away from the descriptors 0 and 1 first, so that
a submission that prints or reads does not disturb them.
"""

from __future__ import annotations

import faulthandler
import gc
import importlib
import os
import signal
import sys
from collections.abc import Callable, Set
from contextlib import suppress
from pathlib import Path
from typing import Any, BinaryIO, NoReturn

import numpy.random  # NumPy loads it lazily; the wire needs it, and files are closed off soon
import numpy.typing  # noqa: F401 - NumPy 1.26 has no `np.typing` without it

from autograder.sandbox import wire
from autograder.sandbox.confine import FilesystemView, Limits
from autograder.sandbox.confine.phases import lock
from autograder.sandbox.worker.dispatcher import Dispatcher
from autograder.sandbox.worker.imports import GradedImporter
from autograder.sandbox.worker.loading import SubmittedModule, no_debugger
from autograder.sandbox.worker.portable import StackTimers, end_output
from autograder.sandbox.worker.summed_cells import with_sums
from framework.models.parts import use_parts_from


def serve(
    settings: dict[str, Any], view: FilesystemView, limits: Limits, held: Set[str]
) -> NoReturn:
    """Serve the submission of `settings` until the grader closes the channel.

    For the settings see `autograder.sandbox.session.launch`; `held` is what `isolate` returned.
    """
    # What the submission prints goes to descriptor 2.
    requests = os.fdopen(os.dup(0), "rb")
    replies = os.fdopen(os.dup(1), "wb", buffering=0)
    nothing = os.open(os.devnull, os.O_RDONLY)
    os.dup2(nothing, 0)
    os.dup2(2, 1)
    os.close(nothing)
    arrays = load_arrays(settings["arrays"], settings["device"])
    uncontained = lock(view, limits, held, shared_wakes=arrays.shared_wakes)
    folder, exercise = settings["folder"], settings["exercise"]
    submitted = [file.stem for file in Path(folder).glob("*.py")]
    importer = GradedImporter(**settings["imports"], submitted=submitted)
    module = SubmittedModule(Path(folder), exercise, settings["parts"], importer.builtins())

    def ask(question: bytes) -> bytes:
        _send(replies, question)
        return _frame(requests) or os._exit(0)

    dispatcher = Dispatcher(module, arrays, folder, ask)
    # A background job of a shell ignores it; what a submission does must not depend on that.
    signal.signal(signal.SIGINT, signal.default_int_handler)
    faulthandler.enable(file=2)
    set_timers = _signal_timers() if sys.platform == "linux" else StackTimers().set
    sys.breakpointhook = no_debugger
    gc.freeze()  # imported objects stay; the collector searches the submission's objects alone
    _send(replies, wire.encode({"ready": True, "uncontained": uncontained}))
    use_parts_from(with_sums(module.part))
    while frame := _frame(requests):
        request = wire.decode_frame(frame)
        set_timers(request["seconds"]["cpu"], request["seconds"]["wall"])
        reply = {**dispatcher.answer(request), "called": module.tasks_called()}
        set_timers(0.0, 0.0)
        for stream in (sys.stdout, sys.stderr):
            with suppress(BaseException):  # the submission may have replaced or closed it
                stream.flush()
        _send(replies, dispatcher.encoded(reply))
    os._exit(0)


def load_arrays(target: str, device: str) -> Any:
    """Return the arrays of a backend, `target`, on `device`."""
    module, _, name = target.partition(":")
    arrays = getattr(importlib.import_module(module), name)
    loaded = arrays() if device == "cpu" else arrays(device=device)
    loaded.use_full_precision()
    return loaded


def _signal_timers() -> Callable[[float, float], None]:
    """Return `StackTimers.set`, made of the system's timers: they act even during a C call."""
    for timer in (signal.SIGALRM, signal.SIGPROF):
        faulthandler.register(timer, file=2, all_threads=False, chain=False)

    def set_timers(cpu: float, wall: float) -> None:
        signal.setitimer(signal.ITIMER_PROF, cpu)
        signal.setitimer(signal.ITIMER_REAL, wall)

    return set_timers


def _frame(stream: BinaryIO) -> bytes:
    """Return the next frame; empty where the grader closed the channel."""
    header = stream.read(wire.HEADER.size)
    if len(header) < wire.HEADER.size:
        return b""
    return header + stream.read(sum(wire.frame_lengths(header)))


def _send(stream: BinaryIO, frame: bytes) -> None:
    if sys.platform != "linux":
        end_output()
    view = memoryview(frame)
    while view:
        view = view[stream.write(view) or 0 :]
