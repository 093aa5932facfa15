"""One page for each student, as a folder and as Moodle's zip; names are hostile."""

import re
import stat
import zipfile
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from html.parser import HTMLParser

import pytest
from graded_class import STUDENTS, GradedClass, check, exercise
from gradus_command import gradus
from repository import ROOT

from autograder.results.findings.check_texts import WrittenAnswer
from autograder.verdicts import Verdict
from framework.errors import BadInputError, UnknownNameError, UsageError
from plugins.classes.rosters.dates import Extension

SECRET = check(Verdict.FAILED, 2.0, "secret", hidden=True, message="the seed is 12345")
WRONG = check(Verdict.FAILED, 8.0, "backward", message="<script>alert(1)</script>")
PROSE = check(
    Verdict.FOR_A_PERSON,
    3.0,
    "why",
    findings=(WrittenAnswer("since <b>", "MODEL", "RUBRIC", "3f"),),
)
NAME = "<script>x</script>/../..\\_\u202eeve"
EVIL = ("../s4", NAME, "e@uni.example", "1099", "4999", "../../evil")


@pytest.fixture
def made(tmp_path):
    graded = GradedClass(tmp_path / "lab1", (*STUDENTS, EVIL))
    graded.grade(
        {
            ("s1", "a"): [exercise("rnn", check(), WRONG, SECRET), exercise("why", PROSE)],
            ("../s4", "b"): [exercise("rnn", check()), exercise("why")],
        }
    )
    (tmp_path / "lab1/points.csv").write_text(
        "student,exercise,part,work,points,final,comment\ns1,why,why,3f,2.5,,name <i>batch</i>\n"
    )
    return graded


def write(made, out, *options):
    words = ("feedback", 0, out, *options, "--in", made.collection.folder, "--course", ROOT)
    return gradus("class", *words)


class Tags(HTMLParser):
    """The elements of a page."""

    def __init__(self):
        super().__init__()
        self.found = []

    def handle_starttag(self, tag, attrs):
        self.found.append((tag, dict(attrs)))


def elements(page):
    tags = Tags()
    tags.feed(page)
    return tags.found


def test_pages_show_points_reasons_comments_and_reports(made, tmp_path):
    output = write(made, tmp_path / "pages", "--names")
    assert "pages of 2 students" in output and "s2 (=HYPERLINK" in output
    assert sorted(item.name for item in (tmp_path / "pages").iterdir()) == ["_s4.html", "s1.html"]
    page = (tmp_path / "pages/s1.html").read_text("utf-8")
    assert "lab1: s1 (Ana García)" in page
    assert re.search(r'class="score">12.5 <small>of 23 points', page)
    assert "an instructor gave 2.5 of 3" in page and "name &lt;i&gt;batch&lt;/i&gt;" in page
    assert "&lt;script&gt;alert(1)" in page and "since &lt;b&gt;" in page
    assert "secret is right" in page
    assert not any(word in page for word in ("12345", "MODEL", "RUBRIC", "waits for a person"))
    for file in (tmp_path / "pages", tmp_path / "pages/s1.html"):
        assert stat.S_IMODE(file.stat().st_mode) & 0o077 == 0


def page_of(made, folder, key, *options):
    output = write(made, folder, *options)
    return (folder / f"{key}.html").read_text("utf-8"), output


def test_details_of_hidden_checks_are_released_to_some_students(made, tmp_path):
    page, _ = page_of(made, tmp_path / "before", "s1")
    assert "12345" not in page and "secret is right" in page
    page, output = page_of(made, tmp_path / "one", "s1", "--release", "student=s1")
    assert "12345" in page and "MODEL" not in page
    assert "1 page with everything" in output and "1 page with titles" in output
    page, _ = page_of(made, tmp_path / "all", "_s4", "--release", "all")
    assert "12345" not in page  # which has no such check
    with pytest.raises(UsageError, match="'now' cannot be released: expected all, due or"):
        write(made, tmp_path / "x", "--release", "now")
    with pytest.raises(UnknownNameError, match="no student 's77'"):
        write(made, tmp_path / "x", "--release", "student=s77")
    with pytest.raises(UsageError, match="has no due date"):
        write(made, tmp_path / "x", "--release", "due")


