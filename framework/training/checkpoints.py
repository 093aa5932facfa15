"""Checkpoints: a trained model in one safetensors file that every backend reads.

Parameters have the same names and shapes under every provider, so NumPy can use a model trained
with PyTorch. The metadata describes the model and its vocabulary.
"""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
from safetensors import SafetensorError, safe_open
from safetensors.numpy import save

from framework import __version__
from framework.data.subwords import tokens_of
from framework.data.tokens import WORDS, Tokens
from framework.data.vocabulary import SPECIAL, Vocabulary
from framework.errors import BadInputError
from framework.interfaces import Array, Arrays, LanguageModel, Model
from framework.models.language_models import build_language_model
from framework.providers.backends import Backend

#: The folder of checkpoints, unless another file is named.
CHECKPOINTS = Path("checkpoints")

#: Version of the format; only this one is read.
SCHEMA_VERSION = 1

# One key with everything: safetensors does not keep the order of several, and the same training
# run should write the same bytes.
_KEY = "gradus"

#: Prefixes of the names of arrays that are no parameters; names of parameters have no slash.
_OPTIMIZER = "optimizer/"
_ARGUMENT = "argument/"
_STATE = "state/"
_PREFIXES = (_OPTIMIZER, _ARGUMENT, _STATE)


@dataclass(frozen=True)
class Checkpoint:
    """A trained model, independent of any backend.

    Attributes:
        model: registry name, as ``recurrent_lm``.
        arguments: keyword arguments of its constructor except `rng`: JSON values, and arrays such
            as fixed word vectors.
        vocabulary: the words behind the ids.
        corpus: name or path of the text it was trained on.
        backend: the backend it was trained with.
        provider: whose parts came first in the training.
        parameters: name -> array; buffers among them, see `saved_arrays`.
        training: the data that a kind of run needs to continue; empty if it cannot.
        optimizer: the state of the optimizer, see `framework.interfaces.Optimizer.state`.
        state: the arrays of the model's state, if a run stopped between two chunks of a text.
    """

    model: str
    arguments: Mapping[str, Any]
    vocabulary: Vocabulary
    corpus: str
    backend: str
    provider: str
    parameters: Mapping[str, Array]
    training: Mapping[str, Any] = field(default_factory=dict)
    optimizer: Mapping[str, Array] = field(default_factory=dict)
    state: Mapping[str, Array] = field(default_factory=dict)

    @property
    def kind(self) -> str:
        """The kind of run that has written it, see `framework.training.task.TrainingTask.kind`."""
        old = "word_vectors" if "center_vectors" in self.parameters else "language_model"
        return str(self.training.get("run", old))

    def tokens(self, backend: Backend) -> Tokens:
        """Return the tokens of the training text; `backend` divides words into subwords."""
        spec, merges = self.training.get("tokens", WORDS.name), self.training.get("merges")
        return tokens_of(spec, backend.function, merges)

    def save(self, path: Path) -> None:
        """Write the file at `path` completely or not at all; create its folder if needed.

        Raises:
            BadInputError: the file cannot be written there.
        """
        beside = {
            prefix + key: array
            for prefix, group in (
                (_OPTIMIZER, self.optimizer),
                (_ARGUMENT, _arrays(self.arguments)),
                (_STATE, self.state),
            )
            for key, array in group.items()
        }
        arrays = {
            # Arrays without axes are kept: `ascontiguousarray` would add an axis.
            name: np.array(array, order="C")
            for name, array in {**self.parameters, **beside}.items()
        }
        content = save(arrays, {_KEY: json.dumps(self._metadata())})
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            _write_atomically(path, content)
        except OSError as error:
            raise BadInputError(f"{path} cannot be written: {error.strerror}") from error

    def _metadata(self) -> dict[str, Any]:
        return {
            "schema_version": SCHEMA_VERSION,
            "gradus_version": __version__,
            "model": self.model,
            "arguments": {
                name: value
                for name, value in self.arguments.items()
                if not isinstance(value, np.ndarray)
            },
            "vocabulary": self.vocabulary.words[len(SPECIAL) :],
            "corpus": self.corpus,
            "backend": self.backend,
            "provider": self.provider,
            "training": dict(self.training),
        }

    def restore(self, backend: Backend) -> LanguageModel:
        """Build the language model under `backend`, with these parameters.

        Raises:
            UsageError: `backend` does not offer the model.
            BadInputError: its parameters have other names or shapes.
        """
        rng = np.random.default_rng(0)
        model = build_language_model(backend, self.model, self.vocabulary, self.arguments, rng)
        self._fill(model, backend)
        return model

    def restore_as(self, kind: str, backend: Backend) -> Any:
        """Build the model of the kind `kind` under `backend`, with these parameters.

        Raises:
            UsageError, BadInputError: as `restore`.
        """
        model = backend.build(self.model, kind=kind, rng=np.random.default_rng(0), **self.arguments)
        self._fill(model, backend)
        return model

    def _fill(self, model: Any, backend: Backend) -> None:
        """Set the parameters of `model` to the saved ones, in their precision."""
        if dtypes := {array.dtype for array in self.parameters.values()}:
            model.astype(np.result_type(*dtypes))
        assign(model, self.parameters, backend.arrays)


