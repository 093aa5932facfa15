"""Word vectors from a checkpoint, or from a file in word2vec's text format."""

from __future__ import annotations

from pathlib import Path

from safetensors import SafetensorError, safe_open

from framework.data.vocabulary import SPECIAL
from framework.errors import UsageError
from framework.training.checkpoints import CHECKPOINTS, Checkpoint, load_checkpoint
from plugins.lectures.formats.word_vectors import WordVectors, load_word_vectors

#: The parameter that contains the word vectors: of CBOW, which has both, and of the skip-gram.
_VECTORS = ("context_vectors", "center_vectors")


def load_vectors(path: Path) -> WordVectors:
    """Return the word vectors in the file at `path`: a checkpoint of word vectors, or text.

    Raises:
        UsageError: it is the checkpoint of a model without word vectors.
        BadInputError: it is missing, damaged, or has neither form.
    """
    if not path.exists() or _is_safetensors(path):
        return vectors_of(load_checkpoint(path), path)
    return load_word_vectors(path)


def last_trained_vectors(folder: Path = CHECKPOINTS) -> Path:
    """Return the checkpoint in `folder` with word vectors that was written last.

    Raises:
        UsageError: there is none.
    """
    files = [file for file in folder.glob("*.safetensors") if _has_vectors(file)]
    if not files:
        raise UsageError(
            f"no checkpoint with word vectors in {folder.resolve()}: `gradus train skip_gram` "
            "writes one there; `--vectors FILE` names another file"
        )
    return max(files, key=lambda file: file.stat().st_mtime_ns)


def _has_vectors(file: Path) -> bool:
    try:
        with safe_open(file, framework="numpy") as content:
            return not set(_VECTORS).isdisjoint(content.keys())
    except (SafetensorError, OSError):  # damaged, or no such file
        return False


def vectors_of(saved: Checkpoint, path: Path) -> WordVectors:
    """Return the vectors of all words of the checkpoint `saved`, which was read from `path`.

    Special words, as ``<unk>``, have none.

    Raises:
        UsageError: it is of a model without word vectors.
    """
    name = next((name for name in _VECTORS if name in saved.parameters), None)
    if name is None:
        raise UsageError(
            f"{path} holds a {saved.model}, which has no word vectors: "
            "`gradus train skip_gram` trains word vectors"
        )
    vectors = saved.parameters[name]
    return WordVectors(saved.vocabulary.words[len(SPECIAL) :], vectors[len(SPECIAL) :])


def _is_safetensors(path: Path) -> bool:
    """Return whether the file starts with the length of a JSON header and its brace.

    The first bytes of a text file would give a length beyond any file.
    """
    if not path.is_file():
        return False
    with path.open("rb") as file:
        start = file.read(9)
    length = int.from_bytes(start[:8], "little")
    return start[8:] == b"{" and length <= path.stat().st_size
