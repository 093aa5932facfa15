"""A report for a browser: one page that needs nothing else, in light and in dark."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from html import escape
from importlib import resources

from markupsafe import escape as markup

from autograder.record.findings.base import Finding
from autograder.record.results import CheckResult, ExerciseResult, Report, TaskResult
from autograder.reports.causes import Cause, causes, is_short
from autograder.reports.plain import clean
from autograder.reports.wording import (
    counted,
    duration,
    hint_of,
    inside,
    number,
    passed_tasks,
    points,
    provenance_words,
    ratio,
    remarks,
    symbol,
    word,
)
from autograder.verdicts import Verdict

_PAGE = """<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>{title}</title>
<style>
{style}</style>
</head>
<body>
{body}
</body>
</html>
"""


def render_html(report: Report, *, show_hidden: bool = False) -> str:
    """`report` as a page of HTML.

    Args:
        show_hidden: whether the facts of hidden checks are told, for an instructor's eyes.
    """
    style = resources.files(__package__).joinpath("page.css").read_text("utf-8")
    title = f"{ratio(report.earned, report.possible)} points"
    return _PAGE.format(title=title, style=style, body="\n".join(_body(report, show_hidden)))


def _text(text: str) -> str:
    """`text` as the text of an element or the value of an attribute."""
    return escape(clean(text).encode("utf-8", "replace").decode("utf-8"))


def _body(report: Report, show_hidden: bool) -> Iterator[str]:
    name = report.provenance.provider or report.provenance.submission
    yield f"<h1>gradus: {_text(name) if name else 'report'}</h1>"
    yield (
        f'<p class="score">{number(report.earned)}'
        f" <small>of {counted(report.possible, 'point')}</small></p>"
    )
    yield (
        f'<progress value="{number(report.earned)}" max="{number(report.possible or 1)}">'
        f"{ratio(report.earned, report.possible)}</progress>"
    )
    yield from _table(report.exercises)
    for exercise in report.exercises:
        yield from _exercise(exercise, show_hidden)
    yield from _footer(report)


def _table(exercises: Iterable[ExerciseResult]) -> Iterator[str]:
    yield '<div class="wide"><table>'
    yield (
        '<thead><tr><th class="unit">unit</th><th>exercise</th><th class="right">tasks</th>'
        '<th class="right">points</th><th>verdict</th><th class="right seconds">seconds</th>'
        "</tr></thead><tbody>"
    )
    before = ""
    for exercise in exercises:
        yield _row(exercise, "" if exercise.unit == before else exercise.unit)
        before = exercise.unit
    yield "</tbody></table></div>"


def _row(result: ExerciseResult, unit: str) -> str:
    name = _text(result.name)
    return (
        f'<tr><td class="unit">{_text(unit)}</td><td><a href="#{name}">{name}</a></td>'
        f'<td class="right">{passed_tasks(result)}/{len(result.tasks)}</td>'
        f'<td class="right">{ratio(result.earned, result.possible)}</td>'
        f"<td>{_verdict(result.verdict, result.checks)}</td>"
        f'<td class="right seconds">{result.seconds:.2f}</td></tr>'
    )


def _verdict(verdict: Verdict, checks: tuple[CheckResult, ...]) -> str:
    text = f"{symbol(verdict)} {word(verdict, checks)}"
    return f'<span class="verdict {_class(verdict)}">{text}</span>'


def _class(verdict: Verdict) -> str:
    return verdict.value.replace(" ", "-")


def _exercise(result: ExerciseResult, show_hidden: bool) -> Iterator[str]:
    state = "" if is_short(result) else " open"
    yield f'<details class="exercise" id="{_text(result.name)}"{state}>'
    yield (
        f"<summary><h2>{_text(result.name)} <span>{_text(result.title)}</span></h2>"
        f"{_verdict(result.verdict, result.checks)}"
        f'<span class="points">{points(result)}, {duration(result.seconds)}</span></summary>'
    )
    found = causes(result, show_hidden=show_hidden)
    for task in result.tasks:
        yield from _task(task, found, show_hidden)
    yield "</details>"


def _task(task: TaskResult, found: tuple[Cause, ...], show_hidden: bool) -> Iterator[str]:
    yield (
        f'<section class="task"><header><h3 class="mono">{_text(task.name)}</h3>'
        f"{_verdict(task.verdict, task.checks)}"
        f'<span class="points">{points(task)}</span></header>'
    )
    mine = [cause for cause in found if cause.concerns(task.name)]
    told = [cause for cause in mine if cause.told.task == task.name]
    for cause in told:
        yield from _cause(cause)
    if mine and not told:
        yield f'<p class="points">{_text(mine[0].pointer)}</p>'
    for check in task.checks:
        if show_hidden or not check.hidden:
            yield from _shown(check)
    yield "</section>"


def _cause(cause: Cause) -> Iterator[str]:
    check = cause.told
    yield f'<div class="cause {_class(check.verdict)}">'
    yield (
        f"<h4>{_text(check.title)} "
        f'<span class="points">{_verdict(check.verdict, ())} ({cause.worth})</span></h4>'
    )
    for text in filter(None, (check.message, *check.details)):
        yield f"<p>{_text(text)}</p>"
    facts = "".join(f"<dt>{label}</dt><dd>{value}</dd>" for label, value in _facts(cause, check))
    yield f"<dl>{facts}</dl>" if facts else ""
    yield "</div>"


def _shown(check: CheckResult) -> Iterator[str]:
    """What is shown besides the facts of a failure; of a check that passed, some of those too."""
    passed = check.verdict is Verdict.PASSED
    for finding in check.findings:
        if not finding.explains_failure:
            yield _finding(finding)
        elif passed and finding.on_page_of_passed:
            yield f"<p>{_text(check.title)}</p>{_finding(finding)}"


def _finding(finding: Finding) -> str:
    """`finding` as HTML: text of its own is escaped, and control characters are made visible."""
    return clean(markup(finding.html())).encode("utf-8", "replace").decode("utf-8")


def _facts(cause: Cause, check: CheckResult) -> Iterator[tuple[str, str]]:
    """Labels and their values, as HTML."""
    if check.diagnosis is not None:
        yield "likely", f"<strong>{_text(check.diagnosis.sentence)}</strong>"
    if check.call:
        yield "call", f"<code>{_text(check.call)}</code>"
    if check.frames:
        lines = [f"{frame.place}{inside(frame)}" for frame in check.frames]
        yield "line", "<br>".join(f"<code>{_text(line)}</code>" for line in lines)
    for finding in check.findings:
        if finding.explains_failure and (told := _finding(finding)):
            yield _text(finding.kind), told
    if cause.others:
        yield "also", _text(cause.others_named)
    if hint := hint_of(check):
        yield "hint", f'<span class="hint">{_text(hint)}</span>'


def _footer(report: Report) -> Iterator[str]:
    yield "<footer>"
    for remark in remarks(report):
        yield f"<p>Note: {_text(remark)}</p>"
    yield f"<p>{_text(' · '.join(provenance_words(report.provenance)))}</p></footer>"
