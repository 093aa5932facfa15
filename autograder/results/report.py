"""The results of grading, as frozen data; `autograder.reports` renders them.

    Report            one submission: provenance and
    └── ExerciseResult    one exercise:
        └── TaskResult        one name of the stub:
            └── CheckResult       one check: verdict, points, message, method at fault
                └── Finding           what else it shows: a plot, a table, printed text

Points and exit codes are properties: they follow from the checks.
"""

from __future__ import annotations

from base64 import b64encode
from dataclasses import dataclass, field
from typing import TypeVar

from autograder.course.reading import Use
from autograder.results.commands import OWN_FOLDER, Commands
from autograder.results.findings.finding import Finding
from autograder.sandbox.session.faults import Frame
from autograder.verdicts import Verdict

F = TypeVar("F", bound=Finding)

#: A message, and each of the facts under it, in characters: names in them may be anything.
MAX_MESSAGE, MAX_FACT = 2000, 400
#: Nothing is known about the points of checks with these: they are neither earned nor lost.
OPEN = (Verdict.NEEDS_GRADER, Verdict.NOT_GRADED)
#: Checks with these may get a diagnosis; what is not written, hangs or eats memory answers nothing.
EXPLAINED = (Verdict.FAILED, Verdict.CRASHED)
#: The ends of facts that are not about values.
NO_VALUES = (": dtype", ": changed arguments", ": memory of an argument")
#: Checks with these made a call that can be replayed.
REPLAYED = (*EXPLAINED, Verdict.TIMED_OUT, Verdict.OUT_OF_MEMORY)
#: Verdicts of what has passed.
PASSED = frozenset({Verdict.PASSED, Verdict.SKIPPED})
#: Verdicts that leave nothing to do for the student. Not all of them are final.
FINE = PASSED | {Verdict.FOR_A_PERSON, Verdict.NEEDS_GRADER}


@dataclass(frozen=True)
class Diagnosis:
    """The mistake behind a failed check, if it is certain.

    Attributes:
        id: of a mistake of the exercise, as in ``no-bias``, or of a pattern: ``generic/negated``.
        sentence: what was done.
        hint: the next thought; may be empty.
        second: a second, independent mistake behind the same failure.
    """

    id: str
    sentence: str
    hint: str = ""
    second: Diagnosis | None = None


@dataclass(frozen=True)
class Fact:
    """The first wrong result of a failed check.

    Attributes:
        what: the thing and its aspect, as in ``gradients['W_h']: values``; no numbers of the check.
        expected, received: the aspect, or the worst entry; empty where nothing was compared.
    """

    what: str = ""
    expected: str = ""
    received: str = ""


@dataclass(frozen=True)
class Evidence:
    """What a check learned about the submission that `autograder.judging` decides by.

    Attributes:
        called: tasks that ran, as the code under test says: ``EXERCISE.TASK`` of each.
        answered: the methods that have returned.
        refused: the methods that have raised an exception which the check asked for.
        outlasted: the methods that took too long for a derived gradient.
        stalled: a call was late with processor time left, on a machine that may have been busy.
        unconfirmed: passed without the comparison of the trained model with the reference.
    """

    called: tuple[str, ...] = ()
    answered: tuple[str, ...] = ()
    refused: tuple[str, ...] = ()
    outlasted: tuple[str, ...] = ()
    stalled: bool = False
    unconfirmed: bool = False


@dataclass(frozen=True)
class Reason:
    """Why a rule of `autograder.judging` gave a check its verdict.

    Attributes:
        rule: the name of the rule, as in ``blocking``.
        text: what decided, in one sentence.
    """

    rule: str
    verdict: Verdict
    text: str


