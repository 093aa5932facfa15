"""Facts about an installation: versions, folders, the course, its plugins, and the sandboxes."""

from __future__ import annotations

import os
import platform
import shutil
import sys
import tempfile
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import suppress
from importlib import metadata
from pathlib import Path
from typing import NamedTuple

from packaging.requirements import Requirement

import framework
from autograder.course.reading import find_course
from autograder.course.student_state import state_folder
from autograder.reports.wording import counted
from autograder.sandbox.runners import AUTO, BUILT_IN, Sandbox, choose
from autograder.sandbox.session.launch import start_worker
from framework.course.catalogue import active_course
from framework.course.folder import course_file
from framework.errors import GradusError, block_options
from framework.importing import in_one_line, load_target
from framework.providers.loaded_plugins import Plugins
from framework.providers.plugin_sources import find_sources


class SystemFact(NamedTuple):
    """One line of the report.

    Attributes:
        value: what was found; may have several lines.
        problem: what does not work, and the next command; empty where all is well.
    """

    name: str
    value: str = ""
    problem: str = ""


#: Title of a section -> its facts.
Sections = dict[str, list[SystemFact]]


def facts_from(title: str, find: Callable[[], Iterable[SystemFact]]) -> list[SystemFact]:
    """Return the facts that `find` yields; an exception ends them and is a problem itself."""
    facts: list[SystemFact] = []
    try:
        for fact in find():
            facts.append(fact)
    except (Exception, SystemExit) as error:  # a report on what is broken must not break
        facts.append(SystemFact(title, problem=in_one_line(error)))
    return facts


def problems_in(sections: Sections) -> list[str]:
    """Return the problems, each after the name of its fact."""
    facts = (fact for listed in sections.values() for fact in listed)
    return [f"{fact.name}: {fact.problem}" for fact in facts if fact.problem]


#: Names of facts are followed by their values in this column, where they are short enough.
_COLUMN = 20


def report_lines(sections: Sections) -> Iterator[str]:
    """Yield each section under its title, and all problems at the end."""
    for title, facts in sections.items():
        yield title
        for fact in facts:
            value = fact.value or ("see the end" if fact.problem else "")
            first, *others = value.split("\n")
            mark = "!" if fact.problem else " "
            yield f"{mark} {fact.name:<{_COLUMN}} {first}".rstrip()
            yield from (f"  {'':<{_COLUMN}} {line}" for line in others)
        yield ""
    problems = problems_in(sections)
    yield f"{counted(len(problems), 'problem')}:" if problems else "No problem found."
    yield from (f"  {problem}" for problem in problems)


def version_facts() -> Iterator[SystemFact]:
    """Yield the versions; a declared package that is missing or too old is a problem."""
    yield _gradus()
    yield SystemFact("python", f"{platform.python_version()}, {sys.executable}")
    yield SystemFact("system", f"{platform.platform()}, {os.cpu_count()} processors")
    yield from _packages()


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


def _packages() -> Iterator[SystemFact]:
    """Yield each package that gradus needs, and each installed one that an extra declares, once."""
    known: set[str] = set()
    with suppress(metadata.PackageNotFoundError):
        for requirement in map(Requirement, metadata.requires(framework.DISTRIBUTION) or []):
            marker = requirement.marker
            is_needed = marker is None or marker.evaluate({"extra": ""})
            is_for_development = 'extra == "dev"' in str(marker)
            if requirement.name not in known and not is_for_development:
                known.add(requirement.name)
                yield from _package(requirement, is_needed=is_needed)


def _package(requirement: Requirement, *, is_needed: bool) -> Iterator[SystemFact]:
    name, wanted = requirement.name, str(requirement.specifier)
    command = f"`pip install '{name}{wanted}'`"
    try:
        version = metadata.version(name)
    except metadata.PackageNotFoundError:
        if is_needed:
            yield SystemFact(name, "not installed", f"gradus needs it: {command}")
        return
    value = f"{version} (needs {wanted})" if wanted else version
    is_right = requirement.specifier.contains(version, prereleases=True)
    yield SystemFact(name, value, "" if is_right else f"{version} is too old: {command}")


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
    try:
        with tempfile.TemporaryFile(dir=folder):
            pass
    except OSError as error:
        reason = error.strerror or type(error).__name__
        problem = f"{needed_by} cannot write there: {reason}" if needed_by else ""
        return SystemFact(name, f"{folder}: cannot be written ({reason})", problem)
    free = shutil.disk_usage(folder).free
    is_scarce = bool(needed_by) and free < _LEAST_FREE
    problem = f"only {free >> 20} MiB are free: make room" if is_scarce else ""
    value = f"{folder}: can be written, {free / (1 << 30):.1f} GiB free"
    return SystemFact(name, value, problem)


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
    """Yield every plugin with its source; a plugin that cannot be loaded is a problem."""
    try:
        plugins = Plugins(plugin, blocked=block)
    except GradusError as error:
        # A required plugin did not load: the other facts are still reported.
        yield SystemFact("plugins", "not loaded", problem=str(error))
        try:
            sources = find_sources(plugin, active_course().plugins, block)
        except GradusError:  # one is not there
            sources = find_sources((), (), block)
        yield from (SystemFact(source.label, source.place) for source in sources)
        return
    yield from (SystemFact(source.label, source.place) for source in plugins.sources)
    for source in plugins.blocked:
        yield SystemFact(source.label, f"{source.place}: blocked")
    for source, reason in plugins.failures:
        advice = f"{block_options([source.name])} leaves it out"
        yield SystemFact(source.label, source.place, f"cannot be loaded: {reason}. {advice}")


def sandbox_facts(plugin: Sequence[str] = (), block: Sequence[str] = ()) -> Iterator[SystemFact]:
    """Start a worker in every sandbox, and tell what the worker reports.

    That the automatic choice does not work is a problem: nothing can be graded then.
    """
    chosen = choose(AUTO).name
    yield SystemFact(AUTO, f"takes {chosen}")
    targets = dict(BUILT_IN)
    with suppress(GradusError):  # a plugin that cannot be loaded is reported elsewhere
        targets |= Plugins(plugin, blocked=block).named("register_sandboxes")
    for name, target in targets.items():
        value, works = _tried(load_target(target)())
        is_needed = name == chosen and not works
        problem = f"{value}. Without it nothing can be graded" if is_needed else ""
        yield SystemFact(name, value, problem)


def _tried(sandbox: Sandbox) -> tuple[str, bool]:
    """Return what became of a worker in `sandbox`, and whether it started."""
    reason = sandbox.unavailable()
    if reason is not None:
        return f"does not work here: {reason}", False
    try:
        uncontained = start_worker(sandbox)
    except Exception as error:  # whatever hinders a worker from starting
        return f"does not start a worker: {in_one_line(error)}", False
    if not uncontained:
        return "level full: all parts of the confinement are in force", True
    return "\n- ".join(["level partial; not contained:", *uncontained]), True


def examine(plugin: Sequence[str], block: Sequence[str]) -> Sections:
    """Return all that can be found out; what fails is a problem of its section."""
    finders: dict[str, Callable[[], Iterable[SystemFact]]] = {
        "versions": version_facts,
        "sandboxes": lambda: sandbox_facts(plugin, block),
        "course": course_facts,
        "plugins": lambda: plugin_facts(plugin, block),
        "folders": place_facts,
    }
    return {title: facts_from(title, find) for title, find in finders.items()}
