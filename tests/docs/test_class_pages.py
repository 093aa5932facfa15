"""The commands on the pages about classes, run one after the other as an instructor runs them."""

import re
import shlex
import zipfile

import pytest
from graded_class import STUDENTS, GradedClass, check, exercise
from gradus_command import gradus
from page_commands import commands
from repository import ROOT

from autograder.grading.setting import CI_VARIABLES
from autograder.verdicts import Verdict

RIGHT = (ROOT / "solutions/word_vectors/one_hot/one_hot.py").read_text("utf-8")
WORKSHEET = (
    'Identifier,"Full name","Email address",Status,Grade,"Maximum grade","Grade can be changed",'
    '"Last modified (submission)"\n'
    + "".join(f'"Participant {s[3]}",X,{s[2]},Submitted,,10.00,Yes,-\n' for s in STUDENTS)
)
CANVAS = "Student,ID,SIS Login ID,Section,Lab 1 (5501)\n    Points Possible,,,,20\n" + "".join(
    f"X,{s[4]},{s[5]},A,\n" for s in STUDENTS
)


def words_of(page):
    """The commands of a page, as lists of words."""
    return [shlex.split(command) for command in commands(ROOT / "docs" / page, "gradus")]


@pytest.fixture
def desk(tmp_path, monkeypatch):
    """The working folder of an instructor: the course, and exports of learning systems."""
    for name in CI_VARIABLES:
        monkeypatch.delenv(name, raising=False)
    for name in ("exercises", "solutions"):
        (tmp_path / name).symlink_to(ROOT / name)
    (tmp_path / "worksheet.csv").write_text(WORKSHEET, "utf-8")
    (tmp_path / "grades.csv").write_text(CANVAS, "utf-8")
    (tmp_path / "names.csv").write_text("student\n" + "".join(f"{s[0]}\n" for s in STUDENTS))
    monkeypatch.chdir(tmp_path)
    return tmp_path


def run_all(listed):
    return {" ".join(words[1:4]): gradus(*words[1:]) for words in listed}


def test_the_page_of_gradebooks(desk):
    made = GradedClass(desk / "lab1")
    blocked = check(Verdict.BLOCKED, 10.0, "train", blocked_by="rnn")
    made.grade({("s1", "a"): [exercise("one_hot", check(task="one_hot"), blocked)]})
    page = (ROOT / "docs/gradebooks.md").read_text("utf-8")
    (rules,) = re.findall(r"```toml\n(.*?)```", page, re.DOTALL)
    (desk / "lab1/rules.toml").write_text(re.sub("^   ", "", rules, flags=re.MULTILINE))
    listed = words_of("gradebooks.md")
    assert len(listed) == 5
    output = run_all(listed)
    assert "parts whose points wait for another part: 1" in output["class points --in"]
    assert ",A,20" not in (desk / "filled.csv").read_text()
    assert ",4182,a_garcia,A,0\n" in (desk / "filled.csv").read_text()
    assert [item.name for item in (desk / "pages").iterdir()] == ["s1.html"]
    with zipfile.ZipFile(desk / "feedback.zip") as archive:
        assert archive.namelist() == ["Ana García_1007_assignsubmission_file/report.html"]


def test_the_page_of_services(desk):
    (words,) = (words for words in words_of("services.md") if "gradescope" in words)
    assert "1 exercise" in gradus(*words[1:])


@pytest.mark.slow
@pytest.mark.timeout(1800)
def test_the_page_of_classes(desk):
    files = {f"X_{s[3]}_assignsubmission_file/one_hot.py": RIGHT for s in STUDENTS[:2]}
    with zipfile.ZipFile(desk / "export.zip", "w") as archive:
        for name, text in files.items():
            archive.writestr(name, text)
    (desk / "more.csv").write_text("username,days\na_garcia,2\n")
    for name in ("lab1-2025", "public-solution"):
        (desk / name).mkdir()
        (desk / name / "one_hot.py").write_text(RIGHT, "utf-8")
    listed = words_of("classes.md")
    first = [words for words in listed if not {"canvas", "diff", "--cluster"} & {*words}]
    output = run_all(words for words in first if words[2] != "serve")  # it runs until Ctrl-C
    assert "2 attempts of 2 of 3 students" in output["class collect export.zip"]
    assert (desk / "filled.csv").read_text().count(",10,10.00") == 2
    gradus("class", "grade", "lab1", "--regrade", "all")
    (diff,) = (words for words in listed if "diff" in words)
    assert "moved between run 1 and run 2: 0 results" in gradus(*diff[1:])
    (later,) = (words for words in listed if "canvas" in words)
    with zipfile.ZipFile(desk / "export.zip", "w") as archive:
        archive.writestr("x_4182_1_one_hot.py", RIGHT)
    assert "1 attempt of 1 of 3 students" in gradus(*later[1:])