class WithPoints:
    """The points of one check or of several."""

    checks: tuple[CheckResult, ...]

    def points_with(self, *verdicts: Verdict) -> float:
        """Return the points of the checks with one of `verdicts`."""
        return sum(check.points for check in self.checks if check.verdict in verdicts)

    @property
    def possible(self) -> float:
        """Points that can be earned: none if a check was skipped, all if it was not graded."""
        return sum(check.points for check in self.checks) - self.points_with(Verdict.SKIPPED)

    @property
    def not_graded(self) -> float:
        """Points about which nothing is known: neither earned nor lost."""
        return self.points_with(*OPEN)

    @property
    def for_a_person(self) -> float:
        """Points of answers that wait for a person: neither earned nor lost."""
        return self.points_with(Verdict.FOR_A_PERSON)


@dataclass(frozen=True)
class CheckResult(WithPoints):
    """One check.

    Attributes:
        id: the test, as in ``test_rnn.py::test_forward``.
        title: what the check asks for, in one line.
        task: the name in the stub that it is about.
        hidden: from the instructor's tests: details are not shown to students.
        points: what it is worth; half and quarter points are allowed.
        message: one sentence for the student; empty when passed.
        details: facts under it: the worst entry, shapes.
        method: the method at fault, as in ``RNN.backward``; empty where no single one is.
        fact: what of that method is wrong first.
        call: the call of that method that shows it.
        arguments: the small arrays that it was given, with their values.
        frames: lines of the submission, outermost first.
        hint: the check's own hint; if it did not pass and has none, the sentence that it tests.
        findings: other results that the check shows.
        diagnosis: the mistake; None if it is not certain.
        blocked_by: what it waits for, an exercise or a task of this one; empty if for nothing.
        awarded: the points that an instructor gave; None if a program decides.
        evidence: what the rules of judging decide by.
        reasons: how it came to its verdict, in order; `gradus why` prints them.
        seconds: how long it took.
    """

    id: str
    title: str
    task: str
    hidden: bool
    points: float
    verdict: Verdict
    message: str = ""
    details: tuple[str, ...] = ()
    method: str = ""
    fact: Fact = Fact()
    call: str = ""
    arguments: tuple[str, ...] = ()
    frames: tuple[Frame, ...] = ()
    hint: str = ""
    findings: tuple[Finding, ...] = ()
    diagnosis: Diagnosis | None = None
    blocked_by: str = ""
    awarded: float | None = None
    evidence: Evidence = Evidence()
    reasons: tuple[Reason, ...] = ()
    seconds: float = 0.0

    def of(self, kind: type[F]) -> tuple[F, ...]:
        """Return its findings of the class `kind`, in their order."""
        return tuple(finding for finding in self.findings if isinstance(finding, kind))

    @property
    def can_be_replayed(self) -> bool:
        """Whether `gradus replay` makes its call again: a public check of code has failed."""
        return self.verdict in REPLAYED and not self.hidden and self.id.startswith("test_")

    @property
    def message_before_blocking(self) -> str:
        """What a check that waits for another part found itself; empty for other checks."""
        own = [reason for reason in self.reasons if reason.rule != "blocking"]
        is_answer = own and own[-1].verdict not in (Verdict.NOT_STARTED, Verdict.BLOCKED)
        return own[-1].text if self.blocked_by and is_answer else ""

    @property
    def best_hint(self) -> str:
        """The most particular hint that fits; none for what is not begun, or waits.

        A check's own hint is about its values. It does not fit an exception, a dtype, or an
        argument that was changed. Of a hidden check it is all that a student learns.
        """
        if self.verdict in (Verdict.NOT_STARTED, Verdict.BLOCKED, Verdict.NEEDS_GRADER):
            return ""
        is_other = self.verdict is Verdict.CRASHED or self.fact.what.endswith(NO_VALUES)
        own = "" if is_other and not self.hidden else self.hint
        return (self.diagnosis.hint if self.diagnosis is not None else "") or own

    @property
    def earned(self) -> float:
        """What an instructor gave; else all of the points or none."""
        if self.awarded is not None:
            return self.awarded
        return self.points if self.verdict is Verdict.PASSED else 0.0

    @property
    def checks(self) -> tuple[CheckResult, ...]:  # type: ignore[override]  # it cannot be set
        """The check itself."""
        return (self,)


