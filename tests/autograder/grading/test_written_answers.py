import json
import zipfile
from xml.etree import ElementTree as ET

import pytest

from autograder.reports.html_report import render_html
from autograder.reports.json_report import render_json, report_schema
from autograder.reports.junit import render_junit
from autograder.results.report import Reason
from autograder.submissions.submission import load_submission
from autograder.verdicts import Verdict


def verdicts(report):
    return {check.task: check.verdict for check in report.exercises[0].checks}


def check_of(report, task):
    return next(check for check in report.exercises[0].checks if check.task == task)


def test_right_answers_pass_and_prose_waits_for_a_person(grade_asked, answers, right_answers):
    report = grade_asked(answers(**right_answers))
    assert verdicts(report) == {
        "half": Verdict.PASSED,
        "square": Verdict.PASSED,
        "letter": Verdict.PASSED,
        "why": Verdict.FOR_A_PERSON,
    }
    assert (report.earned, report.for_a_person, report.possible) == (6, 3, 9)
    assert report.exercises[0].verdict is Verdict.FOR_A_PERSON
    assert report.exit_code == 0
    for check in report.exercises[0].checks:
        assert check.reasons == (Reason("answer", check.verdict, check.message),)


def test_a_wrong_answer_has_a_hint_and_never_the_right_one(grade_asked, answers, right_answers):
    wrong = {"half": "2 m", "letter": "a", "square": "3*x - 2*x"}
    text = answers(**right_answers | wrong).replace("title", "<b>mine</b>")
    report = grade_asked(text)
    half, letter = check_of(report, "half"), check_of(report, "letter")
    assert (half.verdict, half.message, half.hint) == (
        Verdict.FAILED,
        "2 m is not the right number",
        "Half of one.",
    )
    assert half.details == ("your answer: 2 m",)
    assert half.title == "How long is half a metre?", "the title is that of the course"
    assert letter.message == "(a) is not the right choice"
    # A listed wrong answer is named in every form.
    diagnosis = check_of(report, "square").diagnosis
    assert diagnosis.sentence == "This is the answer with the factor 2 left out."
    assert (report.earned, report.exit_code) == (0, 1)


def test_untouched_questions_get_nothing_and_the_model_answers_pass(grade_asked, asked_course):
    asked = asked_course.exercise("asked")
    report = grade_asked(asked.stub.read_text("utf-8"))
    assert set(verdicts(report).values()) == {Verdict.NOT_STARTED}
    assert (report.earned, report.for_a_person, report.possible) == (0, 0, 9)
    report = grade_asked(asked.solution.read_text("utf-8"))
    assert report.earned + report.for_a_person == report.possible == 9


def test_a_heading_that_is_missing_or_doubled_costs_its_own_question(
    grade_asked, answers, right_answers
):
    del right_answers["letter"]
    report = grade_asked(answers(**right_answers) + answers(half="3 m"))
    assert "the heading '## letter: ...' is missing" in check_of(report, "letter").message
    assert "keep one of them" in check_of(report, "half").message
    assert check_of(report, "letter").verdict is check_of(report, "half").verdict is Verdict.FAILED
    assert report.earned == 2


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (b"## half:\n\n### Answer\n\n\xff\n", "questions.md, line 5, is not UTF-8 text"),
        (
            b"x" * (10 << 20),
            "questions.md is too large: the answers of an exercise may take 256 KiB",
        ),
    ],
)
def test_what_cannot_be_read_is_a_failure_with_a_sentence(grade_asked, data, message):
    report = grade_asked(data)
    assert {check.verdict for check in report.exercises[0].checks} == {Verdict.FAILED}
    assert all(message in check.message for check in report.exercises[0].checks)
    assert (report.earned, report.possible, report.exit_code) == (0, 9, 1)


HOSTILE = "</div><script>alert(1)</script>\x1b[31m\u202e::error::x {{ 7*7 }} ]]> & <!--"


def test_hostile_prose_is_escaped_in_every_report(grade_asked, answers, right_answers):
    report = grade_asked(answers(**right_answers | {"why": HOSTILE, "half": HOSTILE}))
    html = render_html(report)
    assert "<script>" not in html and "&lt;script&gt;" in html
    for text in (html, render_junit(report)):
        assert "\x1b" not in text and "\u202e" not in text and "7*7" in text
    assert "\x1b" not in render_json(report)


def test_the_key_is_shown_to_instructors_alone(grade_asked, answers, right_answers):
    report = grade_asked(answers(**right_answers))
    for render in (render_html, render_json, render_junit):
        text = render(report)
        assert "secret reason" not in text and "hidden rubric" not in text, render
    for render in (render_html, render_json):
        text = render(report, show_hidden=True)
        assert "secret reason" in text and "hidden rubric" in text, render
    assert "3 wait for a person" in render_html(report)


