"""The page about a term shows what happens; ``pytest -m slow`` plays all of it again."""

import re
import shlex
from pathlib import Path

import pytest
import typer
from gradus_command import typed

from docs.term.page import PAGE, page
from docs.term.play import play
from docs.term.weeks import ending, gradescope
from docs.transcripts.record import Event
from plugins.classes.commands.app import classes

COMMAND = re.compile(r"^\$ (.+)$", re.MULTILINE)


class ShellOfTests:
    """Types the commands of the instructor in this process."""

    def __init__(self, folder):
        self._folder = folder

    def ended(self, command):
        code, output = typed(command, self._folder)
        return code, output.rstrip().replace(str(self._folder.parent), "~")


@pytest.mark.timeout(600)
def test_a_check_that_is_mended_and_a_student_who_leaves(tmp_path):
    weeks = (gradescope.played, ending.played)
    events = [*play(tmp_path, 5, shell=ShellOfTests, weeks=weeks)]
    text = PAGE.read_text("utf-8")
    words = " ".join(text.split())
    for event in events:
        assert " ".join(event.said.split()) in words
        assert _anywhere(f"$ {event.command}\n") in _anywhere(text)


def _anywhere(text):
    """Leave out the collections of commands: this term has only one."""
    return re.sub(r" --in lab\d", "", text)


def test_each_command_of_the_page_exists_with_its_options():
    known = typer.main.get_command(classes).commands
    typed = [shlex.split(command) for command in COMMAND.findall(PAGE.read_text("utf-8"))]
    used = [words[2:] for words in typed if words[:2] == ["gradus", "class"]]
    for name, *words in used:
        known[name].make_context(name, list(words))  # raises for an unknown option
    listed = {name for name, *_ in used}
    assert listed == known.keys() - {"merge"}  # the page is about one machine


def test_the_page_shows_no_path_of_a_machine_and_no_secret():
    text = PAGE.read_text("utf-8")
    assert not re.search(r"(?<![\w.])/(?:tmp|home|root|opt)/", text)
    assert re.findall(r"token=(\w+)", text) == ["TOKEN"]


def test_the_page_depends_neither_on_the_speed_of_the_machine_nor_on_a_hash_of_the_course():
    def shown(steps, revision):
        progress = "".join(f"graded {step} of 90\n" for step in range(steps))
        output = f"{progress}1 · finished · revision {revision}"
        return page([Event("", "gradus class grade lab1", output)])

    assert shown(99, "a208378f") == shown(0, "898ac37a")


@pytest.mark.slow
@pytest.mark.timeout(3600)
def test_the_page_is_current(tmp_path):
    assert _without_means(page(play(Path(tmp_path)))) == _without_means(PAGE.read_text("utf-8"))


def _without_means(text):
    """Leave out mean points: each run draws a seed, and a few wrong answers pass with some."""
    return re.sub(r"mean \d+%", "mean", text)