class ResultOfChecks(WithPoints):
    """What follows from the checks of a task, an exercise or a report."""

    @property
    def verdict(self) -> Verdict:
        """The worst verdict of its checks; unfinished where some passed and others have no code."""
        verdicts = [check.verdict for check in self.checks]
        worst = max(verdicts, key=list(Verdict).index, default=Verdict.SKIPPED)
        is_begun = worst is Verdict.NOT_STARTED and Verdict.PASSED in verdicts
        return Verdict.UNFINISHED if is_begun else worst

    @property
    def earned(self) -> float:
        """Points of the checks that passed: partial credit."""
        return sum(check.earned for check in self.checks)


@dataclass(frozen=True)
class TaskResult(ResultOfChecks):
    """One name of the stub, with its checks in the order of the test files."""

    name: str
    checks: tuple[CheckResult, ...]


@dataclass(frozen=True)
class ShownFigure:
    """A figure of the text of an exercise: what it shows, and its SVG."""

    title: str
    svg: bytes = field(repr=False)

    @property
    def address(self) -> str:
        """The figure as an address for a page, where no script of it can run."""
        return f"data:image/svg+xml;base64,{b64encode(self.svg).decode('ascii')}"


@dataclass(frozen=True)
class ExerciseResult(ResultOfChecks):
    """One exercise.

    Attributes:
        file: the submitted file, relative to the submission; empty if there was none.
        uncontained: what the sandbox could not contain on this system, in sentences.
        figures: those of its text, for reports that can show them.
    """

    name: str
    unit: str
    title: str
    tasks: tuple[TaskResult, ...]
    file: str = ""
    uncontained: tuple[str, ...] = ()
    figures: tuple[ShownFigure, ...] = ()
    seconds: float = 0.0

    @property
    def checks(self) -> tuple[CheckResult, ...]:  # type: ignore[override]  # it cannot be set
        """All checks, task by task."""
        return tuple(check for task in self.tasks for check in task.checks)


@dataclass(frozen=True)
class Provenance:
    """How a report came about: the same provenance gives the same report, times apart.

    Attributes:
        course: name of the course's folder.
        course_hash: of its checks, descriptions, solutions and plugins.
        course_version: the version that its ``course.toml`` gives; may be empty.
        course_revision: the hash that it is pinned to by ``gradus course pin``; may be empty.
    """

    seed: int
    backend: str
    device: str
    sandbox: str
    provider: str = ""
    submission: str = ""
    submission_hash: str = ""
    course: str = ""
    course_hash: str = ""
    course_version: str = ""
    course_revision: str = ""
    versions: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Following:
    """The exercise to do next, once all of a report have passed.

    Attributes:
        file: the file to write, as its path is written in the working directory.
    """

    name: str
    file: str


@dataclass(frozen=True)
class Report(ResultOfChecks):
    """The grading of one submission.

    Attributes:
        notes: additional facts for a reader: ignored files, skipped cells.
        commands: those that are proposed to its reader.
        following: what comes next, if all has passed and the reader is the student.
        use: what the student can do with the only exercise now, if it has passed.
        hidden_points: of checks that only the course has, if this is a kit and all has passed.
    """

    provenance: Provenance
    exercises: tuple[ExerciseResult, ...]
    notes: tuple[str, ...] = ()
    seconds: float = 0.0
    commands: Commands = OWN_FOLDER
    following: Following | None = None
    use: Use | None = None
    hidden_points: float = 0.0

    @property
    def checks(self) -> tuple[CheckResult, ...]:  # type: ignore[override]  # it cannot be set
        """All checks, exercise by exercise."""
        return tuple(check for exercise in self.exercises for check in exercise.checks)

    @property
    def exit_code(self) -> int:
        """0 all passed, 1 something did not, 3 something could not be graded.

        Answers that wait for a person, and checks that need the course's grader, change nothing.
        """
        verdicts = {check.verdict for check in self.checks}
        if Verdict.NOT_GRADED in verdicts:
            return 3
        return 0 if verdicts <= FINE else 1
