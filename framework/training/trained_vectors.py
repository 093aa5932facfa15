"""Word vectors from a file of either form: a checkpoint, or the text format of word2vec."""

from __future__ import annotations

from pathlib import Path

from framework.data.formats.word_vectors import WordVectors, load_word_vectors
from framework.data.vocabulary import SPECIAL
from framework.errors import UsageError
from framework.training.checkpoints import Checkpoint, load_checkpoint

#: The parameter of a skip-gram that is taken for the vectors of the words.
CENTER_VECTORS = "center_vectors"


def load_vectors(path: Path) -> WordVectors:
    """The word vectors in the file at `path`: a checkpoint of `gradus train skip_gram`, or text.

    Raises:
        UsageError: it is the checkpoint of a model without word vectors.
        BadInputError: it is missing, damaged, or has neither form.
    """
    if not path.exists() or _is_safetensors(path):
        return vectors_of(load_checkpoint(path), path)
    return load_word_vectors(path)


def vectors_of(saved: Checkpoint, path: Path) -> WordVectors:
    """The vectors of all words of the checkpoint `saved`, which was read from `path`.

    Special words, as ``<unk>``, have none.

    Raises:
        UsageError: it is of a model without word vectors.
    """
    if not has_word_vectors(saved):
        raise UsageError(
            f"{path} holds a {saved.model}, which has no word vectors: "
            "`gradus train skip_gram` learns some"
        )
    vectors = saved.parameters[CENTER_VECTORS]
    return WordVectors(saved.vocabulary.words[len(SPECIAL) :], vectors[len(SPECIAL) :])


def has_word_vectors(saved: Checkpoint) -> bool:
    """Whether the checkpoint `saved` is of a skip-gram."""
    return CENTER_VECTORS in saved.parameters


def _is_safetensors(path: Path) -> bool:
    """Whether the file begins with the length of a JSON header and that header's brace.

    The digits that a text file begins with would say: longer than any file.
    """
    if not path.is_file():
        return False
    with path.open("rb") as file:
        start = file.read(9)
    length = int.from_bytes(start[:8], "little")
    return start[8:] == b"{" and length <= path.stat().st_size
