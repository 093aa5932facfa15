"""`gradus neighbors` and `gradus analogy` on a small file of vectors."""

import pytest
from typer.testing import CliRunner

from framework.cli import app
from framework.errors import UnknownNameError

VECTORS = "4 3\nman 1 0 0\nwoman 0 1 0\nking 1 0 1\nqueen 0 1 1\n"


@pytest.fixture
def ask(tmp_path):
    path = tmp_path / "vectors.txt"
    path.write_text(VECTORS)

    def asked(*arguments):
        words = [*arguments, "--vectors", str(path)]
        return CliRunner().invoke(app, words, catch_exceptions=True)

    return asked


def test_neighbors_are_shown_nearest_first(ask):
    shown = ask("neighbors", "king", "--count", "2")
    assert shown.output == "man     0.707\nqueen   0.500\n"


def test_an_analogy_is_completed(ask):
    assert ask("analogy", "man", "king", "woman", "--count", "1").output.startswith("queen ")


def test_an_unknown_word_ends_in_an_error_with_a_suggestion(ask):
    refused = ask("neighbors", "quen")
    assert isinstance(refused.exception, UnknownNameError)
    assert "did you mean 'queen'" in str(refused.exception)


def test_a_plot_leaves_unknown_words_out_with_a_note(ask, tmp_path):
    picture = tmp_path / "words.svg"
    shown = ask("plot-words", "man", "quen", "king", "queen", "--out", str(picture))
    assert shown.exit_code == 0
    assert shown.stderr == "left out: no vector for the word 'quen': did you mean 'queen'?\n"
    assert shown.stdout.startswith(f"Saved {picture}: 3 words, ")
    assert ">Word vectors of vectors.txt</text>" in picture.read_text("utf-8")


def test_the_help_names_files_without_types_of_python():
    shown = CliRunner().invoke(app, ["word-similarity", "--help"]).output
    assert "FILE  A file with word, word, score on each line." in shown
