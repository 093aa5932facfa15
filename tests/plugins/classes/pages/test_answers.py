"""Answers in prose in served pages: one after the other, equal ones once, with reused comments."""

import http.client
import re
from urllib.parse import urlencode

import pytest
from browser import PHONE, chromium, tab
from graded_class import STUDENTS, GradedClass, check, exercise
from serving_support import TOKEN, Running

from autograder.results.findings.check_texts import WrittenAnswer
from autograder.verdicts import Verdict
from plugins.classes.marks.manual_points import read_entries
from plugins.classes.runs.store import Store

FITS = "document.documentElement.scrollWidth <= document.documentElement.clientWidth"


def prose(text, digest, task="why"):
    written = WrittenAnswer(text, "the <model>", "1 for x", digest)
    return check(Verdict.FOR_A_PERSON, 3.0, task, findings=(written,))


@pytest.fixture
def served(tmp_path):
    """Four students, two of whom gave the same answer, and one of whom has points."""
    four = (*STUDENTS, ("s4", "Four", "d@x.y", "4", "4", "four"))
    made = GradedClass(tmp_path / "lab1", four)
    answers = {
        "s1": ("<b>it</b>", "a1"),
        "s2": ("it", "b2"),
        "s3": ("it", "b2"),
        "s4": ("no", "c3"),
    }
    run = made.grade(
        {(key, key): [exercise("lm_questions", prose(*given))] for key, given in answers.items()}
    )
    (made.collection.folder / "points.csv").write_text(
        "student,exercise,part,work,request,points,final,comment\n"
        's4,lm_questions,why,c3,please look <i>again</i>,1,,"No.\nThe batch."\n'
    )
    store = Store(str(made.collection.folder / "results.sqlite"))
    started = Running(made=(made.collection, store, run))
    yield started
    started.stop()


def ask(served, path, form=None, **headers):
    connection = http.client.HTTPConnection("127.0.0.1", served.port, timeout=20)
    headers = {"cookie": f"gradus-{served.port}={TOKEN}", **headers}
    method, body = ("GET", None) if form is None else ("POST", urlencode(form, doseq=True))
    connection.request(method, path, body=body, headers=headers)
    answer = connection.getresponse()
    result = answer.status, dict(answer.getheaders()), answer.read().decode()
    connection.close()
    return result


def rows(served):
    entries = read_entries(served.collection.folder / "points.csv").all
    return {row.student: (row.points, row.comment) for row in entries}


KEY = "lm_questions/why/"


def test_the_first_open_answer_is_shown_beside_the_model_answer(served):
    _, _, page = ask(served, "/answers.html")
    assert "&lt;b&gt;it&lt;/b&gt;" in page and "the &lt;model&gt;" in page and "1 for x" in page
    assert "given by 1 student<" in page and f'value="{KEY}a1"' in page
    assert re.search(r"<b class=\"count\">2</b>.*open, of 3 different answers", page)
    assert "The batch.</label>" not in page and 'value="The batch."' in page
    assert "Answers</a>" in ask(served, "/index.html")[2]


def test_points_of_equal_answers_are_given_once_and_the_next_one_follows(served):
    form = {"answer": f"{KEY}b2", "points": "2,5", "again": ["No.", "The batch."], "comment": "=x"}
    status, headers, _ = ask(served, "/answers.html", form)
    assert status == 303
    assert rows(served)["s2"] == rows(served)["s3"] == (2.5, "No.\nThe batch.\n=x")
    assert "'=x" not in (served.collection.folder / "points.csv").read_text()
    _, _, page = ask(served, headers["location"])
    assert f'value="{KEY}a1"' in page and "2 ×, median 1.75 points" in page
    ask(served, "/answers.html", {"answer": f"{KEY}a1", "points": "0", "comment": ""})
    assert rows(served)["s1"] == (0, "")
    assert "Every answer has points" in ask(served, "/answers.html")[2]


def test_an_answer_can_be_opened_again_and_a_request_is_shown(served):
    _, _, page = ask(served, f"/answers.html?answer={KEY}c3")
    assert "please look &lt;i&gt;again&lt;/i&gt;" in page and 'value="1"' in page
    assert page.count(" checked>") == 2
    ask(served, "/answers.html", {"answer": f"{KEY}c3", "points": "2", "again": "No."})
    assert rows(served)["s4"] == (2, "No.")


@pytest.mark.parametrize(
    ("form", "message"),
    [
        ({"answer": f"{KEY}b2", "points": "3.5"}, "points must be from 0 to 3, not 3.5"),
        ({"answer": f"{KEY}b2", "points": "nan"}, "points must be from 0 to 3"),
        ({"answer": f"{KEY}b2", "points": "many"}, "points must be a number"),
        ({"answer": f"{KEY}zz", "points": "1"}, "not in the run any more"),
    ],
)
def test_wrong_forms_change_nothing(served, form, message):
    before = rows(served)
    status, _, body = ask(served, "/answers.html", form)
    assert status == 409 and message in body and rows(served) == before


def test_a_damaged_table_of_points_is_named(served):
    (served.collection.folder / "points.csv").write_text("student\ns1\n")
    status, _, body = ask(served, "/answers.html")
    assert status == 409 and "points.csv has no column exercise" in body


def test_forms_of_other_sites_and_without_the_token_are_refused(served):
    form, before = {"answer": f"{KEY}b2", "points": "1"}, rows(served)
    for headers in ({"sec-fetch-site": "cross-site"}, {"sec-fetch-site": "same-site"},
                    {"cookie": ""}, {"host": "evil.example"}):  # fmt: skip
        assert ask(served, "/answers.html", form, **headers)[0] == 403
    assert ask(served, "/answers.html", {**form, "comment": "x" * 70_000})[0] == 413
    assert rows(served) == before


def test_in_a_browser_points_are_typed_and_enter_saves(served):
    with chromium() as browser, tab(browser, PHONE) as page:
        page.goto(f"http://127.0.0.1:{served.port}/answers.html?token={TOKEN}")
        assert page.evaluate(FITS)
        page.keyboard.type("1.5")  # the field of points has the focus
        page.get_by_label("The batch.").check()
        page.locator("input[name=points]").press("Enter")
        page.get_by_text("given by 2 students").wait_for()
        assert rows(served)["s1"] == (1.5, "The batch.")
