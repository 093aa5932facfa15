"""`gradus list`: units, minutes, points, progress, and what comes next."""

from functools import partial

import pytest
from rich.console import Console


def test_list_shows_a_path(gradus, lines, written, solved):
    toml = written.exercise("sums").toml
    text = toml.read_text("utf-8").replace('title = "Sums"', 'title = "Sums"\nminutes = 90')
    toml.write_text(text.replace("minutes", "core = true\nminutes"), "utf-8")
    stub = written.exercise("squash").stub
    stub.write_text(solved["squash"].replace("return 2 * x", "raise NotImplementedError"))
    code, output = gradus("list")
    assert code == 0
    assert lines(output) == [
        "  unit, exercise  title            min  points  state",
        "───────────────────────────────────────────────────────────",
        "first_unit        The first unit",
        "→ squash          Squashing                  5  unfinished",
        "second_unit       The second unit",
        " *sums            Sums              90       1  not started",
        "───────────────────────────────────────────────────────────",
        "total: 0 of 2 passed, 0 of 6 points, about 1.5 hours",
        "",
        "Next: squash, Squashing, in exercises/first_unit/squash/squash.py",
        "  gradus show squash    says what to do",
        "  grade squash --watch  grades it each time you save it",
    ]


def test_only_what_passes_now_counts(gradus, written, solved, grade_own):
    stub = written.exercise("squash").stub
    stub.write_text(solved["squash"])
    grade_own("squash")
    assert "5/5  passed" in gradus("list")[1]
    assert "total: 1 of 2 passed, 5 of 6 points" in gradus("list")[1]
    stub.write_text(solved["squash"] + "\n# edited\n")
    assert "5  edited" in gradus("list")[1]
    assert "total: 0 of 2 passed, 0 of 6 points" in gradus("list")[1]
    assert "Next: squash" in gradus("list")[1]


@pytest.mark.parametrize("columns", [60, 80, 120])
def test_lines_fit_the_terminal_and_titles_are_whole(gradus, written, monkeypatch, columns):
    title = "A title of many words that no narrow terminal can show in a single line"
    toml = written.exercise("sums").toml
    toml.write_text(toml.read_text("utf-8").replace('"Sums"', f'"{title}"'), "utf-8")
    terminal = partial(Console, width=columns)
    monkeypatch.setattr("autograder.commands.list_exercises.console", terminal)
    table = gradus("list")[1].partition("Next:")[0]
    assert max(map(len, table.splitlines())) <= columns
    assert all(word in table for word in title.split())
    assert "..." not in table


@pytest.mark.parametrize(
    ("content", "state"),
    [
        (None, "no file"),
        (b"\xff", "unreadable"),
        (b"def total(", "unfinished"),
        (b"def total(v): return 1", "written"),
    ],
)
def test_list_copes_with_any_file(gradus, written, content, state):
    stub = written.exercise("sums").stub
    stub.unlink()
    if content is not None:
        stub.write_bytes(content)
    assert state in gradus("list", "sums")[1]
