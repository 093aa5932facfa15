"""A report for CI servers: JUnit XML, one testsuite per exercise and one testcase per check.

What a submission is to blame for is a ``failure`` (code that is not written included), what we are
to blame for an ``error``. Only what the schema of Jenkins' xUnit plugin (junit-10.xsd) and
GitLab's reader know is written.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from xml.etree import ElementTree as ET

from autograder.reports.hiding import for_student
from autograder.reports.plain import clean
from autograder.reports.wording import facts, is_output, number
from autograder.results.findings.check_texts import PrintedText
from autograder.results.findings.finding import Finding
from autograder.results.report import CheckResult, ExerciseResult, Provenance, Report
from autograder.verdicts import Verdict

_OUTCOMES = {
    Verdict.SKIPPED: "skipped",
    Verdict.FOR_A_PERSON: "skipped",
    Verdict.NEEDS_GRADER: "skipped",
    Verdict.NOT_GRADED: "error",
}


def render_junit(report: Report, *, show_hidden: bool = False) -> str:
    """Return `report` as JUnit XML."""
    report = report if show_hidden else for_student(report)
    counts = _counts(report.checks)
    del counts["skipped"]  # readers expect it on each testsuite alone
    root = ET.Element("testsuites", {"name": "gradus", "time": _time(report.seconds), **counts})
    for exercise in report.exercises:
        root.append(_suite(exercise, report.provenance))
    ET.indent(root)
    return f'<?xml version="1.0" encoding="UTF-8"?>\n{ET.tostring(root, encoding="unicode")}\n'


def _counts(checks: Sequence[CheckResult]) -> dict[str, str]:
    outcomes = Counter(_outcome(check) for check in checks)
    return {
        "tests": str(len(checks)),
        "failures": str(outcomes["failure"]),
        "errors": str(outcomes["error"]),
        "skipped": str(outcomes["skipped"]),
    }


def _outcome(check: CheckResult) -> str:
    """Return the element that stands for the verdict; empty when passed."""
    return "" if check.verdict is Verdict.PASSED else _OUTCOMES.get(check.verdict, "failure")


def _suite(exercise: ExerciseResult, provenance: Provenance) -> ET.Element:
    name = _valid(f"{exercise.unit}.{exercise.name}")
    facts = {"name": name, "time": _time(exercise.seconds), **_counts(exercise.checks)}
    suite = ET.Element("testsuite", facts)
    if exercise.file:
        suite.set("file", _valid(exercise.file))
    properties = ET.SubElement(suite, "properties")
    for key, value in _properties(exercise, provenance):
        ET.SubElement(properties, "property", name=_valid(key), value=_valid(value))
    shared = Counter((check.task, check.title) for check in exercise.checks)
    for check in exercise.checks:  # readers merge checks of a task that share a title
        is_alone = shared[check.task, check.title] == 1
        title = check.title if is_alone else f"{check.title} ({check.id})"
        suite.append(_case(check, f"{name}.{check.task}", title))
    return suite


def _properties(exercise: ExerciseResult, provenance: Provenance) -> Iterator[tuple[str, str]]:
    for name in ("earned", "possible", "not_graded", "for_a_person"):
        yield name, number(getattr(exercise, name))
    for name, value in vars(provenance).items():
        if name not in ("submission", "versions"):
            yield name, str(value)
    for name, version in sorted(provenance.versions.items()):
        yield f"version.{name}", version
    for sentence in exercise.uncontained:
        yield "uncontained", sentence


def _case(check: CheckResult, owner: str, title: str) -> ET.Element:
    case = ET.Element(
        "testcase", classname=_valid(owner), name=_valid(title), time=_time(check.seconds)
    )
    outcome = _outcome(check)
    if outcome:
        element = ET.SubElement(case, outcome, type=check.verdict.value)
        element.set("message", _valid(check.message or check.verdict.value))
        element.text = _valid("\n".join(facts(check)))
    if shown := "\n".join(map(_shown, filter(is_output, check.findings))):
        ET.SubElement(case, "system-out").text = _valid(shown)
    return case


def _shown(finding: Finding) -> str:
    """Return what was printed as it is; other findings under their heading."""
    if isinstance(finding, PrintedText):
        return finding.text
    return "\n".join((finding.heading, *finding.text_lines()))


def _valid(text: str) -> str:
    """Return `text` in characters that XML 1.0 allows; control characters become escapes."""
    return clean(text.replace("\ufffe", "").replace("\uffff", ""))


def _time(seconds: float) -> str:
    return f"{seconds:.3f}"
