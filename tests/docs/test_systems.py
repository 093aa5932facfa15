"""`docs/systems.md`: the commands of the systems run, and show what the page says."""

import re

import pytest
from repository import ROOT

from autograder.course.reading import find_course
from docs.results.rows import ROWS
from docs.systems.page import PAGE, shown
from docs.systems.rows import SYSTEMS

TEXT = PAGE.read_text("utf-8")
#: These take seconds.
SMALL = {"lexicon", "ngram", "kneser_ney"}


def test_a_system_has_a_row_with_an_exercise_of_the_course():
    lines = [line for line in TEXT.splitlines() if line.startswith("| ")][2:]
    assert [line.split(" | ")[0].strip("| ") for line in lines] == [item.name for item in SYSTEMS]
    assert {system.exercise for system in SYSTEMS} <= set(find_course().exercise_names)
    assert {system.real for system in SYSTEMS} - {""} <= {row.name for row in ROWS}


def test_the_page_of_the_site_lists_it():
    assert "\nsystems\n" in (ROOT / "docs/index.md").read_text("utf-8")


@pytest.mark.parametrize(
    "system",
    [
        pytest.param(
            system, marks=[] if system.exercise in SMALL else [pytest.mark.slow], id=system.name
        )
        for system in SYSTEMS
    ],
)
def test_the_commands_run_and_show_what_the_page_says(system, tmp_path):
    """Digits may differ: sums are rounded in another order on other processors."""
    line = next(line for line in TEXT.splitlines() if line.startswith(f"| {system.name} | "))
    cell = line.split(" | ")[3]
    result = shown(system, tmp_path)
    if system.exercise in SMALL:
        assert result == cell
    assert words_of(result) == words_of(cell)


def words_of(text):
    """Return `text` without its numbers."""
    return re.sub(r"[\d.]+", "", text)
