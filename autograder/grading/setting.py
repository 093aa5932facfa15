"""How submissions are graded: what all exercises of one run have in common."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

from autograder.course.identity import course_hash
from autograder.course.kit_folder import seed_in
from autograder.course.reading import Course, Exercise
from autograder.grading.options import GradeOptions
from autograder.sandbox.runners import AUTO, BUILT_IN, Sandbox, choose
from autograder.sandbox.session.sandbox_session import Deadlines
from framework.errors import UsageError
from framework.importing import load_target
from framework.providers.backends import REFERENCE, Backend
from framework.providers.plugins import Plugins


@dataclass(frozen=True)
class Setting:
    """How submissions are graded: everything that one run has in common.

    Args:
        backend: whose arrays the submission is handed, and whose answers it is compared with.
        provider: graded instead of a submission, if given.
        seed: all random numbers of all checks come from it.
    """

    course: Course
    plugins: Plugins
    sandbox: Sandbox
    backend: str = "numpy"
    provider: str = ""
    device: str = "cpu"
    seed: int = 0

    @cached_property
    def course_hash(self) -> str:
        """Which course grades: see `autograder.course.identity.course_hash`."""
        return course_hash(self.course)

    def reference_backend(self) -> Backend:
        """Whose answers are right: NumPy's, on the CPU, also where a provider has a GPU."""
        device = "cpu" if self.provider and self.backend == REFERENCE else self.device
        return Backend(self.plugins.registry, self.backend, device=device)

    def deadlines(self, exercise: Exercise) -> Deadlines:
        """Return the time limits of `exercise`: of one request, and of all of them."""
        return Deadlines(call=exercise.time.call, total=exercise.time.total)


def open_setting(options: GradeOptions, course: Course, plugins: Plugins) -> Setting:
    """Return the setting that `options` describe.

    Raises:
        GradusError: the sandbox, the backend or its device does not work here.
    """
    sandbox = sandbox_named(options.sandbox, plugins, allow_weaker=options.allow_weaker)
    if options.device != "cpu" and not sandbox.drives_devices:
        raise UsageError(
            f"--sandbox {options.sandbox} has no GPU: choose another one, or `--device cpu`"
        )
    setting = Setting(
        course=course,
        plugins=plugins,
        sandbox=sandbox,
        backend=options.backend,
        provider=options.provider,
        device=options.device,
        seed=seed_in(course.root, options.seed),
    )
    setting.reference_backend()  # an unknown backend or a missing GPU is reported before grading
    return setting


def sandbox_named(
    name: str,
    plugins: Plugins,
    *,
    allow_weaker: bool = False,
) -> Sandbox:
    """Return the sandbox `name`: one of gradus, or of a plugin.

    Raises:
        GradusError: there is none of that name, or it does not work here.
    """
    if name in (AUTO, *BUILT_IN):
        return choose(name, allow_weaker=allow_weaker)
    targets = plugins.named("register_sandboxes")
    available = {key: load_target(target) for key, target in targets.items()}
    return choose(name, available, allow_weaker=allow_weaker)