def load_checkpoint(path: Path) -> Checkpoint:
    """Read the checkpoint at `path`.

    Raises:
        BadInputError: there is no such file, it is damaged, no checkpoint of gradus, or one of a
            newer gradus.
    """
    try:
        with safe_open(path, framework="numpy") as file:
            metadata = file.metadata() or {}
            # Copies: a mapped file that is overwritten would change the arrays.
            arrays = {name: np.array(file.get_tensor(name)) for name in file.keys()}  # noqa: SIM118
    except FileNotFoundError as error:
        raise BadInputError(f"no checkpoint at {path}: `gradus train` writes one") from error
    except (SafetensorError, OSError) as error:
        raise BadInputError(f"{path} is damaged or not a safetensors file: {error}") from error
    return _checkpoint(path, metadata, arrays)


def _checkpoint(path: Path, metadata: Mapping[str, str], arrays: Mapping[str, Array]) -> Checkpoint:
    if _KEY not in metadata:
        raise BadInputError(f"{path} is a safetensors file, but not a checkpoint of gradus")
    try:
        header = json.loads(metadata[_KEY])
        if header["schema_version"] != SCHEMA_VERSION:
            raise BadInputError(
                f"{path} was written by gradus {header['gradus_version']} in version "
                f"{header['schema_version']} of the format; this gradus ({__version__}) reads "
                f"version {SCHEMA_VERSION}. Train the model again"
            )
        return Checkpoint(
            header["model"],
            {**header["arguments"], **_beginning(_ARGUMENT, arrays)},
            Vocabulary(header["vocabulary"]),
            header["corpus"],
            header["backend"],
            header["provider"],
            {name: a for name, a in arrays.items() if not name.startswith(_PREFIXES)},
            header["training"],
            _beginning(_OPTIMIZER, arrays),
            _beginning(_STATE, arrays),
        )
    except (ValueError, KeyError, TypeError) as error:
        raise BadInputError(f"the metadata of {path} is damaged: {error!r}") from error


def _arrays(arguments: Mapping[str, Any]) -> dict[str, Array]:
    """Return the arguments that are no JSON values."""
    return {name: value for name, value in arguments.items() if isinstance(value, np.ndarray)}


def _beginning(prefix: str, arrays: Mapping[str, Array]) -> dict[str, Array]:
    """Return the arrays whose names start with `prefix`, by their names without it."""
    return {
        name.removeprefix(prefix): array
        for name, array in arrays.items()
        if name.startswith(prefix)
    }


def saved_arrays(model: Model, arrays: Arrays) -> dict[str, Array]:
    """Return the parameters and buffers of `model` for a checkpoint, as NumPy arrays."""
    return {name: arrays.to_numpy(array) for name, array in _all_arrays(model).items()}


def _all_arrays(model: Model) -> dict[str, Any]:
    # A student's model need not be a `Model`.
    return {**model.parameters, **getattr(model, "buffers", {})}


def assign(model: Model, parameters: Mapping[str, Array], arrays: Arrays) -> None:
    """Set the parameters and buffers of `model` to `saved_arrays` of an equal model.

    Raises:
        BadInputError: names or shapes differ; both are shown.
    """
    own = _all_arrays(model)
    expected = {name: tuple(array.shape) for name, array in own.items()}
    received = {name: array.shape for name, array in parameters.items()}
    for name in sorted(expected.keys() | received.keys()):
        if expected.get(name) != received.get(name):
            raise BadInputError(
                f"the checkpoint does not fit the model: parameter '{name}' is "
                f"{received.get(name, 'missing')} in the file and "
                f"{expected.get(name, 'missing')} in the model"
            )
    for name, array in parameters.items():
        table = model.parameters if name in model.parameters else model.buffers
        arrays.assign(table, name, array)


def _write_atomically(path: Path, content: bytes) -> None:
    """Write a temporary file next to `path` and rename it: readers see the old or the new file."""
    temporary = path.with_name(f".{path.name}.{os.getpid()}")
    try:
        temporary.write_bytes(content)
        temporary.replace(path)
    finally:
        temporary.unlink(missing_ok=True)
