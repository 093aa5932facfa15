"""A report for a browser: one page that needs nothing else, in light and in dark."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from functools import cache
from typing import TYPE_CHECKING

from markupsafe import Markup, escape

from autograder.reports import wording
from autograder.reports.advice import advice
from autograder.reports.common_causes import Cause, causes, is_short
from autograder.reports.hiding import without_keys
from autograder.reports.plain import clean
from autograder.reports.wording import LabelledFact
from autograder.results.commands import Commands
from autograder.results.findings.finding import Finding, environment
from autograder.results.report import Report, TaskResult
from framework.plotting.svg import chart_css

if TYPE_CHECKING:
    from jinja2 import Environment


def render_html(report: Report, *, show_hidden: bool = False) -> str:
    """Return `report` as a page of HTML."""
    report = report if show_hidden else without_keys(report)
    page = report_templates().get_template("page.html")
    return page.render(report=report, show_hidden=show_hidden, chart_css=chart_css())


def render_cell(report: Report, *, show_hidden: bool = False) -> str:
    """Return `report` as HTML for the output of a notebook's cell, in light and in dark.

    It has no scripts and no ids: a notebook may hold any number of them.
    """
    report = report if show_hidden else without_keys(report)
    page = report_templates().get_template("cell.html")
    return page.render(report=report, show_hidden=show_hidden, advice=advice(report))


@cache
def report_templates(*packages: str) -> Environment:
    """Return the templates of reports, with the words and choices that they use.

    Args:
        packages: others whose templates come first, and may import those of reports.
    """
    made = environment(*packages, "autograder.reports")
    made.finalize = _visible
    made.tests.update(short=is_short)
    made.filters.update({name: word for name, word in vars(wording).items() if callable(word)})
    made.filters.update(
        causes=causes,
        css_class=lambda verdict: verdict.name.lower().replace("_", "-"),
        facts=_facts,
        marked=_marked,
        html=_html,
        pointers=_pointers,
    )
    return made


def _visible(value: object) -> object:
    """Make control characters of a text visible, before it is escaped; HTML stays as it is."""
    if isinstance(value, Markup) or not isinstance(value, str):
        return value
    return clean(value).encode("utf-8", "replace").decode("utf-8")


def _html(finding: Finding) -> Markup:
    """Return `finding` as HTML; of a kind that forgets to escape its text, the text."""
    return Markup(clean(escape(finding.html())).encode("utf-8", "replace").decode("utf-8"))


def _facts(cause: Cause, commands: Commands) -> Iterator[LabelledFact]:
    """Yield what stands beside a label under a cause."""
    yield from wording.labelled_facts(cause.shown)
    if cause.others:
        yield LabelledFact("also", (cause.titles_of_others,))
    if command := commands.replay(cause.shown):
        yield LabelledFact("replay", (command,))


#: Label of a fact -> the element that it stands in.
_ELEMENTS = {
    **dict.fromkeys(("likely", "second"), "strong"),
    **dict.fromkeys(("call", "with", "line", "replay"), "code"),
    "hint": "em",
}


def _marked(fact: LabelledFact) -> Markup:
    """Return a fact as HTML: a finding as it is on a terminal, other facts line by line."""
    if fact.label == wording.FOLDED:
        folded = Markup("<details><summary>what the check says</summary>{}</details>")
        return folded.format(_visible("\n".join(fact.lines)))
    is_finding = fact.finding is not None
    element = "pre" if is_finding else _ELEMENTS.get(fact.label, "span")
    texts = ["\n".join(fact.lines)] if is_finding else fact.lines
    marked = (Markup("<{0}>{1}</{0}>").format(element, _visible(text)) for text in texts)
    return Markup("<br>").join(marked)


def _pointers(shown: Iterable[Cause], task: TaskResult) -> list[str]:
    """Return where to look for the first cause that concerns `task`, if any does."""
    return [cause.pointer for cause in shown if cause.concerns(task.name)][:1]
