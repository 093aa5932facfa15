import os
import pickle
import re
import subprocess
import sys
import unicodedata
from dataclasses import replace
from html.parser import HTMLParser

import pytest
from hypothesis import given
from hypothesis import strategies as st
from report_fixtures import everywhere
from repository import ROOT

from autograder.reports.html_report import render_html
from autograder.reports.plain import clean
from autograder.results.report import (
    Report,
    ShownFigure,
)

VOID = {"meta", "br"}


class Page(HTMLParser):
    """Collects text, elements and attributes, and notices a tag that is closed out of turn."""

    def __init__(self, page):
        super().__init__()
        self.open, self.tags, self.attributes, self.texts = [], [], [], []
        self.feed(page)
        self.close()
        assert self.open == []

    def handle_starttag(self, tag, attrs):
        self.tags.append(tag)
        self.attributes.extend(attrs)
        if tag not in VOID:
            self.open.append(tag)

    def handle_endtag(self, tag):
        assert self.open.pop() == tag

    def handle_data(self, data):
        self.texts.append(data)


def test_the_page_tells_everything(report):
    text = "\n".join(Page(render_html(report)).texts)
    for fact in (
        "gradients['W_h']: 16 of 16 values differ from the expected ones",
        "worst at [2, 1]: expected 0.31, received 0.62 (ratio 2)",
        "RNN(3, 4, rng=rng).backward(float64 (2, 6, 4))",
        "rnn.py:71 in backward",
        "step 5\nstep 4",
        "What comes back from step t+1 is added before tanh' is applied.",
        "of 50.5 points, 2 not graded",
        "? not graded",
        "○ not started",
        "network access is not contained on this system",
        "seed 7",
    ):
        assert fact in text


def test_the_page_needs_nothing_else(report):
    page = render_html(report)
    parsed = Page(page)
    assert not {"script", "link", "img", "iframe"} & set(parsed.tags)
    assert not {name for name, _ in parsed.attributes} & {"src", "style", "onclick", "action"}
    links = [value for name, value in parsed.attributes if name == "href"]
    assert links == [f"#{exercise.name}" for exercise in report.exercises]
    assert not re.search(r"url\(|@import|https?:", page)


def test_both_colour_schemes_define_the_same_colours(report):
    page = render_html(report)
    light, dark = re.findall(r":root \{([^}]*)\}", page)
    names = set(re.findall(r"--\w+(?=:)", dark))
    assert (
        names == set(re.findall(r"--\w+(?=:)", light)) >= set(re.findall(r"var\((--\w+)\)", page))
    )


def test_only_what_needs_work_is_unfolded(report):
    opened = re.findall(r'<details class="exercise" id="(\w+)" open>', render_html(report))
    assert opened == ["word2vec", "rnn", "rnn_lm"]


def test_identical_faults_are_reported_once(report):
    page = render_html(report)
    assert page.count("was never closed") == 1
    assert page.count("as under context_pairs: context_pairs is right") == 3


HOSTILE = (
    "</script></style></svg></pre></title>",
    "<!-- <![CDATA[ ]]> <?php ?>",
    '"><img src=x onerror=alert(1)>',
    "' onmouseover='alert(1)",
    "javascript:alert(1)",
    "{{ 7 * 7 }} {% include 'page.css' %} {# note #} ${7 * 7} {0}",
    "&lt;b&gt; &#60;b&#62; &amp;amp;",
    "\u202e right \u2067 to \u200f left \u061c",
    "\x00\x07\x1b[2J\x9b31m\u2028\u2029\ufeff\ud800",
)


def structure(page):
    """The elements of a page and the names of their attributes, in order."""
    parsed = Page(page.encode("utf-8").decode("utf-8"))
    return parsed.tags, [name for name, _ in parsed.attributes]


@pytest.mark.parametrize("text", HOSTILE)
def test_no_text_of_a_submission_changes_the_page(text):
    page = render_html(everywhere(text))
    assert structure(page) == structure(render_html(everywhere("plain")))
    assert {c for c in page if unicodedata.category(c) in ("Cc", "Cf", "Cs", "Zl", "Zp")} == {"\n"}
    shown = clean(text)
    parsed = Page(page)
    assert sum(shown in told for told in parsed.texts) >= 20
    assert sum(shown in (value or "") for _, value in parsed.attributes) >= 3


@given(st.text(min_size=1).filter(str.strip))
def test_nor_does_any_other_text(text):
    assert structure(render_html(everywhere(text))) == structure(render_html(everywhere("plain")))


def test_the_same_report_gives_the_same_page(report):
    code = (
        "import pickle, sys; from autograder.reports.html_report import render_html;"
        "sys.stdout.buffer.write(render_html(pickle.load(sys.stdin.buffer)).encode())"
    )
    pages = {
        subprocess.run(
            [sys.executable, "-c", code],
            input=pickle.dumps(report),
            env={**os.environ, "PYTHONHASHSEED": seed},
            capture_output=True,
            check=True,
            cwd=ROOT,
        ).stdout
        for seed in ("1", "2")
    }
    assert pages == {render_html(report).encode()}


def test_nothing_possible_divides_nothing(report):
    assert '<progress value="0" max="1">' in render_html(Report(report.provenance, ()))


def test_the_figures_of_the_text_are_shown_where_no_script_of_theirs_can_run(report):
    svg = b'<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>'
    (first, *others) = report.exercises
    figure = ShownFigure('One "step" <b>', svg)
    shown = replace(report, exercises=(replace(first, figures=(figure,)), *others))
    html = render_html(shown)
    assert html.count('<img src="data:image/svg+xml;base64,') == 1
    assert "<script>" not in html and "<b>" not in html
    assert 'alt="One &#34;step&#34; &lt;b&gt;"' in html
    assert "data:image" not in render_html(report)


def test_a_grading_shows_the_figures_of_its_exercises(graded, real_course):
    lstm, sampling = graded({"lstm": "", "sampling": ""}).exercises[::-1]
    assert [figure.title for figure in lstm.figures] == ["One step of an LSTM"]
    assert lstm.figures[0].svg == (real_course.exercise("lstm").folder / "cell.svg").read_bytes()
    assert sampling.figures == ()
