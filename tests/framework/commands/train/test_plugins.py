"""What plugins offer is trained with all options: models, and kinds of runs of their own."""

import re
from pathlib import Path

import pytest
from gradus_command import gradus
from repository import text_of

from framework.errors import ConflictError
from framework.training.checkpoints import load_checkpoint

MODELS = text_of("plugins/two_models.py")

TASK = text_of("plugins/parity_task.py")

#: Options of training that no plugin has to know of.
ALL = (
    *("--optimizer", "momentum:mu=0.5", "--clip", 1, "--schedule", "plateau:factor=0.5"),
    *("--summed", "--precision", "float32", "--initial-range", 0.1, "--keep", "best"),
    *("--seeds", 2, "--learning-rate", 0.1, "--epochs", 3),
)


@pytest.fixture(autouse=True)
def folder(spec, reviews):
    (spec / "week3.py").write_text(MODELS, "utf-8")
    (spec / "reviews.txt").write_text(reviews, "utf-8")
    (spec / "text.txt").write_text("the key is here\nthe keys are here\n" * 30, "utf-8")
    return spec


def train(name, *options):
    return gradus("train", name, "--plugin", "week3.py", "--provider", "week3", *options)


def test_a_models_kind_of_run_is_said_before_its_name():
    options = ("--corpus", "reviews.txt", "--set", "scale=0.5", *ALL)
    shown = train("text_classifier:counter", *options)
    assert "from week3: counter\n" in shown
    assert "accuracy of 2 runs" in shown
    saved = load_checkpoint(Path("checkpoints", "text_classifier-counter-seed1.safetensors"))
    assert saved.arguments["scale"] == 0.5
    assert (saved.training["clip"], saved.training["summed"]) == (1.0, True)


def test_a_language_model_needs_no_kind_of_run():
    options = ("--corpus", "text.txt", *ALL)
    results = [
        float(p) for p in re.findall(r"held-out perplexity ([\d.]+)", train("bigram", *options))
    ]
    assert len(results) == 6
    assert results[2] < results[0]
    assert train("language_model:bigram", *options).count("epoch 3/3") == 2


def test_a_kind_of_run_of_a_plugin_has_all_options_and_its_own(folder):
    (folder / "week3.py").write_text(TASK, "utf-8")
    options = ("--bits", 4, "--set", "scale=0.2", *ALL[:-1], 9, "--out", "m")
    shown = train("parity:linear", *options)
    assert "corpus bits: all texts of 4 bits" in shown
    assert "accuracy of 2 runs: mean 1.0000" in shown
    assert train("parity:linear", *options, "--resume").count("continuing after epoch 9") == 2
    result = gradus("evaluate", "m-seed0", "--plugin", "week3.py")
    assert result.endswith("accuracy 1.00\n")
    assert "Number of bits. [from 1 on]" in " ".join(train("parity:linear", "--help").split())


def test_a_kind_of_run_that_gradus_has_is_not_replaced(folder):
    (folder / "week3.py").write_text(TASK.replace('"parity"', '"tagger"'), "utf-8")
    with pytest.raises(ConflictError, match="both offer the kind of run 'tagger'"):
        train("window_classifier", "--epochs", 1)
