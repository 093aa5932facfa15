"""All parts of a transformer as a student writes them: train, write, measure, and show heads.

The folder has the solutions, so that each command says what it says with the reference.
"""

import shutil

import numpy as np
import pytest
from gradus_command import gradus
from repository import ROOT

from framework.training.checkpoints import load_checkpoint

UNITS = {
    "language_models": ["sampling"],
    "neural_networks": ["neuron", "dropout", "losses", "optimizers"],
    "transformers": ["layer_norm", "positions", "multi_head_attention", "transformer_block"],
    "translation": ["attention"],
}
OF_THE_MODEL = ["transformer_lm", "warmup_and_decay", "induction", "speculative_decoding"]
SIZES = ("--epochs", 1, "--embedding-size", 8, "--layers", 1, "--unroll", 8, "--set", "context=16")
TRAINING = ("--optimizer", "adam_w", "--schedule", "warmup_cosine", "--batch-size", 4)
#: Parts that must come from the folder.
PARTS = {"transformer_lm", "transformer_block", "multi_head_attention", "layer_norm", "affine"}


@pytest.fixture(scope="module")
def student(tmp_path_factory):
    """A folder with a student's parts, a text, and a checkpoint of their training."""
    folder = tmp_path_factory.mktemp("parts")
    for unit, names in (*UNITS.items(), ("transformers", OF_THE_MODEL)):
        for name in names:
            (folder / unit / name).mkdir(parents=True)
            shutil.copy(ROOT / "solutions" / unit / name / f"{name}.py", folder / unit / name)
    (folder / "text.txt").write_text("the cat sees the dog\na dog hears the old cat\n" * 12)
    printed = train(folder, "m", *own(folder))
    assert taken_parts(printed) >= PARTS
    return folder


def taken_parts(printed):
    """The parts that came from the folder."""
    (line,) = (line for line in printed.splitlines() if line.startswith("from your code: "))
    return set(line.removeprefix("from your code: ").split(", "))


def own(folder):
    return "--provider", "student", "--submission", folder


def train(folder, out, *options):
    data = ("--corpus", folder / "text.txt", "--out", folder / out)
    return gradus("train", "transformer_lm", *data, *SIZES, *TRAINING, *options)


def test_training_gives_the_numbers_of_the_reference(student):
    train(student, "reference", "--provider", "numpy")
    result, expected = (load_checkpoint(student / name).parameters for name in ("m", "reference"))
    assert list(result) == list(expected)
    for name, values in expected.items():
        np.testing.assert_array_equal(result[name], values)


@pytest.mark.parametrize(
    ("command", "options"),
    [
        ("sample", ("--length", 3)),
        ("sample", ("--length", 5, "--beam", 2)),
        ("complete", ("the old",)),
        ("evaluate", ()),
        ("attention", ("the cat sees the cat",)),
    ],
    ids=["sample", "beam", "complete", "evaluate", "attention"],
)
def test_each_command_takes_the_parts_of_the_student(student, command, options, tmp_path):
    """A part that is broken since the training is named."""
    gradus(command, student / "m", *options, *own(student))
    copy = tmp_path / "copy"
    shutil.copytree(student, copy)
    file = copy / "transformers/layer_norm/layer_norm.py"
    text = file.read_text("utf-8")
    assert "def forward" in text
    file.write_text(text.replace("def forward", "def forwards"))
    with pytest.raises(Exception, match="layer_norm@student"):
        gradus(command, copy / "m", *options, *own(copy))


def test_the_students_blocks_translate(student):
    model = "pairs:transformer_translator"
    sizes = ("--epochs", 1, "--batch-size", 16, "--set", "embedding_size=4", "--set", "layers=1")
    data = ("--corpus", ROOT / "tests/support/small_corpora/pairs.tsv", "--out", student / "t")
    taken = taken_parts(gradus("train", model, *data, *sizes, *own(student)))
    assert {"dot_product_attention", "feed_forward", "sinusoidal", *PARTS} - taken == {
        "transformer_lm"
    }
    text = ("--text", "the cat sees the cat", "--length", 5)
    expected = gradus("translate", student / "t", *text, "--provider", "numpy")
    assert gradus("translate", student / "t", *text, *own(student)) == expected
