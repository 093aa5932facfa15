"""How submissions are graded: the options of `grade`, and what they open.

The checks and plugins of the course run unconfined, so that a submission never chooses it.
"""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property
from pathlib import Path
from typing import Any

import framework
from autograder.course.identity import course_hash
from autograder.course.kit_folder import kit_of, seed_in
from autograder.course.reading import Course, Exercise
from autograder.course.working_directory import name_here, own_course
from autograder.results.commands import Commands
from autograder.sandbox.runners import AUTO, BUILT_IN, Sandbox, choose
from autograder.submissions.candidates import (
    ACCEPTED_PATHS,
    ARCHIVES,
    LIMITS,
    is_archive,
    may_be_read,
    suffix,
)
from autograder.submissions.submission import Submission, load_submission
from framework.course.folder import course_file
from framework.errors import UsageError
from framework.providers.backends import REFERENCE, Backend, own_backend
from framework.providers.installed_courses import named_course_folder
from framework.providers.loaded_plugins import Plugins

#: Number of seeds that `drawn_seed` chooses from. A class remembers the answers to each.
SEEDS = 256


@dataclass(frozen=True)
class GradeOptions:
    """How submissions are graded, as plain data: what a person gives to `grade`, or a class stores.

    Args:
        what: exercises, units, or the path of a submission.
        submission: its path, where it is not in `what`; by default the course's own exercises.
        backend: whose arrays the submission is handed, and whose answers it is compared with.
        provider: graded instead of a submission; empty for a submission.
        allow_weaker: whether the sandbox `fork` starts where it cannot contain everything.
        seed: all random numbers of all checks come from it; None for 0, or the seed of a kit.
        secret: a number from which the seed of each submission is drawn, see `drawn_seed`; None
            for `seed`.
        jobs: exercises graded side by side; 0 for one per processor.
        watch: whether the submission is graded again after every change, until interrupted.
        show_hidden: whether the details of hidden checks are shown.
        files: report format -> where the report is written in it; None for nowhere.
        plots: folder for the plots of checks; None for none.
        course: its folder or its name; None for the course of the working directory.
        plugins: modules or paths, loaded in addition to those of the course.
        blocked: names of plugins that are not loaded.
        in_notebook: ``saved`` or ``cells`` if a cell has asked, for the commands in the report.
    """

    what: tuple[str, ...] = ()
    submission: Path | None = None
    backend: str = REFERENCE
    provider: str = ""
    device: str = "cpu"
    sandbox: str = AUTO
    allow_weaker: bool = False
    seed: int | None = None
    secret: int | None = None
    jobs: int = 0
    watch: bool = False
    show_hidden: bool = False
    files: Mapping[str, Path | None] = field(default_factory=dict, hash=False)
    plots: Path | None = None
    course: Path | None = None
    plugins: tuple[str, ...] = ()
    blocked: tuple[str, ...] = ()
    in_notebook: str = ""

    def commands(self, course: Course) -> Commands:
        """Return the commands for what is graded."""
        named = self.named_submission(course)
        return Commands(
            submission=str(named) if named is not None else "",
            is_alone=named is not None and suffix(named) in LIMITS and named.is_file(),
            options=tuple(self._deciding()),
            course=("--course", str(self.course)) if self.course else (),
            provider=self.provider,
            in_notebook=self.in_notebook,
        )

    def _deciding(self) -> Iterator[str]:
        """Yield the options that decide about the outcome, if they were given."""
        for name in ("backend", "device", "sandbox", "seed"):
            if (value := getattr(self, name)) != getattr(GradeOptions, name):
                yield from (f"--{name}", str(value))
        if self.allow_weaker:
            yield "--allow-weaker"
        yield from (word for plugin in self.plugins for word in ("--plugin", plugin))
        yield from (word for plugin in self.blocked for word in ("--block", plugin))

    def place(self, course: Course) -> Path:
        """Return where the submission is."""
        return self.named_submission(course) or course.root / "exercises"

    def named_submission(self, course: Course) -> Path | None:
        """Return the submission that is named; None where the course's own exercises are meant."""
        paths = self._paths(course)
        return Path(paths[0]) if paths else self.submission

    def find(self, course: Course) -> tuple[Submission, list[Exercise]]:
        """Load the submission; return it with the exercises that are graded.

        A path among the arguments is the submission, and what it holds is graded. Names choose
        exercises of ``--submission``, by default of the course's own folder. Without names, these
        are all, or those of the folder in which one stands.

        Raises:
            UsageError: more than one submission is given, or a file of another kind among names.
            BadInputError: there is no such submission.
        """
        paths = self._paths(course)
        names = [name for name in self.what if name not in paths]
        if paths and (self.submission is not None or len(paths) > 1):
            raise UsageError(
                f"more than one submission: {', '.join([*paths, str(self.submission or '')])}. "
                "Grade them one after the other"
            )
        if paths:
            path = Path(paths[0])
            # What `--submission` names ends in a report, whatever it is.
            if os.path.isfile(path) and not (may_be_read(path) or is_archive(path)):  # noqa: PTH113
                raise UsageError(f"{path} is no submission: expected {ACCEPTED_PATHS}")
            submission = load_submission(path, course)
            return submission, course.select(names or (*submission.files, *submission.unread))
        if not names and self.submission is None and (here := name_here(course)):
            names = [here]
        exercises = course.select(names)
        needed = {e.name for e in course.with_required(exercises)} if names else None
        return load_submission(self.place(course), course, needed), exercises

    def _paths(self, course: Course) -> list[str]:
        known = (*course.exercise_names, *(unit.name for unit in course.units))
        return [
            name
            for name in self.what
            if name not in known
            and ("/" in name or name.endswith((*LIMITS, *ARCHIVES)) or os.path.lexists(name))
        ]


