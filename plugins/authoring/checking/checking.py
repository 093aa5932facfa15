"""All steps of `gradus check` for one exercise, from the cheapest to the most expensive."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import closing
from importlib.util import find_spec
from pathlib import Path

from autograder.course.generated_stubs import available_stub
from autograder.course.mistakes import mistakes_file
from autograder.course.reading import Exercise
from autograder.grading.grader import Grader
from autograder.grading.setting import GradingSetting
from autograder.grading.written_answers import grade_answers
from autograder.results.report import CheckResult
from autograder.submissions.submission import load_submission
from autograder.verdicts import Verdict
from framework.course.solutions import solutions_folder
from framework.errors import GradusError
from framework.providers.backends import REFERENCE, STUDENT
from framework.providers.registry import EXTRAS
from plugins.authoring.audit.auditing import audit
from plugins.authoring.audit.trials import RIGHT, handed_in
from plugins.authoring.checking import exercise_files
from plugins.authoring.checking.exercise_files import Checked, Problem, advice

#: A step: what it is called, and what it yields.
Step = tuple[str, Callable[[], Iterable[Problem]]]

#: What is said about a step that cannot be taken.
WAITS = "what is wrong above comes first"


def checked(setting: GradingSetting, name: str) -> list[Checked]:
    """Look at everything that an author of the exercise `name` can get wrong.

    A step that raises an error is a problem; steps that depend on it are left out.
    """
    try:
        exercise = setting.course.exercise(name)
    except GradusError as error:
        return [Checked("files", (Problem(str(error), "correct the named line"),))]
    steps = [taken(*step) for step in reading_steps(setting, exercise)]
    if steps[0].problems:
        return [*steps, *(Checked(step, left_out=WAITS) for step in ("solution", "grading"))]
    results: list[CheckResult] = []

    def solution_problems() -> Iterator[Problem]:
        results.extend(solution_results(setting, exercise))
        fix = f"`grade {exercise.name} --submission solutions` shows why"
        yield from failing(results, "the solution", fix)

    steps.append(taken("solution passes", solution_problems))
    if not steps[-1].is_sound:
        return [*steps, Checked("grading", left_out=WAITS)]
    return steps + [taken(*step) for step in _grading(setting, exercise, results)]


def taken(step: str, problems: Callable[[], Iterable[Problem]]) -> Checked:
    """Take one step; an error that it raises is a problem too."""
    try:
        return Checked(step, tuple(problems()))
    except GradusError as error:
        return Checked(step, (Problem(str(error), "see the message"),))


def reading_steps(setting: GradingSetting, exercise: Exercise) -> list[Step]:
    """Return the steps that grade nothing; the first decides whether grading makes sense."""
    files = exercise_files
    of_tasks: list[Step] = [
        ("promises", lambda: files.promises(exercise)),
        ("examples", lambda: files.examples(setting.course, exercise)),
        ("thresholds", lambda: files.thresholds(exercise)),
    ]
    return [
        ("files", lambda: [*files.missing_files(exercise), *files.lists(exercise)]),
        ("stub up to date", lambda: files.drift(exercise)),
        ("text", lambda: files.readme(exercise)),
        ("mathematics", lambda: files.mathematics(exercise)),
        ("hints", lambda: files.hints(exercise)),
        *(of_tasks if exercise.tasks else ()),
    ]


def _grading(
    setting: GradingSetting, exercise: Exercise, results: list[CheckResult]
) -> Iterator[Step]:
    """Yield the steps that need the results of the solution, or grade further answers."""
    yield "points", lambda: points(exercise, results)
    if exercise.tasks:
        yield "hints of checks", lambda: check_hints(results)
        yield "stub gets 0", lambda: stub(setting, exercise)
    yield "mistakes", lambda: mistakes(setting, exercise)
    if exercise.tasks:
        yield "alternates", lambda: alternates(setting, exercise)
        names = ", ".join(["numpy", *backends_of(setting, exercise)])
        yield f"backends ({names})", lambda: backends(setting, exercise)


def solution_results(setting: GradingSetting, exercise: Exercise) -> tuple[CheckResult, ...]:
    """Return the results of all checks on the solution."""
    if exercise.questions:
        with load_submission(
            solutions_folder(setting.course.root), setting.course, [exercise.name]
        ) as submission:
            return grade_answers(exercise, submission, setting.seed).checks
    return _results(setting, exercise, exercise.solution_source())


def _results(
    setting: GradingSetting, exercise: Exercise, source: str, style: str = ""
) -> tuple[CheckResult, ...]:
    """Return the results of `source`, as `grade` counts them.

    Args:
        style: a file name; required exercises are taken from alternates of its name, else solved.
    """
    _, *others = setting.course.with_required([exercise]) if style else [exercise]
    files = {other.name: alternates_folder(other) / style for other in others}
    required = {name: file.read_text("utf-8") for name, file in files.items() if file.is_file()}
    with (
        handed_in(setting, exercise, "check", source, required) as submission,
        closing(Grader(setting, submission)) as grader,
    ):
        return grader.grade(exercise).checks


def failing(results: Sequence[CheckResult], whose: str, fix: str) -> Iterator[Problem]:
    """Yield a problem for each message of those of `results` that did not pass."""
    checks: dict[str, list[str]] = {}
    for check in results:
        if check.verdict not in RIGHT:
            checks.setdefault(check.message, []).append(check.id)
    for message, ids in checks.items():
        yield Problem(f"{whose} fails {', '.join(ids)}: {message}", fix)


def points(exercise: Exercise, results: Sequence[CheckResult]) -> Iterator[Problem]:
    """Yield what is wrong with the checks themselves: points, tasks and titles."""
    total = sum(check.points for check in results)
    if total != exercise.points:
        yield Problem(
            f"{exercise.toml}: points = {exercise.points}, but its checks have {total:g} together",
            f"write points = {total:g}, or change the @pytest.mark.points of a check",
        )
    for check in results:
        if check.task in exercise.optional_tasks:
            if check.points:
                problem = f"{check.id} has points, but '{check.task}' is optional"
                yield Problem(problem, "remove @pytest.mark.points above it")
        elif check.points <= 0:
            yield Problem(f"{check.id} is worth nothing", "add @pytest.mark.points(1) above it")
        if check.task not in exercise.task_names:
            yield Problem(
                f"{check.id} is about '{check.task}', which is no task: "
                f"{', '.join(exercise.task_names)}",
                'add @pytest.mark.task("NAME") above it',
            )
    for task in exercise.task_names:
        if all(check.task != task for check in results):
            yield Problem(f"no check is about the task '{task}'", "write one")
    titles = [check.title for check in results]
    for check in results:
        if titles.count(check.title) > 1:
            yield Problem(f"{check.id}: another check has the same title", "say what differs")


def check_hints(results: Sequence[CheckResult]) -> Iterator[Problem]:
    """Yield advice for checks without a hint."""
    for check in results:
        if not check.hint:
            yield advice(f"{check.id} has no hint", 'add @pytest.mark.hint("...") above it')


def stub(setting: GradingSetting, exercise: Exercise) -> Iterator[Problem]:
    """Yield the checks that the stub passes without a line of the student's."""
    source = available_stub(exercise)
    for check in _results(setting, exercise, source) if source is not None else ():
        if check.verdict is Verdict.PASSED:
            yield Problem(
                f"the untouched stub passes {check.id} and gets {check.points:g} points",
                "move what gives the answer away into a region, or ask the check for more",
            )


