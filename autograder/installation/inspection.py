"""Inspection of an installation: versions, folders, the course, its plugins, and the sandboxes."""

from __future__ import annotations

import os
import platform
import shutil
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from importlib import metadata
from pathlib import Path

from packaging.markers import UndefinedEnvironmentName
from packaging.requirements import Requirement

import framework
from autograder.course.reading import find_course
from autograder.course.student_state import state_folder
from autograder.installation.system_facts import SystemFact
from autograder.sandbox.runners import AUTO, BUILT_IN, Sandbox, choose
from autograder.sandbox.runners.filesystem_view import remove_scratch
from autograder.sandbox.session.launch import WorkerSpec
from autograder.sandbox.session.process import TimeLimit
from framework.course.catalogue import active_course
from framework.course.folder import course_file
from framework.errors import GradusError, block_options
from framework.importing import in_one_line, load_target
from framework.providers.plugin_sources import Source, find_sources
from framework.providers.plugins import Plugins
from framework.threads import threads_in_words

#: Extras that only the project's own development needs.
_DEVELOPMENT = ("dev", "benchmarks")


def version_facts() -> Iterator[SystemFact]:
    """Yield the versions; a declared package that is missing or too old is a problem."""
    yield _gradus()
    yield SystemFact("python", f"{platform.python_version()}, {sys.executable}")
    yield SystemFact("system", f"{platform.platform()}, {os.cpu_count()} processors")
    for extra, requirement in _declared():
        yield _package(extra, requirement)
    yield SystemFact("linear algebra", _linear_algebra())


def _gradus() -> SystemFact:
    folder = Path(framework.__file__).parents[1]
    value = f"{framework.__version__}, {folder}"
    try:
        recorded = metadata.version(framework.DISTRIBUTION)
    except metadata.PackageNotFoundError:
        return SystemFact("gradus", f"{value} (not installed: found on Python's search path)")
    if recorded == framework.__version__:
        return SystemFact("gradus", value)
    return SystemFact(
        "gradus",
        value,
        f"the installed metadata says {recorded}: install it again with `pip install -e {folder}`",
    )


def _declared() -> Iterator[tuple[str, Requirement]]:
    """Yield each package that gradus declares, with the extra that it belongs to, if any."""
    try:
        declared = metadata.requires(framework.DISTRIBUTION) or []
        extras = metadata.metadata(framework.DISTRIBUTION).get_all("Provides-Extra") or []
    except metadata.PackageNotFoundError:
        return
    for requirement in map(Requirement, declared):
        if _holds(requirement, ""):
            yield "", requirement
            continue
        for extra in extras:
            if extra not in _DEVELOPMENT and _holds(requirement, extra):
                yield extra, requirement


def _holds(requirement: Requirement, extra: str) -> bool:
    """Return whether the marker of `requirement` holds on this system with this `extra`."""
    try:
        return requirement.marker is None or requirement.marker.evaluate({"extra": extra})
    except UndefinedEnvironmentName:
        return False


def _package(extra: str, requirement: Requirement) -> SystemFact:
    name, wanted = requirement.name, str(requirement.specifier)
    try:
        version = metadata.version(name)
    except metadata.PackageNotFoundError:
        return _missing(name, wanted, extra)
    value = f"{version} (needs {wanted})" if wanted else version
    if requirement.specifier.contains(version, prereleases=True):
        return SystemFact(name, value)
    return SystemFact(name, value, f"{version} is too old: `pip install '{name}{wanted}'`")


def _missing(name: str, wanted: str, extra: str) -> SystemFact:
    if extra:
        command = f"`pip install '{framework.DISTRIBUTION}[{extra}]'` installs it"
        return SystemFact(name, f"not installed, optional: {command}")
    return SystemFact(name, "not installed", f"gradus needs it: `pip install '{name}{wanted}'`")


def _linear_algebra() -> str:
    """Return the library behind NumPy's matrix products, and the vector instructions in use."""
    import numpy as np

    described = np.show_config(mode="dicts")
    library = described.get("Build Dependencies", {}).get("blas", {})
    extensions = described.get("SIMD Extensions", {}).get("found", [])
    name = f"{library.get('name', 'unknown')} {library.get('version', '')}".strip()
    return f"{name}, SIMD {' '.join(extensions) or 'baseline'}, {threads_in_words()}"


#: Less free space than this in the temporary folder is a problem: workers write there.
_LEAST_FREE = 256 << 20


def place_facts() -> Iterator[SystemFact]:
    """Yield each folder; a folder that gradus needs and cannot write is a problem."""
    yield _place("temporary files", Path(tempfile.gettempdir()), needed_by="every command")
    yield _place("working folder", Path.cwd(), needed_by="")
    try:
        course = find_course()
    except GradusError:  # a fact of another section
        return
    yield _place("exercises", course.root / "exercises", needed_by="")
    yield _place("state", state_folder(course), needed_by="`gradus hint` and `gradus reset`")


def _place(name: str, folder: Path, *, needed_by: str) -> SystemFact:
    reason = _refusal(folder)
    if reason:
        problem = f"{needed_by} cannot write there: {reason}" if needed_by else ""
        return SystemFact(name, f"{folder}: cannot be written ({reason})", problem)
    free = shutil.disk_usage(folder).free
    value = f"{folder}: can be written, {free / (1 << 30):.1f} GiB free"
    is_scarce = bool(needed_by) and free < _LEAST_FREE
    return SystemFact(
        name, value, f"only {free >> 20} MiB are free: make room" if is_scarce else ""
    )