#: Variables that CI servers set: there, the working directory is often a student's checkout.
CI_VARIABLES = ("CI", "TF_BUILD", "TEAMCITY_VERSION", "JENKINS_URL")


def chosen_course(options: GradeOptions) -> Course:
    """Return the course of ``--course``, a folder or a name, or else that of the working directory.

    Without a submission, a person grades work of their own in a course that they trust. On a CI
    server the working directory may be a student's checkout: there, the course has to be named.

    Raises:
        UsageError: it lies inside the submission, or was found on a CI server.
        BadInputError: there is none, or its ``course.toml`` is wrong.
    """
    if options.course is not None:
        folder = named_course_folder(options.course, options.plugins, options.blocked)
        course = Course.read(folder.absolute())  # pytest needs it
    else:
        course = _course_around()
    if (submission := options.named_submission(course)) is not None:
        plugins = (*course.plugins, *options.plugins)
        files = (Path(name) for name in plugins if name.endswith(".py") or "/" in name)
        for path in (course_file(course.root), *files):
            if Path(os.path.realpath(path)).is_relative_to(os.path.realpath(submission)):
                raise UsageError(
                    f"{path} lies inside the submission {submission}: checks and plugins are never "
                    "taken from one. `grade` grades your own exercises; for those of others, name "
                    f"your course: `grade --course DIR --submission {submission}`"
                )
    return course


def _course_around() -> Course:
    """Return the course of the working directory."""
    course = own_course()
    off = ("", "0", "false")
    is_set = (name for name in CI_VARIABLES if os.environ.get(name, "").lower() not in off)
    variable = next(is_set, "")
    if variable and course.root != Path(framework.__file__).resolve().parents[1]:
        raise UsageError(
            f"the course at {course.root} is the one around the working directory, and {variable} "
            "is set: on a CI server, its checks and plugins may be a student's. Name the course "
            "with `--course DIR`"
        )
    return course


def drawn_seed(secret: int, digest: str) -> int:
    """Return one of `SEEDS` seeds that follow from `secret`: the one for files with that digest.

    The same work gets the same inputs, and changed work gets others. So a table of expected values,
    filled from the reports of earlier attempts, helps in only one of `SEEDS` attempts.
    """
    number = int.from_bytes(hashlib.sha256(f"{secret} {digest}".encode()).digest()) % SEEDS
    return int.from_bytes(hashlib.sha256(f"{secret} seed {number}".encode()).digest()[:7])


@dataclass(frozen=True)
class GradingSetting:
    """What `options` open: the course, its plugins, and a sandbox that works here."""

    course: Course
    plugins: Plugins
    sandbox: Sandbox
    options: GradeOptions = GradeOptions()

    def with_options(self, **changes: Any) -> GradingSetting:
        """Return it with other options; course, plugins and sandbox stay."""
        return replace(self, options=replace(self.options, **changes))

    @cached_property
    def seed(self) -> int:
        """The seed that is given; else 0, or that of a kit."""
        return seed_in(self.course.root, self.options.seed)

    def seed_for(self, submission: Submission | None) -> int:
        """Return the seed of a submission: drawn for its files where the options have a secret."""
        secret = self.options.secret
        if secret is None or submission is None:
            return self.seed
        return drawn_seed(secret, submission.hash)

    @cached_property
    def course_hash(self) -> str:
        """Which course grades: see `autograder.course.identity.course_hash`."""
        return course_hash(self.course)

    def reference_backend(self) -> Backend:
        """Whose answers are right: NumPy's, on the CPU, also where a provider has a GPU."""
        options = self.options
        is_numpy = options.provider and options.backend == REFERENCE
        device = "cpu" if is_numpy else options.device
        return _precise(Backend(self.plugins.registry, options.backend, device=device))

    def graded_backend(self) -> Backend:
        """Whose parts are graded, where `options` name a provider."""
        registry, options = self.plugins.registry, self.options
        name = own_backend(registry, options.provider, options.backend)
        return _precise(Backend(registry, name, provider=options.provider, device=options.device))


def _precise(backend: Backend) -> Backend:
    """Return `backend`, whose products are compared from now on: on a CPU they are precise."""
    if backend.device != "cpu":
        backend.arrays.use_full_precision()
    return backend


def open_setting(
    options: GradeOptions, course: Course, plugins: Plugins | None = None
) -> GradingSetting:
    """Return the setting that `options` describe; by default with the plugins that they name.

    Raises:
        GradusError: the sandbox, the backend or its device does not work here; or a student kit is
            asked to grade another provider than the student.
    """
    if options.provider and kit_of(course.root) is not None:
        raise UsageError(
            f"a kit grades your own code alone: leave out `--provider {options.provider}`. The "
            "whole course grades backends and plugins"
        )
    plugins = plugins or Plugins(options.plugins, course, options.blocked)
    name = options.sandbox
    is_built_in = name in (AUTO, *BUILT_IN)
    available = BUILT_IN if is_built_in else plugins.named("register_sandboxes")
    sandbox = choose(name, available, allow_weaker=options.allow_weaker)
    if options.device != "cpu" and not sandbox.drives_devices:
        raise UsageError(f"--sandbox {name} has no GPU: choose another one, or `--device cpu`")
    setting = GradingSetting(course, plugins, sandbox, options)
    setting.reference_backend()  # an unknown backend or a missing GPU is reported before grading
    return setting
