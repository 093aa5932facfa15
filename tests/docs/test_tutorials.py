"""The tutorials are played: their files are edited, their commands run, their outputs compared."""

from __future__ import annotations

import re
import shutil
from pathlib import Path

import pytest
from gradus_command import typed
from repository import ROOT

#: A console, or a sentence that names a file and the block of what is written into it.
STEP = re.compile(
    r"^```console\n(?P<console>.*?)^```"
    r"|^(?:In|At the end of) `(?P<file>[^`]+)`, "
    r"(?:(?P<verb>write|add)|replace `(?P<old>[^`]+)` by):\n\n```\w+\n(?P<new>.*?)^```",
    re.MULTILINE | re.DOTALL,
)
#: Seconds, which differ from run to run.
CHANGING = re.compile(r" +\d+\.\d+ s\b")


def pattern(shown: str) -> str:
    """Return the outputs that a page may show as `shown`: ``...`` stands for anything."""
    lines = []
    for line in CHANGING.sub("", shown).splitlines(keepends=True):
        escaped = re.escape(line).replace(re.escape("..."), "[^\n]*")
        lines.append("(?:[^\n]*\n)*?" if line == "...\n" else escaped)
    return "".join(lines)


def play(page: str, folder: Path) -> int:
    """Do all steps of a page in `folder`; return the number of commands."""
    count = 0
    for step in STEP.finditer((ROOT / "docs" / page).read_text("utf-8")):
        if step["console"] is None:
            edit(folder / step["file"], step["verb"], step["old"], step["new"])
            continue
        for block in re.split(r"^\$ ", step["console"], flags=re.MULTILINE)[1:]:
            command, _, shown = block.partition("\n")
            count += 1
            if command.startswith("cd "):
                folder /= command.removeprefix("cd ")
                continue
            output = run(command, folder)
            assert re.fullmatch(pattern(shown), CHANGING.sub("", output)), f"{command}\n{output}"
    return count


def edit(file: Path, verb: str | None, old: str | None, new: str) -> None:
    """Write `new` into `file`: all of it, at its end, or instead of the first `old`."""
    if old is None:
        before = file.read_text("utf-8") if verb == "add" else ""
        file.write_text(before + new, "utf-8")
        return
    text = file.read_text("utf-8")
    assert old in text, f"{file} has no {old!r}"
    file.write_text(text.replace(old, new.removesuffix("\n"), 1), "utf-8")


def run(command: str, folder: Path) -> str:
    """Return what a command prints."""
    code, output = typed(command, folder)
    expected = (0, 1) if command.startswith(("grade ", "gradus check", "gradus replay")) else (0,)
    assert code in expected, f"{command}\n{output}"
    return "".join(f"{line.rstrip()}\n" for line in output.splitlines())


@pytest.mark.timeout(600)
@pytest.mark.parametrize(
    ("page", "commands"),
    [("tutorial_student.md", 7), ("tutorial_instructor.md", 12), ("tutorial_author.md", 9)],
    ids=["neuron/student", "neuron/instructor", "author"],  # the exercises that they use
)
def test_a_tutorial_is_as_its_page_says(page: str, commands: int, tmp_path: Path) -> None:
    for name in () if "author" in page else ("exercises", "solutions"):
        ignored = shutil.ignore_patterns("__pycache__")
        shutil.copytree(ROOT / name, tmp_path / name, ignore=ignored)
    assert play(page, tmp_path) == commands


def test_a_shown_line_is_compared() -> None:
    assert re.fullmatch(pattern("a\n...\nb ... c\n"), "a\nx\ny\nb 1 c\n")
    assert not re.fullmatch(pattern("a\n...\nb\n"), "a\nx\nc\n")
    assert not re.fullmatch(pattern("a\n"), "a\nb\n")
