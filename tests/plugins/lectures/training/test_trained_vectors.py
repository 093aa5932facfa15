"""Word vectors from checkpoints and from text, distinguished by the content of the file."""

import os

import numpy as np
import pytest

from framework.data.vocabulary import Vocabulary
from framework.errors import BadInputError, UsageError
from framework.training.checkpoints import Checkpoint
from plugins.lectures.formats.word_vectors import WordVectors
from plugins.lectures.training.trained_vectors import last_trained_vectors, load_vectors


@pytest.fixture
def path(tmp_path):
    return tmp_path / "file"


def checkpoint(*names):
    """A checkpoint with parameters of these names; those of the last one are 0 ... 19."""
    vectors = np.arange(20, dtype=np.float32).reshape(5, 4)
    tables = {name: np.zeros_like(vectors) for name in names} | {names[-1]: vectors}
    return Checkpoint("some_model", {}, Vocabulary(["a", "b"]), "text", "numpy", "numpy", tables)


@pytest.mark.parametrize("names", [("center_vectors",), ("center_vectors", "context_vectors")])
def test_a_checkpoint_gives_the_vectors_of_its_words(path, names):
    """Of the skip-gram those as centre words, of CBOW those as words of a context."""
    checkpoint(*names).save(path)
    result = load_vectors(path)
    assert list(result.words) == ["a", "b"]
    assert result.vectors.tolist() == [[12, 13, 14, 15], [16, 17, 18, 19]]


def test_text_is_read_even_where_a_brace_stands_like_that_of_a_checkpoint(path):
    path.write_text("1     1\n{ 0.5\n")
    assert path.read_bytes()[8:9] == b"{"
    assert load_vectors(path).words == ["{"]


def test_float32_is_the_same_after_text(tmp_path):
    vectors = np.random.default_rng(0).normal(size=(2, 50)).astype(np.float32) * np.float32(1e-9)
    path = tmp_path / "new" / "v.txt"
    WordVectors(["a", "b"], vectors).save(path)
    np.testing.assert_array_equal(load_vectors(path).vectors.astype(np.float32), vectors)


def test_the_last_checkpoint_with_word_vectors_is_found(tmp_path):
    for age, (name, parameter) in enumerate(
        (("new", "W_x"), ("old", "context_vectors"), ("older", "center_vectors"))
    ):
        file = tmp_path / f"{name}.safetensors"
        checkpoint(parameter).save(file)
        os.utime(file, (1000 - age, 1000 - age))
    (tmp_path / "damaged.safetensors").write_bytes(b"newest")
    assert last_trained_vectors(tmp_path) == tmp_path / "old.safetensors"


def test_what_holds_no_word_vectors_is_refused(tmp_path):
    path = tmp_path / "model.safetensors"
    with pytest.raises(BadInputError, match=r"no checkpoint at .*`gradus train`"):
        load_vectors(path)
    for content, said in ((b"", "is empty"), (b"no vectors\n", "line 1: could not convert")):
        path.write_bytes(content)
        with pytest.raises(BadInputError, match=said):
            load_vectors(path)
    checkpoint("W_x").save(path)
    with pytest.raises(UsageError, match=r"holds a some_model.*`gradus train skip_gram`"):
        load_vectors(path)
    with pytest.raises(UsageError, match=r"no checkpoint with word vectors .*`gradus train"):
        last_trained_vectors(tmp_path)