def test_junit_takes_an_answer_that_waits_for_skipped(grade_asked, answers, right_answers):
    suite = ET.fromstring(render_junit(grade_asked(answers(**right_answers)))).find("testsuite")
    counts = {name: suite.get(name) for name in ("tests", "failures", "errors", "skipped")}
    assert counts == {"tests": "4", "failures": "0", "errors": "0", "skipped": "1"}
    assert suite.find("properties/property[@name='for_a_person']").get("value") == "3"


def test_the_json_report_follows_its_schema(grade_asked, answers, right_answers):
    jsonschema = pytest.importorskip("jsonschema")
    table = json.loads(render_json(grade_asked(answers(**right_answers)), show_hidden=True))
    jsonschema.validate(table, report_schema())
    (why,) = [task for task in table["exercises"][0]["tasks"] if task["name"] == "why"]
    (finding,) = why["checks"][0]["findings"]
    assert (why["for_a_person"], finding["kind"]) == (3, "written")
    assert finding["data"]["answer"] == "Because <b>I</b> say so."


def test_a_long_answer_is_cut_in_reports(grade_asked, answers, right_answers):
    html = render_html(grade_asked(answers(**right_answers | {"why": "word " * 10_000})))
    assert "29999 more characters in the file" in html
    assert len(html) < 60_000


def test_a_provider_answers_no_questions(grade_asked, answers):
    report = grade_asked(answers(), provider="numpy")
    assert set(verdicts(report).values()) == {Verdict.SKIPPED}
    assert (report.possible, report.exit_code) == (0, 0)


def test_without_a_key_a_readable_answer_needs_the_graders_course(
    grade_asked, asked_course, answers, right_answers
):
    asked_course.exercise("asked").solution.unlink()
    report = grade_asked(answers(**right_answers))
    assert set(verdicts(report).values()) == {Verdict.NEEDS_GRADER, Verdict.FOR_A_PERSON}
    assert "has no key" in check_of(report, "half").message


@pytest.mark.parametrize(
    ("question", "given", "message"),
    [
        ("half", "7 GB", "the first line must be one number in m or cm"),
        ("square", "2xT", "is not a formula: write products as 2*x"),
        ("square", "2*y", "`y` is not known: use the variables x"),
        ("letter", "c)", "the first line must be one of the letters a, b"),
    ],
)
def test_without_a_key_an_answer_that_cannot_be_read_is_failed(
    grade_asked, asked_course, answers, right_answers, question, given, message
):
    asked_course.exercise("asked").solution.unlink()
    report = grade_asked(answers(**right_answers | {question: given}))
    check = check_of(report, question)
    assert (check.verdict, report.exit_code) == (Verdict.FAILED, 1)
    assert message in check.message


def notebook(*cells, name="asked"):
    body = [{"cell_type": kind, "metadata": {}, "source": text} for kind, text in cells]
    metadata = {"gradus": {"exercise": name}}
    table = {"cells": body, "metadata": metadata, "nbformat": 4, "nbformat_minor": 5}
    return json.dumps(table).encode()


def test_answers_in_a_notebook_are_read_from_its_markdown_cells(grade_asked):
    report = grade_asked(
        notebook(
            ("markdown", ["# Asked\n", "Four questions."]),
            ("markdown", "## half: How long?"),
            ("markdown", "### Answer\n\n0.5 m"),
            ("code", "1/0"),
            ("markdown", "## square: x"),
            ("markdown", "### Answer"),
            ("markdown", "2*x"),
            ("markdown", "## letter:\n\n### Answer\n\nb"),
            ("markdown", "## why:\n\n### Answer\n\nBecause."),
        ),
        name="anything.ipynb",
    )
    assert (report.earned, report.for_a_person) == (6, 3)
    assert "cells 4 hold code: answers are read from Markdown cells alone" in report.notes[0]


@pytest.mark.parametrize("place", ["asked/questions.md", "asked.md", "deep/er/notes.md"])
def test_a_zip_or_a_file_of_another_name_is_recognised(
    asked_course, tmp_path, answers, right_answers, place
):
    archive = tmp_path / "handed_in.zip"
    with zipfile.ZipFile(archive, "w") as file:
        file.writestr(place, answers(**right_answers))
        file.writestr("README.md", "# a text of the course")
        file.writestr("other.md", "# notes")
    with load_submission(archive, asked_course) as submission:
        assert list(submission.files) == ["asked"]
        assert submission.notes == ()


@pytest.mark.parametrize("data", [b"", b"\xff\xfe\x00", b"# without a mark"])
def test_a_file_of_questions_that_belongs_nowhere_is_named(asked_course, tmp_path, data):
    file = tmp_path / "handed_in" / "questions.md"
    file.parent.mkdir()
    file.write_bytes(data)
    for path in (file.parent, file):
        with load_submission(path, asked_course) as submission:
            assert submission.files == {}
            assert "expected a line <!-- exercise: NAME -->" in submission.notes[0], path


def test_a_program_is_no_file_of_written_questions(asked_course, tmp_path):
    (tmp_path / "asked.py").write_text("half = 0.5\n", "utf-8")
    with load_submission(tmp_path / "asked.py", asked_course) as submission:
        assert "asked.py is no file of 'asked': expected questions.md" in submission.unread["asked"]
