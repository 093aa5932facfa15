"""Checkpoints come back whole, and nothing else is mistaken for one."""

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from safetensors import safe_open
from safetensors.numpy import save_file

from framework.data.vocabulary import Vocabulary
from framework.errors import BadInputError
from framework.interfaces import LanguageModel
from framework.providers.backends import Backend
from framework.providers.registry import Implementation, Registry
from framework.training.checkpoints import Checkpoint, load_checkpoint, saved_arrays


class Table(LanguageModel):
    """Scores of the next token by the last one."""

    def __init__(self, vocabulary_size, *, rng):
        super().__init__()
        self.add_parameter("table", rng.normal(size=(vocabulary_size, vocabulary_size)))
        self.add_parameter("b", rng.normal(size=vocabulary_size))


class Smoothed(LanguageModel):
    """A table beside the mean of what it has seen, which is no parameter; twice."""

    def __init__(self, vocabulary_size, *, rng, parts=True):
        super().__init__()
        self.add_parameter("b", rng.normal(size=vocabulary_size))
        self.mean = np.zeros(vocabulary_size)
        if parts:
            self.add_child("inner", Smoothed(vocabulary_size, rng=rng, parts=False))

    @property
    def buffers(self):
        return {"mean": self.mean, **super().buffers}


@pytest.fixture
def backend():
    registry = Registry()
    registry.add(Implementation("arrays", "arrays", "numpy", "framework.interfaces:NumpyArrays"))
    registry.add(Implementation("language_model", "table", "numpy", f"{__name__}:Table"))
    return Backend(registry, "numpy")


@pytest.fixture
def checkpoint():
    model = Table(5, rng=np.random.default_rng(7))
    vocabulary = Vocabulary(["κλειδί", "</b>"])
    backend = "numpy", "student"
    arguments = {"vocabulary_size": 5}
    return Checkpoint("table", arguments, vocabulary, "agreement", *backend, model.parameters)


@pytest.fixture
def path(tmp_path):
    return tmp_path / "new" / "folder" / "model.safetensors"


def test_what_training_moves_beside_the_parameters_is_kept(backend, path):
    backend.registry.add(
        Implementation("language_model", "smoothed", "numpy", f"{__name__}:Smoothed")
    )
    trained = Smoothed(3, rng=np.random.default_rng(0))
    trained.mean += 1.5
    trained._children["inner"].mean += 2.5
    arrays = saved_arrays(trained, backend.arrays)
    trained.mean += 100
    Checkpoint(
        "smoothed", {"vocabulary_size": 3}, Vocabulary([]), "", "numpy", "numpy", arrays
    ).save(path)
    result = load_checkpoint(path).restore(backend)
    np.testing.assert_array_equal(result.buffers["mean"], [1.5] * 3)
    np.testing.assert_array_equal(result.buffers["inner.mean"], [2.5] * 3)


def test_a_checkpoint_comes_back_whole(checkpoint, path, tmp_path):
    transposed = checkpoint.parameters["table"].T
    checkpoint = replace(checkpoint, parameters={**checkpoint.parameters, "T": transposed})
    checkpoint.save(path)
    result = load_checkpoint(path)
    assert (result.model, result.arguments) == ("table", {"vocabulary_size": 5})
    assert (result.corpus, result.backend, result.provider) == ("agreement", "numpy", "student")
    assert result.vocabulary.words == checkpoint.vocabulary.words
    for name, array in checkpoint.parameters.items():
        np.testing.assert_array_equal(result.parameters[name], array)
    checkpoint.save(tmp_path / "again.safetensors")
    assert path.read_bytes() == (tmp_path / "again.safetensors").read_bytes()


def test_arguments_may_be_arrays_which_are_no_parameters(checkpoint, path):
    vectors = np.arange(6.0).reshape(2, 3)
    replace(checkpoint, arguments={"vectors": vectors, "classes": 2}).save(path)
    result = load_checkpoint(path)
    assert result.arguments["classes"] == 2
    np.testing.assert_array_equal(result.arguments["vectors"], vectors)
    assert result.parameters.keys() == checkpoint.parameters.keys()


