"""`gradus train` and `gradus evaluate` of text classifiers, from the command line."""

import re
from pathlib import Path

import numpy as np
import pytest
from gradus_command import gradus
from power_cut import PowerCutError, power_cut

from framework.data.tokens import CHARACTERS
from framework.errors import UsageError
from framework.training.checkpoints import load_checkpoint


@pytest.fixture(autouse=True)
def folder(spec, reviews):
    """A folder with small corpora."""
    (spec / "reviews.txt").write_text(reviews, "utf-8")
    (spec / "own.txt").write_text("1 good\n0 sad\n0 dull\n", "utf-8")
    (spec / "mr").mkdir()
    (spec / "mr" / "all.txt").write_text(reviews, "utf-8")
    return spec


SMALL = ("--set", "embedding_size=4", "--set", "hidden_sizes=[4]", "--learning-rate", 0.05)


def train(*arguments):
    return gradus("train", "bag_of_vectors", *SMALL, *arguments)


def plain(output):
    """The lines without what changes from run to run."""
    return re.sub(r"\d\.\d{4}|\d+\.\d s", "#", output).splitlines()


def test_an_epoch_is_a_line_and_the_end_is_a_test():
    *first, table, own, best, without_order, last = plain(train("--epochs", 2, "--batch-size", 500))
    assert first[:6] == [
        "deep_averaging_network, 130 parameters, float64 on cpu",
        "corpus sentiment: 4,000 texts to learn from, 500 held out, 1,000 to test, 2 classes, "
        "25 words",
        "from the NumPy reference: adam, deep_averaging_network, softmax_cross_entropy",
        "epoch 1/2   loss #   held-out accuracy #   #",
        "epoch 2/2   loss #   held-out accuracy #   #",
        "test accuracy # (best possible #, without the order of words #) after epoch 2, the best "
        "on held-out data",
    ]
    assert table == "  held-out accuracy"
    assert own == "  deep_averaging_network      #"
    assert best == "  best possible               #"
    assert without_order == "  without the order of words  #"
    assert last == (
        "Saved checkpoints/bag_of_vectors.safetensors and checkpoints/bag_of_vectors.svg. "
        "Next: `gradus evaluate checkpoints/bag_of_vectors.safetensors`"
    )


@pytest.mark.parametrize("backend", ["numpy", "torch"])
def test_evaluate_finds_what_the_run_has_shown(backend):
    shown = train("--epochs", 2, "--batch-size", 500, "--backend", backend)
    result = gradus("evaluate", "checkpoints/bag_of_vectors.safetensors", "--backend", "numpy")
    said = re.search(r"test accuracy (\d\.\d{4})", shown)[1]
    assert "under numpy on the test part of sentiment, 1,000 texts" in result
    assert f"accuracy {said}00" in result


def test_texts_are_read_as_characters_if_asked():
    options = ("--corpus", "reviews.txt", "--epochs", 1, "--seed", 2)
    shown = train(*options, "--tokens", "characters")
    saved = load_checkpoint("checkpoints/bag_of_vectors.safetensors")
    assert saved.training["tokens"] == CHARACTERS.name
    assert {len(word) for word in saved.vocabulary.words[3:]} == {1}
    result = gradus("evaluate", "checkpoints/bag_of_vectors.safetensors")
    assert re.search(r"classes, \d+ characters", shown)
    said = re.search(r"held-out accuracy (\d.\d{4})", shown)[1]
    assert f"accuracy {said}" in result
    with pytest.raises(UsageError, match="cannot be resumed: its vocabulary differs"):
        train(*options, "--resume")


def test_a_file_of_ones_own_is_learned_from_and_another_one_measured_on():
    shown = train("--corpus", "reviews.txt", "--epochs", 6)
    assert "corpus reviews.txt: 54 texts to learn from, 6 held out, 2 classes" in shown
    assert "held-out accuracy 1.0000 after epoch 6" in shown
    saved = "checkpoints/bag_of_vectors.safetensors"
    assert "on the whole of own.txt, 3 texts\naccuracy 1.000000" in gradus(
        "evaluate", saved, "--corpus", "own.txt"
    )
    assert "on the held-out part of reviews.txt, 6 texts" in gradus("evaluate", saved)


