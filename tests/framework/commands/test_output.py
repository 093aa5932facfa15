"""What a command says breaks between words on a terminal, and stays as it is in a pipe."""

import io
import sys

import pytest

from framework.commands.output import announce, stopped_with, wrapped
from framework.errors import StoppedError


class Terminal(io.StringIO):
    def isatty(self):
        return True


@pytest.fixture(autouse=True)
def twenty_columns(monkeypatch):
    monkeypatch.setenv("COLUMNS", "20")


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("a sentence that is longer", "a sentence that is\nlonger"),
        ("short\n\nshort\n", "short\n\nshort\n"),
        ("  grade --submission 'my work.zip'", "  grade --submission 'my work.zip'"),
        ("next `gradus hint rnn_lm --all` then", "next\n`gradus hint rnn_lm --all`\nthen"),
        ("at /a/long/path/of-a/long-name.py", "at\n/a/long/path/of-a/long-name.py"),
    ],
)
def test_lines_break_between_words_and_never_inside_a_command(text, shown):
    assert wrapped(text, Terminal()) == shown


def test_an_indented_line_breaks_where_later_lines_have_a_start():
    assert wrapped("  1. it is too long", Terminal(), "     ") == "  1. it is too long"
    assert (
        wrapped("  1. it is far too long", Terminal(), "     ") == "  1. it is far too\n     long"
    )


def test_a_pipe_gets_whole_lines():
    assert wrapped("a sentence that is longer", io.StringIO()) == "a sentence that is longer"


def test_a_first_line_is_for_terminals_alone(capsys, monkeypatch):
    announce("checking")
    assert capsys.readouterr() == ("", "")
    monkeypatch.setattr(sys.stderr, "isatty", lambda: True)
    announce("checking")
    assert capsys.readouterr() == ("", "checking\n")


def test_ctrl_c_ends_with_what_was_done():
    done = []
    with (
        pytest.raises(StoppedError, match=r"^interrupted: 1 done$") as stopped,
        stopped_with(lambda: f"{len(done)} done"),
    ):
        done.append("one")
        raise KeyboardInterrupt
    assert stopped.value.exit_code == 130