def mistakes(setting: GradingSetting, exercise: Exercise) -> Iterator[Problem]:
    """Yield the listed mistakes that no check catches, or that fail another task."""
    if not mistakes_file(exercise).is_file():
        yield Problem(
            f"{mistakes_file(exercise)} is missing",
            "list the wrong answers that students give: checks must catch them, and name them",
        )
        return
    for finding in audit(setting, [exercise], mistakes_only=True, jobs=1).unsound:
        yield Problem(
            f"mistake '{finding.id}': {finding.outcome} {finding.note}".rstrip(),
            f"write a check that fails for it, or correct its task: {finding.place}",
        )


def alternates_folder(exercise: Exercise) -> Path:
    """Return the folder with other right answers: one file for each style."""
    return exercise.root / "tests" / "data" / "alternates" / exercise.unit / exercise.name


def alternates(setting: GradingSetting, exercise: Exercise) -> Iterator[Problem]:
    """Yield the alternates that do not get all points: there, a check is too strict."""
    files = sorted(alternates_folder(exercise).glob("*.py"))
    if not files:
        yield advice(
            f"{alternates_folder(exercise)} holds no other right answer",
            "write one in another style: it shows where a check is too strict",
        )
    for file in files:
        is_torch = "torch" in file.stem
        if not is_torch or find_spec("torch"):
            own = setting.with_options(backend="torch") if is_torch else setting
            results = _results(own, exercise, file.read_text("utf-8"), file.name)
            yield from failing(results, str(file), "loosen the check, or correct the file")


def backends_of(setting: GradingSetting, exercise: Exercise) -> list[str]:
    """Return the backends other than the reference that offer all tasks of `exercise`."""
    registry = setting.plugins.registry
    names = [task.registry_name for task in exercise.tasks]
    return [
        provider
        for provider in registry.providers()
        if provider not in (REFERENCE, STUDENT)
        and all(registry.offers(name, provider) for name in names)
        and (provider not in EXTRAS or find_spec(provider))
    ]


def backends(setting: GradingSetting, exercise: Exercise) -> Iterator[Problem]:
    """Yield the checks that a backend's form of the exercise fails."""
    yield from provider_problems(setting, exercise, (REFERENCE, *backends_of(setting, exercise)))


def provider_problems(
    setting: GradingSetting, exercise: Exercise, providers: Iterable[str]
) -> Iterator[Problem]:
    """Yield the checks of `exercise` that a provider's form of it fails."""
    for provider in providers:
        own = setting.with_options(provider=provider)
        results = Grader(own, None).grade(exercise).checks
        yield from failing(
            results, f"the backend '{provider}'", f"`grade {exercise.name} --provider {provider}`"
        )
