"""Lines of commands break between words on a terminal; tables break in their cells."""

import io

import pytest
from rich.table import Table

from framework.commands.text_console import TextConsole

SENTENCE = "[from torch]: adam. Next: `gradus train rnn_lm --resume`"


class Terminal(io.StringIO):
    def isatty(self):
        return True


@pytest.fixture(autouse=True)
def thirty_columns(monkeypatch):
    monkeypatch.setenv("COLUMNS", "30")
    monkeypatch.setenv("TERM", "xterm")


def printed(output, stream, monkeypatch):
    monkeypatch.setattr("sys.stdout", stream)
    TextConsole().print(output)
    return stream.getvalue()


def test_a_terminal_gets_lines_of_its_width_and_whole_commands(monkeypatch):
    assert printed(SENTENCE, Terminal(), monkeypatch) == (
        "[from torch]: adam. Next:\n`gradus train rnn_lm --resume`\n"
    )


def test_a_command_that_is_longer_than_the_terminal_stays_whole(monkeypatch):
    command = "`gradus train rnn_lm --resume --epochs 20`"
    assert printed(f"Next: {command}", Terminal(), monkeypatch) == f"Next:\n{command}\n"


def test_a_pipe_gets_the_whole_line(monkeypatch):
    assert printed(SENTENCE, io.StringIO(), monkeypatch) == f"{SENTENCE}\n"


def test_cells_of_a_table_break_inside_the_table(monkeypatch):
    table = Table("model", "what it is", show_header=False)
    table.add_row("gru", "gates of a recurrent network, in two layers")
    lines = printed(table, Terminal(), monkeypatch).splitlines()
    assert max(map(len, lines)) <= 30 and len(lines) > 3
