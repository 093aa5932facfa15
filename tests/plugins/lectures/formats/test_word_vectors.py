"""Word vectors in files: what is written is read, and what is no such file is refused."""

import gzip

import numpy as np
import pytest

from framework.errors import BadInputError, UnknownNameError
from plugins.lectures.formats.word_vectors import WordVectors, load_word_vectors


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
    ("words", "shape"), [(["a"], (2, 3)), (["a "], (1, 3)), (["a\nb"], (1, 3)), ([], (0, 3))]
)
def test_words_that_cannot_be_saved_are_refused(words, shape):
    with pytest.raises(BadInputError):
        WordVectors(words, np.zeros(shape))


def test_glove_has_no_first_line_and_words_with_blanks(tmp_path):
    (tmp_path / "glove.txt").write_text("the 1 2\n. . . 3 4\nat name@x.org 5 6\n")
    loaded = load_word_vectors(tmp_path / "glove.txt")
    assert list(loaded.words) == ["the", ". . .", "at name@x.org"]
    assert loaded.vectors.tolist() == [[1, 2], [3, 4], [5, 6]]
    loaded.save(tmp_path / "v.txt")
    assert list(load_word_vectors(tmp_path / "v.txt").words) == list(loaded.words)


@pytest.mark.parametrize("end", [b"", b"\n"])
@pytest.mark.parametrize("suffix", [".bin", ".bin.gz"])
def test_the_binary_format_of_word2vec(tmp_path, end, suffix):
    vectors = np.array([[1.5, -2], [3, 4]], "<f4")
    data = b"2 2\n" + b"".join(
        word + b" " + vector.tobytes() + end
        for word, vector in zip([b"a", "né".encode()], vectors, strict=True)
    )
    file = tmp_path / f"v{suffix}"
    file.write_bytes(gzip.compress(data) if suffix.endswith("gz") else data)
    loaded = load_word_vectors(file)
    assert list(loaded.words) == ["a", "né"]
    assert np.array_equal(loaded.vectors, vectors)
    file = tmp_path / f"cut{suffix}"
    file.write_bytes(gzip.compress(data[:-5]) if suffix.endswith("gz") else data[:-5])
    with pytest.raises(BadInputError, match="announces 2 words, but ends after 1"):
        load_word_vectors(file)


def test_a_compressed_file_that_is_cut_short_is_refused(tmp_path):
    (tmp_path / "v.txt.gz").write_bytes(gzip.compress(b"a 1 2\n")[:-4])
    with pytest.raises(BadInputError, match="no complete gzip file"):
        load_word_vectors(tmp_path / "v.txt.gz")


def test_an_unknown_word_is_answered_with_similar_ones():
    with pytest.raises(UnknownNameError, match="did you mean 'house'"):
        WordVectors(["house", "cat"], np.eye(2)).row("huose")
