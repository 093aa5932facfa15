"""What a command says breaks between words on a terminal, and stays as it is in a pipe."""

import io

import pytest

from framework.commands.output import wrapped


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


def test_a_pipe_gets_whole_lines():
    assert wrapped("a sentence that is longer", io.StringIO()) == "a sentence that is longer"
