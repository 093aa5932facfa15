"""Runs `grade` as its command does and writes down when each phase of it ended.

Used by `bench_cold_start.py` in a fresh process: ``python phases.py FILE [ARGUMENT ...]`` writes a
JSON list of [phase, seconds of the system's monotonic clock] to FILE. Modules are watched as they
are imported, so that watching imports nothing itself.
"""

import atexit
import importlib.abc
import importlib.machinery
import json
import sys
import time
from pathlib import Path

MARKS = [("interpreter", time.monotonic())]


def mark(phase):
    """Note that `phase` ended just now; the first time counts."""
    if phase not in dict(MARKS):
        MARKS.append((phase, time.monotonic()))


def around(name, before=None, after=None):
    """A change to a namespace: the function `name` also marks its start, its end, or both."""

    def change(namespace):
        function = getattr(namespace, name)

        def watched(*args, **kwargs):
            if before:
                mark(before)
            try:
                return function(*args, **kwargs)
            finally:
                if after:
                    mark(after)

        setattr(namespace, name, watched)

    return change


#: Module -> (class in it, if any, and how it is changed).
WATCHED = {
    "autograder.commands.grade": [("", around("grade", before="command line"))],
    "autograder.submissions.submission": [
        ("", around("load_submission", before="plugins, sandbox", after="course, submission"))
    ],
    "autograder.isolation.host.process": [
        ("Launch", around("start", after="worker spawned")),
        ("WorkerProcess", around("exchange", "pytest, collection", "waiting for the worker")),
    ],
    "autograder.grading.grader": [
        ("", around("run_checks", before="NumPy, reports", after="checks"))
    ],
    "autograder.reports.grading_display": [("GradingDisplay", around("finish", after="report"))],
}


class Watcher(importlib.abc.MetaPathFinder, importlib.abc.Loader):
    """Finds the modules of `WATCHED` and changes them right after they are executed."""

    def find_spec(self, name, path, target=None):
        if name not in WATCHED:
            return None
        spec = importlib.machinery.PathFinder.find_spec(name, path)
        self._loader, spec.loader = spec.loader, self
        return spec

    def create_module(self, spec):
        return self._loader.create_module(spec)

    def exec_module(self, module):
        self._loader.exec_module(module)
        for cls, change in WATCHED[module.__name__]:
            change(getattr(module, cls) if cls else module)


def main():
    target = sys.argv.pop(1)
    sys.meta_path.insert(0, Watcher())
    from autograder.cli import main as grade

    atexit.register(lambda: Path(target).write_text(json.dumps(MARKS), "utf-8"))
    grade()


if __name__ == "__main__":
    main()
