"""Word vectors in files: what is written is read, and what is no such file is refused."""

import numpy as np
import pytest

from framework.data.formats.word_vectors import WordVectors, load_word_vectors
from framework.errors import BadInputError, UnknownNameError


def test_what_is_saved_is_loaded_exactly(tmp_path):
    vectors = np.random.default_rng(0).normal(size=(3, 4)) * 1e-7
    WordVectors(["a", "né", "x"], vectors).save(tmp_path / "v.txt")
    loaded = load_word_vectors(tmp_path / "v.txt")
    assert list(loaded.words) == ["a", "né", "x"]
    assert np.array_equal(loaded.vectors, vectors)


def test_blanks_at_the_ends_of_lines_are_read(tmp_path):
    (tmp_path / "v.txt").write_text("2 2\na 1 2 \nb 3 4 \n")
    assert load_word_vectors(tmp_path / "v.txt").vectors.tolist() == [[1, 2], [3, 4]]


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"", "line 1: two numbers"),
        (b"a 1 2\n", "line 1: two numbers"),
        (b"2 2\na 1 2\n", "announces 2 words, but has 1"),
        (b"1 2\na 1 2\nb 3 4\n", "announces 1 words, but has 2"),
        (b"2 2\na 1 2\nb 3\n", "line 3: 2 numbers expected, 1 received"),
        (b"1 2\na 1 two\n", "line 2: could not convert"),
        (b"2 1\na 1\na 2\n", "'a' has more than one vector"),
        (b"1 1\na nan\n", "'a' is not finite"),
        (b"1 1\n\xff 1\n", "not UTF-8"),
    ],
)
def test_damaged_files_are_refused(tmp_path, content, said):
    (tmp_path / "v.txt").write_bytes(content)
    with pytest.raises(BadInputError, match=said):
        load_word_vectors(tmp_path / "v.txt")


@pytest.mark.parametrize(("words", "shape"), [(["a"], (2, 3)), (["a b"], (1, 3)), ([], (0, 3))])
def test_words_that_cannot_be_saved_are_refused(words, shape):
    with pytest.raises(BadInputError):
        WordVectors(words, np.zeros(shape))


def test_an_unknown_word_is_answered_with_similar_ones():
    with pytest.raises(UnknownNameError, match="did you mean 'house'"):
        WordVectors(["house", "cat"], np.eye(2)).row("huose")
