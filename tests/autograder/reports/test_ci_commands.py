"""No text of a submission becomes a command for a CI server, in any report, at any width."""

import json
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st
from report_fixtures import everywhere
from terminal import on_terminal

from autograder.reports.html_report import render_html
from autograder.reports.json_report import render_json
from autograder.reports.junit import render_junit
from autograder.reports.plain import clean
from autograder.reports.terminal_report import ExerciseView, Summary

#: As the runners of GitHub, Azure and TeamCity read a line of a log.
OBEYED = re.compile(r"^[^\S\n]*::[a-z-]+([^\S\n][^:\n]*)?::|##\w*\[", re.MULTILINE)

COMMANDS = [
    *(
        "::set-output name=score::100",
        "::error::gone",
        "::stop-commands::x",
        "\uff1a\uff1aerror::x",
    ),
    *("##vso[task.complete result=Succeeded;]done", "##teamcity[testFinished]", "##[error]"),
    *("###vso[x]", ":::error::x", ":\ufffe:error::x", "#\uffff#vso[x]", "＃＃vso[x]"),
]
PIECES = st.sampled_from([*COMMANDS, " ", "\n", "\t", "word", "a" * 60, "x[::2]", "σ", "\u00a0"])
TEXTS = st.lists(PIECES, min_size=1, max_size=8).map("".join)


@given(TEXTS, st.integers(30, 110), st.sampled_from(["utf-8", "ascii", "cp1252"]))
def test_terminal_shows_no_command(text, width, encoding):
    report = everywhere(text)
    views = (*map(ExerciseView, report.exercises), Summary(report, folder="exercises"))
    shown = on_terminal(*views, width=width, encoding=encoding, highlight=False)
    assert not OBEYED.search(shown), OBEYED.search(shown)


@given(TEXTS)
def test_files_hold_no_command(text):
    report = everywhere(text)
    for render in (render_junit, render_html, render_json):
        written = render(report)
        assert not OBEYED.search(written), (render, OBEYED.search(written))


@pytest.mark.parametrize("text", ["##vso[x]", "a ## b", "#####[", "::error::x"])
def test_json_keeps_the_text_as_it_was(text):
    (note,) = json.loads(render_json(everywhere(text)))["notes"]
    assert note == text


@pytest.mark.parametrize("text", ["x[::2]", "x[::step]", "a::b", "# comment", "## Heading", "A[1]"])
def test_what_is_no_command_stays(text):
    assert clean(text) == text