def test_the_due_date_releases_to_those_who_can_hand_in_nothing_more(made, tmp_path):
    past, future = (datetime.now(UTC) + timedelta(days=days) for days in (-2, 2))
    made.set_policy(due=past)
    assert "12345" in page_of(made, tmp_path / "over", "s1", "--release", "due")[0]
    for i, more in enumerate(
        ({"due": future}, {"extensions": {"s1": Extension(due=future)}}, {"late_days": 3})
    ):
        made.set_policy(**{"due": past, "extensions": {}, "late_days": 0} | more)
        assert "12345" not in page_of(made, tmp_path / f"open-{i}", "s1", "--release", "due")[0]


def test_beyond_a_number_of_attempts_hidden_checks_show_nothing_until_the_release(made, tmp_path):
    made.submit("s1", "later")
    page, _ = page_of(made, tmp_path / "two", "s1", "--hidden-attempts", 2)
    assert "secret is right" in page
    page, output = page_of(made, tmp_path / "three", "s1", "--hidden-attempts", 1)
    assert "secret" not in page and "of 23 points" not in page
    assert "of 21 points of public checks" in page and "1 page with nothing" in output
    options = ("--hidden-attempts", 1, "--release", "all")
    assert "12345" in page_of(made, tmp_path / "released", "s1", *options)[0]


def test_a_page_runs_nothing_and_loads_nothing(made, tmp_path):
    write(made, tmp_path / "pages")
    for file in (tmp_path / "pages").iterdir():
        result = elements(file.read_text("utf-8"))
        names = {tag for tag, _ in result}
        assert not names & {"script", "iframe", "object", "link", "i", "b"}
        assert not [a for _, a in result for name in a if name.startswith("on")]
        (policy,) = [a["content"] for t, a in result if a.get("http-equiv")]
        assert policy.startswith("default-src 'none'")


def test_pages_without_names(made, tmp_path):
    write(made, tmp_path / "pages", "--pseudonyms")
    for file in (tmp_path / "pages").iterdir():
        assert re.fullmatch(r"student-[0-9a-f]{10}\.html", file.name)
        text = file.read_text("utf-8")
        assert not any(word in text for word in ("Ana", "García", "1007", "uni.example", "eve"))


def test_the_zip_has_the_folders_of_moodle(made, tmp_path):
    write(made, tmp_path / "feedback.zip", "--as", "moodle")
    assert stat.S_IMODE((tmp_path / "feedback.zip").stat().st_mode) == 0o600
    with zipfile.ZipFile(tmp_path / "feedback.zip") as archive:
        names = sorted(archive.namelist())
        assert "an instructor gave 2.5 of 3" in archive.read(names[0]).decode()
    ana, evil = names
    assert ana == "Ana García_1007_assignsubmission_file/report.html"
    assert re.fullmatch(r"[^/_\\<>]+_1099_assignsubmission_file/report\.html", evil)
    assert not evil.startswith((".", "~")) and "\u202e" not in evil


def test_students_without_a_number_are_listed(made, tmp_path):
    student = made.collection.students["../s4"]
    others = {"student": "../s4"}
    known = {**made.collection.students, "../s4": replace(student, identifiers=others)}
    replace(made.collection, students=known).save()
    output = write(made, tmp_path / "feedback.zip", "--as", "moodle", "--names")
    assert "no participant number in the roster" in output and "pages of 1 student" in output


def test_errors_name_the_next_step(made, tmp_path):
    made.grade({("s2", "c"): ["rnn"]})
    with pytest.raises(UsageError, match="missing in this run: 1 result"):
        write(made, tmp_path / "pages")
    with pytest.raises(UnknownNameError, match="no form of feedback 'moodel': did you mean"):
        write(made, tmp_path / "pages", "--as", "moodel")
    with pytest.raises(BadInputError, match="exists and is not empty: name a new folder"):
        write(made, made.collection.folder, "--partial")