def test_cross_validation_measures_every_text_once():
    shown = train("--corpus", "mr", "--data", ".", "--folds", 3, "--epochs", 1)
    assert shown.count("36 texts to learn from, 4 held out, 20 to test") == 3
    scores = [float(results) for results in re.findall(r"test accuracy (\d\.\d{4})", shown)]
    mean, spread = np.mean(scores), np.std(scores, ddof=1)
    last = shown.splitlines()[-1]
    assert last.startswith("accuracy of 3 runs: mean ")
    results = [float(number) for number in re.findall(r"\d\.\d{4}", last)]
    assert results == pytest.approx([mean, spread, min(scores), max(scores)], abs=1e-4)
    assert "on the test part of mr, 20 texts" in gradus(
        "evaluate", "checkpoints/bag_of_vectors-fold2.safetensors"
    )


def test_an_interrupted_cross_validation_goes_on_with_the_fold_it_was_in(folder, monkeypatch):
    options = ("--corpus", "mr", "--data", ".", "--folds", 3, "--epochs", 2)
    whole = train(*options)
    with monkeypatch.context() as patch:
        patch.setattr("framework.commands.train.epoch_lines.EpochLines", power_cut(after=3))
        with pytest.raises(PowerCutError):
            train(*options, "--out", "cut")
    assert {path.name for path in folder.glob("cut*")} == {
        "cut-fold1", "cut-fold2", "cut-fold2.last"
    }  # fmt: skip
    resumed = train(*options, "--out", "cut", "--resume")
    assert resumed.splitlines()[-1] == whole.splitlines()[-1]
    assert resumed.count("epoch 1/2") == 1  # that of the third fold


def test_a_finished_run_is_not_repeated():
    options = ("--corpus", "reviews.txt", "--epochs", 3)
    train(*options, "--out", "m")
    assert "continuing after epoch 3\nheld-out accuracy" in train(
        *options, "--out", "m", "--resume"
    )
    with pytest.raises(UsageError, match="its batch size is 32, but this run has 8"):
        train(*options, "--batch-size", 8, "--out", "m", "--resume")


CONVOLUTION = (
    *("--set", "maps=4", "--set", "widths=[1,2]", "--set", "keep_probability=0.8"),
    *("--corpus", "reviews.txt", "--learning-rate", 0.03, "--epochs", 6, "--minimum-count", 1),
)


@pytest.mark.parametrize("backend", ["numpy", "torch"])
@pytest.mark.parametrize("channels", ["tuned", "static", "both"])
def test_a_convolution_starts_from_word_vectors(folder, backend, channels):
    words = ["good", "fine", "great", "bad", "dull", "sad", "unseen"]
    numbers = np.eye(7, 3) + 0.5
    lines = [" ".join([word, *map(str, row)]) for word, row in zip(words, numbers, strict=True)]
    (folder / "v.txt").write_text("\n".join(["7 3", *lines]) + "\n", "utf-8")
    start = ("--vectors", "v.txt", "--set", f"channels={channels}", "--backend", backend)
    start += ("--vector-range", 0.01)  # as a recipe may say it: for vectors that are drawn
    shown = gradus("train", "text_cnn", *CONVOLUTION, *start)
    assert "6 of 11 words have a vector" in shown
    reached = float(re.search(r"held-out accuracy (\d\.\d{4}) after", shown)[1])
    path = folder / "checkpoints" / "text_cnn.safetensors"
    result = gradus("evaluate", path, "--backend", "numpy")
    assert float(result.split()[-1]) == pytest.approx(reached, abs=1e-4)
    saved = load_checkpoint(path)
    assert ("vectors" in saved.arguments) == (channels != "tuned")
    if channels != "tuned":
        places = saved.vocabulary.encode(words[:6])
        np.testing.assert_array_equal(saved.arguments["vectors"][places], numbers[:6])


def test_a_model_that_takes_no_word_vectors_says_so(folder):
    (folder / "v.txt").write_text("1 2\ngood 1 2\n", "utf-8")
    with pytest.raises(UsageError, match="unexpected keyword argument 'vectors'"):
        gradus("train", "bag_of_vectors", "--vectors", "v.txt", "--set", "hidden_sizes=[4]")


def test_a_text_needs_a_position_for_each_word():
    few = ("--corpus", "reviews.txt", "--epochs", 1, "--set", "features=4")
    message = r"a text has \d tokens, but text_classifier has 2 positions: train with `--set length"
    with pytest.raises(UsageError, match=message):
        gradus("train", "fine_tuning", *few, "--set", "length=2")
    gradus("train", "fine_tuning", *few, "--set", "length=9")
    Path("long.txt").write_text("1 " + "good " * 10 + "\n0 sad\n", "utf-8")
    message = "a text has 10 tokens, but text_classifier has 9 positions"
    with pytest.raises(UsageError, match=message):
        gradus("evaluate", "checkpoints/fine_tuning.safetensors", "--corpus", "long.txt")
