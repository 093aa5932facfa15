"""`docs/course.md` is followed word by word: its files are written, its commands run."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from gradus_command import typed
from repository import ROOT

from autograder.course.reading import find_course
from plugins.authoring.new.exercise import write_exercise
from plugins.authoring.new.new_course import write_course
from plugins.authoring.stub_files import write_stubs

PAGE = (ROOT / "docs/course.md").read_text("utf-8")
FILE = re.compile(r"^`([\w./]+)`:\n\n(`{3,4})\w+\n(.*?)^\2$", re.MULTILINE | re.DOTALL)
COMMAND = re.compile(r"^    ((?:gradus|cd|pip|pytest)\b.*)$", re.MULTILINE)
NAME = "dot_product_attention"
FORMS = "attention/torch_forms.py"


def steps() -> list[re.Match[str]]:
    """The files and the commands of the page, in their order."""
    results = [*FILE.finditer(PAGE), *COMMAND.finditer(PAGE)]
    return sorted(results, key=lambda step: step.start())


def run(folder: Path, command: str, expected: int = 0) -> str:
    """Run a command of the page in `folder`."""
    code, output = typed(command, folder)
    assert code == expected, f"{command}\n{output}"
    return output


@pytest.fixture(scope="module")
def written(tmp_path_factory) -> Path:
    """The course of the page, with its files."""
    root = tmp_path_factory.mktemp("page") / "attention"
    write_course(root, "attention")
    write_exercise(find_course(root), f"transformers/{NAME}")
    for name, _, text in FILE.findall(PAGE):
        is_written = (root / name).is_file() or name == FORMS
        assert is_written, f"{name}: `gradus new exercise` does not write it"
        (root / name).write_text(text, "utf-8")
    return root


def test_the_page_replaces_every_file_of_the_exercise_but_the_stub(written):
    files = {f for f in written.rglob("*") if f.parent.name == NAME and f.is_file()}
    named = {written / name for name, _, _ in FILE.findall(PAGE)}
    assert files - named == {written / f"exercises/transformers/{NAME}/{NAME}.py"}


def test_the_stub_of_the_template_is_replaced_without_force(written):
    result = write_stubs(find_course(written))
    assert [path.name for path in result.written] == [f"{NAME}.py"]
    assert result.kept == ()
    run(written, "gradus stubs --check")


def test_the_exercise_is_sound_without_any_advice(written):
    write_stubs(find_course(written))
    assert run(written, f"gradus check {NAME}").splitlines() == [f"{NAME}: sound"]


def test_the_form_on_torch_passes_the_checks(written):
    pytest.importorskip("torch")
    assert run(written, "gradus check --plugin .") == "attention: sound\n"
    told = run(written, f"grade {NAME} --provider torch --plugin .")
    assert "10/10 points" in told and "provider torch" in told


def test_every_command_of_the_page_exists():
    assert len(COMMAND.findall(PAGE)) == 15
    known = run(ROOT, "gradus --help")
    commands = [line.split() for line in COMMAND.findall(PAGE) if line.startswith("gradus")]
    assert all(f"  {words[1]} " in known for words in commands if words[1] != "--course")


@pytest.mark.slow
@pytest.mark.timeout(600)
def test_the_page_works_step_by_step(tmp_path):
    """But for the installation, which `tests/courses/test_new_course.py` has."""
    folder, told = tmp_path, {}
    for step in steps():
        line = step[1]
        if step.re is FILE:
            (folder / line).write_text(step[3], "utf-8")
        elif line.startswith("cd"):
            folder = folder / line.split()[1]
        elif not line.startswith("pip") and "--course" not in line:
            told[line] = run(folder, line, 1 if "--accept" in line else 0)
    assert told[f"gradus check {NAME}"].splitlines() == [f"{NAME}: sound"]
    assert "8 changes" in told[f"gradus audit --accept {NAME}"]
    assert "3 passed" in told["pytest"]
    assert (tmp_path / "kit.zip").is_file()
