"""GitHub Actions and GitLab: marks at lines of code, and the summary of a job.

A step of GitHub shows 10 errors and 10 warnings; further ones are counted in a notice.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from typing import Any

from autograder.reports import wording
from autograder.reports.common_causes import Cause, causes
from autograder.reports.hiding import for_student
from autograder.reports.plain import clean
from autograder.results.report import CheckResult, ExerciseResult, Report
from autograder.verdicts import Verdict
from plugins.authoring.services.texts import SILENT, json_text, place_of, sentence_of

#: Annotations of each level that a step shows.
MAX_SHOWN = 10
#: Bytes of a summary: GitHub drops one that is larger than 1 MiB, and the step still passes.
MAX_SUMMARY = 1 << 20

#: The level of an annotation, and the severity of GitLab; of all other verdicts, `_FAILURE`.
_LEVELS = {
    Verdict.BLOCKED: ("warning", "minor"),
    Verdict.NOT_STARTED: ("warning", "minor"),
    Verdict.NOT_GRADED: ("warning", "info"),
    Verdict.FOR_A_PERSON: ("notice", "info"),
    Verdict.NEEDS_GRADER: ("notice", "info"),
}
_FAILURE = ("error", "major")
_IN_TEXT = str.maketrans({"%": "%25", "\r": "%0D", "\n": "%0A"})
_IN_PROPERTY = str.maketrans({"%": "%25", "\r": "%0D", "\n": "%0A", ":": "%3A", ",": "%2C"})
#: Characters that Markdown or HTML give a meaning.
_MARKDOWN = {ord(sign): f"\\{sign}" for sign in "\\`*_{}[]()#+-!|~$>"} | {ord("<"): "&lt;"}


def render_annotations(report: Report, *, show_hidden: bool = False) -> str:
    """Return commands for the log of a step: each cause of a failure, and the points."""
    report = report if show_hidden else for_student(report)
    annotations: dict[str, list[str]] = {"error": [], "warning": [], "notice": []}
    for exercise in report.exercises:
        for cause in _told(exercise, show_hidden):
            level, _ = _LEVELS.get(cause.shown.verdict, _FAILURE)
            annotations[level].append(_annotation(level, report, exercise, cause.shown))
    lines = [line for level in annotations.values() for line in level[:MAX_SHOWN]]
    left = sum(max(len(level) - MAX_SHOWN, 0) for level in annotations.values())
    if left:
        lines.append(_command("notice", {}, f"{left} more findings are in the log and the summary"))
    lines.append(_command("notice", {"title": "gradus"}, wording.points(report)))
    return "\n".join(lines) + "\n"


def _told(exercise: ExerciseResult, show_hidden: bool) -> list[Cause]:
    """Return the causes of which there is something to say to a student."""
    shown = causes(exercise, show_hidden=show_hidden)
    return [cause for cause in shown if cause.shown.verdict not in SILENT]


def _annotation(level: str, report: Report, exercise: ExerciseResult, check: CheckResult) -> str:
    file, line = place_of(report, exercise, check)
    properties = {"file": file} if file else {}
    if file and line:
        properties |= {"line": str(line), "endLine": str(line)}
    properties["title"] = clean(f"{exercise.name}: {check.title}")
    return _command(level, properties, sentence_of(check))


def _command(level: str, properties: dict[str, str], text: str) -> str:
    shown = ",".join(
        f"{name}={value.translate(_IN_PROPERTY)}" for name, value in properties.items()
    )
    return f"::{level}{' ' if shown else ''}{shown}::{text.translate(_IN_TEXT)}"


def render_summary(report: Report, *, show_hidden: bool = False) -> str:
    """Return the summary of a job as GitHub's Markdown, for the file ``$GITHUB_STEP_SUMMARY``."""
    report = report if show_hidden else for_student(report)
    text = ""
    for line in _summary(report, show_hidden=show_hidden):
        if len((text + line).encode("utf-8", "replace")) > MAX_SUMMARY - 200:
            return f"{text}\n\nThe rest is in the log: a summary has at most 1 MiB.\n"
        text += f"{line}\n"
    return text


def _summary(report: Report, *, show_hidden: bool) -> Iterator[str]:
    open_ones = wording.open_points(report)
    yield f"## {wording.points(report)}{f' ({open_ones})' if open_ones else ''}\n"
    yield "| exercise | points | verdict |\n| --- | ---: | --- |"
    for result in report.exercises:
        verdict = f"{wording.symbol(result.verdict)} {wording.word(result.verdict, result.checks)}"
        total = wording.ratio(result.earned, result.possible)
        yield f"| {_text(result.name)} | {total} | {_text(verdict)} |"
    yield ""
    for sentence in (*wording.waiting_words(report), *wording.remarks(report)):
        yield f"- {_text(sentence)}"
    for result in report.exercises:
        yield from _causes(report, result, show_hidden=show_hidden)
    yield f"\n<sub>{_text(' · '.join(wording.provenance_words(report.provenance)))}</sub>"


def _causes(report: Report, exercise: ExerciseResult, *, show_hidden: bool) -> Iterator[str]:
    told = _told(exercise, show_hidden)
    if told:
        yield f"\n### {_text(exercise.name)}\n"
    for cause in told:
        check = cause.shown
        file, line = place_of(report, exercise, check)
        at_line = f" ({_text(f'{file}:{line}')})" if file and line else ""
        others = f" Also: {_text(cause.titles_of_others)}." if cause.others else ""
        hint = f" Hint: {_text(check.best_hint)}" if check.best_hint else ""
        yield (
            f"- **{_text(check.title)}** ({cause.points_text}): {_text(sentence_of(check))}"
            f"{at_line}.{others}{hint}"
        )


def _text(text: str) -> str:
    """Return `text` such that Markdown and HTML show it as it is; no user is mentioned."""
    return clean(text).replace("\n", " ").translate(_MARKDOWN).replace("@", "@\u200b")


def render_code_quality(report: Report, *, show_hidden: bool = False) -> str:
    """Return a JSON list with an entry for each cause of a failure in a file."""
    report = report if show_hidden else for_student(report)
    entries: dict[str, dict[str, Any]] = {}
    for exercise in report.exercises:
        for cause in _told(exercise, show_hidden) if exercise.file else ():
            entry = _entry(report, exercise, cause.shown)
            entries.setdefault(entry["fingerprint"], entry)
    return json_text([*entries.values()])


def _entry(report: Report, exercise: ExerciseResult, check: CheckResult) -> dict[str, Any]:
    file, line = place_of(report, exercise, check)
    mistake = check.diagnosis.id if check.diagnosis is not None else check.fact.what
    parts = (file, exercise.name, check.id, check.verdict.value, mistake)
    return {
        "description": clean(f"{exercise.name}: {check.title}: {sentence_of(check)}"),
        "check_name": f"gradus/{exercise.name}",
        "fingerprint": hashlib.sha256("\0".join(parts).encode("utf-8", "replace")).hexdigest(),
        "severity": _LEVELS.get(check.verdict, _FAILURE)[1],
        "location": {"path": file, "lines": {"begin": max(line, 1)}},
    }
