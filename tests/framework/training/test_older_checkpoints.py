"""Checkpoints of version 2 still load, evaluate, sample, and go on where their runs were cut.

The folder ``version_2`` has, of each kind, the checkpoint of a run of three epochs (`whole`), and
what the same run had saved when it was interrupted in its third epoch (`cut`). They were written by
the last release of that version, under NumPy.
"""

import shutil
from pathlib import Path

import numpy as np
import pytest
from gradus_command import gradus

from framework.errors import BadInputError, UsageError
from framework.training.checkpoints import Checkpoint, load_checkpoint

FOLDER = Path(__file__).parent / "version_2"

RUNS = {
    "language_model": (
        *("rnn_lm", "--corpus", "text.txt", "--cell", "lstm", "--layers", 2, "--dropout", 0.2),
        *("--embedding-size", 3, "--hidden-size", 4, "--batch-size", 4, "--clip", 1.0, "--summed"),
        *("--schedule", "step_decay:factor=0.5,every=1", "--initial-range", 0.1),
        *("--dtype", "float32"),
    ),
    "character_aware": (
        *("rnn_lm", "--corpus", "text.txt", "--character-filters", 1, "--embedding-size", 3),
        *("--hidden-size", 4, "--batch-size", 4),
    ),
    "tagger": (
        *("window_classifier", "--corpus", "conll2003", "--data", ".", "--set", "embedding_size=3"),
        *("--set", "hidden_size=4", "--learning-rate", 0.02),
    ),
    "text_classifier": (
        *("text_cnn", "--corpus", "reviews.txt", "--set", "embedding_size=3", "--set", "maps=2"),
        *("--set", "keep_probability=0.5", "--optimizer", "ada_delta:decay=0.9"),
        *("--learning-rate", 1.0, "--precision", "float32"),
    ),
    "word_vectors": (
        *("skip_gram", "--corpus", "text.txt", "--dimension", 4, "--window", 2, "--negative", 3),
        *("--min-count", 1, "--subsample", 0.1),
    ),
}


@pytest.fixture(autouse=True)
def folder(spec):
    """The checkpoints and what they were trained on, in the working directory."""
    shutil.copytree(FOLDER, spec, dirs_exist_ok=True)
    return spec


def train(kind, *options):
    return gradus(
        "train", *RUNS[kind], "--epochs", 3, "--seed", 1, "--out", f"{kind}.cut", *options
    )


@pytest.mark.parametrize("kind", RUNS)
def test_a_run_that_was_cut_goes_on_to_what_the_whole_one_came_to(kind):
    assert "continuing after epoch 2\nepoch 3/3" in train(kind, "--resume")
    found, expected = (load_checkpoint(Path(f"{kind}.{end}")) for end in ("cut", "whole"))
    assert found.parameters.keys() == expected.parameters.keys()
    for name, array in expected.parameters.items():
        np.testing.assert_allclose(found.parameters[name], array, rtol=1e-4, atol=1e-6)


def test_its_options_are_still_compared():
    with pytest.raises(UsageError, match="its batch size is 4, but this run has 5"):
        train("language_model", "--resume", "--batch-size", 5)
    with pytest.raises(UsageError, match=r"its clip is None, but this run has 1\.0"):
        train("tagger", "--resume", "--clip", 1)
    with pytest.raises(UsageError, match="its optimizer is sgd, but this run has adam"):
        train("word_vectors", "--resume", "--optimizer", "adam")


@pytest.mark.parametrize(
    ("kind", "said"),
    [
        ("language_model", "32 tokens\nperplexity 10.820259"),
        ("character_aware", "32 tokens\nperplexity 9.942664"),
        ("tagger", "4 sentences\nF1 0.400000"),
        ("text_classifier", "4 texts\naccuracy 1.000000"),
    ],
)
@pytest.mark.parametrize("backend", ["numpy", "torch"])
def test_they_are_evaluated(kind, said, backend):
    assert said in gradus("evaluate", f"{kind}.whole", "--backend", backend)


def test_they_are_sampled_from_and_asked_for_neighbours():
    for kind in ("language_model", "character_aware"):
        assert gradus("sample", f"{kind}.whole", "--prompt", "the").startswith("the ")
    found = gradus("neighbors", "key", "--vectors", "word_vectors.whole", "--count", 3)
    assert found.count("\n") == 3


def test_a_setting_outside_of_its_range_is_refused(folder):
    saved = load_checkpoint(folder / "language_model.cut")
    training = {**saved.training, "batch_size": 0}
    fields = {**vars(saved), "training": training}
    Checkpoint(**fields).save(folder / "language_model.cut")
    said = "its batch_size must be a whole number from 1 on, not 0"
    with pytest.raises(BadInputError, match=said):
        train("language_model", "--resume")