@pytest.mark.parametrize("dtype", ["float64", "float32"])
def test_the_model_is_restored_bit_for_bit(checkpoint, backend, path, dtype):
    parameters = {name: array.astype(dtype) for name, array in checkpoint.parameters.items()}
    replace(checkpoint, parameters=parameters).save(path)
    model = load_checkpoint(path).restore(backend)
    for name, array in parameters.items():
        np.testing.assert_array_equal(model.parameters[name], array)
        assert model.parameters[name].dtype == dtype


def test_a_new_checkpoint_replaces_the_old_one_and_disturbs_nothing(checkpoint, path):
    checkpoint.save(path)
    before = path.read_bytes()
    with path.open("rb") as reader:
        replace(checkpoint, corpus="other").save(path)
        assert reader.read() == before
    assert load_checkpoint(path).corpus == "other"
    assert list(path.parent.iterdir()) == [path]


def test_a_failing_write_leaves_the_old_checkpoint(checkpoint, path, monkeypatch):
    checkpoint.save(path)
    before = path.read_bytes()

    def full(self, content):
        self.touch()
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(Path, "write_bytes", full)
    with pytest.raises(BadInputError, match="cannot be written: No space left"):
        replace(checkpoint, corpus="other").save(path)
    assert path.read_bytes() == before
    assert list(path.parent.iterdir()) == [path]


def rewrite(path, **changes):
    """Change the metadata of a checkpoint."""
    with safe_open(path, framework="numpy") as file:
        metadata = json.loads(file.metadata()["gradus"])
        arrays = {name: file.get_tensor(name) for name in file.keys()}  # noqa: SIM118
    save_file(arrays, path, {"gradus": json.dumps({**metadata, **changes})})


def cut_to(change):
    return lambda path: path.write_bytes(change(path.read_bytes()))


NO_FILE = "damaged or not a safetensors file"
#: What becomes of the file, and what is said of it.
DAMAGES = [
    (lambda path: path.unlink(), r"no checkpoint at .*`gradus train`"),
    (lambda path: path.unlink() or path.mkdir(), "not a safetensors file"),
    (lambda path: save_file({"weight": np.zeros(3)}, path), "not a checkpoint of gradus"),
    (cut_to(lambda data: data[: len(data) // 2]), NO_FILE),
    (cut_to(lambda data: b""), NO_FILE),
    (cut_to(lambda data: data[9:]), NO_FILE),
    (cut_to(lambda data: b"text\n" * 99), NO_FILE),
    (lambda path: rewrite(path, schema_version=99, gradus_version="9.0"),
     r"written by gradus 9\.0 in version 99.*Train"),
    (lambda path: rewrite(path, vocabulary=None), r"metadata of .* is damaged"),
    (lambda path: rewrite(path, arguments=3), r"metadata of .* is damaged"),
]  # fmt: skip


@pytest.mark.parametrize(("damage", "said"), DAMAGES)
def test_what_is_no_checkpoint_of_this_version_is_refused(checkpoint, path, damage, said):
    checkpoint.save(path)
    damage(path)
    with pytest.raises(BadInputError, match=said):
        load_checkpoint(path)


@pytest.mark.parametrize(
    ("parameters", "message"),
    [
        ({"table": np.zeros((5, 4)), "b": np.zeros(5)}, r"'table' is \(5, 4\) in the file"),
        ({"table": np.zeros((5, 5))}, "'b' is missing in the file"),
        (
            {"table": np.zeros((5, 5)), "b": np.zeros(5), "c": np.zeros(1)},
            r"'c' is \(1,\) in the file and missing in the model",
        ),
    ],
)
def test_parameters_that_do_not_fit_are_named(checkpoint, backend, parameters, message):
    with pytest.raises(BadInputError, match=message):
        replace(checkpoint, parameters=parameters).restore(backend)


def test_what_the_optimizer_remembers_stands_apart(checkpoint, path):
    memory = {"m/table": np.ones((5, 5)), "t/table": np.array(3)}
    replace(checkpoint, optimizer=memory).save(path)
    result = load_checkpoint(path)
    assert result.parameters.keys() == checkpoint.parameters.keys()
    assert result.optimizer.keys() == memory.keys()
    assert result.optimizer["t/table"].shape == ()
    np.testing.assert_array_equal(result.optimizer["m/table"], memory["m/table"])
