"""Entry of the worker process: ``python -I -S -B main.py SETTINGS``.

Order matters. The process isolates itself while it has one thread and nothing loaded, imports
NumPy, locks itself in, and only then touches the submission. Requests come in on standard input
and replies leave on standard output; both are moved away from the descriptors 0 and 1 first, so
that a submission that prints or reads does not disturb them.
"""

from __future__ import annotations

import gc
import importlib
import importlib.util
import json
import os
import signal
import sys
from collections.abc import Iterator, Mapping, Sequence
from importlib.machinery import ModuleSpec
from typing import Any, BinaryIO


def main() -> None:
    """Run the worker until the grader closes the channel."""
    settings = json.loads(sys.argv[1])
    sys.path[:] = [settings["modules"], *sys.path[1:]]
    sys.meta_path.append(PackageFinder(settings["packages"], settings["metadata"]))
    sys.argv = ["worker"]
    from autograder.isolation.confine import FilesystemView, Limits
    from autograder.isolation.confine.isolate import isolate
    from autograder.isolation.confine.lock import lock

    view, limits = FilesystemView.from_json(settings["view"]), Limits.from_json(settings["limits"])
    held = isolate(view, limits)
    requests, replies = _take_channels()
    import numpy as np
    import numpy.typing  # NumPy 1.26 has no `np.typing` without it

    np.random  # noqa: B018 - loaded lazily; the wire needs it, and files are closed off soon
    arrays = load_arrays(settings["arrays"], settings["device"])
    uncontained = lock(view, limits, held)
    _serve(settings, arrays, requests, replies, uncontained)


class PackageFinder:
    """Finds installed packages by their exact names.

    The folder that they are installed in is not on the search path: it holds other packages too,
    and cannot be listed in every sandbox.

    Args:
        places: import name -> its file, ``__init__.py`` or the folder of a namespace package.
        metadata: folders ``*.dist-info``, for `importlib.metadata`.
    """

    def __init__(self, places: Mapping[str, str], metadata: Sequence[str]) -> None:
        self._places, self._metadata = places, metadata

    def find_spec(self, name: str, path: object = None, target: object = None) -> ModuleSpec | None:
        """Return where the module `name` is; None for one that is not listed."""
        place = self._places.get(name)
        if place is None:
            return None
        if place.endswith((".py", ".so", ".pyd")):
            return importlib.util.spec_from_file_location(name, place)
        spec = ModuleSpec(name, None, is_package=True)
        spec.submodule_search_locations = [place]
        return spec

    def find_distributions(self, context: Any) -> Iterator[Any]:
        """Yield the metadata of the packages, or of the one that `context` names."""
        from importlib.metadata import PathDistribution
        from pathlib import Path

        wanted = (context.name or "").replace("-", "_").lower()
        for folder in map(Path, self._metadata):
            if not wanted or folder.name.lower().startswith(f"{wanted}-"):
                yield PathDistribution(folder)


def _take_channels() -> tuple[BinaryIO, BinaryIO]:
    """Move the channels off 0 and 1; what the submission prints goes to descriptor 2."""
    requests = os.fdopen(os.dup(0), "rb")
    replies = os.fdopen(os.dup(1), "wb", buffering=0)
    nothing = os.open(os.devnull, os.O_RDONLY)
    os.dup2(nothing, 0)
    os.dup2(2, 1)
    os.close(nothing)
    return requests, replies


def load_arrays(target: str, device: str) -> Any:
    """Return the arrays of a backend, `target`, on `device`."""
    module, _, name = target.partition(":")
    arrays = getattr(importlib.import_module(module), name)
    return arrays() if device == "cpu" else arrays(device=device)


def _serve(
    settings: dict[str, Any],
    arrays: Any,
    requests: BinaryIO,
    replies: BinaryIO,
    uncontained: list[str],
) -> None:
    from pathlib import Path

    from autograder.isolation import wire
    from autograder.isolation.worker.dispatcher import Dispatcher
    from autograder.isolation.worker.faults import no_debugger
    from autograder.isolation.worker.imports import GradedImporter
    from autograder.isolation.worker.loading import SubmittedModule
    from framework.models.parts import use_parts_from

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
    _dump_stack_on_alarm()
    sys.breakpointhook = no_debugger
    gc.freeze()  # imported objects stay; the collector searches the submission's objects alone
    _send(replies, wire.encode({"ready": True, "uncontained": uncontained}))
    use_parts_from(module.part)
    while (request := _receive(requests)) is not None:
        _set_timers(**request["seconds"])
        reply = {**dispatcher.answer(request), "parts": module.parts_asked()}
        _set_timers(cpu=0.0, wall=0.0)
        _flush()
        _send(replies, dispatcher.encoded(reply))
    os._exit(0)


def _dump_stack_on_alarm() -> None:
    """Write the Python stack to descriptor 2 on SIGALRM and SIGPROF, even from within a C call."""
    import faulthandler

    faulthandler.enable(file=2)
    for timer in (signal.SIGALRM, signal.SIGPROF):
        faulthandler.register(timer, file=2, all_threads=False, chain=False)


def _set_timers(cpu: float, wall: float) -> None:
    """Write the stack after a number of seconds of CPU time or of wall time; 0 for never."""
    signal.setitimer(signal.ITIMER_PROF, cpu)
    signal.setitimer(signal.ITIMER_REAL, wall)


def _receive(stream: BinaryIO) -> Any:
    from autograder.isolation import wire

    frame = _frame(stream)
    return wire.decode_frame(frame) if frame else None


def _frame(stream: BinaryIO) -> bytes:
    """Return the next frame; empty where the grader closed the channel."""
    from autograder.isolation import wire

    header = stream.read(wire.HEADER.size)
    if len(header) < wire.HEADER.size:
        return b""
    return header + stream.read(sum(wire.frame_lengths(header)))


def _flush() -> None:
    for stream in (sys.stdout, sys.stderr):
        try:
            stream.flush()
        except BaseException:  # the submission may have replaced or closed it
            continue


def _send(stream: BinaryIO, frame: bytes) -> None:
    view = memoryview(frame)
    while view:
        view = view[stream.write(view) or 0 :]


if __name__ == "__main__":
    main()