def _refusal(folder: Path) -> str:
    """Return why no file can be made in `folder`; empty where one can."""
    try:
        with tempfile.TemporaryFile(dir=folder):
            return ""
    except OSError as error:
        return error.strerror or type(error).__name__


def course_facts() -> Iterator[SystemFact]:
    """Yield where the course is, and what of it is there; an unreadable exercise is a problem."""
    course = find_course()
    yield SystemFact("file", str(course_file(course.root)))
    yield SystemFact("exercises", f"{len(course.exercise_names)} in {len(course.units)} units")
    exercises = []
    for name in course.exercise_names:
        try:
            exercises.append(course.exercise(name))
        except GradusError as error:
            yield SystemFact(name, problem=str(error))
    solutions = sum(exercise.solution.is_file() for exercise in exercises)
    hidden = sum(exercise.hidden_tests.is_file() for exercise in exercises)
    yield SystemFact("solutions", f"{solutions}, hidden checks of {hidden} exercises")


def plugin_facts(plugin: Sequence[str], block: Sequence[str]) -> Iterator[SystemFact]:
    """Yield every plugin with its source; a plugin that cannot be loaded is a problem.

    Args:
        plugin: modules or paths that are loaded too.
        block: names of plugins that are not loaded.
    """
    try:
        plugins = Plugins(plugin, blocked=block)
    except GradusError as error:
        # A required plugin did not load: the other facts are still reported.
        yield SystemFact("plugins", "not loaded", problem=str(error))
        yield from map(_fact, _findable(plugin, block))
        return
    yield from map(_fact, plugins.sources)
    for source in plugins.blocked:
        yield SystemFact(source.label, f"{source.place}: blocked")
    for source, reason in plugins.failures:
        yield SystemFact(
            source.label,
            source.place,
            f"cannot be loaded: {reason}. {block_options([source.name])} leaves it out",
        )


def _findable(plugin: Sequence[str], block: Sequence[str]) -> list[Source]:
    """Return all plugins, or where one of them is not there, those that are installed."""
    try:
        return find_sources(plugin, active_course().plugins, block)
    except GradusError:
        return find_sources((), (), block)


def _fact(source: Source) -> SystemFact:
    return SystemFact(source.label, source.place)


#: How long a worker may take to start, in seconds.
_START_SECONDS = 20.0


def sandbox_facts(plugin: Sequence[str] = (), block: Sequence[str] = ()) -> Iterator[SystemFact]:
    """Start a worker in every sandbox, and tell what the worker reports.

    That the automatic choice does not work is a problem: nothing can be graded then. That another
    one does not work is a fact.

    Args:
        plugin: modules or paths whose sandboxes are tried too.
        block: names of plugins whose sandboxes are not tried.
    """
    chosen = choose(AUTO).name
    yield SystemFact(AUTO, f"takes {chosen}")
    for name, kind in {**BUILT_IN, **_of_plugins(plugin, block)}.items():
        value, works = _tried(kind())
        is_needed = name == chosen and not works
        yield SystemFact(
            name, value, f"{value}. Without it nothing can be graded" if is_needed else ""
        )


def _of_plugins(plugin: Sequence[str], block: Sequence[str]) -> dict[str, type[Sandbox]]:
    """Return the sandboxes of plugins; empty if a plugin cannot be loaded, which is reported."""
    try:
        targets = Plugins(plugin, blocked=block).named("register_sandboxes")
    except GradusError:
        return {}
    return {name: load_target(target) for name, target in targets.items()}


def _tried(sandbox: Sandbox) -> tuple[str, bool]:
    """Return what became of a worker in `sandbox`, and whether it started."""
    reason = sandbox.unavailable()
    if reason is not None:
        return f"does not work here: {reason}", False
    try:
        _, uncontained = start_worker(sandbox)
    except Exception as error:  # whatever hinders a worker from starting
        return f"does not start a worker: {in_one_line(error)}", False
    if not uncontained:
        return "level full: all parts of the confinement are in force", True
    return "\n".join(
        ["level partial; not contained:", *(f"- {text}" for text in uncontained)]
    ), True


def start_worker(sandbox: Sandbox) -> tuple[float, list[str]]:
    """Start and end a worker; return the seconds of its start, and what is not contained."""
    with tempfile.TemporaryDirectory(prefix="gradus-") as submission:
        scratch = Path(tempfile.mkdtemp(prefix="gradus-"))
        launch = WorkerSpec(sandbox, Path(submission), scratch, {}).launch("doctor")
        started = time.perf_counter()
        worker = launch.start()
        try:
            greeting = worker.exchange(b"", TimeLimit(_START_SECONDS, _START_SECONDS))
            seconds = time.perf_counter() - started
        except Exception as error:
            printed = worker.output.take().strip()[-500:]
            raise RuntimeError(f"{type(error).__name__} {error} {printed}") from error
        finally:
            worker.close()
            remove_scratch(scratch)
    return seconds, [*map(str, greeting["uncontained"]), *sandbox.gaps()]
