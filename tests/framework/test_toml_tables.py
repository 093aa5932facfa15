"""Tables of TOML files: formats as data, and the line at fault."""

from __future__ import annotations

from pathlib import Path

import pytest
from repository import text_of

from framework.errors import BadInputError
from framework.toml_tables import Format, Key, line_of, read_table

TEXT = text_of("texts/toml_tables/text.md")
TASK = Format("[[tasks]]", (Key("name", str, "N.", required=True), Key("kind", str, "K.")))


@pytest.fixture
def file(tmp_path) -> Path:
    path = tmp_path / "x.toml"
    path.write_text(TEXT, "utf-8")
    return path


@pytest.mark.parametrize(
    ("path", "line"),
    [
        (("title",), 2),
        (("hints",), 3),
        (("hints", 1), 3),
        (("time",), 8),
        (("time", "call"), 10),
        (("time", "total", "a"), 11),
        (("tasks", 0, "name"), 14),
        (("tasks", 1), 16),
        (("tasks", 1, "name"), 17),
        (("tasks", 1, "kind"), 19),
        (("tasks", 2), 0),
        (("nothing",), 0),
    ],
)
def test_the_line_of_a_value_is_where_it_begins(file, path, line):
    assert line_of(file, path) == line


def test_the_line_does_not_depend_on_line_ends(file):
    file.write_bytes(TEXT.replace("\n", "\r\n").encode("utf-8-sig"))
    assert line_of(file, ("tasks", 1, "kind")) == 19


TIME = Format("[time]", (Key("call", str, "C."), Key("total", dict, "T.")))


@pytest.mark.parametrize(
    ("old", "new", "check", "said"),
    [
        ("", "", lambda t: TIME.check(t.table("time")), r":10: time.call must be text, not 2"),
        ("kind =", "kin =", lambda t: TASK.check(t.tables("tasks")[1]),
         r":19: tasks\[1\].kin is no .*mean 'kind'"),
        ('name = "A"\n', "", lambda t: TASK.check(t.tables("tasks")[0]),
         r":13: tasks\[0\].name is missing"),
        ("", "", lambda t: t.require(points=int), r": points is missing"),
    ],
)  # fmt: skip
def test_what_does_not_fit_names_the_line_of_the_key(file, old, new, check, said):
    file.write_text(TEXT.replace(old, new), "utf-8")
    with pytest.raises(BadInputError, match=rf"x\.toml{said}"):
        check(read_table(file))
