"""Words, symbols and numbers that all reports share."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from autograder.judging.blocking import waiting
from autograder.results.commands import OWN_FOLDER, Commands
from autograder.results.findings.check_texts import PrintedText
from autograder.results.findings.finding import Finding
from autograder.results.report import (
    CheckResult,
    ExerciseResult,
    Provenance,
    Report,
    ResultOfChecks,
)
from autograder.verdicts import Verdict

#: Lines of the submission that lead to a fault; more of them is recursion.
FRAMES = 2

#: The label of what a blocked check says itself: a page shows it on demand.
FOLDED = "message"

#: Each verdict's symbol, the symbol for terminals that know ASCII alone, and its colour. Colours
#: repeat what symbols and words say, and can be read on a light and on a dark background: no
#: yellow, no white, no black.
LOOKS = {
    Verdict.PASSED: ("✓", "+", "green"),
    Verdict.SKIPPED: ("–", "-", ""),
    Verdict.FOR_A_PERSON: ("…", "~", "magenta"),
    Verdict.NEEDS_GRADER: ("?", "?", ""),
    Verdict.BLOCKED: ("◇", "#", "magenta"),
    Verdict.NOT_STARTED: ("○", "o", ""),
    Verdict.UNFINISHED: ("◐", "o", ""),
    Verdict.FAILED: ("✗", "x", "red"),
    Verdict.CRASHED: ("!", "!", "red"),
    Verdict.TIMED_OUT: ("!", "!", "red"),
    Verdict.OUT_OF_MEMORY: ("!", "!", "red"),
    Verdict.NOT_GRADED: ("?", "?", "magenta"),
}


def symbol(verdict: Verdict, ascii_only: bool = False) -> str:
    """Return the symbol of `verdict`, one character wide."""
    return LOOKS[verdict][ascii_only]


def colour(verdict: Verdict) -> str:
    """Return the colour of `verdict` on a terminal; empty for that of other text."""
    return LOOKS[verdict][2]


def word(verdict: Verdict, checks: Sequence[CheckResult]) -> str:
    """Return the words for `verdict` of all `checks`."""
    causes = {check.blocked_by for check in checks if check.verdict is Verdict.BLOCKED} - {""}
    if verdict is Verdict.BLOCKED and len(causes) == 1:
        return f"blocked by {causes.pop()}"
    failed = [check for check in checks if check.verdict is Verdict.FAILED]
    if verdict is Verdict.FAILED and all(check.awarded for check in failed):
        return "partly right"
    return verdict.value


def number(value: float) -> str:
    """Points: ``18``, ``0.5``, ``12.67``."""
    return f"{value:.2f}".rstrip("0").rstrip(".")


def counted(count: float, noun: str) -> str:
    """Return a number with its noun: ``1 check``, ``2.5 points``."""
    return f"{number(count)} {noun}{'' if count == 1 else 's'}"


def ratio(earned: float, possible: float) -> str:
    """Return two numbers as ``18/35``."""
    return f"{number(earned)}/{number(possible)}"


def duration(seconds: float) -> str:
    """Return seconds as ``0.42 s``."""
    return f"{seconds:.2f} s"


def points(result: ResultOfChecks) -> str:
    """Return ``18/35 points``; ``?/3 points`` where all of them wait for a person."""
    if 0 < result.possible == result.for_a_person:
        return f"?/{number(result.possible)} points"
    return f"{ratio(result.earned, result.possible)} points"


def ungraded(result: ResultOfChecks) -> str:
    """Return ``17 not graded``, points that a fault of the grader left open; empty for none."""
    count = result.points_with(Verdict.NOT_GRADED)
    return f"{number(count)} not graded" if count else ""


def open_points(result: ResultOfChecks) -> str:
    """Return ``17 not graded, 3 wait for a person``; empty where every point is earned or lost."""
    words = [ungraded(result)]
    for verdict, verb, rest in (
        (Verdict.NEEDS_GRADER, "need", "the course's grader"),
        (Verdict.FOR_A_PERSON, "wait", "for a person"),
    ):
        if count := result.points_with(verdict):
            words.append(f"{number(count)} {verb}{'s' if count == 1 else ''} {rest}")
    return ", ".join(filter(None, words))


def waiting_words(report: Report, commands: Commands = OWN_FOLDER) -> list[str]:
    """Return which points wait for what: ``97 points wait for your rnn: `grade rnn```."""
    return [
        f"{counted(entry.points, 'point')} {'waits' if entry.points == 1 else 'wait'} for your "
        f"{entry.exercise}: `{commands.of_another(entry.exercise)}`"
        for entry in waiting(report)
    ]


def passed_tasks(result: ExerciseResult) -> int:
    """Return how many tasks of `result` are all right."""
    return sum(task.verdict is Verdict.PASSED for task in result.tasks)


def provenance_words(provenance: Provenance) -> list[str]:
    """Return how a report came about, the most important first."""
    course = filter(None, ("course", provenance.course_version, provenance.course_hash[:8]))
    pinned = f"revision {provenance.course_revision[:8]}" if provenance.course_revision else ""
    told = " ".join(course) if provenance.course_hash else ""
    shown = [
        f"provider {provenance.provider}" if provenance.provider else "",
        f"submission {provenance.submission_hash[:8]}" if provenance.submission_hash else "",
        ", ".join(filter(None, (told, pinned))),
        f"seed {provenance.seed}",
        f"{provenance.backend} on {provenance.device}",
        f"sandbox {provenance.sandbox}" if provenance.sandbox else "",
    ]
    versions = (f"{name} {version}" for name, version in sorted(provenance.versions.items()))
    return [*filter(None, shown), *versions]


#: Why points are open.
_REASONS = {
    Verdict.NOT_GRADED: "could not be graded, by a fault of the grader",
    Verdict.NEEDS_GRADER: "need the course's grader, a kit cannot decide them",
}


def remarks(report: Report) -> list[str]:
    """Return what was not graded, notes, and gaps of the sandbox, each of them once."""
    unknown = []
    for verdict, reason in _REASONS.items():
        concerned = (result.name for result in report.exercises if result.points_with(verdict))
        if names := ", ".join(concerned):
            unknown.append(
                f"{counted(report.points_with(verdict), 'point')} {reason} ({names}): "
                f"{ratio(report.earned, report.possible)} is not the whole result"
            )
    uncontained = (text for result in report.exercises for text in result.uncontained)
    return list(dict.fromkeys((*unknown, *report.notes, *uncontained)))


class LabelledFact(NamedTuple):
    """What stands beside a label in a report on a failed check; a figure has no lines of text."""

    label: str
    lines: Sequence[str]
    finding: Finding | None = None


def labelled_facts(check: CheckResult) -> Iterator[LabelledFact]:
    """Yield what explains a failure beside its label, in the order of all reports."""
    mistake = check.diagnosis
    for label in ("likely", "second"):
        if mistake is not None:
            yield LabelledFact(label, (mistake.sentence,))
            mistake = mistake.second
    if check.call and check.verdict is not Verdict.NOT_STARTED:
        yield LabelledFact("call", (check.call,))
    if check.arguments:
        yield LabelledFact("with", check.arguments)
    lines = []
    for frame in dict.fromkeys(check.frames[-FRAMES:]):
        inside = "" if frame.function in ("", "<module>") else f" in {frame.function}"
        lines += [f"{frame.place}{inside}", *([f"  {frame.source}"] if frame.source else [])]
    if lines:
        yield LabelledFact("line", lines)
    for finding in check.findings:
        if finding.explains_failure:
            yield LabelledFact(finding.kind, finding.text_lines(), finding)
    if own := check.message_before_blocking:
        yield LabelledFact(FOLDED, (own,))
    if check.best_hint:
        yield LabelledFact("hint", (check.best_hint,))


def facts(check: CheckResult) -> Iterator[str]:
    """Yield what a check found, line by line."""
    kind = "hidden check, " if check.hidden else ""
    yield f"{check.verdict.value} ({kind}{counted(check.points, 'point')})"
    yield from filter(None, (check.message, *check.details))
    if check.method:
        yield f"method: {check.method}"
    for label, lines, finding in labelled_facts(check):
        if finding is None:
            yield f"{label}: " + "\n".join(lines)
        elif not is_output(finding):
            yield f"{label}: {' '.join(lines)}"


def is_output(finding: Finding) -> bool:
    """Return whether `finding` is output of the check, not a fact of its failure."""
    return isinstance(finding, PrintedText) or not finding.explains_failure
