"""The README and the documentation show real commands with their real output.

``PYTHONPATH=tests/support python tests/test_readme.py`` writes the output of today into them.
"""

from __future__ import annotations

import re
import shutil
from pathlib import Path

import pytest
from programs import completed, with_scripts
from repository import ROOT

from autograder.course.reading import find_course
from docs.transcripts.record import without_hashes

#: Pages with commands in an order, which other tests play and compare: tests/docs/test_day.py,
#: test_term.py and test_tutorials.py.
RECORDED = {
    *(ROOT / "docs/day.md", ROOT / "docs/term.md"),
    *(ROOT / "docs").glob("tutorial_*.md"),
}
PAGES = [ROOT / "README.md", *sorted({*(ROOT / "docs").glob("*.md")} - RECORDED)]
BLOCK = re.compile(r"```console\n\$ (?P<command>[^\n]+)\n(?P<output>.*?)```", re.DOTALL)


def blocks() -> list[tuple[str, str]]:
    """Command and output of every block; pages that share one show the same."""
    texts = (page.read_text("utf-8") for page in PAGES)
    names = {(m["command"], m["output"]) for text in texts for m in BLOCK.finditer(text)}
    return sorted(names)


def run(command: str, folder: Path) -> str:
    """Run a command of the README in `folder`, and return what it prints."""
    done = completed(*command.split(), cwd=folder, env=with_scripts(COLUMNS="80"))
    assert done.returncode in (0, 1), done.stderr
    return "\n".join(map(str.rstrip, without_hashes(done.stdout).splitlines())) + "\n"


def comparable(text: str) -> list[str]:
    """The lines of `text` without what differs between runs, in an order that does not."""
    text = re.sub(r"\d+\.\d\d( s)?$", "TIME", text, flags=re.MULTILINE)
    text = re.sub(r" +TIME", " TIME", text)
    text = re.sub(r"^(submission|provider) .*·.*$", "PROVENANCE", text, flags=re.MULTILINE)
    text = re.sub(r" +\d[\w.]*\d$", "", text, flags=re.MULTILINE)
    return sorted(text.strip().splitlines())  # exercises are shown as they end


def test_the_least_exercise_is_one(tmp_path: Path) -> None:
    page = (ROOT / "docs/instructors.md").read_text("utf-8")
    (least,) = re.findall(r"```toml\n(.*?)```", page, re.DOTALL)
    listed = '[[units]]\nname = "basics"\ntitle = "Basics"\nexercises = ["scale"]\n'
    folder = tmp_path / "exercises/basics/scale"
    folder.mkdir(parents=True)
    (tmp_path / "exercises/course.toml").write_text(listed, "utf-8")
    (folder / "exercise.toml").write_text(least, "utf-8")
    assert find_course(tmp_path).exercise("scale").task_names == ("Scale",)


@pytest.mark.parametrize("page", [*PAGES, *sorted(RECORDED)], ids=lambda page: page.name)
def test_no_page_shows_the_hash_of_a_course(page: Path) -> None:
    text = page.read_text("utf-8")
    assert without_hashes(text) == text


@pytest.fixture
def clone(tmp_path: Path) -> Path:
    """The course as a fresh clone has it."""
    ignore = shutil.ignore_patterns("__pycache__")
    for name in ("exercises", "solutions"):
        shutil.copytree(ROOT / name, tmp_path / name, ignore=ignore)
    return tmp_path


@pytest.mark.parametrize(("command", "output"), blocks(), ids=[c for c, _ in blocks()])
def test_commands_print_what_the_pages_show(command: str, output: str, clone: Path) -> None:
    assert comparable(run(command, clone)) == comparable(output)


def write() -> None:
    """Put the output of today into the pages."""

    def renewed(match: re.Match[str]) -> str:
        return f"```console\n$ {match['command']}\n{run(match['command'], ROOT)}```"

    for page in PAGES:
        page.write_text(BLOCK.sub(renewed, page.read_text("utf-8")), "utf-8")


if __name__ == "__main__":
    write()
